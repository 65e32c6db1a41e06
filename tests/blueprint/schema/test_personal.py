"""Which questions are about a person: for those that blueprints ask, and those that people make."""

from __future__ import annotations

import pytest

from wikifarm.blueprint.schema.fields import RAW, Field
from wikifarm.blueprint.schema.personal import About, about, about_all, about_words


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (Field("champs_mail", "x", "Où vous écrire"), About.SOMEBODY),
        (Field("utilisateur_wikini"), About.SOMEBODY),
        (Field(RAW, line="yeswiki_user***bf_titre***bf_mail***"), About.SOMEBODY),
        (Field("texte", "bf_nom", "Nom de l'outil"), About.SOMEBODY),  # the name says so
        (Field("texte", "Nom", "Comment"), About.SOMEBODY),
        (Field("texte", "x1", "Nom"), About.SOMEBODY),
        (Field("texte", "x1", "Votre prénom"), About.SOMEBODY),
        (Field("texte", "x1", "TÉLÉPHONE :"), About.SOMEBODY),
        (Field("texte", "x1", "Your e-mail"), About.SOMEBODY),
        (Field("texte", "x1", "Numéro de portable"), About.SOMEBODY),
        (Field("texte", "x1", "Année de naissance"), About.SOMEBODY),
        (Field("texte", "bf_b", "Teléfono móvil"), About.SOMEBODY),
        (Field("texte", "bf_a", "Vorname und Nachname"), About.SOMEBODY),
        (Field("texte", "bf_a", "Niverenn bellgomz, pellgomz"), About.SOMEBODY),
        (Field("texte", "bf_a", "Ton 06"), About.SOMEBODY),
        (Field("texte", "x1", "Ordinateur portable"), About.NOBODY),
        (Field("texte", "x1", "Adresse"), About.PERHAPS),
        (Field("texte", "x1", "Membres présent·e·s"), About.PERHAPS),
        (Field("map"), About.PERHAPS),
        (Field(RAW, line="carte_google***bf_latitude***bf_longitude***"), About.PERHAPS),
        (Field("texte", "x1", "Nom de l'outil"), About.NOBODY),
        (Field("texte", "bf_titre", "Titre"), About.NOBODY),
        (Field("liste", "x1", "Qui est la personne référente ?"), About.NOBODY),
        (Field("labelhtml", options={"html": "Votre prénom"}), About.NOBODY),
        (Field("titre", "", "Prénom"), About.NOBODY),
    ],
)
def test_a_question(field: Field, expected: About) -> None:
    assert about(field) is expected


def test_a_form_is_about_people_as_far_as_its_most_personal_question() -> None:
    assert about_all([]) is About.NOBODY
    assert about_all([Field("map"), Field("texte", "bf_mail")]) is About.SOMEBODY
    assert about_words("Trombinoscope du quartier") is About.PERHAPS
