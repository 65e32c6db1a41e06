"""Bazar forms: reading them as JSON, importing, writing."""

from __future__ import annotations

import json
from typing import Any

from ..exchange.response import redirect
from ..exchange.wiki_request import Visit
from ..people import acls
from ..rehearsal_settings import FARM_FORM
from . import form_fields
from .form_fields import Field
from .list_manager import list_options

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
    template = form_fields.template_lines(form["bn_template"])
    found = form_fields.fields(form["bn_template"], visit.features)
    prepared = {
        number: form_fields.as_json(field, visit.features, options(visit, field))
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
    if field.kind in form_fields.LIST_KINDS:
        return list_options(visit, field.name)
    if field.kind in form_fields.ENTRY_KINDS:
        found = visit.farm.store.entries(visit.w, field.name)
        readable = [p for p in found if acls.has_access(visit, "read", p.tag, p)]
        return {p.tag: p.entry_title for p in readable}
    return {}


def import_forms(visit: Visit) -> None:
    """Write the posted forms: one with a known label replaces it, whatever its id (30, 31).

    Source: `FormController::displayAll`, v4.4.4, which asks for no right at all.
    """
    posted = visit.post.get("imported-form")
    visit.refuse_when_asleep("tools/bazar/services/FormManager.php", 139)
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
        write_form(visit, same[0] if same else free_id(visit, str(number)), value)
    raise redirect(forms_url(visit, "BAZ_FORM_IMPORT_SUCCESSFULL"))


def free_id(visit: Visit, wanted: str) -> str:
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


def forms_url(visit: Visit, message: str) -> str:
    return visit.href("", "", f"vue=formulaire&msg={message}")
