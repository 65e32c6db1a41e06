"""A clone is its source without the people: compared by another way than the one that made it."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from pathlib import Path

import pytest

from tests.operations.conftest import a_community, context_for
from tests.operations.copying.all_shown import all_shown
from tests.operations.copying.conftest import BY_HAND, OURS, PASSWORD, TwoSources
from wikifarm.blueprint.capture.capture_wiki import CaptureWishes
from wikifarm.blueprint.locate import known_blueprints
from wikifarm.blueprint.manifest.reading import load_manifests
from wikifarm.blueprint.rights_words import without_closing
from wikifarm.blueprint.schema.template import parse
from wikifarm.engine import receipt as receipts
from wikifarm.errors import InvalidInput, NotOurs, NotYesWiki, PrivateAddress, Refused, SlugTaken
from wikifarm.operations.archive.static_site import export_static
from wikifarm.operations.audit.sentinel import planted
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.site import open_wiki
from wikifarm.operations.copying.blueprints_here import new_blueprint
from wikifarm.operations.copying.captured_blueprint import capture_blueprint
from wikifarm.operations.copying.clone import Cloned, clone
from wikifarm.operations.copying.source_wiki import Source
from wikifarm.operations.describe import Wishes
from wikifarm.operations.new_community import new_community
from wikifarm.whole_wiki import Attachment, WholeWiki
from wikifarm.yeswiki.wiki import Wiki
from wikifarm.yeswiki.wiki_reader import read_whole

RECEIPT = "WikifarmRecu"
PERSON = ("Awa Diallo <awa@example.org>",)
SECRETS = ("dubreuil", "zoé", "zoe", "quéméneur", "bérénice", "bq@", "02 99 12")


def cloned(sources: TwoSources, source: str, slug: str, **more: object) -> Cloned:
    return clone(
        sources.context(),
        Source(source),
        Wishes("Une autre communauté", slug, PERSON),
        CaptureWishes(""),
        agreed=lambda _captured: True,
        audit=False,
        **more,  # type: ignore[arg-type]
    )


def digest(wiki: Wiki, attachment: Attachment) -> str:
    content = BytesIO()
    assert wiki.attachments.fetch(attachment, content)
    return hashlib.sha256(content.getvalue()).hexdigest()


def moved(text: str, words: dict[str, str]) -> str:
    for before, after in words.items():
        text = text.replace(before, after)
    return text


def everything(whole: WholeWiki) -> str:
    """All that is read, the receipt as it says it: packed, any three letters may stand there."""
    pages = {tag: receipts.from_page(page.body) if tag == RECEIPT else page.body
             for tag, page in whole.pages.items()}  # fmt: skip
    return repr((pages, whole.forms, whole.lists, whole.groups, whole.settings)).lower()


def test_a_clone_of_a_community_is_like_it(sources: TwoSources) -> None:
    made = cloned(sources, OURS, "copie")
    assert made.community is not None
    assert made.community.status == "created", made.community.error
    here, there = sources.wiki("copie"), sources.wiki(OURS)
    copy, source = read_whole(here), read_whole(there)
    # Where a page says the community's own address, its name, who facilitates it.
    ours = {f"/{OURS}/": "/copie/", "Robustesse autour de Rennes": "Une autre communauté",
            "Camille Le Goff, Dominique Perrin": "Awa Diallo"}  # fmt: skip
    bodies = {tag: moved(page.body, ours)
              for tag, page in source.pages.items() if tag != RECEIPT}  # fmt: skip
    assert {tag: page.body for tag, page in copy.pages.items() if tag != RECEIPT} == bodies
    for tag in bodies:
        assert copy.rights[tag].same_as(source.rights[tag]), tag
    assert not [name for name in ("camille", "perrin") if name in everything(copy)]
    assert "Awa Diallo" in copy.pages["AnimerIci"].body
    (manifest,) = load_manifests([sources.context().places.communities / "copie.yml"])
    assert manifest.blueprint == "../blueprints/clone-copie"
    assert copy.groups == source.groups
    assert copy.modules == source.modules
    assert copy.lists == source.lists
    assert {key: (each.label, each.template) for key, each in copy.forms.items()} == {
        key: (each.label, each.template) for key, each in source.forms.items()
    }
    assert copy.files == source.files == (Attachment("PageDeLaCommunaute", "plan.pdf"),)
    assert digest(here, copy.files[0]) == digest(there, source.files[0])


def test_a_wiki_built_by_hand_is_cloned_closed_and_without_its_people(sources: TwoSources) -> None:
    before = read_whole(sources.wiki(BY_HAND))
    made = cloned(sources, BY_HAND, "jardins")
    assert made.community is not None
    assert made.captured is not None
    assert made.community.status == "created", made.community.error
    here = sources.wiki("jardins")
    copy = read_whole(here)
    assert read_whole(sources.wiki(BY_HAND)) == before
    assert not [secret for secret in SECRETS if secret in everything(copy)]
    emails = {each.email for each in copy.accounts if each.name != "WikiAdmin"}
    assert emails == {"awa@example.org"}
    left = {(each.name, each.why.value) for each in made.captured.captured.left_out}
    assert {("Contacts", "mail"), ("Remerciements", "name"), ("ListeCulture/3", "name")} <= {
        (name.replace("ListculturE", "ListeCulture"), why) for name, why in left
    }
    assert "ReglesDuJardin" in copy.pages
    assert copy.rights["ReglesDuJardin"].read == "@voisinage"
    assert copy.rights["LesParcelles"].write == "@jardinage"
    assert copy.people["voisinage"] == ()
    assert copy.groups["voisinage"] == ("@jardinage",)
    body = copy.pages["LesParcelles"].body
    answer = copy.forms["10"].properties["bf_culture"]
    assert f'groups="{answer}"' in body
    assert 'id="101"' in body  # what was the first form of the demonstration
    assert f"{here.addresses.base}?PagePrincipale" in body
    assert "<< piège >> <% endraw %> <# ? #> <" in body
    form = copy.forms["11"]
    assert "bf_titre***" not in form.template
    assert "calc***bf_total" in form.template  # a type that is not described is kept, and closed
    assert form.template.count("@participants,@animation,%") == 3
    assert rights_line(form.template) == ("%,@animation,@participants", "%,@animation")
    assert here.entries.of("11") == {}


def test_the_sentinel_of_an_audit_stays_where_it_was_planted(
    sources: TwoSources, tmp_path: Path
) -> None:
    run = CommunityRun(sources.context(), a_community(OURS))
    run.enter()
    there = sources.wiki(OURS)
    context = context_for(sources.running.url, tmp_path)
    context.vault.keep(OURS, sources.context().vault.get(OURS))
    with planted(run) as scene:
        assert scene.sentinels
        assert scene.key in everything_of(there)
        capture_blueprint(context, Source(OURS), CaptureWishes("capture"))
        export_static(context, OURS, tmp_path / "site", licence="CC BY-SA 4.0")
        made = clone(context, Source(OURS), Wishes("Copie", "temoin", PERSON), CaptureWishes(""),
                     agreed=lambda _captured: True, audit=False)  # fmt: skip
    assert made.community is not None
    assert made.community.error is None
    here = open_wiki(context, "temoin")
    assert scene.key not in everything_of(here)
    passing = here.visitor()
    for tag in passing.pages.all():
        assert scene.key not in passing.session.page(tag).text
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 50
    assert not [path for path in files if scene.key.encode() in path.read_bytes()]


def everything_of(wiki: Wiki) -> str:
    """All that a wiki shows its administrator, in small letters."""
    return json.dumps(all_shown(wiki), ensure_ascii=False).lower()


def test_a_second_apply_of_a_clone_writes_nothing(sources: TwoSources) -> None:
    cloned(sources, OURS, "copie")
    context = sources.context()
    again = clone(context, Source(OURS), Wishes("Une autre communauté", "copie", PERSON),
                  CaptureWishes(""), agreed=lambda _captured: True, audit=False)  # fmt: skip
    assert again.captured is None  # it goes on with what was captured
    assert again.community is not None
    assert again.community.status == "unchanged", again.community.error


def test_what_was_agreed_to_in_vain_is_told(sources: TwoSources) -> None:
    asked = CaptureWishes("jardins", agreed=frozenset({"Contacts", "Contact"}))
    (told,) = capture_blueprint(sources.context(), Source(BY_HAND), asked, dry_run=True).messages
    assert "--agree Contact " in told and "Contacts" not in told


def test_nothing_is_made_unless_what_is_copied_is_agreed_to(sources: TwoSources) -> None:
    context = sources.context()
    refused = clone(context, Source(OURS), Wishes("X", "non", PERSON), CaptureWishes(""),
                    agreed=lambda _captured: False)  # fmt: skip
    assert refused.community is None
    dry = cloned(sources, OURS, "essai", dry_run=True)
    assert dry.community is not None
    assert dry.community.error is None
    assert context.farm.known("non") is context.farm.known("essai") is None
    assert not (context.places.blueprints / "clone-non").exists()
    assert not (context.places.blueprints / "clone-essai").exists()


def test_a_folder_in_which_nothing_is_described_yet_is_no_obstacle(
    sources: TwoSources, tmp_path: Path
) -> None:
    context = context_for(sources.running.url, tmp_path)
    context.vault.keep(BY_HAND, PASSWORD)
    context.places.communities.mkdir(parents=True)
    dry = clone(context, Source(BY_HAND), Wishes("X", "vide", PERSON), CaptureWishes(""),
                agreed=lambda _captured: True, dry_run=True)  # fmt: skip
    assert dry.community is not None
    assert dry.community.error is None


def test_a_target_that_exists_is_refused(sources: TwoSources) -> None:
    with pytest.raises(SlugTaken, match="nothing was copied"):
        cloned(sources, OURS, BY_HAND)
    cloned(sources, OURS, "copie")
    with pytest.raises(Refused, match="captured from another wiki"):
        cloned(sources, BY_HAND, "copie")


@pytest.mark.parametrize(
    ("where", "error"),
    [("nulle-part", NotOurs), ("http://127.0.0.1:9/", PrivateAddress)],
)
def test_a_source_that_cannot_be_read_makes_nothing(
    sources: TwoSources, where: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        cloned(sources, where, "rien")
    assert not (sources.context().places.blueprints / "clone-rien").exists()


def test_a_portal_in_the_place_of_the_source(sources: TwoSources) -> None:
    sources.running.traps.add("captive")
    try:
        with pytest.raises(NotYesWiki):
            clone(sources.context(), Source(sources.running.url), Wishes("X", "rien", PERSON),
                  CaptureWishes(""), agreed=lambda _captured: True)  # fmt: skip
    finally:
        sources.running.traps.discard("captive")


def test_a_visitor_clones_what_everybody_reads(sources: TwoSources) -> None:
    context = sources.context()
    context.vault.keep(BY_HAND, "")
    made = clone(
        context,
        Source(f"{sources.running.url}{BY_HAND}/"),
        Wishes("Vu", "vu", PERSON),
        CaptureWishes(""),
        agreed=lambda _captured: True,
        audit=False,
    )
    sources.context().vault.keep(BY_HAND, PASSWORD)
    assert made.captured is not None
    assert made.captured.reader == ""
    assert "rights" in made.captured.unread
    assert made.community is not None
    assert made.community.error is None
    copy = read_whole(sources.wiki("vu"))
    assert "ReglesDuJardin" not in copy.pages
    assert copy.rights["GererDroits"].read == "@admins"
    assert not [secret for secret in ("quéméneur", "bq@", "02 99 12") if secret in everything(copy)]


def test_a_visitor_clones_a_community_of_wikifarm(sources: TwoSources) -> None:
    """Its groups are named by the rights of its forms, which anybody reads."""
    passing = context_for(sources.running.url, sources.folder / "passing")
    there = sources.wiki(OURS)
    made = clone(
        passing,
        Source(f"{sources.running.url}{OURS}/"),
        Wishes("Vue aussi", "vue-aussi", PERSON),
        CaptureWishes(""),
        agreed=lambda _captured: True,
        audit=False,
    )
    assert made.captured is not None and made.captured.reader == ""
    assert made.community is not None and made.community.error is None
    here, told = open_wiki(passing, "vue-aussi"), made.captured.captured
    assert {"animation", "participants"} == set(told.groups) - {"admins"}
    assert not any("none such" in change for change in told.changed)
    assert here.groups.all()["participants"] == there.groups.all()["participants"]
    forms = {form.label: form.template for form in there.forms.all().values()}
    copies = {form.label: form.template for form in here.forms.all().values()}
    for label in [form.label for form in told.forms if form.people]:
        ours, theirs = rights_line(copies[label]), rights_line(forms[label])
        assert ours[0] == theirs[0] and set(ours[1].split(",")) == set(theirs[1].split(","))


def rights_line(template: str) -> tuple[str, str]:
    row = next(row for row in parse(template) if row[0] == "acls")
    return without_closing(row[1]), row[2]


def test_entries_of_a_public_form_come_when_they_are_asked_for_and_people_never(
    sources: TwoSources,
) -> None:
    there = sources.wiki(BY_HAND)
    answer = there.forms.all()["10"].properties["bf_culture"]
    for title, choice in (("Le puits, l'été", "1"), ("Haie de Zoé Dubreuil", "2")):
        there.entries.create("10", {"bf_titre": title, answer: choice})
    with pytest.raises(InvalidInput, match="never copied"):
        cloned(sources, BY_HAND, "fiches", with_entries=["Jardinières et jardiniers"])
    for _again in range(2):
        made = cloned(sources, BY_HAND, "fiches", with_entries=["parcelles"])
        assert made.community is not None
        assert made.community.error is None
    here = sources.wiki("fiches")
    answer = here.forms.all()["10"].properties["bf_culture"]
    (entry,) = here.entries.of("10").values()
    assert (entry["bf_titre"], entry[answer]) == ("Le puits, l'été", "1")
    assert made.community is not None
    assert any("Dubreuil" in note for note in made.community.notes)
    assert here.entries.of("11") == {}


def test_what_is_captured_of_a_clone_is_what_was_captured_of_its_source(
    sources: TwoSources,
) -> None:
    cloned(sources, OURS, "copie")
    texts = []
    for slug in (OURS, "copie"):
        asked = CaptureWishes(f"capture-de-{slug}")
        capture_blueprint(sources.context(), Source(slug), asked)
        folder = sources.context().places.blueprints / asked.name
        files = {path.relative_to(folder): path.read_bytes()
                 for path in folder.rglob("*") if path.is_file()}  # fmt: skip
        named = files.pop(Path("blueprint.yml")).decode()
        texts.append((named.replace(slug, "SLUG"), files))
    assert texts[0] == texts[1]
    assert Path("files/PageDeLaCommunaute/plan.pdf") in texts[0][1]
    with pytest.raises(Refused, match="nothing was captured"):
        capture_blueprint(sources.context(), Source(OURS), CaptureWishes(f"capture-de-{OURS}"))


@pytest.mark.parametrize("name", known_blueprints())
def test_a_name_that_means_a_shipped_blueprint_is_given_to_no_other(
    sources: TwoSources, name: str
) -> None:
    with pytest.raises(InvalidInput, match="wikifarm's own"):
        capture_blueprint(sources.context(), Source(OURS), CaptureWishes(name))
    with pytest.raises(InvalidInput, match="wikifarm's own"):
        new_blueprint(sources.context(), name)
    assert not (sources.context().places.blueprints / name).exists()


def test_a_clone_costs_little_more_than_a_community(sources: TwoSources) -> None:
    """At most 1.3 times the requests, and one more for each file."""
    plain, copying = sources.context(), sources.context()
    assert new_community(plain, a_community("simple"), audit=False).error is None
    made = clone(copying, Source(OURS), Wishes("Copie", "mesure", PERSON), CaptureWishes(""),
                 agreed=lambda _captured: True, audit=False)  # fmt: skip
    assert made.community is not None
    assert made.community.error is None
    requests = [each.network.traffic.get + each.network.traffic.post for each in (plain, copying)]
    assert requests[1] <= 1.3 * requests[0] + 1, requests


LOOKED_AT = frozenset({"PagePrincipale"})


def asked(sources: TwoSources, *people: str, name: str = "", **more: object) -> Cloned:
    return clone(
        sources.context(), Source(BY_HAND), Wishes(name, "verger", people),
        CaptureWishes("", **more),  # type: ignore[arg-type]
        agreed=lambda _captured: True, audit=False,
    )  # fmt: skip


@pytest.mark.parametrize("people", [(), ("pas une adresse",)])
def test_what_makes_no_community_is_told_before_anything_is_read(
    sources: TwoSources, people: tuple[str, ...]
) -> None:
    before = len(sources.running.requests)
    with pytest.raises(InvalidInput) as wrong:
        asked(sources, *people)
    assert [problem.code for problem in wrong.value.problems][:1] != ["missing"]
    with pytest.raises(InvalidInput) as wrong:
        clone(sources.context(), Source(BY_HAND), Wishes("", "NWC-S1", PERSON),
              CaptureWishes(""), agreed=lambda _captured: True)  # fmt: skip
    assert "nwc-s1" in wrong.value.problems[0].hint
    assert len(sources.running.requests) == before
    assert not (sources.context().places.blueprints / "clone-verger").exists()


def test_a_clone_that_goes_on_is_the_one_that_was_begun(
    sources: TwoSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was left out is known still, its name too, and no other options are taken."""
    with monkeypatch.context() as cut:
        cut.setattr("wikifarm.operations.copying.clone._made", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            asked(sources, *PERSON, agreed=LOOKED_AT)
    for more in ({}, {"agreed": LOOKED_AT | {"Autre"}},
                 {"agreed": LOOKED_AT, "language": "en"}):  # fmt: skip
        with pytest.raises(Refused, match="other options") as refused:
            asked(sources, *PERSON, **more)
        assert "clone-verger" in str(refused.value.hint)
    made = asked(sources, *PERSON, agreed=LOOKED_AT)
    assert made.begun is not None
    assert made.begun.left_out
    assert made.community is not None
    assert (made.community.status, made.to_remove) == ("created", ())
    assert made.community.name == made.begun.title != ""
    again = asked(sources, agreed=LOOKED_AT)  # as it is described
    assert again.community is not None
    assert again.community.status == "unchanged"
    with pytest.raises(Refused, match="otherwise"):
        asked(sources, "Une autre <autre@example.org>", agreed=LOOKED_AT)
    with pytest.raises(Refused, match="otherwise"):
        asked(sources, *PERSON, name="Un autre nom", agreed=LOOKED_AT)
