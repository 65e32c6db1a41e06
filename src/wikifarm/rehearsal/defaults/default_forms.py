"""The forms, the list and the sample entries of a new wiki, and the farm's form 1100."""

from __future__ import annotations

from typing import Any

from ..dialects import Features
from ..rehearsal_settings import FARM_FORM


def line(kind: str, name: str, label: str, required: bool = False, **columns: str) -> str:
    """One template line; other columns by number: `c3="60"`."""
    cells = [kind, name, label, *[" "] * 5, "1" if required else "0", " ", " ", " * ", " * ",
             " ", " ", " "]  # fmt: skip
    for key, value in columns.items():
        cells[int(key[1:])] = value
    return "***".join(cells)


def _text(name: str, label: str, required: bool = False, size: str = "60") -> str:
    return line("texte", name, label, required, c3=size, c4="255", c7="text")


def _wiki(name: str, label: str, required: bool = False) -> str:
    return line("textelong", name, label, required, c3="40", c7="wiki")


_IMAGE = line("image", "bf_image", "Image (facultatif)", c3="140", c4="140", c5="600", c6="600",
              c7="right")  # fmt: skip

_MAP = "map***bf_latitude***bf_longitude*** *** *** "

_END = "labelhtml***<h3>Plus qu'à valider !</h3>*** *** *** "

_PLACE = [
    _text("bf_adresse", "Adresse", size="50"),
    _text("bf_code_postal", "Code postal", size="8"),
    _text("bf_ville", "Ville", size="50"),
    _MAP,
]

_PEOPLE = [
    "titre***{{bf_nom}} {{bf_prenom}}***Titre Automatique*** ",
    _text("bf_nom", "Nom", True),
    _text("bf_prenom", "Prénom", True),
    line("image", "bf_image", "Un portrait (facultatif)", c3="140", c4="140", c5="600", c6="600",
         c7="right"),
    _text("bf_fonction", "Mon métier, ma fonction"),
    line("textelong", "bf_projet", "Ma présentation", c3="5", c4="5", c7="html"),
    line("champs_mail", "bf_mail", "E-mail (ne sera pas affiché)", c6="form", c9="0"),
    _text("bf_structure", "Ma structure"),
    line("lien_internet", "bf_site_internet", "Site internet"),
    *_PLACE,
    _END,
]  # fmt: skip

_EVENTS = [
    _text("bf_titre", "Nom de l'événement", True),
    _wiki("bf_description", "Description"),
    line("listedatedeb", "bf_date_debut_evenement", "Début de l'événement", True, c5="today"),
    line("listedatefin", "bf_date_fin_evenement", "Fin de l'événement", True, c5="today"),
    line("lien_internet", "bf_site_internet", "Adresse url"),
    _IMAGE,
    line("fichier", "fichier", "Documents", c3="20000000", c7="file"),
    *_PLACE,
    _END,
]

_NEWS = [
    line("image", "bf_image", "Image", True, c3="400", c4="300", c5="1200", c6="900", c7="right"),
    _text("bf_titre", "Titre", True, size="80"),
    _wiki("bf_chapeau", "Résumé", True),
    _wiki("bf_description", "Billet", True),
]


def _resources(features: Features) -> list[str]:
    """Form 4: where the property is the name alone, its list field gives the whole in column 6."""
    name = " " if features.list_in_property else "checkboxListeType"
    return [
        _text("bf_titre", "Nom de la ressource", True),
        line("lien_internet", "bf_url", "Site web", c3="40", c4="255", c7="url"),
        line("checkbox", "ListeType", "Type de ressource", True, c6=name),
        _wiki("bf_description", "Description"),
        _text("bf_auteur", "Auteur·e"),
        _IMAGE,
        line("fichier", "fichier", "Documents", c3="20000000", c7="file"),
        _END,
    ]


def _form(number: str, label: str, lines: list[str], **more: str) -> dict[str, str]:
    return {
        "bn_id_nature": number, "bn_label_nature": label,
        "bn_description": more.get("description", ""),
        "bn_condition": "", "bn_sem_context": more.get("context", ""),
        "bn_sem_type": more.get("kind", ""),
        "bn_sem_use_template": "1", "bn_template": "\r\n".join(lines) + "\r\n",
        "bn_ce_i18n": "fr-FR", "bn_only_one_entry": "N", "bn_only_one_entry_message": "",
    }  # fmt: skip


def forms(features: Features) -> list[dict[str, str]]:
    """Forms 1 to 4."""
    streams = "https://www.w3.org/ns/activitystreams"
    return [
        _form("1", "Annuaire", _PEOPLE),
        _form("2", "Agenda", _EVENTS, context=streams, kind="Event"),
        _form("3", "Blog-actu", _NEWS),
        _form("4", "Ressources", _resources(features), description="Des ressources à partager."),
    ]


def farm_form(features: Features) -> dict[str, str]:
    """Form 1100."""
    name = "radioListeOuiNon" if features.named_farm_consent else " "
    told = "Formulaire de création de yeswikis dans la ferme"
    return _form(FARM_FORM, "Ferme Yeswiki", [
        _text("bf_titre", "Titre du wiki", True, size="255"),
        _text("bf_description", "Description courte", True, size="255"),
        _text("bf_referent", "Personne référente du wiki", True, size="255"),
        line("champs_mail", "bf_mail", "E-mail de la personne référente", True, c6="form", c9="1"),
        "yeswiki***bf_dossier-wiki***Adresse du wiki***bf_mail*** *** *** *** ***1*** *** *** ",
        'labelhtml***<div class="alert alert-info">*** *** *** ',
        "labelhtml***Les noms et adresses collectés servent à la ferme seulement.*** *** *** ",
        "labelhtml***</div>*** *** *** ",
        line("radio", "ListeOuiNon", "Je donne mon accord", True, c6=name),
    ], description=told, context=told)  # fmt: skip


def yes_no(features: Features) -> dict[str, Any]:
    """The list ListeOuiNon that the ferme extension brings."""
    if not features.lists_as_nodes:
        return {"titre_liste": "OuiNon", "label": {"oui": "Oui", "non": "Non"}}
    nodes = [{"id": k, "label": v, "children": []} for k, v in (("oui", "Oui"), ("non", "Non"))]
    return {"title": "OuiNon", "nodes": nodes}


LIST_TYPE: dict[str, Any] = {
    "label": {"1": "Site web ressource", "2": "Expérience inspirante",
              "3": "Partenaire ressource", "4": "Méthodologie / guide"},
    "titre_liste": "Type",
}  # fmt: skip


def _event(title: str, text: str, start: str, end: str, town: str) -> dict[str, Any]:
    return {"id_typeannonce": "2", "bf_titre": title, "bf_description": text,
            "bf_date_debut_evenement": start, "bf_date_fin_evenement": end, "bf_site_internet": "",
            "bf_ville": town}  # fmt: skip


def _person(last: str, first: str, work: str, place: tuple[str, str, str]) -> dict[str, Any]:
    town, latitude, longitude = place
    return {"id_typeannonce": "1", "bf_titre": f"{last} {first}", "bf_nom": last,
            "bf_prenom": first, "bf_fonction": work, "bf_projet": "", "bf_mail": "",
            "bf_ville": town, "bf_latitude": latitude, "bf_longitude": longitude,
            "geolocation": {"bf_latitude": latitude, "bf_longitude": longitude}}  # fmt: skip


def _resource(title: str, url: str, kind: str) -> dict[str, Any]:
    return {"id_typeannonce": "4", "bf_titre": title, "bf_url": url, "bf_description": "",
            "checkboxListeType": kind}  # fmt: skip


def _post(title: str, text: str) -> dict[str, Any]:
    return {"id_typeannonce": "3", "bf_titre": title, "bf_chapeau": text, "bf_description": text}


ENTRIES: dict[str, dict[str, Any]] = {
    "Bordeaux": _event("Rencontre à Bordeaux", "Un exemple.", "2024-04-10", "2024-04-12",
                       "Bordeaux"),
    "YeswikiLeSiteOfficiel": _resource("Yeswiki : le site officiel", "https://yeswiki.net", "1"),
    "FramasofT": _resource("Framasoft", "https://framasoft.org", "3"),
    "UnBeauLogoPourYeswiki": _post("Un beau logo pour Yeswiki", "Un exemple d'actualité."),
    "UnNouveauThemePourYeswiki": _post("Un nouveau thème pour Yeswiki", "Un autre exemple."),
    "ElizabethJFeinler": _person("JFeinler", "Elizabeth", "pionnière de l'internet",
                                 ("Paris", "48.8566969", "2.3514616")),
    "TesT2": _event("Sortie culturelle", "Un exemple.", "2024-05-30T18:00:00+02:00",
                    "2024-05-30T20:00:00+02:00", "Paris"),
    "LovelaceAda": _person("Lovelace", "Ada", "pionnière de l'informatique",
                           ("Londres", "51.5073219", "-0.1276474")),
}  # fmt: skip
"""Sample entries, to be removed by whoever opens a community (docs/yeswiki.md)."""
