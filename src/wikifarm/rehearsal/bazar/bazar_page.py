"""The page BazaR: `{{bazar}}`, whose view and action are given by the address."""

from __future__ import annotations

from ..actions import login
from ..exchange.elements import alert, esc
from ..exchange.response import redirect
from ..exchange.wiki_request import ASLEEP, Request
from ..people import robots
from ..store.records import ENTRY
from ..wikitext.performer import action
from . import (
    entry_form,
    entry_guard,
    entry_lists,
    entry_manager,
    entry_views,
    field_writers,
    form_fields,
    form_manager,
    form_pages,
    list_manager,
)

MENU = (
    ("consulter", "Rechercher"), ("saisir", "Saisir"), ("formulaire", "Formulaires"),
    ("listes", "Listes"), ("importer", "Importer"), ("exporter", "Exporter"),
)  # fmt: skip


@action("bazar")
def bazar(request: Request, arguments: dict[str, str]) -> str:  # noqa: PLR0911 - one a view
    """One view of Bazar. Source: `BazarAction::run`, v4.4.4."""
    view = request.arg("vue") or arguments.get("vue", "formulaire")
    asked = request.arg("action") or arguments.get("action", "")
    menu = (
        "" if arguments.get("voirmenu") == "0" or request.arg("voirmenu") == "0" else _menu(request)
    )
    if view == "saisir":
        return menu + _write(request, arguments, asked)
    if view == "formulaire":
        return menu + _forms(request, asked)
    if view == "listes":
        return menu + _lists(request, asked)
    if view == "importer":
        return menu + form_pages.import_page(request)
    if view == "exporter":
        return menu + form_pages.export_page(request)
    if asked == "voir_fiche":
        return menu + show_entry(request, request.param("id_fiche"))
    return menu + entry_lists.entry_list(request, arguments)


def _menu(request: Request) -> str:
    items = "".join(
        f'<li><a href="{esc(request.href("BazaR", "", f"vue={view}"))}">{label}</a></li>'
        for view, label in MENU
    )
    return f'<ul class="nav BAZ_menu">{items}</ul>'


def _asleep() -> str:
    return alert(ASLEEP, "warning")


def _write(request: Request, arguments: dict[str, str], asked: str) -> str:
    if request.asleep:
        return _asleep()
    given = arguments.get("id") or arguments.get("idtypeannonce", "")
    if asked == "modif_fiche":
        return edit_entry(request, request.param("id_fiche"))
    form_id = request.param("id_typeannonce") or request.param("id") or given
    if "," in form_id or not form_id:
        return _choose(request, form_id)
    return create_entry(request, form_id, arguments.get("redirecturl", ""))


def _choose(request: Request, ids: str) -> str:
    wanted = ids.split(",") if ids else list(form_manager.forms(request))
    lines = ""
    for number in wanted:
        form = form_manager.forms(request).get(number.strip())
        if form:
            url = request.href("", "", f"vue=saisir&action=saisir_fiche&id={number.strip()}")
            lines += f'<li><a href="{esc(url)}">{esc(form["bn_label_nature"])}</a></li>'
    return f"<h2>Choisir un formulaire</h2><ul>{lines}</ul>"


def create_entry(request: Request, form_id: str, after: str = "") -> str:
    """The form, or the entry it posts: 302 when made, the form again when refused (34, 63)."""
    form = form_manager.forms(request).get(form_id)
    if form is None:
        return alert(f"Il n'y a pas de formulaire avec cet identifiant : '{esc(form_id)}'")
    if form["bn_only_one_entry"] == "Y":
        told = _only_one(request, form)
        if told:
            return told
    error = ""
    if "bf_titre" in request.post and not robots.caught(request):
        try:
            entry = entry_manager.create(request, form_id, dict(request.post))
        except field_writers.UserFieldRefusal as refused:
            error = alert(esc(refused), "warning")
        else:
            query = f"vue=consulter&action=voir_fiche&id_fiche={entry['id_fiche']}"
            given = request.param("incomingurl")
            ours = given if given.startswith(request.farm.base_url) else ""
            raise redirect(ours or after or request.href("", "", f"{query}&message=ajout_ok"))
    return entry_form.entry_form(request, form, None, error)


def _only_one(request: Request, form: dict[str, str]) -> str:
    """A form of one entry a person: log in first, then one's own entry instead of the form.

    Source: `EntryController::checkIfOnlyOneEntry`, v4.4.4.
    """
    form_id = form["bn_id_nature"]
    fields = form_fields.known_fields(form, request.features)
    if not request.user:
        if any(field.kind == "utilisateur_wikini" for field in fields):
            return ""
        asked = alert("Vous devez être connecté·e pour accéder à ce formulaire.", "warning")
        return asked + login.login(request, {})
    own = [page for page in entry_manager.search(request, form_id) if page.owner == request.user]
    if not own:
        return ""
    told = form["bn_only_one_entry_message"] or "Vous avez déjà une fiche dans ce formulaire."
    return alert(esc(told), "info") + entry_views.view(request, own[0])


def edit_entry(request: Request, tag: str) -> str:
    """The form filled with an entry, or what it posts.

    Under another spelling of its tag, MySQL finds the entry and none of its rights: the form then
    shows what each field holds, but for those that have a right to write (4.4.4, 4.5.0).
    """
    page = request.find(tag)
    form = entry_guard.form_of(request, page.values) if page else None
    if page is None or form is None:
        return alert(f"Il n'y a pas de fiche avec cet identifiant : {esc(tag)}")
    error = ""
    if "bf_titre" in request.post and not robots.caught(request):
        try:
            entry_manager.update(request, tag, dict(request.post))
        except field_writers.UserFieldRefusal as refused:
            error = alert(esc(refused), "warning")
        else:
            query = f"vue=consulter&action=voir_fiche&id_fiche={tag}&message=modif_ok"
            raise redirect(request.href("", "", query))
    return entry_form.entry_form(request, form, page, error, spelt=tag)


def show_entry(request: Request, tag: str) -> str:
    """One entry inside the page BazaR: field rights alone hold (`EntryController::view`)."""
    page = request.find(tag)
    if page is None or page.kind != ENTRY:
        return alert(f"Il n'y a pas de fiche avec cet identifiant : {esc(tag)}")
    done = {"ajout_ok": "Votre fiche a bien été ajoutée.", "modif_ok": "Fiche modifiée."}
    told = done.get(request.arg("message"), "")
    return alert(told, "success") * bool(told) + entry_views.view(request, page)


def _forms(request: Request, asked: str) -> str:
    if asked and request.asleep:
        return _asleep()
    if asked in ("confirm_delete", "confirm_empty"):
        return form_pages.confirm_page(request, asked.removeprefix("confirm_"))
    if asked in ("delete", "empty"):
        form_pages.delete_or_empty(request, asked)
    if asked == "clone":
        form_pages.clone_form(request)
    if asked in ("new", "modif"):
        return form_pages.edit_form(request)
    return form_pages.forms_page(request)


def _lists(request: Request, asked: str) -> str:
    if asked and request.asleep:
        return _asleep()
    if asked == "modif_liste":
        list_manager.update_list(request, request.arg("idliste"))
    if asked == "supprimer_liste":
        list_manager.delete_list(request, request.arg("idliste"))
    return form_pages.lists_page(request)
