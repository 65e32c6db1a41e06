"""A second blueprint: it shares no name with the shipped one, and every command must serve it too.

What tests need to say of it stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wikifarm.blueprint.manifest.community import Community, Facilitator, Territory
from wikifarm.blueprint.manifest.reading import default_modules
from wikifarm.yeswiki.wiki import Wiki

ATELIER = Path(__file__).parent / "atelier"

MAKERS, KEEPERS = "makers", "keepers"  # groups of the members and of the facilitators
CARDS, LOANS, EVENINGS = "31", "32", "33"  # ids of forms: two of people, one of productions
RULES, IMPRINT, POST_BOX, KEY_RING = "HouseRules", "Imprint", "PostBox", "TheKeyRing"  # pages
# The key under which entries hold the answer about the mailing list, in every dialect.
LETTERS = "listeListeLettersbf_letters"
ENTRY_RIGHTS = "@makers,@keepers,%"


def mending(provider: str = "none") -> Community:
    """A community of this blueprint."""
    return Community(
        name="The mending room",
        slug="mending",
        facilitators=(
            Facilitator("Camille Le Goff", "camille@example.org"),
            Facilitator("Dominique Perrin", "dominique@example.org"),
        ),
        territory=Territory("Rennes", 48.11, -1.68),
        language="en",
        blueprint=str(ATELIER),
        modules=default_modules(provider),
        mailing_list=provider,
    )


def card(email: str, letters: str = "post-me") -> Mapping[str, str]:
    """What somebody writes on a card."""
    return {
        "bf_titre": "A maker's card",
        "bf_handle": "Sacha",
        "bf_letterbox": email,
        "radioListeShownbf_shown": "show-me",
        "checkboxListeRulesSeenbf_rules": "seen",
        LETTERS: letters,
    }


def change_form(wiki: Wiki, form_id: str, mark: str, before: str, after: str) -> None:
    """Edits a form by hand, as somebody would: in the line that holds `mark`."""
    form = wiki.forms.all()[form_id]
    lines = form.template.splitlines(keepends=True)
    (number,) = [number for number, line in enumerate(lines) if mark in line]
    assert before in lines[number]
    lines[number] = lines[number].replace(before, after)
    row = {"bn_label_nature": form.label, "bn_template": "".join(lines), "bn_description": "",
           "bn_condition": "", "bn_sem_context": "", "bn_sem_type": "",
           "bn_only_one_entry": "N"}  # fmt: skip
    wiki.forms.save({form_id: row})
