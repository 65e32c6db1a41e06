"""The models offered to new wikis: importing one, choosing those in use, removing one.

Source: `actions/generateModelAction.php` and its template, the same in fee4c9a (run on 4.4.4) and
d30a0b7 (run on 4.5.0); the wiki that a model is said to come from is asked for nothing but a
redirection.
"""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

from ..exchange.elements import alert, esc, hidden, html_form, labelled
from ..exchange.response import redirect
from ..exchange.wiki_request import Request
from ..people import acls
from ..store.database import Store
from ..wikitext.performer import action

DEFAULT = "default-content"
_SOURCES = (re.compile(r"(.*)/wakka\.php\?([\w.-]+)"), re.compile(r"(.*)/\?([\w.-]+)"))


def enabled_models(store: Store) -> dict[str, str]:
    """The models offered to new wikis with their labels; the default content first, unless it was
    switched off."""
    models = store.models()
    default = {DEFAULT: models.pop(DEFAULT, ("Installation basique", True))}
    return {name: label for name, (label, enabled) in {**default, **models}.items() if enabled}


@action("generatemodel")
def generate_model(request: Request, _arguments: dict[str, str]) -> str:
    """Import a model, remove one, choose those offered to new wikis (67, 68)."""
    if not acls.is_admin(request):
        return alert("Action réservée aux administrateurs.")
    out = ""
    if "wiki-import-forms" in request.post:
        out += _import_model(request)
    if going := request.arg("delete_model"):
        out += _remove_model(request, going)
    if "save_config" in request.post:
        out += _enable_models(request)
    return out + _choice(request) + _import_form(request)


def _choice(request: Request) -> str:
    store = request.farm.store
    offered = enabled_models(store)

    def item(box: str, name: str, label: str, more: str = "") -> str:
        checked = " checked" if name in offered else ""
        return (
            f'<li>{label}<label class="checkbox-inline"><input name="config[{esc(box)}]" '
            f'type="checkbox"{checked} /> Modèle proposé</label>{more}</li>'
        )

    rows = item(f"{DEFAULT}.sql", DEFAULT, "Installation basique <br />")
    for name, (label, _enabled) in store.models().items():
        if name != DEFAULT:
            away = esc(request.href("", "", f"delete_model={name}"))
            more = f'<a href="{away}" class="btn btn-xs btn-danger">Supprimer</a>'
            rows += item(name, name, f'<div class="model-label">{esc(label)}</div>', more)
    button = '<button name="save_config" type="submit">Enregistrer</button>'
    return f'<form method="POST"><ol>{rows}</ol>{button}</form><hr />'


def _import_form(request: Request) -> str:
    fields = labelled("Adresse du wiki source", '<input type="url" name="url-import">')
    fields += "".join(
        hidden(f"wiki-import-{kind}", "") for kind in ("forms", "lists", "entries", "pages")
    )
    return html_form(request.href(), fields, more=' id="yw-import-from-url"')


def _import_model(request: Request) -> str:
    """Keep the posted JSON. It is unescaped first: what does not parse after that is dropped."""
    source = request.field("url-import")
    matches = (pattern.search(source) for pattern in _SOURCES)
    match = next((each for each in matches if each), None)
    if match is None:
        return alert(f"Import du modèle impossible. : {esc(source)}", "warning")
    base, root = match.groups()
    name = base.replace("http://", "").replace("https://", "").replace("/", "--")
    model: dict[str, Any] = {
        kind: _decoded(request.field(f"wiki-import-{kind}"))
        for kind in ("pages", "forms", "lists", "entries")
    }
    for page in model["pages"].values() if isinstance(model["pages"], dict) else model["pages"]:
        page["tag"] = "PagePrincipale" if page.get("tag") == root else page.get("tag")
        page["body"] = str(page.get("body", "")).replace(root, "PagePrincipale")
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
    """What is not named is switched off; without any name, all but the default content."""
    chosen = request.post.get("config")
    names = [str(n).removesuffix(".sql") for n in chosen] if isinstance(chosen, dict) else []
    store = request.farm.store
    for name in {**store.models(), DEFAULT: ("", False)}:
        store.enable_model(name, name in (names or [DEFAULT]))
    if not names or names == [DEFAULT]:
        return alert("La configuration a été remise à zéro.", "success")
    shown = "','".join(names)
    return alert(
        f"La configuration a été sauvegardée avec les modèles : '{esc(shown)}'.", "success"
    )


def _remove_model(request: Request, name: str) -> str:
    """One that is offered is first switched off, and asked for again by a redirection."""
    store = request.farm.store
    if name in enabled_models(store):
        store.enable_model(name, False)
        raise redirect(request.href("", "", f"delete_model={name}"))
    if name == DEFAULT or name not in store.models():
        return alert(f'Le modèle "custom/wiki-models/{esc(name)}" n\'a pas été trouvé.', "warning")
    store.delete_model(name)
    return alert(f'Le modèle "custom/wiki-models/{esc(name)}" vient d\'être supprimé.', "success")
