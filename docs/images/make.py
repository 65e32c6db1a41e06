"""Makes the pictures of the documentation again: `python docs/images/make.py [folder]`.

Opens a rehearsal farm with the community of `examples/rennes.yml`, lets people who do not exist
introduce themselves, and photographs it in Debian's Chromium. Needs `pip install selenium` and the
packages chromium and chromium-driver.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.browser.driving import Person  # noqa: E402

from wikifarm.blueprint.manifest import reading as manifest  # noqa: E402
from wikifarm.i18n import speak  # noqa: E402
from wikifarm.operations.apply import apply  # noqa: E402
from wikifarm.operations.workplace.context import Context, FarmSettings  # noqa: E402
from wikifarm.operations.workplace.places import Places  # noqa: E402
from wikifarm.rehearsal import RehearsalSettings, RunningFarm  # noqa: E402

WIDTH = 1200
PASSWORD = "UneRepetition123"  # noqa: S105 - of a farm that goes away
SLUG = "rennes"
PEOPLE = (
    ("Anaïs", "Betton", "Je répare des vélos et j’apprends aux autres à le faire."),
    ("Bachir", "Rennes", "Je cultive des légumes en ville."),
    ("Camille", "Cesson-Sévigné", "J’accueille les personnes qui arrivent."),
    ("Denez", "Saint-Malo", "Je travaille dans une commune littorale."),
    ("Farah", "Vitré", "Je tiens un café où l’on se retrouve."),
    ("Gaëlle", "Rennes", "J’enseigne, et je me demande ce qui nous rend robustes."),
)


def write_entries(person: Person) -> None:
    """A meeting, minutes and a resource, as somebody logged in would write them."""
    person.open("Agenda").follow("Annoncer une rencontre")
    person.fill({"bf_titre": "Ce que la sécheresse nous a appris", "bf_ville": "Rennes"})
    day = 'document.querySelector(`[name="bf_date_debut_evenement"]`).value = "2031-03-11"'
    person.driver.execute_script(day + ";" + day.replace("debut", "fin"))
    person.send('main form#formulaire [type="submit"]')
    person.open("Ressources").follow("Partager une ressource")
    person.fill({"bf_titre": "Un tour de présence en dix minutes",
                 "bf_resume": "Comment commencer une rencontre."})  # fmt: skip
    person.send('main form#formulaire [type="submit"]')


def introduce_everybody(person: Person) -> None:
    """An account and a card each."""
    for first_name, town, words in PEOPLE:
        account = first_name.replace("ï", "i").replace("ë", "e") + "Exemple"
        address = f"{account.lower()}@example.org"
        person.forget().open("ParametresUtilisateur")
        person.sign_up(account, address, PASSWORD)
        person.open("SInscrire").follow("Remplir ma fiche")
        person.introduce(first_name, address, town, words)


def main(folder: Path) -> None:
    """The three pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    speak("fr")
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(scratch)
        with RunningFarm(RehearsalSettings(here / "farm", "4.5", password=PASSWORD)) as farm:
            settings = FarmSettings(url=farm.url, admin=farm.admin, password=PASSWORD)
            context = Context(settings, Places(here / "state", here / "out"))
            outcome = apply(context, manifest.load([ROOT / "examples" / "rennes.yml"]))[0]
            if outcome.error is not None:
                raise outcome.error
            password = context.vault.get(SLUG)
            context.close()
            person = Person(here / "profile", f"{farm.url}{SLUG}/")
            try:
                person.width(WIDTH)
                introduce_everybody(person)
                person.log_in("WikiAdmin", password)
                write_entries(person)
                person.open("Participants").picture(folder / "participants.png", 720)
                person.forget().open("PagePrincipale").picture(folder / "accueil.png", 850)
                checklist = context.places.checklists / f"{SLUG}.html"
                person.open(checklist.as_uri()).picture(folder / "checklist.png", 900)
            finally:
                person.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
