"""What a search for who went found elsewhere than in what pages say today, and what is to be done
of it, as sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from wikifarm.i18n import _
from wikifarm.operations.erasure.elsewhere import Unread, WikiPart
from wikifarm.operations.erasure.erasure_proof import SURNAME, Proof, Sighting
from wikifarm.result import few


def told_elsewhere(proof: Proof) -> tuple[str, ...]:
    """Where somebody is named besides pages, cards and comments as they are, each part with what
    to do; then what was not shown."""
    by_part: dict[WikiPart, list[Sighting]] = {}
    for sighting in proof.sightings:
        if sighting.part is not WikiPart.TODAY:
            by_part.setdefault(sighting.part, []).append(sighting)
    sentences = _sentences()
    told = [
        sentences[part].format(places=", ".join(_named(by_part[part])))
        for part in WikiPart
        if part in by_part
    ]
    if not told:
        told = [
            _(
                "Looked for as the administrator in the earlier texts of pages, cards and comments "
                "too, in forms, lists of choices, names of files and groups, looks and keywords of "
                "pages, rights, settings, reactions, favourites and notes of the administration: "
                "nowhere."
            )
        ]
    return (*told, *_not_shown(proof.unread))


def _named(sightings: Sequence[Sighting]) -> list[str]:
    """Each place once; apart, those where the family name alone stands."""
    sure = dict.fromkeys(each.place for each in sightings if each.what != SURNAME)
    maybe = dict.fromkeys(each.place for each in sightings if each.place not in sure)
    return [*sure, *(_("{place} (perhaps: the family name)").format(place=each) for each in maybe)]


def _sentences() -> Mapping[WikiPart, str]:
    return {
        WikiPart.HISTORY: _(
            "In the history of pages, earlier texts or who wrote them: {places}. Whoever reads a "
            "page reads these too. YesWiki removes no earlier text alone: who administers the wiki "
            "keeps the text of the page, removes the page and writes it again under the same name. "
            "With its history go its comments, keywords, look and rights: note them first."
        ),
        WikiPart.FORM: _(
            "In the questions of forms: {places}. Who administers the wiki changes them in the "
            "page BazaR."
        ),
        WikiPart.LIST: _(
            "In lists of choices: {places}. Who administers the wiki changes them in the page "
            "BazaR."
        ),
        WikiPart.FILE: _(
            "In the names of files that are attached to pages: {places}. Whoever has the address "
            "of a file gets it: who administers the wiki removes it in the files of its page "
            "(`filemanager` behind the name of the page)."
        ),
        WikiPart.GROUP: _(
            "In the names of groups: {places}. Who administers the wiki makes these groups again "
            "under another name, in the page GererUtilisateurs, and writes it in the rights."
        ),
        WikiPart.LOOK: _(
            "In the looks of pages, or the address that they were copied from: {places}. Who "
            "administers the wiki gives these pages another look."
        ),
        WikiPart.KEYWORD: _(
            "In the keywords of pages: {places}. They are taken out where a page is edited."
        ),
        WikiPart.RIGHTS: _(
            "In rights: {places}. An account that is opened under this name would have them: who "
            "administers the wiki takes the name out, in the pages GererDroits, GererDroitsActions "
            "and GererDroitsHandlers."
        ),
        WikiPart.SETTING: _(
            "In the settings of the wiki: {places}. Who administers it changes them in the page "
            "GererConfig."
        ),
        WikiPart.REACTION: _(
            "In reactions to pages: {places}. Who administers the wiki removes them by its API."
        ),
        WikiPart.FAVORITE: _(
            "In favourites: {places}. Who administers the wiki removes them by its API."
        ),
        WikiPart.LOG: _(
            "In what YesWiki notes of its administration: {places}. Who administers the wiki "
            "reads these pages, and removes them."
        ),
    }  # fmt: skip


def _not_shown(unread: Sequence[Unread]) -> Iterator[str]:
    """A sentence on what the wiki did not let be read."""
    words = {
        WikiPart.HISTORY: _("all of the history of {page}"), WikiPart.FORM: _("forms"),
        WikiPart.LIST: _("lists of choices"), WikiPart.LOOK: _("looks of pages"),
        WikiPart.KEYWORD: _("keywords of pages"), WikiPart.RIGHTS: _("rights"),
        WikiPart.SETTING: _("settings"), WikiPart.REACTION: _("reactions"),
        WikiPart.FAVORITE: _("favourites"), WikiPart.GROUP: _("groups"),
        WikiPart.FILE: _("names of the files of {page}"),
        WikiPart.LOG: _("notes of the administration"),
    }  # fmt: skip
    if unread:
        names = few([words[each.part].format(page=each.name) for each in unread])
        told = _("Not looked at, since the wiki does not show it: {names}.")
        yield told.format(names=names)
