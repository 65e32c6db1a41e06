"""What a community published, in files: readable without a server, and nobody in them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.operations.archive.conftest import PICTURE, Computer
from wikifarm.errors import InvalidInput, LocalStorage
from wikifarm.model import Rights
from wikifarm.operations.archive import static_site
from wikifarm.operations.archive.clean_html import Known, cleaned
from wikifarm.operations.archive.static_site import SiteMade, export_static
from wikifarm.operations.community.site import open_wiki
from wikifarm.whole_wiki import Attachment

THANKS = "Merci à Zoé Kergoat pour tout ce qui fut fait."
NOWHERE = Known(lambda _link: None, lambda _source: None)
EVERYWHERE = Known(lambda link: link, lambda source: source)


def made(computer: Computer, folder: Path, **more: object) -> SiteMade:
    outcome = export_static(computer("first"), "rennes", folder, **more).outcome  # type: ignore[arg-type]
    assert isinstance(outcome, SiteMade)
    return outcome


def publish(computer: Computer, **pages: str) -> None:
    wiki = open_wiki(computer("first"), "rennes")
    for tag, text in pages.items():
        wiki.pages.save(tag, f"======{tag}======\n{text}", "")
    wiki.rights.set(list(pages), Rights("*", "+"))


def written(folder: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.*")))


def test_the_site_holds_productions_and_nobody(computer: Computer, tmp_path: Path) -> None:
    publish(
        computer,
        Bilan="Nous avons appris ensemble : [[Charte la charte]].",
        Merci=THANKS,
        Appelez="Écrivez à zoe@example.org ou au 06 12 34 56 78.",
        Horaires="Tous les jours de 2026 à 2027, de 10 h à 12 h 30.",
    )
    picture = Attachment("Horaires", "affiche.png")
    wiki = open_wiki(computer("first"), "rennes")
    wiki.attachments.put(picture, io.BytesIO(PICTURE))
    stored = wiki.attachments.of("Horaires")[picture]
    shown = f'""<img src="files/{stored}" alt="Le chat">""'
    publish(computer, Images=f"Une image qui en dit long : {shown}")
    site = made(computer, tmp_path / "site")
    text = written(tmp_path / "site")
    assert site.entries == 2 and "Une méthode" in text
    assert {"Merci", "Appelez"} <= set(site.left_out)
    for somebody in ("Kergoat", "zoe@", "06 12", "ZoeKergoat", "Le Goff"):
        assert somebody not in text
    assert (tmp_path / "site/horaires.html").is_file()
    bilan = (tmp_path / "site/bilan.html").read_text("utf-8")
    assert '<a href="charte.html">la charte</a>' in bilan
    assert "CC BY-SA 4.0" in bilan and "Robustesse autour de Rennes" in bilan
    (copied,) = (tmp_path / "site/files").iterdir()
    assert site.pictures == 1 and copied.read_bytes() == PICTURE
    assert f'<img src="files/{copied.name}" alt="Le chat">' in text


def test_nothing_is_asked_of_another_server_and_every_link_leads_somewhere(
    computer: Computer, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    made(computer, folder)
    for path in folder.glob("*.html"):
        document = LexborHTMLParser(path.read_text("utf-8"))
        assert document.css("script, iframe, form, [onclick], [style]") == []
        assert len(document.css("main h1")) >= 1 and len(document.css("html[lang]")) == 1
        for node in document.css("[src], link[href], a[href]"):
            where = node.attributes.get("src") or node.attributes.get("href") or ""
            if node.tag == "a" and where.startswith(("http", "#")):
                continue
            assert (folder / where).is_file(), (path.name, where)
        assert all("alt" in image.attributes for image in document.css("img"))
    feed = (folder / "feed.xml").read_text("utf-8")
    assert feed.count("<entry>") == feed.count("<author>") > 2


def test_names_that_are_one_for_a_server_or_a_disk_are_told_apart(
    computer: Computer, tmp_path: Path
) -> None:
    bodies = {"Les_haies": "plantées", "Les-haies": "taillées"}
    publish(computer, **{tag: f"Comment nous les avons {how}." for tag, how in bodies.items()})
    made(computer, tmp_path / "site")
    pages = [path.read_text("utf-8") for path in (tmp_path / "site").glob("les-haies*.html")]
    assert sorted("taillées" in text for text in pages) == [False, True]


def test_a_page_that_was_agreed_is_in_it(computer: Computer, tmp_path: Path) -> None:
    publish(computer, Merci=THANKS)
    site = made(computer, tmp_path / "site", agreed=["Merci"])
    assert "Merci" not in site.left_out
    assert "Kergoat" in (tmp_path / "site/merci.html").read_text("utf-8")


@pytest.mark.parametrize("tag", ["Absente", "Participants"])
def test_a_page_that_cannot_be_put_in_is_refused_with_those_that_can(
    computer: Computer, tmp_path: Path, tag: str
) -> None:
    publish(computer, Merci=THANKS)
    with pytest.raises(InvalidInput) as refused:
        made(computer, tmp_path / "site", agreed=["Merci", tag])
    (problem,) = refused.value.problems
    assert (problem.code, problem.file) == ("unknown-page", "--with-page")
    assert tag in problem.message and "Horaires" not in problem.hint
    assert not (tmp_path / "site").exists()


def test_a_list_in_which_a_visitor_reads_no_card_says_nothing(
    computer: Computer, tmp_path: Path
) -> None:
    publish(computer, Qui=f'{"Nous sommes une bande joyeuse. " * 2}{{{{bazarliste id="101"}}}}')
    made(computer, tmp_path / "site")
    assert "fiche" not in (tmp_path / "site/qui.html").read_text("utf-8")


@pytest.mark.parametrize("tag", ["Aux", "Com1"])
def test_names_that_windows_keeps_for_itself_are_others(
    computer: Computer, tmp_path: Path, tag: str
) -> None:
    publish(computer, **{tag: "Une page que chaque ordinateur sait ranger."})
    made(computer, tmp_path / "site")
    (name,) = [path.stem for path in (tmp_path / "site").glob(f"{tag.lower()}*.html")]
    assert name != tag.lower()


def test_what_yeswiki_came_with_is_left_out_by_what_it_is_and_every_reason_is_told(
    computer: Computer, tmp_path: Path
) -> None:
    wiki = open_wiki(computer("first"), "rennes")
    page = wiki.pages.read("BacASable")
    assert page is not None
    wiki.pages.save("BacASable", "Nos voisins et leurs cabanes, de A à Z.", page.revision)
    publish(
        computer,
        MesConseils="Ce que nous conseillons à qui commence.",
        AideAuxSemis="Comment semer au printemps, en peu de mots.",
        Bref="Oui.",
    )
    site = made(computer, tmp_path / "site")
    for tag in ("bacasable", "mesconseils", "aideauxsemis"):
        assert (tmp_path / f"site/{tag}.html").is_file()
    assert "nobody changed" in site.left_out["ReglesDeFormatage"]
    assert "around every page" in site.left_out["PageMenuHaut"]
    assert "next to nothing" in site.left_out["Bref"]
    readable = set(wiki.visitor().pages.all())
    told = {tag for tag in readable if tag in site.left_out}
    assert len(told) + site.pages == len(readable)
    again = made(computer, tmp_path / "again", agreed=["Bref", "ReglesDeFormatage"])
    assert again.pages == site.pages + 2


def test_a_full_disk_leaves_no_folder(
    computer: Computer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, *_more: object) -> None:
        if path.name == "feed.xml":
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(static_site, "write_whole", full)
    before = set(tmp_path.iterdir())
    with pytest.raises(LocalStorage) as failed:
        made(computer, tmp_path / "site")
    assert "disk is full" in failed.value.message
    assert set(tmp_path.iterdir()) <= before | {tmp_path / "state"}


@pytest.mark.parametrize("where", [".", "../site", "within/.."])
def test_a_folder_that_is_empty_is_filled_where_it_stands(
    computer: Computer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """The terminal of whoever is in it, and a disk that is mounted there, stay in it."""
    stands = tmp_path / "site"
    stands.mkdir()
    monkeypatch.chdir(stands)
    before = stands.stat().st_ino
    site = made(computer, Path(where))
    assert Path(site.folder).resolve() == stands and stands.stat().st_ino == before
    assert (stands / "index.html").is_file() and not list(stands.glob(".*"))
    with pytest.raises(InvalidInput) as fault:
        made(computer, Path(where))
    assert "site" in fault.value.problems[0].message


def test_what_a_run_that_was_killed_left_in_a_folder_is_nothing_in_it(
    computer: Computer, tmp_path: Path
) -> None:
    left = tmp_path / "site" / static_site.COMING
    left.mkdir(parents=True)
    (left / "old.html").write_text("")
    made(computer, tmp_path / "site")
    assert not left.exists() and not (tmp_path / "site/old.html").exists()


def test_a_folder_with_something_in_it_is_left_alone(computer: Computer, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "photo.jpg").touch()
    with pytest.raises(InvalidInput) as refused:
        made(computer, folder)
    assert refused.value.problems[0].code == "file-exists"
    assert [path.name for path in folder.iterdir()] == ["photo.jpg"]


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("<script>alert(1)</script>Dire", "Dire"),
        ('<p onclick="x()" style="a" class="b">Dire</p>', "<p>Dire</p>"),
        ('<a href="javascript:x()">Dire</a>', "Dire"),
        ('<img src="https://elsewhere.example/x.png" alt="Une &lt;fleur>">', "Une &lt;fleur&gt;"),
        ("<form><input value=x>Envoyer</form>", ""),
        ('<svg><a href="x">y</a></svg><math><mi>z</mi></math>', "z"),
        ("<h1></h1><p> </p>", ""),
        (
            '<section class=" remove-this-div-on-page-load  x"><p>Entre nous</p></section>Dire',
            "Dire",
        ),
        ("&lt;script&gt;", "&lt;script&gt;"),
        ('<iframe src="//x"></iframe><object data="x">y</object>', ""),
    ],
)
def test_what_acts_or_asks_elsewhere_goes(source: str, left: str) -> None:
    assert cleaned(source, NOWHERE).html == left


@pytest.mark.parametrize("make", [lambda n: "<b>" * n + "fin", lambda n: "<div><ul>" * n + "fin"])
def test_elements_in_one_another_without_end_do_no_harm(make: Callable[[int], str]) -> None:
    assert not re.search("script", cleaned(make(5000), EVERYWHERE).html)


def test_addresses_are_written_as_attributes_can_hold_them() -> None:
    html = cleaned('<a href="https://x.example/&quot;onmouseover=&quot;y">z</a>', EVERYWHERE).html
    (link,) = LexborHTMLParser(html).css("a")
    assert set(link.attributes) == {"href", "rel"}
