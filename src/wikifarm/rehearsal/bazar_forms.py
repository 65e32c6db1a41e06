"""Bazar forms and lists: reading them as JSON, importing, emptying, deleting."""

from __future__ import annotations

import json
from typing import Any

from . import accounts, bazar_fields, html, pages, rights
from .bazar_fields import Field, known_fields
from .settings import FARM_FORM
from .store import ENTRY, LIST
from .visit import Visit, esc, php_json, redirect

FORM_KEYS = ("bn_label_nature", "bn_template", "bn_description", "bn_sem_context", "bn_sem_type",
             "bn_condition")  # fmt: skip


def forms(visit: Visit) -> dict[str, dict[str, str]]:
    """The wiki's forms by id."""
    if "forms" not in visit.caches:
        found = visit.farm.store.forms(visit.w)
        if "no_ferme" in visit.farm.traps:
            found.pop(FARM_FORM, None)
        visit.caches["forms"] = found
    known: dict[str, dict[str, str]] = visit.caches["forms"]
    return known


def form_json(visit: Visit, form: dict[str, str]) -> dict[str, Any]:
    """A form as the API gives it: bn_* keys, `template`, `prepared`.

    A line of an unknown kind leaves a hole, and PHP then writes `prepared` as an object.
    """
    template = bazar_fields.template_lines(form["bn_template"])
    found = bazar_fields.fields(form["bn_template"], visit.features)
    prepared = {
        number: bazar_fields.as_json(field, visit.features, options(visit, field))
        for number, field in found
    }
    whole = list(prepared) == list(range(len(prepared)))
    return {
        **form,
        "template": [list(line) for line in template],
        "prepared": list(prepared.values()) if whole else {str(n): f for n, f in prepared.items()},
    }


def options(visit: Visit, field: Field) -> dict[str, str]:
    """The choices of a list field: key -> label."""
    if field.kind in bazar_fields.LIST_KINDS:
        return list_options(visit, field.name)
    if field.kind in bazar_fields.ENTRY_KINDS:
        found = visit.farm.store.entries(visit.w, field.name)
        readable = [p for p in found if rights.has_access(visit, "read", p.tag, p)]
        return {p.tag: visit.farm.entry_title(p) for p in readable}
    return {}


def list_options(visit: Visit, name: str) -> dict[str, str]:
    """The keys and labels of a list, in either of its shapes."""
    page = visit.farm.page(visit.w, name)
    if page is None or page.kind != LIST:
        return {}
    value = json.loads(page.body)
    if "label" in value:
        return {str(key): text for key, text in value["label"].items()}
    found: dict[str, str] = {}
    _flatten(value.get("nodes", []), found)
    return found


def _flatten(nodes: list[dict[str, Any]], found: dict[str, str]) -> None:
    for node in nodes:
        found[str(node.get("id"))] = str(node.get("label"))
        _flatten(node.get("children") or [], found)


def lists_json(visit: Visit) -> dict[str, Any]:
    """Every list, in the dialect's shape (32)."""
    found: dict[str, Any] = {}
    for page in visit.farm.store.pages(visit.w, LIST, order="p.id"):
        value = json.loads(page.body)
        if visit.features.lists_as_nodes:
            if "titre_liste" in value:
                nodes = [
                    {"id": int(key) if str(key).isdigit() else key, "label": text}
                    for key, text in value["label"].items()
                ]
                value = {"title": value["titre_liste"], "nodes": nodes}
            value["id"] = page.tag
        found[page.tag] = value
    return found


# -- writing --------------------------------------------------------------------------------


def import_forms(visit: Visit) -> None:
    """Write the posted forms: one with a known label replaces it, whatever its id (30, 31).

    Source: `FormController::displayAll`, v4.4.4, which asks for no right at all.
    """
    posted = visit.post.get("imported-form")
    rights.refuse_when_asleep(visit, "tools/bazar/services/FormManager.php", 139)
    for number, raw in posted.items() if isinstance(posted, dict) else []:
        try:
            value = json.loads(str(raw))
        except ValueError:
            value = None
        if not isinstance(value, dict) or "bn_label_nature" not in value:
            raise visit.fault(
                "Trying to access array offset on value of type null",
                "tools/bazar/controllers/FormController.php", 36, "ErrorException",
            )  # fmt: skip
        same = [i for i, f in forms(visit).items()
                if f["bn_label_nature"] == value["bn_label_nature"]]  # fmt: skip
        write_form(visit, same[0] if same else _free_id(visit, str(number)), value)
    raise redirect(_forms_url(visit, "BAZ_FORM_IMPORT_SUCCESSFULL"))


def _free_id(visit: Visit, wanted: str) -> str:
    """The posted id when it is free, the next one below 1000 otherwise (`findNewId`)."""
    known = forms(visit)
    if wanted.isdigit() and wanted not in known:
        return wanted
    below = [int(i) for i in known if int(i) < 1000]
    return str(max(below, default=0) + 1)


def write_form(visit: Visit, number: str, value: dict[str, Any]) -> None:
    """Write a form's columns; the others keep YesWiki's defaults."""
    form = {"bn_id_nature": number}
    form |= {key: str(value.get(key) or "") for key in FORM_KEYS}
    form["bn_sem_use_template"] = "1" if "bn_sem_use_template" in value else "0"
    form["bn_ce_i18n"] = "fr-FR"
    form["bn_only_one_entry"] = "Y" if value.get("bn_only_one_entry") == "Y" else "N"
    form["bn_only_one_entry_message"] = str(value.get("bn_only_one_entry_message") or "")
    order = ("bn_id_nature", "bn_label_nature", "bn_description", "bn_condition",
             "bn_sem_context", "bn_sem_type", "bn_sem_use_template", "bn_template", "bn_ce_i18n",
             "bn_only_one_entry", "bn_only_one_entry_message")  # fmt: skip
    visit.farm.store.set_form(visit.w, {key: form[key] for key in order})
    visit.caches.pop("forms", None)


def import_lists(visit: Visit) -> int:
    """Make the posted lists; the server names each from its title, twice if asked twice (33)."""
    posted = visit.post.get("imported-list")
    rights.refuse_when_asleep(visit, "tools/bazar/services/ListManager.php", 90)
    made = 0
    for raw in posted.values() if isinstance(posted, dict) else []:
        value = json.loads(str(raw))
        wanted = ("title", "nodes") if visit.features.lists_as_nodes else ("titre_liste", "label")
        if not all(key in value for key in wanted):
            raise visit.fault(
                f'Undefined array key "{wanted[0]}"',
                "tools/bazar/controllers/ListController.php", 28, "ErrorException",
            )  # fmt: skip
        create_list(visit, str(value[wanted[0]]), value[wanted[1]])
        made += 1
    return made


def create_list(visit: Visit, title: str, content: Any) -> str:
    """Make one list in the dialect's shape; its id."""
    nodes = visit.features.lists_as_nodes
    tag = pages.wiki_name(visit, visit.features.list_title.format(title))
    body = {"title": title, "nodes": content} if nodes else {"titre_liste": title, "label": content}
    pages.save(visit, tag, php_json(body))
    visit.farm.store.set_kind(visit.w, tag, LIST)
    return tag


def delete_list(visit: Visit, tag: str) -> None:
    """Remove a list: by GET, without a token, for its owner or an administrator."""
    rights.refuse_when_asleep(visit, "tools/bazar/services/ListManager.php", 152)
    if not rights.is_admin(visit) and not rights.is_owner(visit, tag):
        raise visit.fault("Unauthorized", "tools/bazar/services/ListManager.php", 160)
    visit.farm.store.delete_page(visit.w, tag)
    raise redirect(visit.href("", "", "vue=listes"))


def _forms_url(visit: Visit, message: str) -> str:
    return visit.href("", "", f"vue=formulaire&msg={message}")


def confirm_page(visit: Visit, kind: str) -> str:
    """Asks before deleting or emptying a form; holds the token to post."""
    number = visit.arg("idformulaire", "error")
    token = "confirmDeleteToken" if kind == "delete" else "confirmEmptyToken"
    label = "Supprimer le formulaire" if kind == "delete" else "Vider le formulaire"
    fields = (
        html.alert(f"{label} {esc(number)} et toutes ses fiches ?", "warning")
        + html.hidden(token, accounts.csrf_token(visit))
        + f'<input type="submit" class="btn btn-danger" value="{label}">'
    )
    url = visit.href("", "", f"vue=formulaire&action={kind}&idformulaire={esc(number)}")
    back = '<input type="submit" value="Annuler">'
    return html.form(url, fields) + html.form(visit.href("", "", "vue=formulaire"), back)


def delete_or_empty(visit: Visit, kind: str) -> None:
    """Remove the entries of a form, and the form itself when asked."""
    number = visit.arg("idformulaire")
    if not rights.is_admin(visit):
        raise redirect(_forms_url(visit, "BAZ_NEED_ADMIN_RIGHTS"))
    token = "confirmDeleteToken" if kind == "delete" else "confirmEmptyToken"
    if not accounts.csrf_holds(visit, visit.field(token)):
        raise redirect(_forms_url(visit, "INVALID_CSRF_TOKEN"))
    rights.refuse_when_asleep(visit, "tools/bazar/services/FormManager.php", 228)
    for page in visit.farm.store.entries(visit.w, number):
        visit.farm.store.delete_page(visit.w, page.tag)
    if kind == "delete":
        sql = "DELETE FROM forms WHERE wiki = ? AND id = ?"
        visit.farm.store.run(sql, visit.w, int(number) if number.isdigit() else -1)
        raise redirect(_forms_url(visit, "BAZ_FORMULAIRE_ET_FICHES_SUPPRIMES"))
    raise redirect(_forms_url(visit, "BAZ_FORMULAIRE_VIDE"))


def clone_form(visit: Visit) -> None:
    """Copy a form under a new id."""
    form = forms(visit).get(visit.arg("idformulaire"))
    if not rights.is_admin(visit) or form is None:
        raise redirect(_forms_url(visit, "BAZ_AUTH_NEEDED"))
    label = f"{form['bn_label_nature']} (copie)"
    write_form(visit, _free_id(visit, ""), {**form, "bn_label_nature": label})
    raise redirect(_forms_url(visit, "BAZ_FORM_CLONED"))


def edit_form(visit: Visit) -> str:
    """Create or change a form by its text."""
    if not rights.is_admin(visit):
        raise redirect(_forms_url(visit, "BAZ_NEED_ADMIN_RIGHTS"))
    number = visit.arg("idformulaire")
    if "valider" in visit.post:
        rights.refuse_when_asleep(visit, "tools/bazar/services/FormManager.php", 139)
        value = {key: visit.field(key) for key in FORM_KEYS}
        value |= {"bn_sem_use_template": visit.field("bn_sem_use_template", "1")}
        wanted = number or _free_id(visit, visit.field("bn_id_nature"))
        has_title = any(f.prop == "bf_titre" for f in known_fields(value, visit.features))
        if has_title:
            write_form(visit, wanted, value)
            done = "BAZ_FORMULAIRE_MODIFIE" if number else "BAZ_NOUVEAU_FORMULAIRE_ENREGISTRE"
            raise redirect(_forms_url(visit, done))
        visit.flash("Le formulaire doit contenir un champ bf_titre.")
    form = forms(visit).get(number, {})
    fields = html.hidden("bn_id_nature", number) + "".join(
        html.field(key, f'<input type="text" name="{key}" value="{esc(form.get(key, ""))}">')
        for key in FORM_KEYS
        if key != "bn_template"
    )
    text = esc(form.get("bn_template", ""))
    fields += html.field("bn_template", f'<textarea name="bn_template">{text}</textarea>')
    return html.form("", fields + '<input type="submit" name="valider" value="Valider">')


def forms_page(visit: Visit) -> str:
    """The table of forms, and the form that imports some."""
    if "imported-form" in visit.post:
        import_forms(visit)
    rows = ""
    for number, form in forms(visit).items():
        links = [
            (f"vue=consulter&action=recherche&id={number}", "Fiches"),
            (f"vue=saisir&action=saisir_fiche&id={number}", "Saisir une fiche"),
            (f"vue=exporter&id={number}", "CSV"),
        ]
        if rights.is_admin(visit):
            links += [
                (f"vue=formulaire&action=modif&idformulaire={number}", "Modifier"),
                (f"vue=formulaire&action=confirm_empty&idformulaire={number}", "Vider"),
                (f"vue=formulaire&action=confirm_delete&idformulaire={number}", "Supprimer"),
            ]
        shown = " · ".join(
            f'<a href="{esc(visit.href("", "", query))}">{label}</a>' for query, label in links
        )
        title = f"<strong>{esc(form['bn_label_nature'])}</strong><br>{esc(form['bn_description'])}"
        rows += f"<tr><td>{title}</td><td>{number}</td><td>{shown}</td></tr>"
    message = visit.arg("msg")
    out = html.alert(esc(message), "success") if message else ""
    out += (
        '<div class="table-responsive"><table id="existing-forms-table" class="bazar-table table">'
        f"<thead><tr><th>Formulaire</th><th>Id</th><th>Actions</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )
    source = '<input type="text" aria-label="Adresse" placeholder="Adresse d\'un autre wiki">'
    return out + html.form("javascript:undefined", source)


def lists_page(visit: Visit) -> str:
    """The table of lists; posted ones are made first."""
    made = import_lists(visit) if "imported-list" in visit.post else 0
    told = html.alert("Liste(s) importée(s) avec succès.", "success") if made else ""
    rows = ""
    for tag, value in lists_json(visit).items():
        values = ", ".join(list_options(visit, tag).values())
        title = esc(value.get("titre_liste") or value.get("title") or "")
        rows += f"<tr><td>{title}</td><td>{esc(tag)}</td><td>{esc(values)}</td></tr>"
    table = (
        '<div class="table-responsive"><table class="table"><thead><tr><th>Liste</th><th>Id</th>'
        f"<th>Valeurs</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )
    source = '<input type="text" aria-label="Adresse" placeholder="Adresse d\'un autre wiki">'
    out = told * (2 if visit.features.list_import_told_twice else 1) + table
    return (
        out
        + html.form("javascript:undefined", source)
        + html.form("", "", more=' id="import-lists-form"')
    )


def entry_count(visit: Visit, number: str) -> int:
    """How many entries a form has."""
    sql = "SELECT COUNT(*) FROM kinds WHERE wiki = ? AND kind = ? AND form = ?"
    row = visit.farm.store.one(sql, visit.w, ENTRY, number)
    return int(row[0]) if row else 0
