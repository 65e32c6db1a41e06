"""Accounts and addresses, seen however a page writes them."""

from __future__ import annotations

import time

import pytest

from wikifarm.operations.erasure.erasure_proof import ACCOUNT, ADDRESS, seen_in, terms_for
from wikifarm.operations.erasure.seen_words import accounts_in, addresses_in, whole

MAIL, OWN = "rousse.des-bois@example.org", "chouette77"
TERMS = terms_for([MAIL], [OWN], ["Anaïs L’Hérault"])

ACCOUNTS = (
    "@chouette77 merci",
    "__chouette77__",
    "chou**ette77**",
    "chou<b>ette</b>77",
    "Merci chouette77.Merci à vous",
    '{{attach file="chouette77.jpg"}}',
    "https://mastodon.example/@chouette77",
    "@chouette77@mastodon.example",
    "[[https://example.org/?qui=Chouette77 ici]]",
    "%63houette77",
    "&#99;houette77",
    "CHOUETTE77,",
    "(chouette77)",
    "chou\u00adette77",
    "_chouette77_",
    "chouette77@courriel.example",
    "!chouette77",
    "PageDeChouette77",
    "merciChouette77",
    "Chouette77amis",
    "@AmisChouette77",
    "At7_PhotoChouette77_2026.png",
    "chou<!-- x -->ette77",
    "chou&#847;ette77",
    "ch\u043euette77",
    "choüette77",
    "l’chouette77",
    "chou{{doubleclic}}ette77",
    '{{attach file="chouette77.jpg" desc="{"}}',
    'chou{{a}}""<b>""ette77',
    *(f"chou{sign}ette77" for sign in "\u2800\u115f\u1160\u3164\uffa0\u17b4\u17b5\u180b\U000e0100"),
    "\u2800chouette77",
    "amis\u3164chouette77",
    *(
        "".join(chr(first + ord(letter) - ord("a")) for letter in "chouette") + "77"
        for first in (0x1F150, 0x1F170, 0x249C, 0x1F1E6, 0x24D0, 0x1F130)
    ),
)
ADDRESSES = (
    f"__{MAIL}__",
    f"mailto:{MAIL}?subject=x",
    f"_{MAIL}_",
    f"{MAIL}.Merci",
    f"{MAIL}.",
    MAIL.upper(),
    MAIL.replace("@", "&#64;"),
    MAIL.replace("@", "&commat;"),
    MAIL.replace("@", "%40"),
    MAIL.replace("@", " [arobase] "),
    MAIL.replace("@", " (at) ").replace(".org", " (dot) org"),
    MAIL.replace("@", " arobase ").replace(".", " point ").replace("-", " tiret "),
    MAIL.replace("@", "**@**"),
    '""rousse.<b>des-bois</b>@example.org""',
    "rousse.des-bois+liste@example.org",
    f'<a href="mailto:{MAIL}">écrire</a>',
    f"https://example.org/?to={MAIL}&x=1",
    MAIL.replace("@", "\uff20"),
    MAIL.replace("@", "@\u200b"),
    f"l’adresse d'{MAIL}",
    f"l’adresse d’{MAIL}",
    MAIL.replace("e", "\u0435"),
    MAIL.replace("@", " &#x40; ").replace(".org", " &#46; org"),
    MAIL.replace("@", " @ ").replace(".", " . "),
    MAIL.replace("@", " @ ").replace(".", " . ").replace("-", " - "),
    MAIL.replace("@", " @ ").replace(".", ". "),
    MAIL.replace("@", "@@"),
    MAIL.replace("@", " @@ "),
    *(MAIL.replace(".", sign) for sign in "·•‧⋅・。｡․．"),
    MAIL.replace("@", '""<img alt="@" src="x.png">""'),
    MAIL.replace("@", '""<img src=x.png title=\'@\' />""'),
    MAIL.replace("@", '""<img src=x.png alt=@>""'),
    MAIL.replace("@", "{{doubleclic}}@"),
    MAIL.replace("@", "@{{a\nb}}"),
    MAIL.replace("-", "\u2011"),
    f"<!-- {MAIL}",
    MAIL.replace("@", '""<b></b>""@') + " <!-- ",
    "<!-- x --> <!-- " + MAIL.replace("@", '""<b></b>""@'),
)
OTHERS = (
    "chouette", "chouette778", "machouette77", "chouette 77", "x@chouette77.example", "ch77",
    "x.chouette77@example.org", "bois@example.org", "a.rousse.des-bois@example.org",
    "rousse.des-bois@example.com", "rousse.des-bois@example.org.uk", "rousse@example.org", "",
)  # fmt: skip


@pytest.mark.parametrize("text", ACCOUNTS)
def test_an_account_is_seen(text: str) -> None:
    assert ACCOUNT in seen_in(f"Avant {text} après.\nAutre ligne.", TERMS)


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_seen(text: str) -> None:
    assert ADDRESS in seen_in(f"Avant {text} après.\nAutre ligne.", TERMS)


@pytest.mark.parametrize("text", OTHERS)
def test_others_are_not(text: str) -> None:
    assert seen_in(f"Avant {text} après.", TERMS) == []


@pytest.mark.parametrize("text", ["Mme LHERAULT", "Mme L'Hérault", "L’HÉRAULT A.", "A. Lherault"])
def test_a_family_name_with_an_apostrophe_is_seen(text: str) -> None:
    assert seen_in(text, TERMS) in (["name"], ["surname"])


LONG = "Jean-Noël D’Arcy Le Goaziou"
NAMED = (
    "D’Arcy Le Goaziou Jean-Noël", "D'Arcy Le Goaziou, Jean-Noël", "D’ARCY LE GOAZIOU Jean-Noël",
    "J. D’Arcy Le Goaziou", "J.-N. D'Arcy Le Goaziou", "JN D’Arcy Le Goaziou",
    "D’Arcy Le Goaziou J.", "D’ARCY LE GOAZIOU J.-N.", "J. Le Goaziou", "jean noel darcy",
    "Le Goaziou D’Arcy Jean-Noël", "Jean-Noël Darcy Le Goaziou", "Goaziou (Le), Jean-Noël",
    "Jean-Noël d’Arcy le Goaziou", "J. d’Arcy le Goaziou", "J. Darcy Legoaziou",
    "Jean-Noël Goaziou", "Jean D’Arcy", "JeanNoelDArcyLeGoaziou",
    *(f"Jean-Noël D{sign}Arcy" for sign in "'‘’‛ʹʻʼʽ՚′´`＇ꞌ"),
    *(f"Jean{sign}Noël Le Goaziou" for sign in "-‐‑‒–—―−⁃﹘﹣－ "),
)  # fmt: skip


@pytest.mark.parametrize("text", NAMED)
@pytest.mark.parametrize(
    "name", [LONG, "D’ARCY LE GOAZIOU Jean-Noël", "Jean Noël D'Arcy Le Goaziou"]
)
def test_a_name_of_several_words_is_seen_in_any_order_and_by_initials(text: str, name: str) -> None:
    assert seen_in(f"Avant {text} après.", terms_for([], [], [name])) == ["name"]


@pytest.mark.parametrize(
    "text", ["María Pérez", "Maria Jose Perez", "María García", "Pérez M.J.", "M. J. Pérez"]
)
def test_a_name_of_two_families_is_seen_by_one(text: str) -> None:
    assert seen_in(text, terms_for([], [], ["María José Pérez García"])) == ["name"]


@pytest.mark.parametrize("text", ["Jean-Pierre", "Pierre Martineau", "une maría", "Jean"])
def test_a_first_name_is_nobody(text: str) -> None:
    names = ["Jean-Pierre Martin", "María José Pérez García"]
    assert seen_in(text, terms_for([], [], names)) == []


@pytest.mark.parametrize(
    "text",
    ["Mme D’Arcy", "M. Le Goaziou", "la rue D’Arcy Le Goaziou", "j.-n. d'arcy le goaziou",
     "Jean-N. D’Arcy"],
)  # fmt: skip
def test_a_family_name_of_several_words_is_seen_alone(text: str) -> None:
    assert seen_in(text, terms_for([], [], [LONG])) == ["surname"]


@pytest.mark.parametrize(
    "text",
    ["Jean-Noël", "Noël, le grand jour", "il y a d’arcy", "J’arrive", "Jean Le Roux", "À Jean, le",
     "le goaziou", "D’accord, J. Le Goff", "Jean-Noël D’Arcier", "la fête de Noël et de Jean"],
)  # fmt: skip
def test_words_of_a_name_of_several_words_name_nobody(text: str) -> None:
    assert seen_in(text, terms_for([], [], [LONG])) == []


@pytest.mark.parametrize("text", ["Anne, le lundi", "Anne du jardin", "la part du lézard"])
def test_a_family_name_of_small_words_is_not_left_out(text: str) -> None:
    terms = terms_for([], [], ["Anne Le Du"])
    assert seen_in(text, terms) == []
    assert seen_in("A. Le Du, LE DU Anne", terms) == ["name"]


@pytest.mark.parametrize(
    "text",
    ["Quintric, Maëlle", "QUINTRIC Maëlle", "M. Quintric", "QUINTRIC M.", "M Quintric",
     "maelle quintric", "Quintric (Maëlle)"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["Maëlle Quintric", "QUINTRIC Maëlle"])
def test_a_name_of_two_words_is_seen_so_too(text: str, name: str) -> None:
    assert seen_in(text, terms_for([], [], [name])) == ["name"]
    assert seen_in("MQ", terms_for([], [], [name])) == []


@pytest.mark.parametrize(
    "word", ["+Ana", "o'brien", "jean-marc", "jean.marc", "Zo\u0065\u0301", "a!b"]
)
def test_what_is_known_is_found_where_it_stands_alone(word: str) -> None:
    assert whole(word) in set(accounts_in(f"voir {word} ici"))


@pytest.mark.parametrize("sign", "'’ʼ′´＇")
def test_an_apostrophe_in_an_address_may_be_any(sign: str) -> None:
    for known, written in (("e+l'o@example.org", f"e+l{sign}o@example.org"),
                           (f"e+l{sign}o@example.org", "e+l'o@example.org")):  # fmt: skip
        assert seen_in(f"à {written}.", terms_for([known], [], [])) == ["address"]


def test_a_name_across_what_shows_nothing_is_seen() -> None:
    terms = terms_for([], [], ["Maëlle Quintric"])
    for text in ("Maëlle Quin{{doubleclic}}tric", '{{section class="Maëlle-Quintric"}}',
                 "Maëlle\u2800Quintric", "Maëlle Quin\u3164tric",
                 'Maëlle ""<img alt="Quintric" src="x.png">""'):  # fmt: skip
        assert seen_in(text, terms) == ["name"], text


def test_a_long_text_costs_little() -> None:
    text = "a.b-c_d/e" * 20_000 + "@x.example.org " + "x" * 200_000
    assert whole(MAIL) not in set(addresses_in(text))
    assert OWN not in set(accounts_in(text))


@pytest.mark.parametrize("text", ["<!--", "{{a ", "{{", '<i alt="', "a . b @ c . d ", "@ ", ". "])
def test_a_text_that_never_ends_what_it_begins_is_read_at_once(text: str) -> None:
    long, terms = (
        f"--> }}}} {text}" + text * (300_000 // len(text)),
        terms_for([MAIL], [OWN], [LONG]),
    )
    started = time.process_time()
    assert seen_in(long, terms) == []
    assert time.process_time() - started < 20
