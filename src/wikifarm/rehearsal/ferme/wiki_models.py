"""The models offered to new wikis: importing one, choosing those in use."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from ..exchange.elements import alert, esc, hidden, html_form, labelled
from ..exchange.wiki_request import Request
from ..people import acls
from ..store.database import Store
from ..wikitext.performer import action


def enabled_models(store: Store) -> list[str]:
    """The models offered to new wikis; the default content first, unless it was switched off."""
    models = {"default-content": True, **store.models()}
    return [name for name, enabled in models.items() if enabled and name]


@action("generatemodel")
def generate_model(request: Request, _arguments: dict[str, str]) -> str:
    """Import a model, and choose those offered to new wikis (67, 68)."""
    if not acls.is_admin(request):
        return alert("Action réservée aux administrateurs.")
    out = ""
    if "wiki-import-forms" in request.post:
        out += _import_model(request)
    if "save_config" in request.post:
        out += _enable_models(request)
    fields = labelled("Adresse du wiki source", '<input type="url" name="url-import">')
    fields += "".join(
        hidden(f"wiki-import-{kind}", "") for kind in ("forms", "lists", "entries", "pages")
    )
    return out + html_form(request.href(), fields, more=' id="yw-import-from-url"')


def _import_model(request: Request) -> str:
    """Keep the posted JSON. It is unescaped first: what does not parse after that is dropped."""
    base = re.sub(r"\?.*$", "", request.field("url-import")).rstrip("/")
    root = re.sub(r"^[^?]*\??", "", request.field("url-import")).partition("&")[0]
    parts = urlsplit(base)
    if not parts.netloc:
        return alert("Import du modèle impossible.", "warning")
    name = f"{parts.netloc}{parts.path}".replace("/", "--")
    model: dict[str, Any] = {
        kind: _decoded(request.field(f"wiki-import-{kind}"))
        for kind in ("pages", "forms", "lists", "entries")
    }
    for page in model["pages"].values() if isinstance(model["pages"], dict) else model["pages"]:
        page["tag"] = "PagePrincipale" if page.get("tag") == root else page.get("tag")
    label = request.field("model_label") or base
    request.farm.store.add_model(name, label, model)
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


def _enable_models(request: Request) -> str:
    """What is not named is switched off."""
    chosen = request.post.get("config")
    names = [str(n).removesuffix(".sql") for n in chosen] if isinstance(chosen, dict) else []
    store = request.farm.store
    for name in {**store.models(), "default-content": False}:
        store.enable_model(name, name in names)
    shown = ",".join(f"'{name}'" for name in names)
    return alert(f"La configuration a été sauvegardée avec les modèles : {esc(shown)}.", "success")
