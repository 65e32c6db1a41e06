"""A form, a list and an entry, made as a person would."""

from __future__ import annotations

import json

from ..conftest import Browser

TEMPLATE = (
    "titre***{{bf_prenom}} {{bf_nom}}***Titre Automatique***\n"
    "texte***bf_nom***Nom***60***255*** *** ***text***1*** *** *** * *** * *** *** *** ***\n"
    "texte***bf_prenom***Prénom***60***255*** *** ***text***1*** *** *** * *** * *** *** *** ***\n"
    "champs_mail***bf_mail***Email*** *** *** ***form*** ***1***0*** *** * *** * *** *** ***\n"
    "texte***bf_secret***Secret***60***255*** *** ***text***0*** *** *** % *** % *** *** *** ***\n"
    "map***bf_latitude***bf_longitude*** *** ***\n"
    "radio***{list}***Accord*** *** *** *** *** ***1*** *** *** * *** * *** *** *** ***\n"
    "{acls}"
)


PERSON = {
    "bf_titre": "{{bf_prenom}} {{bf_nom}}",
    "bf_nom": "Hopper",
    "bf_prenom": "Grâce",
    "bf_mail": "grace@example.org",
    "bf_secret": "sentinelle",
    "bf_latitude": "48.11",
    "bf_longitude": "-1.68",
    "antispam": "1",
}


def make_list(admin: Browser, title: str = "OuiNonW") -> str:
    value: object = {"titre_liste": title, "label": {"oui": "Oui", "non": "Non"}}
    if admin.farm.settings.features.lists_as_nodes:
        nodes = [{"id": k, "label": v, "children": []} for k, v in (("oui", "Oui"), ("non", "Non"))]
        value = {"title": title, "nodes": nodes}
    before = set(admin.get("?BazaR/json&demand=lists").json())
    answer = admin.post("?BazaR&vue=listes", {"imported-list[x]": json.dumps(value)})
    assert (answer.status_code, "importée(s) avec succès" in answer.text) == (200, True)
    return str((set(admin.get("?BazaR/json&demand=lists").json()) - before).pop())


def make_form(admin: Browser, number: str = "1200", acls: str = "") -> None:
    template = TEMPLATE.replace("{list}", "ListeType").replace("{acls}", acls)
    value = {"bn_label_nature": "Participant·es", "bn_template": template}
    answer = admin.post("?BazaR&vue=formulaire", {f"imported-form[{number}]": json.dumps(value)})
    assert answer.headers["location"].endswith("vue=formulaire&msg=BAZ_FORM_IMPORT_SUCCESSFULL")


def enter(browser: Browser, **more: str) -> str:
    answer = browser.post("?BazaR&vue=saisir&action=saisir_fiche&id=1200", PERSON | more)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"].partition("id_fiche=")[2].partition("&")[0]
