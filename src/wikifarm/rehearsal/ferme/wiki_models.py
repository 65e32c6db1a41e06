"""The models offered to new wikis: importing one, choosing those in use."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from ..exchange.elements import alert, esc, hidden, html_form, labelled
from ..exchange.wiki_request import Visit
from ..people import acls
from ..wikitext.performer import action


def enabled_models(visit: Visit) -> list[str]:
    """The models offered to new wikis."""
    sql = "SELECT 1 FROM models WHERE name = 'default-content' AND NOT enabled"
    off = visit.farm.store.one(sql)
    rows = visit.farm.store.rows("SELECT name FROM models WHERE enabled AND name != ''")
    named = [r[0] for r in rows if r[0] != "default-content"]
    return ([] if off else ["default-content"]) + named


@action("generatemodel")
def generate_model(visit: Visit, _arguments: dict[str, str]) -> str:
    """Import a model, and choose those offered to new wikis (67, 68)."""
    if not acls.is_admin(visit):
        return alert("Action réservée aux administrateurs.")
    out = ""
    if "wiki-import-forms" in visit.post:
        out += _import_model(visit)
    if "save_config" in visit.post:
        out += _enable_models(visit)
    fields = labelled("Adresse du wiki source", '<input type="url" name="url-import">')
    fields += "".join(
        hidden(f"wiki-import-{kind}", "") for kind in ("forms", "lists", "entries", "pages")
    )
    return out + html_form(visit.href(), fields, more=' id="yw-import-from-url"')


def _import_model(visit: Visit) -> str:
    """Keep the posted JSON. It is unescaped first: what does not parse after that is dropped."""
    base = re.sub(r"\?.*$", "", visit.field("url-import")).rstrip("/")
    root = re.sub(r"^[^?]*\??", "", visit.field("url-import")).partition("&")[0]
    parts = urlsplit(base)
    if not parts.netloc:
        return alert("Import du modèle impossible.", "warning")
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
    return alert(
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
    return alert(f"La configuration a été sauvegardée avec les modèles : {esc(shown)}.", "success")
