"""The page BazaR: `{{bazar}}`, whose view and action are given by the address."""

from __future__ import annotations

from ..actions import login
from ..exchange.elements import alert, esc
from ..exchange.response import redirect
from ..exchange.wiki_request import ASLEEP, Visit
from ..people import honeypot
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
def bazar(visit: Visit, arguments: dict[str, str]) -> str:  # noqa: PLR0911 - one a view
    """One view of Bazar. Source: `BazarAction::run`, v4.4.4."""
    view = visit.arg("vue") or arguments.get("vue", "formulaire")
    asked = visit.arg("action") or arguments.get("action", "")
    menu = "" if arguments.get("voirmenu") == "0" or visit.arg("voirmenu") == "0" else _menu(visit)
    if view == "saisir":
        return menu + _write(visit, arguments, asked)
    if view == "formulaire":
        return menu + _forms(visit, asked)
    if view == "listes":
        return menu + _lists(visit, asked)
    if view == "importer":
        return menu + form_pages.import_page(visit)
    if view == "exporter":
        return menu + form_pages.export_page(visit)
    if asked == "voir_fiche":
        return menu + show_entry(visit, visit.param("id_fiche"))
    return menu + entry_lists.entry_list(visit, arguments)


def _menu(visit: Visit) -> str:
    items = "".join(
        f'<li><a href="{esc(visit.href("BazaR", "", f"vue={view}"))}">{label}</a></li>'
        for view, label in MENU
    )
    return f'<ul class="nav BAZ_menu">{items}</ul>'


def _asleep() -> str:
    return alert(ASLEEP, "warning")


def _write(visit: Visit, arguments: dict[str, str], asked: str) -> str:
    if visit.asleep:
        return _asleep()
    given = arguments.get("id") or arguments.get("idtypeannonce", "")
    if asked == "modif_fiche":
        return edit_entry(visit, visit.param("id_fiche"))
    form_id = visit.param("id_typeannonce") or visit.param("id") or given
    if "," in form_id or not form_id:
        return _choose(visit, form_id)
    return create_entry(visit, form_id, arguments.get("redirecturl", ""))


def _choose(visit: Visit, ids: str) -> str:
    wanted = ids.split(",") if ids else list(form_manager.forms(visit))
    lines = ""
    for number in wanted:
        form = form_manager.forms(visit).get(number.strip())
        if form:
            url = visit.href("", "", f"vue=saisir&action=saisir_fiche&id={number.strip()}")
            lines += f'<li><a href="{esc(url)}">{esc(form["bn_label_nature"])}</a></li>'
    return f"<h2>Choisir un formulaire</h2><ul>{lines}</ul>"


def create_entry(visit: Visit, form_id: str, after: str = "") -> str:
    """The form, or the entry it posts: 302 when made, the form again when refused (34, 63)."""
    form = form_manager.forms(visit).get(form_id)
    if form is None:
        return alert(f"Il n'y a pas de formulaire avec cet identifiant : '{esc(form_id)}'")
    if form["bn_only_one_entry"] == "Y":
        told = _only_one(visit, form)
        if told:
            return told
    error = ""
    if "bf_titre" in visit.post and not honeypot.caught(visit):
        try:
            entry = entry_manager.create(visit, form_id, dict(visit.post))
        except field_writers.UserFieldRefusal as refused:
            error = alert(esc(refused), "warning")
        else:
            query = f"vue=consulter&action=voir_fiche&id_fiche={entry['id_fiche']}"
            given = visit.param("incomingurl")
            ours = given if given.startswith(visit.farm.base_url) else ""
            raise redirect(ours or after or visit.href("", "", f"{query}&message=ajout_ok"))
    return entry_form.entry_form(visit, form, None, error)


def _only_one(visit: Visit, form: dict[str, str]) -> str:
    """A form of one entry a person: log in first, then one's own entry instead of the form.

    Source: `EntryController::checkIfOnlyOneEntry`, v4.4.4.
    """
    form_id = form["bn_id_nature"]
    fields = form_fields.known_fields(form, visit.features)
    if not visit.user:
        if any(field.kind == "utilisateur_wikini" for field in fields):
            return ""
        asked = alert("Vous devez être connecté·e pour accéder à ce formulaire.", "warning")
        return asked + login.login(visit, {})
    own = [page for page in entry_manager.search(visit, form_id) if page.owner == visit.user]
    if not own:
        return ""
    told = form["bn_only_one_entry_message"] or "Vous avez déjà une fiche dans ce formulaire."
    return alert(esc(told), "info") + entry_views.view(visit, own[0])


def edit_entry(visit: Visit, tag: str) -> str:
    """The form filled with an entry, or what it posts."""
    page = visit.farm.page(visit.w, tag)
    form = entry_guard.form_of(visit, page.values) if page else None
    if page is None or form is None:
        return alert(f"Il n'y a pas de fiche avec cet identifiant : {esc(tag)}")
    error = ""
    if "bf_titre" in visit.post and not honeypot.caught(visit):
        try:
            entry_manager.update(visit, tag, dict(visit.post))
        except field_writers.UserFieldRefusal as refused:
            error = alert(esc(refused), "warning")
        else:
            query = f"vue=consulter&action=voir_fiche&id_fiche={tag}&message=modif_ok"
            raise redirect(visit.href("", "", query))
    return entry_form.entry_form(visit, form, page, error)


def show_entry(visit: Visit, tag: str) -> str:
    """One entry inside the page BazaR: field rights alone hold (`EntryController::view`)."""
    page = visit.farm.page(visit.w, tag)
    if page is None or page.kind != ENTRY:
        return alert(f"Il n'y a pas de fiche avec cet identifiant : {esc(tag)}")
    done = {"ajout_ok": "Votre fiche a bien été ajoutée.", "modif_ok": "Fiche modifiée."}
    told = done.get(visit.arg("message"), "")
    return alert(told, "success") * bool(told) + entry_views.view(visit, page)


def _forms(visit: Visit, asked: str) -> str:
    if asked and visit.asleep:
        return _asleep()
    if asked in ("confirm_delete", "confirm_empty"):
        return form_pages.confirm_page(visit, asked.removeprefix("confirm_"))
    if asked in ("delete", "empty"):
        form_pages.delete_or_empty(visit, asked)
    if asked == "clone":
        form_pages.clone_form(visit)
    if asked in ("new", "modif"):
        return form_pages.edit_form(visit)
    return form_pages.forms_page(visit)


def _lists(visit: Visit, asked: str) -> str:
    if asked and visit.asleep:
        return _asleep()
    if asked == "supprimer_liste":
        list_manager.delete_list(visit, visit.arg("idliste"))
    return form_pages.lists_page(visit)
