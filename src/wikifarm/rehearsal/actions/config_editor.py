"""The page where administrators change the wiki's settings."""

from __future__ import annotations

from ..exchange.elements import alert, esc, html_form, labelled
from ..exchange.response import redirect
from ..exchange.wiki_request import Visit
from ..people import acls
from ..people.acls import ADMINS_ONLY
from ..wikitext.performer import action

# Settings that change nothing here but what the page shows, with what a new wiki holds.
SETTINGS = {
    "default_language": "fr",
    "baz_map_center_lat": "",
    "baz_map_center_lon": "",
    "baz_map_zoom": "",
}


@action("editconfig")
def edit_config(visit: Visit, _arguments: dict[str, str]) -> str:
    """The wiki's settings; the rehearsal lets these be changed."""
    if not acls.is_admin(visit):
        return alert(ADMINS_ONLY)
    editable = ("default_read_acl", "default_write_acl", "default_comment_acl")
    if visit.method == "POST" and "wakka_name" in visit.post:
        config = dict(visit.wiki.config)
        config.update({n: visit.field(n) for n in (*editable, *SETTINGS) if visit.field(n)})
        visit.farm.set_config(visit.w, visit.field("wakka_name"), config)
        raise redirect(visit.href())
    values = {"wakka_name": visit.wiki.name, "root_page": "PagePrincipale"}
    values |= {n: acls.default_right(visit, n.split("_")[1]) for n in editable}
    values |= {n: str(visit.wiki.config.get(n, d)) for n, d in SETTINGS.items()}
    values |= {"wiki_status": visit.wiki.status}
    inputs = "".join(
        labelled(n, f'<input type="text" name="{n}" value="{esc(v)}">') for n, v in values.items()
    )
    return html_form(
        "", inputs + '<input type="submit" value="Enregistrer">', more=' id="edit-config"'
    )
