"""The views of the page BazaR for forms, lists, import and export."""

from __future__ import annotations

from ..exchange.elements import alert, esc, hidden, html_form, labelled
from ..exchange.response import redirect
from ..exchange.wiki_request import Request
from ..people import acls, sessions
from . import form_manager
from .exports import csv_text
from .form_fields import known_fields
from .form_manager import FORM_KEYS, forms, forms_url, free_id, import_forms, write_form
from .list_manager import import_lists, list_options, lists_json


def confirm_page(request: Request, kind: str) -> str:
    """Asks before deleting or emptying a form; holds the token to post."""
    number = request.arg("idformulaire", "error")
    token = "confirmDeleteToken" if kind == "delete" else "confirmEmptyToken"
    label = "Supprimer le formulaire" if kind == "delete" else "Vider le formulaire"
    fields = (
        alert(f"{label} {esc(number)} et toutes ses fiches ?", "warning")
        + hidden(token, sessions.csrf_token(request))
        + f'<input type="submit" class="btn btn-danger" value="{label}">'
    )
    url = request.href("", "", f"vue=formulaire&action={kind}&idformulaire={esc(number)}")
    back = '<input type="submit" value="Annuler">'
    return html_form(url, fields) + html_form(request.href("", "", "vue=formulaire"), back)


def delete_or_empty(request: Request, kind: str) -> None:
    """Remove the entries of a form, and the form itself when asked."""
    number = request.arg("idformulaire")
    if not acls.is_admin(request):
        raise redirect(forms_url(request, "BAZ_NEED_ADMIN_RIGHTS"))
    token = "confirmDeleteToken" if kind == "delete" else "confirmEmptyToken"
    if not sessions.csrf_holds(request, request.field(token)):
        raise redirect(forms_url(request, "INVALID_CSRF_TOKEN"))
    request.refuse_when_asleep("tools/bazar/services/FormManager.php", 228)
    for page in request.wiki.entries(number):
        request.wiki.delete_page(page.tag)
    if kind == "delete":
        request.wiki.delete_form(int(number) if number.isdigit() else -1)
        raise redirect(forms_url(request, "BAZ_FORMULAIRE_ET_FICHES_SUPPRIMES"))
    raise redirect(forms_url(request, "BAZ_FORMULAIRE_VIDE"))


def clone_form(request: Request) -> None:
    """Copy a form under a new id."""
    form = forms(request).get(request.arg("idformulaire"))
    if not acls.is_admin(request) or form is None:
        raise redirect(forms_url(request, "BAZ_AUTH_NEEDED"))
    label = f"{form['bn_label_nature']} (copie)"
    write_form(request, free_id(request, ""), {**form, "bn_label_nature": label})
    raise redirect(forms_url(request, "BAZ_FORM_CLONED"))


def edit_form(request: Request) -> str:
    """Create or change a form by its text."""
    if not acls.is_admin(request):
        raise redirect(forms_url(request, "BAZ_NEED_ADMIN_RIGHTS"))
    number = request.arg("idformulaire")
    if "valider" in request.post:
        request.refuse_when_asleep("tools/bazar/services/FormManager.php", 139)
        value = {key: request.field(key) for key in FORM_KEYS}
        value |= {"bn_sem_use_template": request.field("bn_sem_use_template", "1")}
        wanted = number or free_id(request, request.field("bn_id_nature"))
        has_title = any(f.prop == "bf_titre" for f in known_fields(value, request.features))
        if has_title:
            write_form(request, wanted, value)
            done = "BAZ_FORMULAIRE_MODIFIE" if number else "BAZ_NOUVEAU_FORMULAIRE_ENREGISTRE"
            raise redirect(forms_url(request, done))
        request.flash("Le formulaire doit contenir un champ bf_titre.")
    form = forms(request).get(number, {})
    fields = hidden("bn_id_nature", number) + "".join(
        labelled(key, f'<input type="text" name="{key}" value="{esc(form.get(key, ""))}">')
        for key in FORM_KEYS
        if key != "bn_template"
    )
    text = esc(form.get("bn_template", ""))
    fields += labelled("bn_template", f'<textarea name="bn_template">{text}</textarea>')
    return html_form("", fields + '<input type="submit" name="valider" value="Valider">')


def forms_page(request: Request) -> str:
    """The table of forms, and the form that imports some."""
    if "imported-form" in request.post:
        import_forms(request)
    rows = ""
    for number, form in forms(request).items():
        links = [
            (f"vue=consulter&action=recherche&id={number}", "Fiches"),
            (f"vue=saisir&action=saisir_fiche&id={number}", "Saisir une fiche"),
            (f"vue=exporter&id={number}", "CSV"),
        ]
        if acls.is_admin(request):
            links += [
                (f"vue=formulaire&action=modif&idformulaire={number}", "Modifier"),
                (f"vue=formulaire&action=confirm_empty&idformulaire={number}", "Vider"),
                (f"vue=formulaire&action=confirm_delete&idformulaire={number}", "Supprimer"),
            ]
        shown = " · ".join(
            f'<a href="{esc(request.href("", "", query))}">{label}</a>' for query, label in links
        )
        title = f"<strong>{esc(form['bn_label_nature'])}</strong><br>{esc(form['bn_description'])}"
        rows += f"<tr><td>{title}</td><td>{number}</td><td>{shown}</td></tr>"
    message = request.arg("msg")
    out = alert(esc(message), "success") if message else ""
    out += (
        '<div class="table-responsive"><table id="existing-forms-table" class="bazar-table table">'
        f"<thead><tr><th>Formulaire</th><th>Id</th><th>Actions</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )
    source = '<input type="text" aria-label="Adresse" placeholder="Adresse d\'un autre wiki">'
    return out + html_form("javascript:undefined", source)


def lists_page(request: Request) -> str:
    """The table of lists; posted ones are made first. It says so even of none (measured)."""
    posted = "imported-list" in request.post
    if posted:
        import_lists(request)
    told = alert("Liste(s) importée(s) avec succès.", "success") if posted else ""
    rows = ""
    for tag, value in lists_json(request).items():
        values = "".join(f"<option>{esc(v)}</option>" for v in list_options(request, tag).values())
        title = esc(value.get("titre_liste") or value.get("title") or "")
        rows += f"<tr><td><strong>{title}</strong></td><td><select>{values}</select></td>"
        rows += f"<td>{esc(tag)}</td><td></td></tr>"
    table = (
        '<div class="table-responsive"><table class="table" id="existing-lists-table"><thead><tr>'
        "<th>Titre</th><th>Valeurs de la liste</th><th>ID</th><th>Actions</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )
    source = '<input type="text" aria-label="Adresse" placeholder="Adresse d\'un autre wiki">'
    out = told * (2 if request.features.list_import_told_twice else 1) + table
    return (
        out
        + html_form("javascript:undefined", source)
        + html_form("", "", more=' id="import-lists-form"')
    )


def export_page(request: Request) -> str:
    """The page that shows the CSV to copy, for administrators (61)."""
    if not acls.is_admin(request):
        return alert("Action bazarexport : réservée aux administrateurs.")
    form_id = request.param("id_typeannonce") or request.arg("id_form") or request.arg("id")
    options = "".join(
        f'<option value="{n}"{" selected" if n == form_id else ""}>{esc(f["bn_label_nature"])}'
        "</option>"
        for n, f in form_manager.forms(request).items()
    )
    fields = (
        f'<select name="id_typeannonce" aria-label="Formulaire">{options}</select>'
        '<label><input type="checkbox" name="bazar-export-option-keys-instead-of-values" '
        'value="1"> Clés plutôt que valeurs</label><input type="submit" value="Voir">'
    )
    out = html_form(request.href("", "", "vue=exporter"), fields)
    text = csv_text(request, form_id) if form_id else ""
    return out + (f'<pre class="precsv">{esc(text)}</pre>' if text else "")


def import_page(request: Request) -> str:
    """The page that would import a CSV; the rehearsal only shows its form (60)."""
    options = "".join(
        f'<option value="{n}">{esc(f["bn_label_nature"])}</option>'
        for n, f in form_manager.forms(request).items()
    )
    fields = f'<select name="id_typeannonce" aria-label="Formulaire">{options}</select>'
    return html_form(request.href("", "", "vue=importer"), fields)
