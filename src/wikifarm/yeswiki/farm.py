"""The farm: its wikis are the entries of form 1100; creating an entry creates a wiki.

Traps of the ferme extension of February 2024 (docs/yeswiki.md, The farm): a bad folder name answers
success and makes no wiki; a failure half-way leaves a folder that blocks the name for good;
a first try that timed out may have worked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from threading import RLock
from typing import Any

from wikifarm.emails import is_email
from wikifarm.errors import (
    BadCredentials,
    HalfMade,
    NoFarmExtension,
    SessionLost,
    SlugTaken,
    UnexpectedAnswer,
    WriteRefused,
)
from wikifarm.i18n import _
from wikifarm.model import Capabilities, FarmWiki
from wikifarm.transport import Answer, Network
from wikifarm.yeswiki import capabilities, html
from wikifarm.yeswiki.addresses import Addresses, base_url
from wikifarm.yeswiki.farm_models import DEFAULT, FarmModels
from wikifarm.yeswiki.rights import RightsTable
from wikifarm.yeswiki.run_records import RunRecords
from wikifarm.yeswiki.session import (
    ROOT_PAGE,
    Session,
    exception_message,
    is_own,
    not_yeswiki,
    unexpected,
    without_noise,
    without_paths,
)
from wikifarm.yeswiki.shapes import odd, table
from wikifarm.yeswiki.wiki import Wiki
from wikifarm.yeswiki.wiki_settings import WikiSettings

FORM = "1100"
TITLE = "bf_titre"
MARK = "wikifarm_community"  # an extra key: the farm keeps it in its entry (docs/yeswiki.md, Newer)
# The tool's account in each wiki: its address must be nobody's, since an address has one account.
ADMIN_EMAIL = "administration@compte.wikifarm.invalid"
FOLDER = re.compile(r"^[0-9a-zA-Z_-]+$")

_TAKEN = re.compile(r"utilis|already (?:used|taken)", re.IGNORECASE)


@dataclass(frozen=True)
class NewWiki:
    """What the farm asks for a new wiki. The password is never shown nor logged."""

    title: str
    description: str
    folder: str
    referent: str
    email: str
    admin: str
    password: str
    mark: str
    model: str = DEFAULT

    def __repr__(self) -> str:
        return f"NewWiki({self.folder!r})"


@dataclass(frozen=True)
class Offer:
    """What the form of the farm offers for a new wiki: the choices to send back, and the names of
    the models. `release` is the version of YesWiki that it shows; `shown`: a session saw it."""

    choices: Mapping[str, str]
    models: frozenset[str] = frozenset({DEFAULT})
    release: str = ""
    shown: bool = False


class Farm:
    """One farm, through an admin's key (Bearer) or an admin's session."""

    def __init__(
        self,
        network: Network,
        url: str,
        admin: str = "",
        password: str = "",
        token: str = "",
    ) -> None:
        self.network = network
        self.base = base_url(url)
        self._admin = admin
        self._password = password
        self._token = token
        self.visitor = Session(network, Addresses(self.base))
        self._logged: Session | None = None
        self._turn = RLock()
        self._wikis: dict[str, FarmWiki] | None = None
        self._models: FarmModels | None = None
        self._contact: str | None = None
        self._refused: BadCredentials | None = None

    @cached_property
    def capabilities(self) -> Capabilities:
        """What this farm can do; asked once a run."""
        return capabilities.probe(self.visitor, farm=True)

    @property
    def session(self) -> Session:
        """The admin's session; logs in at first use, unless the key alone serves.

        A password that was refused is not sent again: the same BadCredentials is raised.
        """
        with self._turn:  # communities that are made at once log in once
            if self._refused is not None:
                raise self._refused
            if self._logged is None:
                session = Session(self.network, self.visitor.addresses, self._token)
                if self._password:
                    try:
                        session.login(self._admin, self._password)
                    except BadCredentials as refused:
                        self._refused = refused
                        raise
                self._logged = session
            return self._logged

    @property
    def models(self) -> FarmModels | None:
        """The models of the farm; None for a key alone, which pages do not let in."""
        if not self._password:
            return None
        with self._turn:
            self._models = self._models or FarmModels(self.session)
            return self._models

    @property
    def runs(self) -> RunRecords | None:
        """Who makes wikis here; None for a key alone, under whose name no record can be told."""
        return RunRecords(self.session) if self._password else None

    def forget(self) -> None:
        """Drops the list of its wikis: another run may have made some."""
        with self._turn:
            self._wikis = None

    def template(self) -> str:
        """The template of the farm's form. Raises NoFarmExtension where there is none."""
        answer = self.visitor.api(f"forms/{FORM}")
        if answer.status not in {200, 404}:
            raise not_yeswiki(self.base, answer)
        row: Any = answer.json() if answer.status == 200 else {}
        if not isinstance(row, dict):
            raise odd(answer.url)
        text = str(row.get("bn_template", ""))
        if "yeswiki***" not in text:
            raise NoFarmExtension(
                _("The wiki {url} is not a farm: it lacks the form that makes wikis.").format(
                    url=self.base
                ),
                hint=_("Install the extension “ferme” there, or check the address of the farm."),
                where=self.base,
            )
        return text

    def wikis(self) -> dict[str, FarmWiki]:
        """The wikis of the farm by folder, as this account sees them."""
        route = f"forms/{FORM}/entries"
        # No wiki at all is believed when it is said twice.
        entries = self.session.api_table(route) or self.session.api_table(route)
        wikis = (self._wiki(tag, row) for tag, row in entries.items())
        return {wiki.folder: wiki for wiki in wikis if wiki.folder}

    def find(self, folder: str) -> FarmWiki | None:
        """The wiki of that folder, whatever the case of the letters."""
        self._wikis = {name.lower(): wiki for name, wiki in self.wikis().items()}
        return self._wikis.get(folder.lower())

    def known(self, folder: str) -> FarmWiki | None:
        """The same, from the list of the farm as it was last read: once for many wikis."""
        return self.listed().get(folder.lower())

    def listed(self) -> Mapping[str, FarmWiki]:
        """The wikis of the farm by folder in lower case, as they were last read."""
        with self._turn:
            if self._wikis is None:
                self.find("")
            return self._wikis or {}

    def address_of(self, folder: str) -> str:
        """The base address of a wiki of this farm."""
        return f"{self.base}{folder}/"

    def create(self, new: NewWiki, offer: Offer | None = None) -> None:
        """Asks for a wiki, with the choices of `offer`, or of the form as it is now. The caller
        reads back: `find`, and whether the address answers.

        Raises SlugTaken when the address is in use, HalfMade when the server failed on the way.
        """
        if not FOLDER.match(new.folder):
            # The farm would answer success, keep an entry and make no wiki (24).
            raise UnexpectedAnswer(
                _("“{folder}” cannot be the address of a wiki.").format(folder=new.folder)
            )
        choices = {**(offer or self.offer()).choices, "yeswiki-farm-model": new.model}
        fields = [*choices.items(), *_asked(new).items()]
        try:
            answer = self._create_by_key(fields) if self._token else self._create_by_form(fields)
        except SessionLost:
            if not self._take(new.folder):
                raise
            return
        if answer.status in {201, 302}:
            return
        raise self._creation_error(new, answer)

    @property
    def contact(self) -> str:
        """The address that the farm itself writes from, asked once a run; empty where its settings
        say none."""
        with self._turn:
            if self._contact is None:
                address = WikiSettings(self.session).all().get("contact_from", "")
                self._contact = address if is_email(address) else ""
            return self._contact

    def set_contact(self, wiki: FarmWiki, email: str) -> None:
        """Writes who is the contact of a wiki in the farm's entry, whose other answers stay."""
        answers = self._answers(wiki)
        now = self._change(wiki, answers, {"bf_mail": email})
        if now is None or (now.email, now.mark) != (email, answers.get(MARK, "")):
            raise WriteRefused(
                _("The farm did not keep the contact of the wiki {folder}.").format(
                    folder=wiki.folder
                ),
                hint=_("Change it by hand in the farm's list of wikis."),
                where=self.base,
            )

    def retell(self, wiki: FarmWiki, was: Mapping[str, str], now: Mapping[str, str]) -> FarmWiki:
        """Has the farm's entry tell of a wiki what `now` says, wherever it still tells what `was`
        does (both as `told` gives them); what somebody wrote there otherwise stays.

        Raises WriteRefused where the entry keeps its former title.
        """
        answers = self._answers(wiki)
        telling = {key: unescape(answers.get(key, "")) for key in now}
        changed = {key: text for key, text in now.items() if telling[key] == was[key] != text}
        known = self._change(wiki, answers, changed) if changed else self.find(wiki.folder)
        lost = known is None or known.mark != answers.get(MARK, "")
        if known is None or lost or (TITLE in changed and known.title == was[TITLE]):
            raise WriteRefused(
                _("The farm did not keep the name of the wiki {folder}.").format(
                    folder=wiki.folder
                ),
                hint=_("Change it by hand in the farm's list of wikis."),
                where=self.base,
            )
        return known

    def _answers(self, wiki: FarmWiki) -> dict[str, str]:
        """What the farm's entry of a wiki answers; empty where the farm shows none."""
        row = (self.session.api_json(f"forms/{FORM}/entries") or {}).get(wiki.entry, {})
        return {key: text for key, text in row.items() if isinstance(text, str)}

    def _change(
        self, wiki: FarmWiki, answers: Mapping[str, str], changed: Mapping[str, str]
    ) -> FarmWiki | None:
        """Writes other answers in the farm's entry, and reads what it says then."""
        # Without the former folder, the farm would make the wiki again (YesWikiField.php).
        asked = {**changed, "bf_dossier-wiki-previous": wiki.folder, "antispam": "1"}
        self.session.post(
            "BazaR",
            list({**answers, **asked}.items()),
            query={"vue": "saisir", "action": "modif_fiche", "id_fiche": wiki.entry},
        )
        return self.find(wiki.folder)

    def delete(self, wiki: FarmWiki) -> None:
        """Removes the farm's entry, and with it folder and tables. No way back."""
        self.session.post(
            wiki.entry,
            [("csrf-token", self._deletion_token(wiki.entry)), ("confirme", "oui")],
            "deletepage",
            {"confirme": "oui", "eraselink": "oui"},
        )
        if self.find(wiki.folder) is not None:
            raise WriteRefused(
                _("The farm did not remove the wiki {folder}.").format(folder=wiki.folder)
            )

    def answers(self, folder: str) -> bool:
        """True when a whole wiki answers at that folder, False when nothing is there (404).

        Raises what `unseen` says for any other answer: a wiki may stand there.
        """
        visitor = Session(self.network, Addresses(self.address_of(folder)))
        answer = visitor.api("forms")
        if answer.status == 404:
            return False
        if answer.status != 200:
            raise unseen(self, folder, answer)
        try:
            forms = table(without_noise(answer.json()), answer.url)
        except UnexpectedAnswer:
            raise unseen(self, folder, answer) from None
        if not forms and not is_own(answer):
            raise unseen(self, folder, answer)
        return True

    def wiki(self, folder: str, able: Capabilities | None = None) -> Wiki:
        """The driver of a wiki of this farm, as a visitor until it logs in; it asks what the wiki
        can do, unless `able` tells."""
        return Wiki(self.network, Addresses(self.address_of(folder)), able)

    # -- how a creation is asked ------------------------------------------------------------

    def offer(self) -> Offer:
        """Theme, rights and lifetime of a new wiki, and the models that it may be made from.

        Theme and rights are keys that shift when the farm is reconfigured: they are
        read in its form, which a session alone may see.
        """
        chosen = {"yeswiki-farm-theme": "0", "yeswiki-farm-acls": "0"}
        if not self._password:
            return Offer(chosen)
        form = html.parse(self._form_shown().text).css_first("form#formulaire")
        if form is None:
            return Offer(chosen)
        shown = dict(html.fields(form))
        chosen |= {key: shown[key] for key in chosen if shown.get(key)}
        if "yeswiki-farm-lifetime" in shown:
            # A farm with lifetimes gives the shortest one when none is asked for.
            chosen["yeswiki-farm-lifetime"] = "permanent"
        models = frozenset(html.choices(form, "yeswiki-farm-model"))
        return Offer(chosen, models, self.session.release, shown=bool(models))

    def _form_shown(self) -> Answer:
        """The page of the form. A login that the farm forgot meanwhile is made again: to a visitor
        it shows no choice of rights, and would make a wiki that nobody owns. Raises
        UnexpectedAnswer for what is not of the farm."""
        query = {"vue": "saisir", "action": "saisir_fiche", "id": FORM}
        answer = self.session.page("BazaR", query=query)
        if not is_own(answer):
            raise unexpected(answer)
        if not self.session.spoke_to(answer):
            self.session.login(self._admin, self._password)
            answer = self.session.page("BazaR", query=query)
        return answer

    def _take(self, folder: str) -> bool:
        """Takes the entry of a wiki that was asked for when the farm had forgotten the login:
        nobody would own it. False where none was made."""
        self.session.login(self._admin, self._password)
        made, table = self.find(folder), RightsTable(self.session)
        if made is None or (rights := table.all().get(made.entry)) is None:
            return False
        table.give(made.entry, rights, self._admin)
        return True

    def _create_by_key(self, fields: list[tuple[str, str]]) -> Answer:
        answer = self.session.api_post(f"entries/{FORM}", fields, {"Source-Url": ""})
        if answer.status == 401 and self._password:
            # Some hosts drop the Authorization header on the way to PHP.
            return self._create_by_form(fields)
        return answer

    def _create_by_form(self, fields: list[tuple[str, str]]) -> Answer:
        return self.session.post(
            "BazaR",
            [*fields, ("id_typeannonce", FORM)],
            query={"vue": "saisir", "action": "saisir_fiche", "id": FORM},
        )

    def _creation_error(self, new: NewWiki, answer: Answer) -> Exception:
        if answer.status == 401:
            return BadCredentials(
                _("The farm refuses the key (WIKIFARM_FARM_TOKEN)."),
                hint=_(
                    "Check the key; some hosts drop it on the way: then give the name and the "
                    "password of an administrator (WIKIFARM_FARM_ADMIN, WIKIFARM_FARM_PASSWORD)."
                ),
                where=self.base,
            )
        words = exception_message(answer) or without_paths(
            " ".join(html.alerts(html.parse(answer.text)))
        )
        if _TAKEN.search(words):
            return SlugTaken(
                _("The address “{folder}” is already used on this farm.").format(folder=new.folder),
                hint=_("Choose another address."),
                where=self.address_of(new.folder),
            )
        if words and self._broken(new.folder):
            return half_made(self, new.folder, words)
        return unexpected(answer)

    def _broken(self, folder: str) -> bool:
        """True when a folder answers as a creation that failed leaves it: 500, and not a word."""
        visitor = Session(self.network, Addresses(self.address_of(folder)))
        answer = visitor.page(ROOT_PAGE)
        return answer.status == 500 and not answer.text

    def _deletion_token(self, entry: str) -> str:
        document = html.parse(self.session.page(entry, "deletepage").text)
        return html.hidden(document, "csrf-token") or ""

    def _wiki(self, tag: str, row: Mapping[str, Any]) -> FarmWiki:
        folder = str(row.get("bf_dossier-wiki") or "")
        return FarmWiki(
            entry=tag,
            title=unescape(str(row.get(TITLE) or "")),  # kept with entities (HTMLPurifier)
            folder=folder,
            url=self.address_of(folder),
            mark=str(row.get(MARK) or ""),
            email=str(row.get("bf_mail") or ""),
        )


def unseen(farm: Farm, folder: str, answer: Answer) -> UnexpectedAnswer:
    """The error for an address where a wiki may stand, and could not be seen."""
    return UnexpectedAnswer(
        _("What stands at {url} could not be seen ({status}): a wiki may be there.").format(
            url=farm.address_of(folder), status=answer.status
        ),
        hint=_(
            "Run the same command again in a few minutes: it goes on from there. If it comes back, "
            "ask who runs the server what is in the folder “{folder}”."
        ).format(folder=folder),
        where=farm.address_of(folder),
    )


def half_made(farm: Farm, folder: str, words: str = "") -> HalfMade:
    """The error for a creation that the farm said it failed: what is left and the two ways on."""
    if farm.capabilities.ferme_api:
        way = _(
            "Open {url} first: if a wiki shows there, remove nothing. Else, on the farm, page "
            "AdminWikis: search for the wikis without an entry, import “{folder}”, delete it there "
            "and run the same command again."
        )
    else:
        way = _(
            "Choose another address (--slug). Or open {url}: if no wiki shows there, who has a "
            "shell on the server may remove the folder “{folder}” and the tables that begin with "
            "its name; then run the same command again."
        )
    return HalfMade(
        _(
            "The farm failed while it was making the wiki “{folder}”. A folder is left there: it "
            "blocks the address and holds no usable wiki. Nothing else was made. {words}"
        )
        .format(folder=folder, words=words)
        .strip(),
        hint=way.format(folder=folder, url=farm.address_of(folder)),
        where=farm.address_of(folder),
    )


def told(folder: str, title: str, description: str, referent: str) -> dict[str, str]:
    """What the farm's entry tells anybody of a wiki, under the names of its questions."""
    return {TITLE: _title(folder, title), "bf_description": description, "bf_referent": referent}


def _title(folder: str, title: str) -> str:
    """The title of the farm's entry. YesWiki makes the entry's tag from the Latin letters and the
    digits of its first 47 characters, and refuses one without any: the folder then comes first.
    """
    split = unicodedata.normalize("NFD", title[:47])
    return title if re.search(r"[A-Za-z0-9]", split) else f"{folder} : {title}"


def _asked(new: NewWiki) -> dict[str, str]:
    return {
        **told(new.folder, new.title, new.description, new.referent),
        "bf_mail": new.email,
        "bf_dossier-wiki": new.folder,
        "bf_dossier-wiki_wikiname": new.admin,
        "bf_dossier-wiki_email": ADMIN_EMAIL,
        "bf_dossier-wiki_password": new.password,
        "radioListeOuiNon": "oui",
        MARK: new.mark,
        "antispam": "1",
    }
