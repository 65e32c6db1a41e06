"""The shipped texts as an editor reads them: both languages say the same, in one spelling."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from wikifarm.blueprint.shipped import data_folder

SHIPPED_FOLDER = data_folder("templates") / "communaute-apprenante"
PAGES = sorted(path.name for path in (SHIPPED_FOLDER / "fr/pages").iterdir())
BLOCK = re.compile(r"{{section[^}]*}}.*?{{end elem=\"section\"}}", re.DOTALL)
FRENCH = [
    *(SHIPPED_FOLDER / "fr").rglob("*.j2"),
    SHIPPED_FOLDER / "checklist.yml",
    *SHIPPED_FOLDER.parents[1].glob("bazar_schemas/*.yml"),
    *SHIPPED_FOLDER.parent.glob("captured/*.j2"),
]
"""What is French, besides code of templates and the English beside it in YAML."""


def _text(path: Path) -> str:
    return re.sub(r"<<.*?>>|<%.*?%>|{{.*?}}", "", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PAGES)
def test_what_remains_to_write_is_shown_to_facilitators_alone(name: str) -> None:
    for language in ("fr", "en"):
        page = (SHIPPED_FOLDER / language / "pages" / name).read_text(encoding="utf-8")
        for block in BLOCK.findall(page):
            if "alert-warning" in block:
                assert 'visibility="@animation"' in block, block
        bare = BLOCK.sub("", page)
        assert "**À compléter" not in bare and "**To be completed" not in bare


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_are_built_alike(name: str) -> None:
    def build(language: str) -> list[str]:
        """Headings, lists, actions and code, in their order: what stands in any language."""
        page = (SHIPPED_FOLDER / language / "pages" / name).read_text(encoding="utf-8")
        return re.findall(r"^=+|^ +(?:-|\d\))|{{\w+|<%.*?%>|<<[^>]*>>", page, re.MULTILINE)

    assert build("fr") == build("en")


@pytest.mark.parametrize("path", FRENCH, ids=lambda path: path.name)
def test_french_is_set_as_french(path: Path) -> None:
    text = _text(path)
    for wrong in (r"·es\b|·e\.s|auteur·e|adhérent·es", r" [:;?!»](?=[ \n])", r"« ", r"\w'\w"):
        assert not re.findall(rf".*(?:{wrong}).*", text), wrong


def test_the_legal_notice_is_at_the_foot_of_every_page() -> None:
    for language in ("fr", "en"):
        footer = (SHIPPED_FOLDER / language / "pages/PageFooter.wiki.j2").read_text("utf-8")
        assert "tags.MentionsLegales" in footer


@pytest.mark.parametrize("name", PAGES)
def test_no_line_is_glued_to_the_next(name: str) -> None:
    """The end of a line goes away after a block that closes there: an empty line stands for it."""
    for language in ("fr", "en"):
        page = (SHIPPED_FOLDER / language / "pages" / name).read_text(encoding="utf-8")
        assert not re.findall(r"^(?!<%).*<% endif %>\n(?=.)", page, re.MULTILINE)
