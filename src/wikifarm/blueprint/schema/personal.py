"""Which questions of a form are about a person, by their type, their name and their words. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import IntEnum

from wikifarm.blueprint.schema.fields import TYPES, Field, Kind


class About(IntEnum):
    """How far a question, or a form, is about a person: the more, the higher."""

    NOBODY = 0
    PERHAPS = 1  # nothing but a reader can tell
    SOMEBODY = 2


# Types that this version does not describe, and that hold a person (tools/bazar/fields/*.php).
_OF_A_PERSON = frozenset({"yeswiki_user", "inscriptionliste"})
_OF_A_PLACE = frozenset({"map", "carte_google"})
_NAME = re.compile(
    r"(bf_)?(prenom|nom|e?mail|courriel|tel\w*|portable|mobile|naissance|date_naissance|"
    r"firstname|lastname|phone)\Z",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"(bf_)?(prenom|nom|pseudo|first_?name|last_?name|name|titre(?=_2))(_2)?\Z", re.IGNORECASE
)
_SURE = re.compile(
    r"\b(prenoms?|first ?names?|last ?names?|surname|nom de famille|family name|(e-?)?mails?|"
    r"nom complet|full name|nom d usage|whatsapp|"
    r"courriels?|mels?|tel|telephones?|(tele)?phones?|(date|annee|lieu) de naissance|"
    r"birth ?(day|date|place)|(ton|votre) 0[67]|"
    # Other languages that are spoken where communities are: of a name, or of a telephone.
    r"apellidos?|cognoms?|cognome|sobrenome|nachname|vorname|familienname|achternaam|voornaam|"
    r"raganv|anv tiegezh|nom de familha|abizena|"
    r"telefono|telefone|telefon|telefoon|movil|handynummer|pellgomz|telefonoa)\b"
)
# The whole of what is asked: part of more, it may be of a thing (“ordinateur portable”).
_OWN = re.compile(
    r"((votre|ton|your) )?((noms?|name)( et prenoms?)?|(numero de )?(portable|mobile|gsm))\Z"
)
_PERHAPS = re.compile(
    r"\b(adresse|address|contacts?|personnes?|persons?|people|participant|membres?|members?|"
    r"adherent|benevole|volunteers?|habitant|voisin|neighbou?r|auteur|authors?|animat(eur|rice)|"
    r"facilitat(eur|rice|or)|referent|responsable|organis(ateur|atrice|er)|annuaire|directory|"
    r"trombinoscope|pseudo)",
)


def about(field: Field) -> About:
    """How far this question is about a person; layout asks nothing."""
    described = TYPES.get(field.word)
    an_address = field.options.get("subtype") == "email"
    if an_address or field.word in _OF_A_PERSON or (described and described.personal):
        return About.SOMEBODY
    if field.word in _OF_A_PLACE:
        return About.PERHAPS
    if field.kind is Kind.LAYOUT:
        return About.NOBODY
    if _NAME.match(field.name):
        return About.SOMEBODY
    # A choice in a list says nothing of who chooses, whatever its label.
    return about_words(field.label) if field.kind is Kind.ANSWER else About.NOBODY


def names_the_person(field: Field) -> bool:
    """True for a question whose answer is what a person is called."""
    return _CALLED.match(field.name) is not None


def about_words(text: str) -> About:
    """How far these words of a form speak of a person."""
    bare = _bare(text)
    if _SURE.search(bare) or _OWN.match(bare):
        return About.SOMEBODY
    return About.PERHAPS if _PERHAPS.search(bare) else About.NOBODY


def about_all(fields: Iterable[Field]) -> About:
    """How far a form is about people: as far as the question that is most."""
    return max((about(field) for field in fields), default=About.NOBODY)


def _bare(text: str) -> str:
    """Small letters without accents, hyphens of words kept, the signs of inclusive writing gone."""
    apart = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign) and sign != "·")
    return " ".join(re.sub(r"[^\w-]", " ", plain).split())
