"""Random designs, and what people do by hand in a wiki: strategies for the properties."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st

from tests.engine.fake_wiki import OPEN, Content
from tests.engine.workshop import CLOSED, GROUP_ONLY, PUBLIC, YES_NO, a_design, a_form
from wikifarm.blueprint.design import Design, DesignedList, DesignedPage
from wikifarm.blueprint.schema.choices import wiki_name
from wikifarm.model import BazarList, Form, Page, Rights

TAGS = ("PagePrincipale", "Charte", "Agenda", "AnimerIci")
PEOPLE = {"ada@example.org": "AdaL", "grace@example.org": "GraceH", "zoe@example.org": "ZoéD"}
THEMES = DesignedList(
    wiki_name("Liste Thèmes d’œuvre 🌱"),
    "Thèmes d’œuvre 🌱",
    (("eau", "L’eau"), ("sol", "{{sol}}")),
)
LINES = st.one_of(
    st.sampled_from(
        ["", "====== Été ======", "{{listusers}}", "[[Charte ici]]", '""<b>gras</b>""', "%%", "fin"]
    ),
    st.text("aé🌱{}[]\"'%<>=* \t\\\u00a0\u2028\x85", max_size=6),
)
RIGHTS = st.sampled_from([CLOSED, GROUP_ONLY, PUBLIC, OPEN, Rights("@animation\n+", "%")])


def stored(text: str) -> str:
    """A body as a blueprint renders it and as a wiki keeps it."""
    return text.replace("\r", "").strip("\n").rstrip()


BODIES = st.lists(LINES, min_size=1, max_size=5).map("\n".join).map(stored).filter(bool)


def some(things: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    """Some of these, in their order."""
    return st.sets(st.sampled_from(things)).map(lambda drawn: tuple(sorted(drawn)))


@st.composite
def designs(draw: st.DrawFn) -> Design:
    """A small community: any part of it may be missing."""
    lists = tuple(choices for choices in (YES_NO, THEMES) if draw(st.booleans()))
    more = draw(st.sampled_from([(), (("bof", "Bof"),), (("bof", "Bof"), ("air", "L’air"))]))
    lists = tuple(replace(choices, items=(*choices.items, *more)) for choices in lists)
    names = ["", *(choices.key for choices in lists)]
    labels = {"101": "Participant·e·s", "108": "Propositions 🌱"}
    accounts = {email: PEOPLE[email] for email in draw(some(tuple(PEOPLE)))}
    return a_design(
        version=draw(st.sampled_from(["1.0", "1.1"])),
        pages=tuple(DesignedPage(tag, draw(BODIES), draw(RIGHTS)) for tag in draw(some(TAGS))),
        lists=lists,
        forms=tuple(
            a_form(
                form_id,
                labels[form_id],
                draw(st.sampled_from(["Nom", "Prénom {{a}} 🌱"])),
                draw(st.sampled_from(names)),
            )
            for form_id in draw(some(tuple(labels)))
        ),
        accounts=accounts,
        groups={
            group: members
            for group, members in {
                "animation": tuple(accounts.values()),
                "participants": ("@animation", "WikiAdmin"),
            }.items()
            if draw(st.booleans())
        },
        settings={
            key: draw(st.text(max_size=8))
            for key in draw(some(("wakka_name", "baz_map_zoom", "absent")))
        },
        closed=dict.fromkeys(draw(some(("TableauDeBord", "PasDeCetteVersion"))), CLOSED),
        action_rights=dict.fromkeys(draw(some(("listusers", "absente"))), "@admins"),
        handler_rights=dict.fromkeys(draw(some(("revisions",))), "+,@admins"),
        removed_pages=draw(some(("DemoPage", "AutreDemo"))),
        removed_forms=draw(some(("Annuaire",))),
        removed_lists=draw(some(("ListeDemo",))),
    )


Deed = Callable[[Content], None]  # what a person does in a wiki


def edit(tag: str, body: str) -> Deed:
    """Writes a page, if it is there or if it is a page of their own."""

    def done(content: Content) -> None:
        page = content.pages.get(tag)
        if page is not None or tag == "PageDesGens":
            revision = int(page.revision) + 1 if page else 1
            content.pages[tag] = Page(tag, body, str(revision), "ZoéD", "ZoéD")
            content.rights.setdefault(tag, OPEN)

    return done


def add_lines(tag: str, above: str, below: str) -> Deed:
    """Writes above and below what a page says."""

    def done(content: Content) -> None:
        if tag in content.pages:
            edit(tag, stored(f"{above}\n{content.pages[tag].body}\n{below}"))(content)

    return done


def delete(tag: str) -> Deed:
    def done(content: Content) -> None:
        content.pages.pop(tag, None)
        content.rights.pop(tag, None)

    return done


def join(group: str, name: str) -> Deed:
    def done(content: Content) -> None:
        members = content.groups.get(group, ())
        content.groups[group] = tuple(dict.fromkeys([*members, name]))

    return done


def loosen(tag: str, rights: Rights) -> Deed:
    def done(content: Content) -> None:
        if tag in content.rights:
            content.rights[tag] = rights

    return done


def open_action(content: Content) -> None:
    content.modules["action", "listusers"] = "*"


def own_form(content: Content) -> None:
    content.forms["7"] = Form("7", "Recettes", "texte***bf_titre***Nom***60***\n")
    content.entries["7"] = {"Recette1": {"bf_titre": "Soupe"}}
    content.rights["Recette1"] = OPEN


def own_list(content: Content) -> None:
    content.lists["ListeDesGens"] = BazarList("ListeDesGens", "À nous", (("a", "A"),))
    content.rights["ListeDesGens"] = OPEN


def write_in_demonstration(content: Content) -> None:
    if "1" in content.forms:
        content.entries.setdefault("1", {})["FicheDesGens"] = {"bf_titre": "Ici"}
        content.rights["FicheDesGens"] = OPEN


def edit_form(content: Content) -> None:
    for form_id in {"1", "101"} & set(content.forms):
        form = content.forms[form_id]
        more = form.template + "texte***bf_plus***Et encore ?***60***\n"
        content.forms[form_id] = replace(form, template=more)


def edit_list(content: Content) -> None:
    for choices in list(content.lists.values()):
        items = (*choices.items[1:], ("peut-etre", "Peut-être"))
        content.lists[choices.id] = replace(choices, items=items)


def setting(key: str, value: str) -> Deed:
    def done(content: Content) -> None:
        content.settings[key] = value

    return done


PLACES = st.sampled_from((*TAGS, "PageDesGens", "DemoPage", "TableauDeBord"))
DEEDS = st.lists(
    st.one_of(
        st.builds(edit, PLACES, BODIES),
        st.builds(add_lines, PLACES, LINES, LINES),
        st.builds(delete, PLACES),
        st.builds(
            join,
            st.sampled_from(["animation", "participants", "cuisine"]),
            st.sampled_from(["ZoéD", "GraceH", "Passante", "@cuisine"]),
        ),
        st.builds(loosen, PLACES, RIGHTS),
        st.builds(setting, st.sampled_from(["wakka_name", "baz_map_zoom", "autre"]), LINES),
        st.sampled_from(
            [open_action, own_form, own_list, write_in_demonstration, edit_form, edit_list]
        ),
    ),
    max_size=6,
)
