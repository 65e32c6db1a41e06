"""Wikis drawn at random, with people wherever a wiki can hold them, and the same with others.

A `Told` says all that a wiki holds with numbers in the place of people; with a cast it becomes a
wiki, in memory (`whole`) or on a farm, written as people would (`build`). Two casts share nobody,
and differ by all that could show through: names of other letters, lengths, order and scripts,
other addresses and telephones, and how many they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from hypothesis import strategies as st

from tests.operations.copying.conftest import form, line, save
from wikifarm.blueprint.schema.choices import expected_list_id
from wikifarm.model import Account, BazarList, Dialect, Form, Page, Rights
from wikifarm.whole_wiki import Attachment, WholeWiki
from wikifarm.yeswiki import hashcash
from wikifarm.yeswiki.pages import HASHCASH
from wikifarm.yeswiki.wiki import Wiki

ADDRESS = "https://ferme.example.org/jardin/"
ADMIN = "WikiAdmin"
PLOTS, CARDS, MORE = "10", "11", "12"  # the numbers of the forms
NAMED = 3  # people of whom texts speak
STROKES = str.maketrans({"ø": "o", "Ø": "O", "ı": "i", "’": "'"})

# -- people ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """Somebody of a wiki: an account, a card, and how others write of them."""

    account: str
    first: str
    last: str
    mail: str
    phone: str

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody may read of them, in small letters."""
        return tuple(each.lower() for each in (self.account, self.name, self.mail, self.phone))


def bare(text: str) -> str:
    """As keyboards without accents write it."""
    apart = unicodedata.normalize("NFKD", text.translate(STROKES))
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).lower()


def glued(person: Person) -> str:
    return "".join(word.capitalize() for word in person.name.replace("-", " ").split())


def slug(person: Person) -> str:
    """The account as names of files, of questions and of addresses have it."""
    return "-".join(letters(word) for word in re.split(r"[ .'’-]+", person.account))


def titled(text: str) -> str:
    """A title of which YesWiki can make a tag: it wants letters that it can write so."""
    return text if re.search("[a-z]{3}", bare(text)) else f"Carte {text}"


def letters(text: str) -> str:
    return "".join(sign for sign in bare(text) if sign.isalnum())


# How others write of somebody.
HOW: Mapping[str, Callable[[Person], str]] = {
    "account": lambda person: person.account,
    "name": lambda person: person.name,
    "turned": lambda person: f"{person.last.upper()}, {person.first}",
    "bare": lambda person: bare(person.name),
    "glued": glued,
    "link": lambda person: f"[[{glued(person)} cette personne]]",
    "mention": lambda person: f"@{person.account}",
    "mail": lambda person: person.mail,
    "hidden": lambda person: person.mail.replace("@", " [arobase] ").replace(".", " (point) "),
    "link_mail": lambda person: f'""<a href="mailto:{person.mail}">mel</a>""',
    "phone": lambda person: person.phone,
    "marked": lambda person: f"{person.first} **{person.last}**",
}
NAMES = (
    ("Zoubida", "Kerdoncuff"), ("Éloïse", "Quéméneur"), ("Bjørn", "Ångström"),
    ("Jean-Baptiste", "d’Arcenbarrois"), ("Ольга", "Иванова"), ("Nguyễn Thị", "Minh Khai"),
    ("Awa", "Diallo"), ("Maëlle", "Le Goff"), ("Yves", "Xu"), ("Chloé-Anne", "O'Shaughnessy"),
    ("Wilhelmine", "von Hohenlohe-Schillingsfürst"), ("Özgür", "Yılmaz"), ("Tom", "Roe"),
    ("Μαρία", "Παπαδοπούλου"), ("Ian", "MacDonald"), ("Aïcha", "Ben Saïd"), ("小明", "王"),
    ("علي", "حداد"),
)  # fmt: skip
PHONES = (
    "06 12 34 56 7{0}", "02.99.12.34.5{0}", "+33 (0)6 98 76 54 3{0}", "0032 470 12 34 5{0}",
    "+4179123456{0}", "07-11-22-33-4{0}", "+1 514-555-019{0}",
)  # fmt: skip
DOMAINS = ("example.org", "haies.example.net", "tres-longue-association.collectif.example.com")
ACCOUNTS: tuple[Callable[[str, str], str], ...] = (
    lambda first, last: "".join(w.capitalize() for w in bare(f"{first} {last}").split()),
    lambda first, last: f"{first} {last}",
    lambda first, last: f"{bare(first)}.{bare(last)}".replace(" ", ""),
    lambda first, last: f"{first.replace(' ', '')}{last[0].upper()}",
    lambda _first, last: bare(last).replace(" ", "") + "35",
)


@dataclass(frozen=True)
class Cast:
    """The people of a wiki: those of whom texts speak, and others, who only are there."""

    named: tuple[Person, ...]
    others: tuple[Person, ...]

    @property
    def everybody(self) -> tuple[Person, ...]:
        return (*self.named, *self.others)

    @property
    def secrets(self) -> frozenset[str]:
        return frozenset(secret for person in self.everybody for secret in person.secrets)


@st.composite
def casts(draw: st.DrawFn) -> tuple[Cast, Cast]:
    """Two casts that share nobody."""
    order = draw(st.permutations(NAMES))
    half = len(NAMES) // 2
    return draw(_cast(order[:half], 0)), draw(_cast(order[half:], 5))


@st.composite
def _cast(draw: st.DrawFn, names: list[tuple[str, str]], from_: int) -> Cast:
    count = draw(st.integers(NAMED, len(names)))
    people = []
    for number, (first, last) in enumerate(names[:count]):
        account = draw(st.sampled_from(ACCOUNTS))(first, last)
        ascii_name = "".join(s for s in bare(f"{first}.{last}") if s.isascii() and s not in " '’")
        mail = f"{ascii_name.strip('.') or f'p{number}'}{from_}@{draw(st.sampled_from(DOMAINS))}"
        phone = draw(st.sampled_from(PHONES)).format((number + from_) % 10)
        people.append(Person(account, first, last, mail, phone))
    return Cast(tuple(people[:NAMED]), tuple(people[NAMED:]))


# -- what a wiki holds ----------------------------------------------------------------------

Part = str | tuple[int, str]  # a word, or somebody and how they are written
Text = tuple[Part, ...]
WORDS = (
    "Bienvenue", "été", '{{bazarliste id="10"}}', '{{bazarliste id="11" template="liste"}}',
    "[[PageDeux lien]]", "<< x >>", "<% if %>", "<# ? #>", '""<b>gras</b>""', "ListeCulture",
    "\n", "Jardins d’ici", "🌱", "======Titre======", "{{listusers}}", "{{recentchanges}}",
    "https://ailleurs.example.org/?Page", "12/03/2024", "1 000 000", "{{attach file=\"plan.pdf\"}}",
    "nous avons appris ensemble à prendre soin des haies",
)  # fmt: skip
RIGHTS = ("*", "+", "%", "@admins", "@voisinage", "account", "@voisinage,account", "+,!account")
LINES = ("Légumes", "Fruits", "À part", "Culture d’hiver", "1", "n° 12")


def texts(words: tuple[str, ...] = WORDS, most: int = 6) -> st.SearchStrategy[Text]:
    somebody = st.tuples(st.integers(0, NAMED - 1), st.sampled_from(sorted(HOW)))
    return st.lists(st.one_of(st.sampled_from(words), somebody), max_size=most).map(tuple)


LABELS = texts(LINES, 2)


def mostly(words: tuple[str, ...], most: int = 2) -> st.SearchStrategy[Text]:
    """Texts in which somebody seldom stands, so that some of what holds them is copied."""
    plain = st.lists(st.sampled_from(words), max_size=most).map(tuple)
    return st.integers(0, 7).flatmap(lambda chance: plain if chance < 7 else texts(words, most))


@dataclass(frozen=True)
class ToldPage:
    body: Text
    former: tuple[Text, ...]
    owner: int
    read: str
    write: str
    look: Text
    comment: Text
    shows: bool  # its file


@dataclass(frozen=True)
class Told:
    """All that a wiki holds, whoever its people are."""

    pages: Mapping[str, ToldPage]
    title: Text  # of the wiki
    choices: tuple[Text, ...]
    key: Text  # of a choice
    list_title: Text
    label: Text  # of a form, of its questions, what it says besides
    question: Text
    hint: Text
    default: Text
    description: Text
    condition: Text
    field: str  # name of a question
    form_right: str
    members: frozenset[int]
    group_of: int | None  # whose name a group bears
    module_right: str
    file: Text
    content: Text
    entries: tuple[tuple[Text, Text, int], ...]  # title, text and owner, of the public form
    dialect: Dialect


def tolds() -> st.SearchStrategy[Told]:
    page = st.builds(
        ToldPage, texts(), st.lists(texts(most=3), max_size=2).map(tuple),
        st.integers(0, NAMED - 1), st.sampled_from(RIGHTS), st.sampled_from(RIGHTS),
        texts(("margot.css", "bleu"), 1), texts(most=2), st.booleans(),
    )  # fmt: skip
    tags = st.sampled_from(["PageUne", "PageDeux", "Menu", "Bloc_1", "pagedeux2"])
    return st.builds(
        Told,
        st.dictionaries(tags, page, max_size=4),
        texts(("Jardins d’ici", "Les haies"), 2),
        st.lists(LABELS, min_size=1, max_size=4).map(tuple),
        texts(("a", "b-c"), 1), mostly(("Outils", "Les saisons")),
        *[mostly(LINES)] * 4, mostly(WORDS), texts(),
        st.sampled_from(["bf_note", "bf_note", "bf_note", "bf_{slug}"]), st.sampled_from(RIGHTS),
        st.frozensets(st.integers(0, NAMED - 1)), st.none() | st.integers(0, NAMED - 1),
        st.sampled_from(RIGHTS), texts(("plan", "affiche_2"), 1), texts(),
        st.lists(st.tuples(texts(LINES, 3), texts(), st.integers(0, NAMED - 1)),
                 max_size=3).map(tuple),
        st.sampled_from([Dialect.D44, Dialect.D45]),
    )  # fmt: skip


# -- the same with people in it -------------------------------------------------------------


@dataclass(frozen=True)
class Spelt:
    """A wiki with its people: what both writers write."""

    told: Told
    cast: Cast

    def text(self, text: Text, apart: str = " ") -> str:
        """A text with the people of the cast."""
        parts = (
            part if isinstance(part, str) else HOW[part[1]](self.cast.named[part[0]])
            for part in text
        )
        return apart.join(parts)

    def in_a_line(self, text: Text, otherwise: str) -> str:
        """A text that fits into a column of a form."""
        plain = self.text(text).replace("\n", " ").replace("*", "").replace("<", "")
        return plain.strip() or otherwise

    def right(self, right: str, whose: int = 0) -> str:
        return right.replace("account", self.cast.named[whose].account)

    @property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """Group -> accounts in it."""
        members = [self.cast.named[number].account for number in sorted(self.told.members)]
        others = [person.account for person in self.cast.others]
        groups = {"voisinage": (*members, *others), "jardinage": (self.cast.named[1].account,)}
        if self.told.group_of is not None:
            person = self.cast.named[self.told.group_of]
            own = slug(person).replace("-", "")
            if own.isascii():
                groups[f"{own}Amis"] = (person.account,)
        return groups

    @property
    def file(self) -> str:
        """The name of a file of each page."""
        parts = (
            part if isinstance(part, str) else slug(self.cast.named[part[0]])
            for part in self.told.file
        )
        return f"{'_'.join(parts) or 'mot'}.txt"

    @property
    def content(self) -> bytes:
        return self.text(self.told.content, "\n").encode() or b"rien"

    @property
    def pages(self) -> dict[str, str]:
        """Tag -> text; each of those who are named has a page too."""
        own = {
            tag: f"Ma page, {person.first} {person.mail}"
            for person in self.cast.named
            if (tag := slug(person).title().replace("-", "")).isascii()
        }
        shown = f' {{{{attach file="{self.file}"}}}}'
        return own | {
            tag: f"{self.text(page.body)}{shown * page.shows}".strip()
            for tag, page in self.told.pages.items()
        }

    @property
    def lists(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """Title -> choices."""
        labels = [self.in_a_line(text, "") for text in self.told.choices]
        parts = (part if isinstance(part, str) else slug(self.cast.named[part[0]])
                 for part in self.told.key)  # fmt: skip
        items = [(str(number), label) for number, label in enumerate(labels, 1) if label]
        title = self.in_a_line(self.told.list_title, "Outils")
        return {
            "Culture": (*items, ("-".join(["cle", *parts]), "Autre")),
            title if title != "Culture" else "Outils": (("a", "Un"), ("b", "Deux")),
        }

    def forms(self, lists: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """Number -> what an import of it takes. `lists`: title -> the id that it has."""
        told = self.told
        field = told.field.format(slug=slug(self.cast.named[0]).replace("-", ""))
        (more,) = (title for title in self.lists if title != "Culture")
        right = self.right(told.form_right)
        plots = (
            line(
                "texte",
                "bf_titre",
                self.in_a_line(told.question, "Titre"),
                "",
                "",
                self.in_a_line(told.default, ""),
                "",
                "",
                "1",
                "",
                self.in_a_line(told.hint, ""),
            )
            + line("liste", lists["Culture"], "Culture", "", "", "", "bf_culture")
            + line("checkbox", lists[more], "Outils", "", "", "", "bf_outils")
            + line("textelong", field, "Note", "", "", "", "", "", "", "", "", right, right)
            + line("calc", "bf_total", "Total", "", "", "", "1+1", "", "", "", "", right)
            + line("acls", right, "+", "comments-closed")
        )
        cards = (
            line("texte", "bf_titre", "Titre de la carte", "", "", "", "", "", "1")
            + line("texte", "bf_nom", "Nom et prénom")
            + line("champs_mail", "bf_mail", "Votre adresse mel", "", "", "", "form", "", "1")
            + line("texte", "bf_tel", "Téléphone")
        )
        more_plots = line("texte", "bf_titre", "Titre") + line("acls", "*", "+", "comments-closed")
        said = {"bn_description": self.text(told.description),
                "bn_condition": self.text(told.condition)}  # fmt: skip
        title = self.in_a_line(told.label, "Outils prêtés")
        return {
            PLOTS: form(PLOTS, "Parcelles", plots)[PLOTS] | said,
            **form(CARDS, "Jardinières et jardiniers", cards),
            **form(MORE, title, more_plots),
        }

    @property
    def cards(self) -> list[tuple[Person, dict[str, str]]]:
        """Who wrote a card, and what it says."""
        return [
            (
                person,
                {
                    "bf_titre": titled(person.name),
                    "bf_nom": person.name,
                    "bf_mail": person.mail,
                    "bf_tel": person.phone,
                },
            )
            for person in self.cast.everybody
        ]

    @property
    def entries(self) -> list[tuple[Person, dict[str, str]]]:
        """Who wrote an entry of the public form, and what it says."""
        return [
            (self.cast.named[owner],
             {"bf_titre": titled(self.in_a_line(title, "Sans titre")), "bf_note": self.text(note)})
            for title, note, owner in self.told.entries
        ]  # fmt: skip


def whole(spelt: Spelt) -> tuple[WholeWiki, Mapping[str, Mapping[str, dict[str, Any]]]]:
    """The wiki in memory, and its entries by form."""
    told, cast = spelt.told, spelt.cast
    ids: dict[str, str] = {}
    for title in spelt.lists:
        name = expected_list_id(title, told.dialect)
        ids[title] = name if name not in ids.values() else f"{name}{len(ids)}"
    owners = {tag: cast.named[page.owner].account for tag, page in told.pages.items()}
    pages = {
        tag: Page(tag, body, "1", owners.get(tag, tag), owners.get(tag, tag))
        for tag, body in spelt.pages.items()
    }
    forms = {
        number: Form(number, each["bn_label_nature"], each["bn_template"], told=each)
        for number, each in spelt.forms(ids).items()
    }
    rights = {
        tag: Rights(spelt.right(page.read, page.owner), spelt.right(page.write, page.owner))
        for tag, page in told.pages.items()
    }
    look = {tag: {"theme": "margot", "bgimg": text} for tag, page in told.pages.items()
            if (text := spelt.text(page.look))}  # fmt: skip
    wiki = WholeWiki(
        address=ADDRESS, release="4.5.0", dialect=told.dialect, reader=ADMIN,
        pages=pages, forms=forms,
        lists={ids[title]: BazarList(ids[title], title, items)
               for title, items in spelt.lists.items()},
        rights=rights, metadata=look,
        groups={"admins": (), **dict.fromkeys(spelt.groups, ())},
        people={"admins": (ADMIN, cast.named[1].account), **spelt.groups},
        modules={"action trail": spelt.right(told.module_right)},
        settings={"wakka_name": spelt.text(told.title), "contact_from": cast.named[0].mail,
                  "favorite_preset": f"custom/{slug(cast.named[0])}.css"},
        accounts=tuple(Account(each.account, each.mail) for each in cast.everybody),
    )  # fmt: skip
    entries = {
        CARDS: {f"Fiche{n}": values for n, (_who, values) in enumerate(spelt.cards)},
        PLOTS: {f"Parcelle{n}": values for n, (_who, values) in enumerate(spelt.entries)},
    }
    return wiki, entries


def build(wiki: Wiki, spelt: Spelt) -> None:
    """Writes it into a new wiki of a farm, by what people would use there."""
    told, cast = spelt.told, spelt.cast
    for person in cast.everybody:
        wiki.users.create(person.account, person.mail)
    wiki.groups.set(spelt.groups)
    wiki.lists.create(list(spelt.lists.items()))
    ids = {each.title: key for key, each in wiki.lists.all().items()}
    wiki.forms.save(spelt.forms(ids))
    for tag, body in spelt.pages.items():
        page = told.pages.get(tag)
        owner = cast.named[page.owner].account if page else cast.named[0].account
        for text in (*(spelt.text(each) for each in (page.former if page else ())), body):
            save(wiki, tag, text or "…")
        read, write = (spelt.right(page.read), spelt.right(page.write)) if page else ("*", "%")
        wiki.rights.give(tag, Rights(read, write, "+"), owner)
        if page is not None:
            wiki.attachments.put(Attachment(tag, spelt.file), BytesIO(spelt.content))
            if look := spelt.text(page.look):
                wiki.pages.dress(tag, {"theme": "margot", "bgimg": look})
            if comment := spelt.text(page.comment).strip():
                commented(wiki, tag, comment)
    properties = wiki.forms.all()[PLOTS].properties
    for number, entries in ((CARDS, spelt.cards), (PLOTS, spelt.entries)):
        for person, values in entries:
            answers = {properties.get(key, key) if number == PLOTS else key: text
                       for key, text in values.items()}  # fmt: skip
            tag = wiki.entries.create(number, answers)
            rights = wiki.rights.all()[tag]
            wiki.rights.give(tag, rights, person.account)


def commented(wiki: Wiki, tag: str, text: str) -> None:
    """A comment on a page, where this farm takes them."""
    script = wiki.session.file(HASHCASH)
    value = hashcash.value(script.text) if script.status == 200 else ""
    fields = [("pagetag", tag), ("body", text), ("hashcash_value", value)]
    wiki.session.api_post("comments", fields)
