"""A wiki of each version gets the right sentence; one that cannot be read is unknown, not safe."""

from __future__ import annotations

import pytest

from wikifarm.advisories.catalogue import Advisory, Catalogue, shipped
from wikifarm.advisories.release_number import release_number
from wikifarm.advisories.verdict import NAMES, Verdict, judge
from wikifarm.i18n import LANGUAGES

KNOWN = shipped()
DATABASE = "read the whole database, password hashes included (CVE-2026-46670)"
FILES = "download the files attached to closed pages (CVE-2026-104472)"
ALL_BUT = "version 4.6.7 mends all but 1, for which no fix is known"
ALL = "version 4.6.7 mends this"


@pytest.mark.parametrize(
    ("version", "could", "others", "mend"),
    [
        ("4.0.0", DATABASE, 64, ALL_BUT),
        ("4.1.0", DATABASE, 64, ALL_BUT),
        ("4.2.2", DATABASE, 65, ALL_BUT),
        ("4.2.3", DATABASE, 63, ALL_BUT),
        ("4.4.4", DATABASE, 63, ALL_BUT),
        ("4.4.5", DATABASE, 62, ALL_BUT),
        ("4.5.0", DATABASE, 59, ALL_BUT),
        ("4.5.1", DATABASE, 59, ALL_BUT),
        ("4.5.2", DATABASE, 58, ALL_BUT),
        ("4.5.3", DATABASE, 58, ALL_BUT),
        ("4.5.4", DATABASE, 51, ALL_BUT),
        ("4.5.5", DATABASE, 50, ALL),
        ("4.6.0", DATABASE, 48, ALL),
        ("4.6.1", DATABASE, 47, ALL),
        ("4.6.2", DATABASE, 49, ALL),
        ("4.6.3", DATABASE, 49, ALL),
        ("4.6.4", FILES, 48, ALL),
        ("4.6.5", FILES, 48, ALL),
        ("4.6.6", FILES, 35, ALL),
    ],
)
def test_each_version_with_holes(version: str, could: str, others: int, mend: str) -> None:
    verdict = judge(KNOWN, "yeswiki", version)
    assert verdict.standing == "holes"
    assert verdict.mended_by == "4.6.7"
    assert verdict.sentence("en") == (
        f"Someone without an account could {could}; "
        f"other known holes of YesWiki {version}: {others}; {mend}."
    )


@pytest.mark.parametrize("version", ["4.6.7", "4.6.8", "4.7.0", "4.10.0"])
def test_a_mended_version_is_no_promise(version: str) -> None:
    verdict = judge(KNOWN, "yeswiki", version)
    assert (verdict.standing, verdict.advisories) == ("clear", ())
    assert verdict.sentence("en") == (
        f"No known hole of YesWiki is said to be open in version {version}, but no fix is named "
        f"for CVE-2025-52277, nuclei-yeswiki-stored-xss (data of {KNOWN.date}, nothing later is "
        "known)."
    )


@pytest.mark.parametrize(
    "version",
    [
        "",
        "2020-01-22-1",
        "5.0.0-alpha1",
        "5.0.0",
        "4.6.7-rc1",
        "doryphore",
        "4",
        "4.6.7.1",
        "४.६.७",
    ],
)
def test_what_cannot_be_read_is_unknown_and_not_safe(version: str) -> None:
    verdict = judge(KNOWN, "yeswiki", version)
    assert (verdict.standing, verdict.advisories, verdict.mended_by) == ("unknown", (), "")
    assert "unknown is not safe" in verdict.sentence("en")


@pytest.mark.parametrize(
    ("version", "id_", "others"),
    [
        ("6.2.16", "CVE-2020-29668", 11),
        ("6.2.70", "CVE-2024-55919", 5),
        ("6.2.76", "sympa-pr-2068", 1),
    ],
)
def test_a_list_host_may_have_been_mended_by_its_distribution(
    version: str, id_: str, others: int
) -> None:
    text = judge(KNOWN, "sympa", version).sentence("en")
    assert f"({id_}); other known holes of Sympa {version}: {others}; version 6.2.80" in text
    assert text.endswith("(the distribution may have mended this version without a new number).")


def test_one_hole_alone_and_none() -> None:
    text = judge(KNOWN, "sympa", "6.2.78").sentence("en")
    assert "no other hole of Sympa 6.2.78 is known" in text
    assert judge(KNOWN, "sympa", "6.2.80").standing == "clear"
    assert judge(KNOWN, "sympa", "6.2.57b.2").standing == "unknown"


def advisory(**changes: object) -> Advisory:
    whole = KNOWN.advisories[0].model_dump() | {"condition": None, "score": 0} | changes
    return Advisory.model_validate(whole)


def verdict_of(version: str, *advisories: Advisory) -> Verdict:
    return judge(KNOWN.model_copy(update={"advisories": advisories}), "yeswiki", version)


@pytest.mark.parametrize(
    ("version", "standing"),
    [("4.1.9", "clear"), ("4.2.0", "holes"), ("4.9.9", "holes"), ("4.10.0", "clear")],
)
def test_a_range_goes_by_numbers_from_its_first_to_before_its_fix(
    version: str, standing: str
) -> None:
    assert verdict_of(version, advisory(introduced="4.2.0", fixed="4.10.0")).standing == standing


def test_without_a_fix_nothing_is_said_after_the_last_release_named() -> None:
    open_ended = advisory(fixed=None, last_affected="4.5.4")
    assert verdict_of("4.5.4", open_ended).standing == "holes"
    assert "no version is known to mend this" in verdict_of("4.5.4", open_ended).sentence("en")
    after = verdict_of("4.5.5", open_ended)
    assert (after.standing, after.unsure) == ("clear", (open_ended,))
    assert verdict_of("4.5.4", advisory(fixed=None)).unsure


def test_the_gravest_is_what_anybody_can_do_to_people() -> None:
    harmless = advisory(id="A", people="none", severity="critical")
    by_account = advisory(id="B", account=True, severity="critical")
    by_link = advisory(id="C", victim=True, severity="critical")
    on_condition = advisory(id="D", condition="if", severity="critical")
    doubtful = advisory(id="E", uncertain=True, severity="critical")
    sure = advisory(id="F", severity="low")
    order = verdict_of("4.6.0", harmless, by_account, by_link, on_condition, doubtful, sure)
    assert "".join(each.id for each in order.advisories) == "FEDACB"


def test_another_numbering_is_compared_with_nothing() -> None:
    assert verdict_of("4.6.0", advisory(numbering="cercopitheque")).standing == "clear"


def test_the_shipped_file_says_each_in_both_languages() -> None:
    for known in KNOWN.advisories:
        if known.product not in NAMES:
            continue
        for language in LANGUAGES:
            assert known.can[language][0].islower()
            assert not known.can[language].endswith(".")
    assert {known.id for known in KNOWN.advisories if known.numbering} == {
        "CVE-2018-13045",
        "CVE-2020-26932",
    }
    assert release_number(KNOWN.releases["yeswiki"]) == (4, 6, 7)
    assert isinstance(KNOWN, Catalogue)
