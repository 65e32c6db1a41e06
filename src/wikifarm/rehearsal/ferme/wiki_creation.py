"""A wiki is made by writing an entry of form 1100, traps included.

Source: `FarmService`, `YesWikiField` of February 2024; transcripts 20 to 28 and 69 to 72; for 4.6,
docs/yeswiki.md, Newer
"""

from __future__ import annotations

import re
from typing import Any

from ..bazar.entry_form import asked
from ..bazar.entry_guard import can_edit
from ..bazar.field_writers import writer
from ..bazar.form_fields import FormField
from ..defaults import default_forms
from ..dialects import Features
from ..exchange.elements import esc, hidden, labelled
from ..exchange.wiki_request import Request
from ..people import acls
from ..php import addslashes
from ..store.stored_wiki import StoredWiki
from . import seeding
from .wiki_models import enabled_models

SERVICE = "tools/ferme/services/FarmService.php"

ACLS: list[dict[str, str]] = [
    {"label": "Wiki ouvert", "read": "*", "write": "*", "comment": "comments-closed"}
]

REMOVED = ("-previous", "_wikiname", "_email", "_password")

REMOVED_TOO = ("yeswiki-farm-theme", "yeswiki-farm-model", "yeswiki-farm-acls")


@writer("yeswiki")
def write_wiki(request: Request, field: FormField, data: dict[str, Any]) -> None:
    """Make the wiki that an entry asks for, then drop the keys that must not stay in it."""
    name = field.prop
    folder = str(data.get(name) or "")
    new = not data.get(f"{name}_exists") and not data.get(f"{name}-previous")
    known = request.wiki.page(str(data["id_fiche"])) is not None
    if not can_edit(request, field, str(data["id_fiche"]), creating=True):
        data[name] = folder  # no wiki, and the entry says that there is one (measured)
    elif new and not (known and request.features.entry_makes_one_wiki):
        if folder and re.fullmatch(r"[0-9a-zA-Z-_]*", folder):
            create_wiki(request, folder, name, data)
            data[name] = folder
        else:
            data[name] = None
    else:
        data[name] = data.get(f"{name}-previous") or folder
    for key in [f"{name}{end}" for end in REMOVED] + list(REMOVED_TOO):
        data.pop(key, None)


def create_wiki(request: Request, folder: str, name: str, data: dict[str, Any]) -> None:
    """Folder, configuration, tables, content, in this order: a failure leaves what was reached."""
    refuse_busy(request, folder)
    model = request.field("yeswiki-farm-model")
    if request.features.choices_checked_first:
        _check_choices(request, model, str(data.get("yeswiki-farm-acls", "")))
    url = f"{request.farm.base_url}{folder}"
    store = request.farm.store
    if store.wiki(folder) is not None:
        raise request.fault(
            f"L'adresse {url} est déja utilisée, veuillez en prendre une autre.", SERVICE, 337
        )
    if "half_made" in request.farm.traps:
        request.farm.leave_half_made(folder, addslashes(str(data.get("bf_titre", ""))))
        raise request.fault("MySQL server has gone away", SERVICE, 588, "mysqli_sql_exception")
    content = store.model(model) if model != "default-content" else None
    if model != "default-content" and content is None:
        request.farm.leave_half_made(folder)
        told = f'Fichier SQL non trouvé "custom/wiki-models/{model}/default-content.sql".'
        raise request.fault(told, SERVICE, 917)
    wiki = store.add_wiki(folder, addslashes(str(data.get("bf_titre", ""))), "", _config(data))
    admin = str(data.get(f"{name}_wikiname") or "WikiAdmin")
    email = str(data.get(f"{name}_email") or "")
    email = str(data.get(email) or email)
    _fill(wiki, request.features, admin, content)
    seeding.first_account(wiki, admin, email, str(data.get(f"{name}_password", "")))
    seeding.close(wiki, content or {})


def _config(data: dict[str, Any]) -> dict[str, Any]:
    key = str(data.get("yeswiki-farm-acls", "0"))
    chosen = ACLS[int(key)] if key.isdigit() and int(key) < len(ACLS) else ACLS[0]
    told = addslashes(str(data.get("bf_description", ""))[:150])
    return {"meta_description": told, **{f"default_{p}_acl": chosen[p] for p in acls.PRIVILEGES}}


def _fill(wiki: StoredWiki, features: Features, admin: str, model: dict[str, Any] | None) -> None:
    if model is None:
        seeding.fill(wiki, admin, seeding.default_rows())
        for form in default_forms.forms(features):
            wiki.set_form(form)
        return
    seeding.fill(wiki, admin, seeding.model_rows(model), linked=False)
    keys = default_forms.forms(features)[0]
    for form in model["forms"].values() if isinstance(model["forms"], dict) else model["forms"]:
        values = {key: str(form.get(key) or default) for key, default in
                  {**dict.fromkeys(keys, ""), "bn_ce_i18n": "fr-FR", "bn_only_one_entry": "N",
                   "bn_sem_use_template": "1"}.items()}  # fmt: skip
        wiki.set_form(values)


def refuse_busy(request: Request, folder: str) -> None:
    """Raise what a folder under another operation meets (trap `busy`)."""
    if "busy" in request.farm.traps:
        raise request.fault(
            f"Le dossier {folder} est occupé par une autre opération, réessayez plus tard.",
            "tools/ferme/services/FolderLock.php", 88,
            "YesWiki\\Ferme\\Exception\\FolderBusyException",
        )  # fmt: skip


def _check_choices(request: Request, model: str, acl: str) -> None:
    """Before anything is made; the rights' key is compulsory."""
    kind = "YesWiki\\Ferme\\Exception\\WikiCreationException"
    creator = "tools/ferme/services/WikiCreator.php"
    if not acl.isdigit() or int(acl) >= len(ACLS):
        raise request.fault("Le choix des droits d'accès est inconnu.", creator, 120, kind)
    if model not in enabled_models(request.farm.store):
        raise request.fault(f"Le modèle {model} n'est pas proposé.", creator, 112, kind)


@asked("yeswiki")
def wiki_inputs(request: Request, field: FormField, value: str) -> str:
    """The inputs of the farm form: address, and the hidden defaults (20)."""
    name = field.prop
    if value:
        return hidden(f"{name}-previous", value) + hidden(f"{name}_exists", "1")
    models = enabled_models(request.farm.store)
    if len(models) > 1:
        choice = "".join(
            f'<label><input type="radio" value="{esc(model)}" name="yeswiki-farm-model"'
            f"{'' if number else ' checked'} /><span>{esc(label)}</span></label>"
            for number, (model, label) in enumerate(models.items())
        )
    else:
        choice = hidden("yeswiki-farm-model", next(iter(models), "default-content"))
    return (
        labelled(f"{field.label} ({request.farm.base_url}…)",
                   f'<input type="text" name="{esc(name)}" value="" required '
                   'pattern="[0-9a-zA-Z_\\-]+">')
        + hidden(f"{name}_wikiname", "WikiAdmin")
        + hidden(f"{name}_email", "bf_mail")
        + labelled("Mot de passe de l'administrateur",
                     f'<input type="password" name="{esc(name)}_password" required>')
        + hidden("yeswiki-farm-theme", "0") + choice + hidden("yeswiki-farm-acls", "0")
    )  # fmt: skip
