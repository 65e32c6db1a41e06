"""What else a careful person looks at: links, licence, system pages, no demonstration left."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from wikifarm.engine.step import Work
from wikifarm.i18n import _
from wikifarm.operations.community.outcome import Check
from wikifarm.yeswiki.links import targets

# Pages of YesWiki's own that people need, whatever the blueprint.
SYSTEM_PAGES = ("BazaR", "ParametresUtilisateur", "MotDePassePerdu", "GererUtilisateurs")


def content_checks(work: Work) -> list[Check]:
    """The checks that are advice: none of them says that a person was seen."""
    return [_dead_links(work), _system_pages(work), *_licence(work), _demonstration(work)]


def dead_links(bodies: Mapping[str, str], known: Collection[str]) -> list[tuple[str, str]]:
    """(page, target) of each link of the wiki's own pages that leads nowhere."""
    return [
        (tag, target)
        for tag, body in sorted(bodies.items())
        for target in targets(body)
        if target not in known
    ]


def licence_shown(work: Work) -> bool:
    """True when the page that the blueprint names says the licence."""
    licence = work.design.who.licence
    page = work.seen.pages.get(licence.page) if licence else None
    return bool(licence and page and licence.name.upper() in page.body.replace(" ", "-").upper())


def demonstration_left(work: Work) -> list[str]:
    """The demonstration pages (tags) and forms (labels) that are still there."""
    pages = [tag for tag in work.design.removed_pages if tag in work.seen.pages]
    labels = [form.label for form in work.seen.forms.values()]
    return [*pages, *(label for label in labels if label in work.design.removed_forms)]


def _dead_links(work: Work) -> Check:
    seen = work.seen
    ours = (page.tag for page in work.design.pages if page.tag in seen.pages)
    dead = dead_links({tag: seen.pages[tag].body for tag in ours}, {*seen.rights, *seen.pages})
    return Check(
        "dead-links",
        not dead,
        _("every link of the pages leads somewhere")
        if not dead
        else _("links that lead nowhere: {links}").format(
            links=", ".join(f"{page} → {target}" for page, target in dead[:8])
        ),
        _("Edit these pages or write the missing ones."),
    )


def _system_pages(work: Work) -> Check:
    missing = [tag for tag in SYSTEM_PAGES if tag not in work.seen.pages]
    return Check(
        "system-pages",
        not missing,
        _("the pages that YesWiki needs are there")
        if not missing
        else _("pages that YesWiki needs are missing: {pages}").format(pages=", ".join(missing)),
        _("Put them back from another wiki of the farm."),
    )


def _licence(work: Work) -> Iterator[Check]:
    licence = work.design.who.licence
    if licence is not None:
        yield Check(
            "licence",
            licence_shown(work),
            _("the licence is shown at the foot of every page"),
            _("Say the licence in the page {page}.").format(page=licence.page),
        )


def _demonstration(work: Work) -> Check:
    left = demonstration_left(work)
    return Check(
        "demo-content",
        not left,
        _("no demonstration page or form is left")
        if not left
        else _("demonstration content is left: {what}").format(what=", ".join(left)),
        _("Remove it, or keep it if people use it."),
    )
