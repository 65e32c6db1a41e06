"""What the advisories say of a version, in one sentence: what a stranger could do, what mends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from wikifarm.advisories.catalogue import Advisory, Catalogue, Product
from wikifarm.advisories.release_number import ReleaseNumber, release_number
from wikifarm.i18n import in_language

NAMES: dict[Product, str] = {"yeswiki": "YesWiki", "sympa": "Sympa"}

# "clear" is no promise: nothing known on the day of the data concerns it.
Standing = Literal["holes", "clear", "unknown"]


@dataclass(frozen=True)
class Verdict:
    """What is known of the version that a program shows; `version` is empty when it shows none.

    `advisories` concern it, the gravest first; of `unsure`, no record says whether a newer release
    than theirs is mended.
    """

    product: Product
    version: str
    standing: Standing
    date: str  # of the data
    advisories: tuple[Advisory, ...] = ()
    unsure: tuple[Advisory, ...] = ()

    @property
    def program(self) -> str:
        """The name that people know."""
        return NAMES[self.product]

    @property
    def mended_by(self) -> str:
        """The first release that mends all that can be mended, or nothing."""
        known = [advisory for advisory in self.advisories if advisory.first_mended]
        if not known:
            return ""
        return max(known, key=lambda advisory: advisory.first_mended or ()).fixed or ""

    def sentence(self, language: str) -> str:
        """For people."""
        _ = in_language(language)
        words = {"version": self.version, "date": self.date, "program": self.program}
        if self.standing == "unknown":
            return _(
                "This {program} shows no version that the advisories know: nobody can say which "
                "holes are open there, and unknown is not safe."
            ).format(**words)
        if not self.advisories:
            unsure = self.unsure
            text = (
                _(
                    "No known hole of {program} is said to be open in version {version}, but no "
                    "fix is named for {ids} (data of {date}, nothing later is known)."
                )
                if unsure
                else _(
                    "No known hole of {program} concerns version {version} (data of {date}, "
                    "nothing later is known)."
                )
            )
            return text.format(ids=", ".join(advisory.id for advisory in unsure), **words)
        return _("{deed}; {others}; {mend}.").format(
            deed=deed(self.advisories[0], language),
            others=self._others(language),
            mend=self._mend(language),
        )

    def _others(self, language: str) -> str:
        _ = in_language(language)
        others = len(self.advisories) - 1
        if not others:
            return _("no other hole of {program} {version} is known").format(
                program=self.program, version=self.version
            )
        return _("other known holes of {program} {version}: {count}").format(
            program=self.program, version=self.version, count=others
        )

    def _mend(self, language: str) -> str:
        _ = in_language(language)
        open_still = sum(1 for advisory in self.advisories if advisory.first_mended is None)
        if not self.mended_by:
            text = _("no version is known to mend this")
        elif open_still:
            text = _("version {fixed} mends all but {count}, for which no fix is known")
        else:
            text = _("version {fixed} mends this")
        if self.product == "sympa":
            text += _(" (the distribution may have mended this version without a new number)")
        return text.format(fixed=self.mended_by, count=open_still)

    def as_json(self, language: str) -> dict[str, Any]:
        """As programs read it."""
        return {
            "product": self.product,
            "version": self.version,
            "standing": self.standing,
            "message": self.sentence(language),
            "mended_by": self.mended_by,
            "date": self.date,
            "advisories": [
                {
                    "id": advisory.id,
                    "severity": advisory.severity,
                    "account": advisory.account,
                    "victim": advisory.victim,
                    "people": advisory.people,
                    "fixed": advisory.fixed or "",
                }
                for advisory in self.advisories
            ],
            "unsure": [advisory.id for advisory in self.unsure],
        }


def deed(advisory: Advisory, language: str) -> str:
    """What somebody could do: "Someone without an account could read ... (CVE-...)"."""
    _ = in_language(language)
    texts = {
        (False, False): _("Someone without an account could {can} ({id})"),
        (False, True): _(
            "Someone without an account could, if somebody follows their link, {can} ({id})"
        ),
        (True, False): _("Someone with an account could {can} ({id})"),
        (True, True): _(
            "Someone with an account could, if somebody opens what they put there, {can} ({id})"
        ),
    }
    text = texts[advisory.account, advisory.victim]
    return text.format(can=advisory.can[language], id=advisory.id)


def judge(known: Catalogue, product: Product, version: str) -> Verdict:
    """What `known` says of the version shown; "" where none is.

    A number beyond the newest line of releases that the data know is unknown as well.
    """
    number = release_number(version)
    newest = release_number(known.releases.get(product, ""))
    if number is None or (newest is not None and number[0] > newest[0]):
        return Verdict(product, version, "unknown", known.date)
    told = [
        advisory
        for advisory in known.advisories
        if advisory.product == product and advisory.numbering is None
    ]
    concerned = [advisory for advisory in told if _concerns(advisory, number)]
    unsure = [advisory for advisory in told if _may_concern(advisory, number)]
    return Verdict(
        product,
        version,
        "holes" if concerned else "clear",
        known.date,
        tuple(sorted(concerned, key=lambda advisory: advisory.key)),
        tuple(unsure),
    )


def _concerns(advisory: Advisory, number: ReleaseNumber) -> bool:
    if number < (release_number(advisory.introduced) or ()):
        return False
    if advisory.first_mended is not None:
        return number < advisory.first_mended
    last = release_number(advisory.last_affected or "")
    return last is not None and number <= last


def _may_concern(advisory: Advisory, number: ReleaseNumber) -> bool:
    """Where no record names a fix, what comes after the last release named may have it or not."""
    begun = number >= (release_number(advisory.introduced) or ())
    return begun and advisory.first_mended is None and not _concerns(advisory, number)
