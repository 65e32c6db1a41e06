"""The page where administrators change the wiki's settings."""

from __future__ import annotations

from ..exchange.elements import alert, esc, html_form, labelled
from ..exchange.response import redirect
from ..exchange.wiki_request import Request
from ..people import acls
from ..people.acls import ADMINS_ONLY
from ..wikitext.performer import action

# Settings that change nothing here but what the page shows, with what a new wiki holds.
SETTINGS = {
    "default_language": "fr",
    "meta_description": "",
    "baz_map_center_lat": "",
    "baz_map_center_lon": "",
    "baz_map_zoom": "",
}


@action("editconfig")
def edit_config(request: Request, _arguments: dict[str, str]) -> str:
    """The wiki's settings; the rehearsal lets these be changed."""
    if not acls.is_admin(request):
        return alert(ADMINS_ONLY)
    editable = ("default_read_acl", "default_write_acl", "default_comment_acl")
    if request.method == "POST" and "wakka_name" in request.post:
        config = dict(request.wiki.config)
        config.update({n: request.field(n) for n in (*editable, *SETTINGS) if request.field(n)})
        request.wiki.set_config(request.field("wakka_name"), config)
        raise redirect(request.href())
    values = {"wakka_name": request.wiki.name, "root_page": "PagePrincipale"}
    values |= {n: acls.default_right(request, n.split("_")[1]) for n in editable}
    values |= {n: str(request.wiki.config.get(n, d)) for n, d in SETTINGS.items()}
    values |= {"wiki_status": request.wiki.status}
    inputs = "".join(
        labelled(n, f'<input type="text" name="{n}" value="{esc(v)}">') for n, v in values.items()
    )
    return html_form(
        "", inputs + '<input type="submit" value="Enregistrer">', more=' id="edit-config"'
    )
