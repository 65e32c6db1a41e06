"""The page BazaR: `{{bazar}}`, whose view and action are given by the address."""

from __future__ import annotations

from . import (
    bazar_entries,
    bazar_export,
    bazar_fields,
    bazar_forms,
    bazar_views,
    html,
    login,
    rights,
)
from .actions import action
from .store import ENTRY
from .visit import Visit, esc, redirect

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
        return menu + bazar_export.import_page(visit)
    if view == "exporter":
        return menu + bazar_export.export_page(visit)
    if asked == "voir_fiche":
        return menu + show_entry(visit, visit.param("id_fiche"))
    return menu + bazar_views.entry_list(visit, arguments)


def _menu(visit: Visit) -> str:
    items = "".join(
        f'<li><a href="{esc(visit.href("BazaR", "", f"vue={view}"))}">{label}</a></li>'
        for view, label in MENU
    )
    return f'<ul class="nav BAZ_menu">{items}</ul>'


def _asleep() -> str:
    return html.alert(rights.ASLEEP, "warning")


def _write(visit: Visit, arguments: dict[str, str], asked: str) -> str:
    if rights.is_asleep(visit):
        return _asleep()
    given = arguments.get("id") or arguments.get("idtypeannonce", "")
    if asked == "modif_fiche":
        return edit_entry(visit, visit.param("id_fiche"))
    form_id = visit.param("id_typeannonce") or visit.param("id") or given
    if "," in form_id or not form_id:
        return _choose(visit, form_id)
    return create_entry(visit, form_id, arguments.get("redirecturl", ""))


def _choose(visit: Visit, ids: str) -> str:
    wanted = ids.split(",") if ids else list(bazar_forms.forms(visit))
    lines = ""
    for number in wanted:
        form = bazar_forms.forms(visit).get(number.strip())
        if form:
            url = visit.href("", "", f"vue=saisir&action=saisir_fiche&id={number.strip()}")
            lines += f'<li><a href="{esc(url)}">{esc(form["bn_label_nature"])}</a></li>'
    return f"<h2>Choisir un formulaire</h2><ul>{lines}</ul>"


def create_entry(visit: Visit, form_id: str, after: str = "") -> str:
    """The form, or the entry it posts: 302 when made, the form again when refused (34, 63)."""
    form = bazar_forms.forms(visit).get(form_id)
    if form is None:
        return html.alert(f"Il n'y a pas de formulaire avec cet identifiant : '{esc(form_id)}'")
    if form["bn_only_one_entry"] == "Y":
        told = _only_one(visit, form)
        if told:
            return told
    error = ""
    if "bf_titre" in visit.post and not _robot(visit):
        try:
            entry = bazar_entries.create(visit, form_id, dict(visit.post))
        except bazar_entries.UserFieldRefusal as refused:
            error = html.alert(esc(refused), "warning")
        else:
            query = f"vue=consulter&action=voir_fiche&id_fiche={entry['id_fiche']}"
            given = visit.param("incomingurl")
            ours = given if given.startswith(visit.farm.base_url) else ""
            raise redirect(ours or after or visit.href("", "", f"{query}&message=ajout_ok"))
    return bazar_views.entry_form(visit, form, None, error)


def _only_one(visit: Visit, form: dict[str, str]) -> str:
    """A form of one entry a person: log in first, then one's own entry instead of the form.

    Source: `EntryController::checkIfOnlyOneEntry`, v4.4.4.
    """
    form_id = form["bn_id_nature"]
    fields = bazar_fields.known_fields(form, visit.features)
    if not visit.user:
        if any(field.kind == "utilisateur_wikini" for field in fields):
            return ""
        asked = html.alert("Vous devez être connecté·e pour accéder à ce formulaire.", "warning")
        return asked + login.login(visit, {})
    own = [page for page in bazar_entries.search(visit, form_id) if page.owner == visit.user]
    if not own:
        return ""
    told = form["bn_only_one_entry_message"] or "Vous avez déjà une fiche dans ce formulaire."
    return html.alert(esc(told), "info") + bazar_views.view(visit, own[0])


def _robot(visit: Visit) -> bool:
    """The honeypot, for whoever is not an administrator."""
    guarded = visit.features.honeypot and not rights.is_admin(visit)
    return guarded and bool(visit.field("yw-bot-guard-mail"))


def edit_entry(visit: Visit, tag: str) -> str:
    """The form filled with an entry, or what it posts."""
    page = visit.farm.page(visit.w, tag)
    form = bazar_entries.form_of(visit, bazar_entries.body_of(page)) if page else None
    if page is None or form is None:
        return html.alert(f"Il n'y a pas de fiche avec cet identifiant : {esc(tag)}")
    error = ""
    if "bf_titre" in visit.post and not _robot(visit):
        try:
            bazar_entries.update(visit, tag, dict(visit.post))
        except bazar_entries.UserFieldRefusal as refused:
            error = html.alert(esc(refused), "warning")
        else:
            query = f"vue=consulter&action=voir_fiche&id_fiche={tag}&message=modif_ok"
            raise redirect(visit.href("", "", query))
    return bazar_views.entry_form(visit, form, page, error)


def show_entry(visit: Visit, tag: str) -> str:
    """One entry inside the page BazaR: field rights alone hold (`EntryController::view`)."""
    page = visit.farm.page(visit.w, tag)
    if page is None or page.kind != ENTRY:
        return html.alert(f"Il n'y a pas de fiche avec cet identifiant : {esc(tag)}")
    done = {"ajout_ok": "Votre fiche a bien été ajoutée.", "modif_ok": "Fiche modifiée."}
    told = done.get(visit.arg("message"), "")
    return html.alert(told, "success") * bool(told) + bazar_views.view(visit, page)


def _forms(visit: Visit, asked: str) -> str:
    if asked and rights.is_asleep(visit):
        return _asleep()
    if asked in ("confirm_delete", "confirm_empty"):
        return bazar_forms.confirm_page(visit, asked.removeprefix("confirm_"))
    if asked in ("delete", "empty"):
        bazar_forms.delete_or_empty(visit, asked)
    if asked == "clone":
        bazar_forms.clone_form(visit)
    if asked in ("new", "modif"):
        return bazar_forms.edit_form(visit)
    return bazar_forms.forms_page(visit)


def _lists(visit: Visit, asked: str) -> str:
    if asked and rights.is_asleep(visit):
        return _asleep()
    if asked == "supprimer_liste":
        bazar_forms.delete_list(visit, visit.arg("idliste"))
    return bazar_forms.lists_page(visit)
