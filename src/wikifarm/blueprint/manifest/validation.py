"""The shape of a manifest as pydantic checks it: the boundary between a file and `Community`.

Each error carries a code, a sentence and a hint of ours (`ctx`), or a type of pydantic's that
`manifest.py` turns into a sentence. People's text is never used as a format string.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any

from anyascii import anyascii
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    StringConstraints,
    field_validator,
)
from pydantic_core import PydanticCustomError

from wikifarm.blueprint.manifest.community import DEFAULT_BLUEPRINT
from wikifarm.blueprint.manifest.slugs import is_slug, propose_slug, why_no_slug
from wikifarm.blueprint.sources import CONTROL, did_you_mean
from wikifarm.emails import is_email, one_line, people_in, split_email
from wikifarm.i18n import _
from wikifarm.lists.providers import NONE, PROVIDERS
from wikifarm.model import Module
from wikifarm.web_addresses import why_not


def wrong(code: str, message: str, hint: str = "") -> PydanticCustomError:
    """An error of ours; the sentence travels in the context, so that no brace in it is read."""
    return PydanticCustomError(code, "{message}", {"message": message, "hint": hint})


def _email(text: str) -> str:
    if not is_email(text):
        raise wrong(
            "email",
            _("“{email}” is not an e-mail address").format(email=text),
            _("write it like prenom@example.org"),
        )
    return text


def _slug(text: str) -> str:
    if is_slug(text):
        return text
    hint = _("proposed: {slug}").format(slug=propose_slug(text))
    raise wrong("slug", why_no_slug(text), hint)


def _web_address(text: str) -> str:
    reason = why_not(text)
    if reason:
        raise wrong("url", reason, _("it begins with https:// (or http://) and holds no space"))
    return text


def _one_of(words: Collection[str]) -> Callable[[str], str]:
    """One of these words, whatever its capitals."""

    def check(text: str) -> str:
        if (word := text.strip().lower()) in words:
            return word
        raise wrong("choice", _("“{word}” is not known here").format(word=text),
                    did_you_mean(text, words))  # fmt: skip

    return check


def _language(text: Any) -> Any:
    """A language as people write it: by its code, or in full."""
    return _LANGUAGES.get(anyascii(text).strip().lower(), text) if isinstance(text, str) else text


_LANGUAGES = {"francais": "fr", "french": "fr", "anglais": "en", "english": "en"}
_MINUS = str.maketrans(dict.fromkeys("\u2212\u2013\u2010\u2011", "-"))


def _number(value: Any) -> Any:
    """Spreadsheets of French speakers write 48,11 and −1,68; a degree sign at the end says nothing
    more. One within is no decimal point: 4°9 are minutes."""
    if not isinstance(value, str):
        return value
    bare = re.sub(r"\s", "", value).removesuffix("°")
    return bare.replace(",", ".", 1).translate(_MINUS)


def _blank(value: Any) -> Any:
    """A key left empty in a YAML file means the same as no text."""
    return "" if value is None else value


def _shown(text: str) -> str:
    """What a cell or a key that was missed may bring, a file of YAML may not hold."""
    if CONTROL.search(text) or _TURNING.search(text) or (text.strip() and not _is_seen(text)):
        raise wrong(
            "control-character",
            _("this text holds an invisible control character"),
            _("delete it and type the text again"),
        )
    return text


def _is_seen(text: str) -> bool:
    """False where nothing of it shows: blanks, and signs that only join or part others."""
    return any(unicodedata.category(sign) not in ("Cf", "Zs", "Zl", "Zp", "Cc") for sign in text)


_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # what follows reads from the other side


def _no_login(text: str) -> str:
    """What people read of a community is on public pages: no address in it may hold a password."""
    for address in _ADDRESSES.findall(text):
        if "@" in address and (reason := why_not(address)):
            raise wrong("url", reason, _("write the address alone, without what lets you in"))
    return text


_ADDRESSES = re.compile(r"[a-z][a-z0-9+.-]*://[^\s<>\"]+", re.IGNORECASE)
_Text = Annotated[str, BeforeValidator(_blank), AfterValidator(_shown), AfterValidator(_no_login)]
Line = Annotated[_Text, AfterValidator(one_line), StringConstraints(max_length=250)]
Paragraphs = Annotated[
    _Text, AfterValidator(lambda text: text.strip()), StringConstraints(max_length=5000)
]
Email = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_email)]
WebAddress = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_web_address)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)


def _facilitator(value: Any) -> Any:
    if isinstance(value, str):
        people = people_in(value)
        if len(people) > 1:
            raise wrong(
                "several-people",
                _("several people stand in one item of the list"),
                _("write each as an item: one a line, after “- ”"),
            )
        name, email = split_email(people[0] if people else value)
        return {"name": name or email.split("@")[0], "email": email}
    return value


class FacilitatorModel(_Strict):
    """Someone who facilitates: gets an account; the address is never shown."""

    name: Annotated[Line, StringConstraints(min_length=1)] = Field(
        description="first name and name"
    )
    email: Email = Field(description="never shown")


class TerritoryModel(_Strict):
    """Where the community lives."""

    label: Line = ""
    latitude: Annotated[FiniteFloat | None, BeforeValidator(_number), Field(ge=-90, le=90)] = None
    longitude: Annotated[FiniteFloat | None, BeforeValidator(_number), Field(ge=-180, le=180)] = (
        None
    )
    zoom: Annotated[int, BeforeValidator(_number), Field(ge=1, le=18)] = 9

    @field_validator("latitude", "longitude", "zoom", mode="before")
    @classmethod
    def _empty_cell(cls, value: Any, info: Any) -> Any:
        if value in (None, ""):
            return 9 if info.field_name == "zoom" else None
        return value


class ListHostModel(_Strict):
    """Who hosts the mailing list."""

    provider: Annotated[str, AfterValidator(_one_of(PROVIDERS))] = NONE


class MailingListModel(ListHostModel):
    """The mailing list, and who hosts it."""

    address: Annotated[str, BeforeValidator(_blank)] = ""

    @field_validator("address")
    @classmethod
    def _valid_address(cls, value: str) -> str:
        return _email(value.strip()) if value.strip() else ""


class LinkModel(_Strict):
    """A link to another tool of the community."""

    label: Annotated[Line, StringConstraints(min_length=1)]
    url: WebAddress


def _territory(value: Any) -> Any:
    return {"label": value} if isinstance(value, str) else {} if value is None else value


def _mailing_list(value: Any) -> Any:
    return {"provider": value} if isinstance(value, str) else {} if value is None else value


def how_to_say_modules(word: str) -> str:
    """How a file in YAML takes a module off, or names those that it wants; `word` as it was said in
    the way of a sheet."""
    known = [module.value for module in Module]
    word = word.strip().lstrip("+-").strip()
    name = word if word in known else Module.MAP.value
    return _(
        "Here, `modules: {{{name}: false}}` takes one off, `true` puts it there; "
        "`modules: [{name}]` has exactly those."
    ).format(name=name)


def _modules(value: Any) -> Any:
    """A list names exactly the modules wanted; a mapping switches some on or off."""
    if isinstance(value, list):
        return dict.fromkeys(map(str, value), True) | {
            module.value: False for module in Module if module.value not in map(str, value)
        }
    return {} if value is None else value


def _as_in_a_sheet(value: Any) -> Any:
    if isinstance(value, str):
        message = _("modules are said otherwise in this file than in a sheet")
        raise wrong("wrong-type", message, how_to_say_modules(value))
    return value


def _yes_or_no(value: Any) -> Any:
    words = {"oui": True, "x": True, "non": False}
    return words.get(value.strip().lower(), value) if isinstance(value, str) else value


def _none_as_empty(value: Any) -> Any:
    return [] if value is None else value


class RegionModel(_Strict):
    """What the communities of a region share, as `region.yml` says it; each may say otherwise."""

    language: Annotated[str, BeforeValidator(_language), AfterValidator(_one_of(("fr", "en")))] = (
        "fr"
    )
    territory: Annotated[TerritoryModel, BeforeValidator(_territory)] = TerritoryModel()
    blueprint: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)] = (
        DEFAULT_BLUEPRINT
    )
    modules: Annotated[
        dict[str, Annotated[bool, BeforeValidator(_yes_or_no)]],
        BeforeValidator(_modules),
        BeforeValidator(_as_in_a_sheet),
    ] = Field(default_factory=dict)
    admission: Annotated[str, AfterValidator(_one_of(("two-step", "open", "invited")))] = "two-step"
    writing: Annotated[str, AfterValidator(_one_of(("connected", "open")))] = "connected"
    rhythm: Line = ""
    contact: Line = ""
    controller: Line = ""
    mailing_list: Annotated[ListHostModel, BeforeValidator(_mailing_list)] = ListHostModel()
    links: Annotated[list[LinkModel], BeforeValidator(_none_as_empty)] = Field(default_factory=list)


class ManifestModel(RegionModel):
    """One community, as `communities/<slug>.yml` describes it."""

    name: Annotated[Line, StringConstraints(min_length=1, max_length=120)] = Field(
        description="the name people read"
    )
    slug: Annotated[str, AfterValidator(_slug)] = Field(description="its address on the farm")
    description: Paragraphs = ""
    facilitators: Annotated[
        list[Annotated[FacilitatorModel, BeforeValidator(_facilitator)]],
        BeforeValidator(_none_as_empty),
    ] = Field(default_factory=list, validate_default=True)
    mailing_list: Annotated[MailingListModel, BeforeValidator(_mailing_list)] = MailingListModel()

    @field_validator("facilitators")
    @classmethod
    def _at_least_one(cls, value: list[FacilitatorModel]) -> list[FacilitatorModel]:
        if not value:
            raise wrong(
                "missing-facilitator",
                _("no facilitator: a community needs at least one person who facilitates it"),
                _("add: facilitators: [{{name: Prénom Nom, email: prenom@example.org}}]").format(),
            )
        seen: set[str] = set()
        for facilitator in value:
            if facilitator.email.lower() in seen:
                raise wrong("duplicate-facilitator", _("{email} is given twice").format(
                    email=facilitator.email))  # fmt: skip
            seen.add(facilitator.email.lower())
        return value


_IN_FULL: Mapping[str, Callable[[Any], Any]] = {
    "territory": _territory,
    "mailing_list": _mailing_list,
    "modules": _modules,
}


def completed(value: Mapping[str, Any], region: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest as it was read, with what its region says where it says nothing itself."""
    whole = {**region, **{key: given for key, given in value.items() if given is not None}}
    for key, in_full in _IN_FULL.items():
        shared, own = in_full(region.get(key)), in_full(value.get(key))
        if isinstance(shared, dict) and isinstance(own, dict) and key in whole:
            said = {name: given for name, given in own.items() if given is not None}
            whole[key] = {**shared, **said}
    return whole
