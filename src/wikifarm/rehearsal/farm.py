"""The ferme extension: a wiki is made by writing an entry of form 1100, traps included.

Source: `FarmService`, `YesWikiField`, `generateModelAction` of February 2024; transcripts 20 to 28,
50, 51 and 67 to 72; for 4.6, docs/yeswiki.md, 4.6
"""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from . import bazar_entries, html, pages, rights, seeding
from .actions import action
from .bazar_fields import Field
from .defaults import bazar
from .settings import FARM_FORM
from .store import ENTRY, Page
from .visit import Visit, addslashes, esc

SERVICE = "tools/ferme/services/FarmService.php"
ACLS: list[dict[str, str]] = [
    {"label": "Wiki ouvert", "read": "*", "write": "*", "comment": "comments-closed"}
]
REMOVED = ("-previous", "_wikiname", "_email", "_password")
REMOVED_TOO = ("yeswiki-farm-theme", "yeswiki-farm-model", "yeswiki-farm-acls")


def write_field(visit: Visit, field: Field, data: dict[str, Any]) -> None:
    """Make the wiki that an entry asks for, then drop the keys that must not stay in it."""
    name = field.prop
    folder = str(data.get(name) or "")
    new = not data.get(f"{name}_exists") and not data.get(f"{name}-previous")
    known = visit.farm.store.page(visit.w, str(data["id_fiche"])) is not None
    if new and not (known and visit.features.entry_makes_one_wiki):
        if folder and re.fullmatch(r"[0-9a-zA-Z-_]*", folder):
            create_wiki(visit, folder, name, data)
            data[name] = folder
        else:
            data[name] = None
    else:
        data[name] = data.get(f"{name}-previous") or folder
    for key in [f"{name}{end}" for end in REMOVED] + list(REMOVED_TOO):
        data.pop(key, None)


def create_wiki(visit: Visit, folder: str, name: str, data: dict[str, Any]) -> None:
    """Folder, configuration, tables, content, in this order: a failure leaves what was reached."""
    _refuse_busy(visit, folder)
    model = visit.field("yeswiki-farm-model")
    if visit.features.choices_checked_first:
        _check_choices(visit, model, str(data.get("yeswiki-farm-acls", "")))
    url = f"{visit.farm.base_url}{folder}"
    store = visit.farm.store
    if store.wiki(folder) is not None:
        raise visit.fault(
            f"L'adresse {url} est déja utilisée, veuillez en prendre une autre.", SERVICE, 337
        )
    if "half_made" in visit.farm.traps:
        visit.farm.leave_half_made(folder, addslashes(str(data.get("bf_titre", ""))))
        raise visit.fault("MySQL server has gone away", SERVICE, 588, "mysqli_sql_exception")
    content = seeding.load_model(store, model) if model != "default-content" else None
    if model != "default-content" and content is None:
        visit.farm.leave_half_made(folder)
        told = f'Fichier SQL non trouvé "custom/wiki-models/{model}/default-content.sql".'
        raise visit.fault(told, SERVICE, 917)
    store.add_wiki(folder, addslashes(str(data.get("bf_titre", ""))), "", _config(data))
    admin = str(data.get(f"{name}_wikiname") or "WikiAdmin")
    email = str(data.get(f"{name}_email") or "")
    email = str(data.get(email) or email)
    _fill(visit, folder, admin, content)
    seeding.first_account(store, folder, admin, email, str(data.get(f"{name}_password", "")))


def _config(data: dict[str, Any]) -> dict[str, Any]:
    key = str(data.get("yeswiki-farm-acls", "0"))
    chosen = ACLS[int(key)] if key.isdigit() and int(key) < len(ACLS) else ACLS[0]
    return {f"default_{p}_acl": chosen[p] for p in rights.PRIVILEGES}


def _fill(visit: Visit, folder: str, admin: str, model: dict[str, Any] | None) -> None:
    store, features = visit.farm.store, visit.features
    if model is None:
        seeding.fill(store, folder, admin, seeding.default_rows())
        for form in bazar.forms(features):
            store.set_form(folder, form)
        return
    seeding.fill(store, folder, admin, seeding.model_rows(model))
    keys = bazar.forms(features)[0]
    for form in model["forms"].values() if isinstance(model["forms"], dict) else model["forms"]:
        values = {key: str(form.get(key) or default) for key, default in
                  {**dict.fromkeys(keys, ""), "bn_ce_i18n": "fr-FR", "bn_only_one_entry": "N",
                   "bn_sem_use_template": "1"}.items()}  # fmt: skip
        store.set_form(folder, values)


def _refuse_busy(visit: Visit, folder: str) -> None:
    if "busy" in visit.farm.traps:
        raise visit.fault(
            f"Le dossier {folder} est occupé par une autre opération, réessayez plus tard.",
            "tools/ferme/services/FolderLock.php", 88,
            "YesWiki\\Ferme\\Exception\\FolderBusyException",
        )  # fmt: skip


def _check_choices(visit: Visit, model: str, acl: str) -> None:
    """Before anything is made; the rights' key is compulsory."""
    kind = "YesWiki\\Ferme\\Exception\\WikiCreationException"
    creator = "tools/ferme/services/WikiCreator.php"
    if not acl.isdigit() or int(acl) >= len(ACLS):
        raise visit.fault("Le choix des droits d'accès est inconnu.", creator, 120, kind)
    if model not in enabled_models(visit):
        raise visit.fault(f"Le modèle {model} n'est pas proposé.", creator, 112, kind)


def inputs(visit: Visit, field: Field, value: str) -> str:
    """The inputs of the farm form: address, and the hidden defaults (20)."""
    name = field.prop
    if value:
        return html.hidden(f"{name}-previous", value) + html.hidden(f"{name}_exists", "1")
    models = enabled_models(visit)
    if len(models) > 1:
        options = "".join(f'<option value="{esc(m)}">{esc(m)}</option>' for m in models)
        choice = html.field("Modèle", f'<select name="yeswiki-farm-model">{options}</select>')
    else:
        choice = html.hidden("yeswiki-farm-model", models[0] if models else "default-content")
    return (
        html.field(f"{field.label} ({visit.farm.base_url}…)",
                   f'<input type="text" name="{esc(name)}" value="" required '
                   'pattern="[0-9a-zA-Z_\\-]+">')
        + html.hidden(f"{name}_wikiname", "WikiAdmin")
        + html.hidden(f"{name}_email", "bf_mail")
        + html.field("Mot de passe de l'administrateur",
                     f'<input type="password" name="{esc(name)}_password" required>')
        + html.hidden("yeswiki-farm-theme", "0") + choice + html.hidden("yeswiki-farm-acls", "0")
    )  # fmt: skip


def delete_entry(visit: Visit, page: Page) -> None:
    """Deleting an entry of form 1100 removes its wiki: folder and tables (51)."""
    if visit.w or page.kind != ENTRY:
        return
    entry = bazar_entries.body_of(page)
    folder = str(entry.get("bf_dossier-wiki") or "")
    if entry.get("id_typeannonce") == FARM_FORM and folder:
        _refuse_busy(visit, folder)
        visit.farm.remove_wiki(folder)


def enabled_models(visit: Visit) -> list[str]:
    """The models offered to new wikis."""
    sql = "SELECT 1 FROM models WHERE name = 'default-content' AND NOT enabled"
    off = visit.farm.store.one(sql)
    rows = visit.farm.store.rows("SELECT name FROM models WHERE enabled AND name != ''")
    named = [r[0] for r in rows if r[0] != "default-content"]
    return ([] if off else ["default-content"]) + named


# -- actions of the farm's pages ------------------------------------------------------------


@action("adminwikis")
def admin_wikis(visit: Visit, _arguments: dict[str, str]) -> str:
    """The table of wikis, for administrators."""
    if not rights.is_admin(visit):
        return html.alert("Action réservée aux administrateurs.")
    rows = ""
    for page in visit.farm.store.entries("", FARM_FORM):
        entry = bazar_entries.body_of(page)
        url = f"{visit.farm.base_url}{entry.get('bf_dossier-wiki') or ''}"
        rows += (
            f'<tr><td><strong class="wiki-title"><a href="{esc(url)}/">'
            f"{esc(entry.get('bf_titre', ''))}</a></strong></td>"
            f"<td>{esc(entry.get('bf_referent', ''))}</td><td>{esc(entry.get('bf_mail', ''))}</td>"
            f"<td>{esc(page.time)}</td><td>{pages.page_link(visit, page.tag, 'Fiche')}</td></tr>"
        )
    return (
        "<h2>Administration des wikis</h2>"
        '<div class="table-responsive"><table id="wikis-table" class="table"><thead><tr>'
        "<th>Wiki</th><th>Référent·e</th><th>E-mail</th><th>Modifié</th><th>Fiche</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


@action("generatemodel")
def generate_model(visit: Visit, _arguments: dict[str, str]) -> str:
    """Import a model, and choose those offered to new wikis (67, 68)."""
    if not rights.is_admin(visit):
        return html.alert("Action réservée aux administrateurs.")
    out = ""
    if "wiki-import-forms" in visit.post:
        out += _import_model(visit)
    if "save_config" in visit.post:
        out += _enable_models(visit)
    fields = html.field("Adresse du wiki source", '<input type="url" name="url-import">')
    fields += "".join(
        html.hidden(f"wiki-import-{kind}", "") for kind in ("forms", "lists", "entries", "pages")
    )
    return out + html.form(visit.href(), fields, more=' id="yw-import-from-url"')


def _import_model(visit: Visit) -> str:
    """Keep the posted JSON. It is unescaped first: what does not parse after that is dropped."""
    base = re.sub(r"\?.*$", "", visit.field("url-import")).rstrip("/")
    root = re.sub(r"^[^?]*\??", "", visit.field("url-import")).partition("&")[0]
    parts = urlsplit(base)
    if not parts.netloc:
        return html.alert("Import du modèle impossible.", "warning")
    name = f"{parts.netloc}{parts.path}".replace("/", "--")
    model: dict[str, Any] = {
        kind: _decoded(visit.field(f"wiki-import-{kind}"))
        for kind in ("pages", "forms", "lists", "entries")
    }
    for page in model["pages"].values() if isinstance(model["pages"], dict) else model["pages"]:
        page["tag"] = "PagePrincipale" if page.get("tag") == root else page.get("tag")
    label = visit.field("model_label") or base
    visit.farm.store.run(
        "INSERT INTO models VALUES (?, ?, 0, ?) ON CONFLICT (name) DO UPDATE SET "
        "label = excluded.label, body = excluded.body",
        name, label, json.dumps(model, ensure_ascii=False),
    )  # fmt: skip
    file = f"custom/wiki-models/{name}/default-content.sql"
    return html.alert(
        f'Le fichier <a href="{esc(file)}">{esc(file)}</a> vient d\'être enregistré avec succès.',
        "success",
    )


def _decoded(raw: str) -> Any:
    try:
        value = json.loads(unescape(raw))
    except ValueError:
        return {}
    return value if isinstance(value, (dict, list)) else {}


def _enable_models(visit: Visit) -> str:
    """What is not named is switched off."""
    chosen = visit.post.get("config")
    names = [str(n).removesuffix(".sql") for n in chosen] if isinstance(chosen, dict) else []
    store = visit.farm.store
    store.run("UPDATE models SET enabled = 0")
    sql = "INSERT INTO models VALUES (?, ?, 1, '{}') ON CONFLICT (name) DO UPDATE SET enabled = 1"
    known = {r[0] for r in store.rows("SELECT name FROM models")} | {"default-content"}
    for name in names:
        if name in known:
            store.run(sql, name, name)
    if "default-content" not in names:
        off = sql.replace("1, '{}'", "0, '{}'").replace("enabled = 1", "enabled = 0")
        store.run(off, "default-content", "default-content")
    shown = ",".join(f"'{name}'" for name in names)
    return html.alert(
        f"La configuration a été sauvegardée avec les modèles : {esc(shown)}.", "success"
    )
