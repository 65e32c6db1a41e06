"""The table of wikis, and what removes one."""

from __future__ import annotations

from ..exchange.elements import alert, esc
from ..exchange.wiki_request import Request
from ..people import acls
from ..rehearsal_settings import FARM_FORM
from ..store.records import ENTRY, StoredPage
from ..wikitext import page_manager
from ..wikitext.page_manager import page_link
from ..wikitext.performer import action
from .wiki_creation import refuse_busy


@action("adminwikis")
def admin_wikis(request: Request, _arguments: dict[str, str]) -> str:
    """The table of wikis, for administrators."""
    if not acls.is_admin(request):
        return alert("Action réservée aux administrateurs.")
    rows = ""
    for page in request.farm.store.own_wiki.entries(FARM_FORM):
        entry = page.values
        url = f"{request.farm.base_url}{entry.get('bf_dossier-wiki') or ''}"
        rows += (
            f'<tr><td><strong class="wiki-title"><a href="{esc(url)}/">'
            f"{esc(entry.get('bf_titre', ''))}</a></strong></td>"
            f"<td>{esc(entry.get('bf_referent', ''))}</td><td>{esc(entry.get('bf_mail', ''))}</td>"
            f"<td>{esc(page.time)}</td><td>{page_link(request, page.tag, 'Fiche')}</td></tr>"
        )
    return (
        "<h2>Administration des wikis</h2>"
        '<div class="table-responsive"><table id="wikis-table" class="table"><thead><tr>'
        "<th>Wiki</th><th>Référent·e</th><th>E-mail</th><th>Modifié</th><th>Fiche</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def delete_entry(request: Request, page: StoredPage) -> None:
    """Deleting an entry of form 1100 removes its wiki: folder and tables (51)."""
    if request.wiki.folder or page.kind != ENTRY:
        return
    entry = page.values
    folder = str(entry.get("bf_dossier-wiki") or "")
    if entry.get("id_typeannonce") == FARM_FORM and folder:
        refuse_busy(request, folder)
        request.farm.remove_wiki(folder)


def delete_page(request: Request, page: StoredPage) -> None:
    """Remove a page, and the wiki that goes with it when it is a farm entry."""
    delete_entry(request, page)
    page_manager.delete(request, page.tag)
