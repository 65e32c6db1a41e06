"""Bazar forms: reading them as JSON, importing, writing."""

from __future__ import annotations

import json
from typing import Any

from ..exchange.response import redirect
from ..exchange.wiki_request import Request
from ..people import acls
from ..rehearsal_settings import FARM_FORM
from . import form_fields
from .form_fields import FormField
from .list_manager import list_options

FORM_KEYS = ("bn_label_nature", "bn_template", "bn_description", "bn_sem_context", "bn_sem_type",
             "bn_condition")  # fmt: skip


def forms(request: Request) -> dict[str, dict[str, str]]:
    """The wiki's forms by id."""
    hidden = FARM_FORM if "no_ferme" in request.farm.traps else ""
    return {number: form for number, form in request.wiki.forms.items() if number != hidden}


def form_json(request: Request, form: dict[str, str]) -> dict[str, Any]:
    """A form as the API gives it: bn_* keys, `template`, `prepared`.

    A line of an unknown kind leaves a hole, and PHP then writes `prepared` as an object.
    """
    template = form_fields.template_lines(form["bn_template"])
    prepared = {
        number: form_fields.as_json(field, request.features, options(request, field))
        for number, field in form_fields.fields(form["bn_template"], request.features)
    }
    whole = list(prepared) == list(range(len(prepared)))
    return {
        **form,
        "template": [list(line) for line in template],
        "prepared": list(prepared.values()) if whole else {str(n): f for n, f in prepared.items()},
    }


def options(request: Request, field: FormField) -> dict[str, str]:
    """The choices of a list field: key -> label."""
    if field.kind in form_fields.LIST_KINDS:
        return list_options(request, field.name)
    if field.kind in form_fields.ENTRY_KINDS:
        entries = acls.listed(request, request.wiki.entries(field.name))
        return {entry.tag: entry.entry_title for entry in entries}
    return {}


def import_forms(request: Request) -> None:
    """Write the posted forms: one with a known label replaces it, whatever its id (30, 31).

    Source: `FormController::displayAll`, v4.4.4, which asks for no right at all.
    """
    posted = request.post.get("imported-form")
    request.refuse_when_asleep("tools/bazar/services/FormManager.php", 139)
    for number, raw in posted.items() if isinstance(posted, dict) else []:
        try:
            value = json.loads(str(raw))
        except ValueError:
            value = None
        if not isinstance(value, dict) or "bn_label_nature" not in value:
            raise request.fault(
                "Trying to access array offset on value of type null",
                "tools/bazar/controllers/FormController.php", 36, "ErrorException",
            )  # fmt: skip
        same = [i for i, f in forms(request).items()
                if f["bn_label_nature"] == value["bn_label_nature"]]  # fmt: skip
        write_form(request, same[0] if same else free_id(request, str(number)), value)
    raise redirect(forms_url(request, "BAZ_FORM_IMPORT_SUCCESSFULL"))


def free_id(request: Request, wanted: str) -> str:
    """The posted id when it is free, the next one below 1000 otherwise (`findNewId`)."""
    known = forms(request)
    if wanted.isdigit() and wanted not in known:
        return wanted
    below = [int(i) for i in known if int(i) < 1000]
    return str(max(below, default=0) + 1)


def write_form(request: Request, number: str, value: dict[str, Any]) -> None:
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
    request.wiki.set_form({key: form[key] for key in order})


def forms_url(request: Request, message: str) -> str:
    """The table of forms, with a message."""
    return request.href("", "", f"vue=formulaire&msg={message}")
