"""What everybody can reach: names, headings, groups, contrasts, links, page by page."""

from __future__ import annotations

import pytest

pytest.importorskip("selenium", reason="Selenium is not installed")

from .conftest import PASSWORD, Region
from .driving import Person

FAULTS = """
const faults = [];
const said = node => node.textContent.trim().slice(0, 50) || node.outerHTML.slice(0, 80);
const shown = node => node.checkVisibility({visibilityProperty: true});
const titles = [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].filter(shown);
let level = 0;
for (const title of titles) {
  const now = Number(title.tagName[1]);
  if (now > level + 1) faults.push(`h${now} after h${level}: ${said(title)}`);
  level = now;
}
if (titles.filter(t => t.tagName === 'H1').length !== 1) faults.push('not one h1');
const controls = 'input:not([type=hidden]),select,textarea,button';
for (const control of document.querySelectorAll(controls)) {
  if (!shown(control)) continue;
  const named = control.getAttribute('aria-label') || control.textContent.trim() ||
    (control.labels && [...control.labels].some(l => l.textContent.trim())) || control.value;
  if (!named) faults.push(`no name: ${control.outerHTML.slice(0, 80)}`);
  if (control.type === 'radio') {
    const group = control.closest('[role=radiogroup]');
    if (!group || !group.getAttribute('aria-label')) faults.push(`no question: ${control.name}`);
    if (control.required !== (group?.getAttribute('aria-required') === 'true'))
      faults.push(`required or not: ${control.name}`);
  }
}
for (const table of document.querySelectorAll('main table'))
  if (!table.querySelector('th')) faults.push(`no th: ${said(table)}`);
for (const link of document.querySelectorAll('main p a, main li a, footer a')) {
  if (!shown(link)) continue;
  const line = getComputedStyle(link).textDecorationLine;
  if (!link.closest('nav') && !link.classList.contains('btn') && !line.includes('underline'))
    faults.push(`looks like text: ${said(link)}`);
  if (!link.textContent.trim() && !link.getAttribute('aria-label'))
    faults.push(`link without a name: ${link.href}`);
}
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const node = walk.currentNode;
  if (node.data.trim() && shown(node.parentElement) &&
      !node.parentElement.closest('header,nav,main,footer,script,style'))
    faults.push(`outside landmarks: ${node.data.trim().slice(0, 50)}`);
}
return faults;
"""
"""What a keyboard or a screen reader stumbles on, and axe-core (asked too) does not see."""

PUBLIC = ("PagePrincipale", "SInscrire", "DonneesPersonnelles", "MentionsLegales", "Charte",
          "QuiDecideDeQuoi", "CeQueCaCoute", "Agenda", "ComptesRendus", "Ressources", "EcrireIci",
          "Participants", "BazaR&vue=saisir&action=saisir_fiche&id=103")  # fmt: skip
FORMS = tuple(f"BazaR&vue=saisir&action=saisir_fiche&id={form}" for form in (101, 102, 104, 108))
OURS = ("AnimerIci", "SiToutSArrete", "Carte", "Envies", "NouvellesEtNouveaux", *FORMS)


def _faults(person: Person) -> list[object]:
    ours: list[object] = person.driver.execute_script(FAULTS)
    return [*ours, *person.poor_contrasts(), *person.axe_faults()]


@pytest.mark.parametrize("tag", PUBLIC)
def test_a_visitor_can_read_and_act_on_every_page(tag: str, stranger: Person) -> None:
    assert _faults(stranger.open(tag)) == []


@pytest.mark.parametrize("tag", OURS)
def test_those_who_facilitate_can_too(tag: str, facilitator: Person) -> None:
    assert _faults(facilitator.open(tag)) == []


def test_the_language_of_a_page_is_said(stranger: Person, region: Region) -> None:
    assert stranger.open("PagePrincipale").one("html").get_attribute("lang") == "fr"
    stranger.open(f"{region.wiki('rennes-en')}?PagePrincipale")
    assert stranger.one("html").get_attribute("lang") == "en"


def test_what_remains_to_write_is_not_for_the_public(stranger: Person, facilitator: Person) -> None:
    assert "À compléter" not in stranger.open("MentionsLegales").main
    assert "À compléter" in facilitator.open("MentionsLegales").main


@pytest.fixture(scope="module")
def facilitator(people: object, region: Region) -> Person:
    """Somebody who facilitates."""
    return people("accessible").log_in(region.facilitator, PASSWORD)  # type: ignore[no-any-return, operator]
