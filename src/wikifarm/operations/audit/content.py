"""What else a careful person looks at: links, licence, system pages, no demonstration left."""

from __future__ import annotations

from wikifarm.engine import audit as auditing
from wikifarm.engine.step import Work
from wikifarm.i18n import _
from wikifarm.operations.community.outcome import Check

SYSTEM_PAGES = ("BazaR", "ParametresUtilisateur", "MotDePassePerdu", "GererUtilisateurs")
LICENCE = "CC-BY-SA"


def content_checks(work: Work) -> list[Check]:
    """The checks that are advice: none of them says that a person was seen."""
    seen = work.seen
    bodies = {
        page.tag: seen.pages[page.tag].body for page in work.design.pages if page.tag in seen.pages
    }
    known = [*seen.rights, *seen.pages]
    dead = auditing.dead_links(bodies, known)
    missing = [tag for tag in SYSTEM_PAGES if tag not in seen.pages]
    left = [tag for tag in work.design.removed_pages if tag in seen.pages]
    left += [one.label for one in seen.forms.values() if one.label in work.design.removed_forms]
    footer = bodies.get("PageFooter", "")
    return [
        Check(
            "dead-links",
            not dead,
            _("every link of the pages leads somewhere")
            if not dead
            else _("links that lead nowhere: {links}").format(
                links=", ".join(f"{page} → {target}" for page, target in dead[:8])
            ),
            _("Edit these pages or write the missing ones."),
        ),
        Check(
            "system-pages",
            not missing,
            _("the pages that YesWiki needs are there")
            if not missing
            else _("pages that YesWiki needs are missing: {pages}").format(
                pages=", ".join(missing)
            ),
            _("Put them back from another wiki of the farm."),
        ),
        Check(
            "licence",
            LICENCE in footer.replace(" ", "-").upper(),
            _("the licence is shown at the foot of every page"),
            _("Say the licence in the page PageFooter."),
        ),
        Check(
            "demo-content",
            not left,
            _("no demonstration page or form is left")
            if not left
            else _("demonstration content is left: {what}").format(what=", ".join(left)),
            _("Remove it, or keep it if people use it."),
        ),
    ]
