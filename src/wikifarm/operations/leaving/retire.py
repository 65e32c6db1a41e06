"""Retire: closes a community decently, one step a run, each asked for, with time between them.

Announce, read-only, backup, export, erase, then delete or archive. What was done is in the receipt
and in the journal of this computer, so that it goes on another day, and no `apply` undoes it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from wikifarm.emails import is_email
from wikifarm.engine import receipt as receipts
from wikifarm.engine.closing import ENDS, REOPEN, STEP, Closing, Leave, closing
from wikifarm.errors import (
    Exit,
    InvalidInput,
    NotConfirmed,
    Problem,
    Refused,
    UnexpectedAnswer,
    WriteRefused,
)
from wikifarm.i18n import _, in_language
from wikifarm.model import Dialect, FarmWiki, Form, ListState, Rights
from wikifarm.operations.archive.backup_format import Backup, opened
from wikifarm.operations.archive.static_site import export_static
from wikifarm.operations.archive.take_backup import DESCRIPTION, BackupMade, backup, backup_keys
from wikifarm.operations.archive.verify_backup import verify_backup
from wikifarm.operations.community.closed_community import keep_in_receipt, receipt_of
from wikifarm.operations.community.outcome import Role
from wikifarm.operations.community.site import ask_missing, open_wiki
from wikifarm.operations.community.unfinished import told_of, unfinished
from wikifarm.operations.copying.people_there import asks_of_people, full_names
from wikifarm.operations.describe import own_file, where_described
from wikifarm.operations.erasure.elsewhere import WikiPart
from wikifarm.operations.erasure.erase import close_account
from wikifarm.operations.erasure.erasure_proof import ADMIN, SURNAME, looked_for, terms_for
from wikifarm.operations.erasure.proof_words import told_elsewhere
from wikifarm.operations.erasure.traces import comments_of
from wikifarm.operations.leaving.own_texts import take_out
from wikifarm.operations.workplace import age_file
from wikifarm.operations.workplace.context import WIKI_ADMIN, Context
from wikifarm.result import Envelope, Outcome, few
from wikifarm.yeswiki.session import ROOT_PAGE
from wikifarm.yeswiki.triples import remove_left
from wikifarm.yeswiki.wiki import Wiki

CLOSED = "comments-closed"
# What writes a page or a card whatever its rights say, for its owner, and new cards, which ask for
# none: only the rights of these shut them (4.4.4, 4.5.0).
WRITING = (
    "action bazar",
    *(f"handler {name}" for name in (
        "acls", "addcomment", "ajaxaddcomment", "ajaxdeletepage", "ajaxedit", "ajaxupload",
        "api_delete", "api_patch", "api_put", "claim", "deletepage", "edit", "editiframe",
        "savemetadatas", "upload",
    )),
)  # fmt: skip
EVERYWHERE = ("action bazar", "handler edit")  # of these, in every version of YesWiki
# What a web server gives of the code itself, with the date of the file: the same for a wiki and its
# farm where the folder is one, shared by a symbolic link.
CODE = (
    "styles/yeswiki-base.css", "javascripts/yeswiki-base.js", "themes/margot/styles/margot.css",
    "tools/bazar/presentation/javascripts/bazar.js", "wakka.basic.css",
)  # fmt: skip


DAYS = {Leave.READ_ONLY: 30, Leave.ERASE: 7, Leave.DELETE: 30}  # since the step before


@dataclass(frozen=True)
class Retiring(Outcome):
    """Where a leave stands: step -> the day it was done; the next one, and from when on, where that
    is another day. `reopened`: it was just taken back."""

    slug: str
    url: str
    done: Mapping[str, str]
    following: str  # empty once all is done
    not_before: str
    notes: tuple[str, ...] = ()
    command: str = ""  # what does the next one, with what it needs as it was given, or its name
    reopened: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "slug": self.slug, "url": self.url, "done": dict(self.done),
            "next": self.following, "not_before": self.not_before, "notes": list(self.notes),
            "next_command": self.command, "reopened": self.reopened,
        }  # fmt: skip


@dataclass(frozen=True)
class LeaveMeans:
    """What a step is to go by. `at_once`: without the delay; `skip_export`: no site is wanted."""

    at_once: bool = False
    file: Path | None = None  # of the backup
    recipients: Sequence[str] = ()
    in_clear: bool = False
    identity: Path | None = None
    folder: Path | None = None  # of the site
    licence: str = ""
    skip_export: bool = False
    own_code: bool = False

    def words(self, step: Leave) -> Iterator[str]:
        """The options that a step needs, as they were given, or by the name of what to give."""
        if step is Leave.BACKUP:
            yield _option("--out", self.file, _("FILE"))
            yield from (_option("--recipient", key) for key in self.recipients)
            if not self.recipients:
                yield "--plain" if self.in_clear else _option("--recipient", None, _("KEY"))
        if step is Leave.EXPORT and self.skip_export:
            yield "--skip-export"
        elif step is Leave.EXPORT:
            yield _option("--static", self.folder, _("FOLDER"))
            if self.licence:
                yield _option("--licence", self.licence)
        opens = step in (Leave.BACKUP, Leave.ERASE, Leave.DELETE)
        if opens and self.identity is not None:
            yield _option("--identity", self.identity)
        if step is Leave.DELETE and self.own_code:
            yield "--own-code"


def retire(
    context: Context,
    slug: str,
    step: Leave | None = None,
    asked: LeaveMeans = LeaveMeans(),
    agreed: Callable[[str], bool] | None = None,
) -> Envelope:
    """Does one step of a leave once `agreed` says yes; without a step, says where it stands.

    Raises Refused for a step that is not the next one, or too early; NotConfirmed after a no.
    """
    ask_missing(context, [slug], marked=False)
    entry = context.farm.known(slug)
    if entry is None:
        return Envelope("retire", outcome=_gone(context, slug, step))
    leaving = _Leave(context, open_wiki(context, slug), entry, asked)
    if step is None or step in leaving.done:
        notes = leaving.remains() if step is Leave.ERASE else leaving.cut()
        return Envelope("retire", outcome=replace(leaving.outcome(), notes=notes))
    leaving.check(step)
    if agreed is not None and not agreed(step):
        raise NotConfirmed(_("Nothing was done."), hint=_("The same command asks again."))
    with context.lock():
        notes = leaving.do(step)
    return Envelope("retire", exit=Exit.DONE, outcome=replace(leaving.outcome(), notes=notes))


def _gone(context: Context, slug: str, step: Leave | None) -> Retiring:
    """The leave of a wiki that the farm has no more. Raises NotOurs where this computer began none,
    Refused for a step that needs the wiki."""
    leave = closing(context.journal, slug, None)
    if not leave.days:
        open_wiki(context, slug)  # says that there is none
    if step is not None and step not in leave.days:
        raise Refused(
            _("There is no wiki “{slug}” on this farm any more: nothing was done.").format(
                slug=slug
            ),
            hint=_("`wikifarm retire {slug}` says what was done.").format(slug=slug),
        )
    days = {step.value: day for step, day in leave.days.items()}
    told = _of_the_description(context, slug)
    return Retiring(slug, context.farm.address_of(slug), days, "", "", told)


def _of_the_description(context: Context, slug: str) -> tuple[str, ...]:
    """What to do of the file that still describes a community whose wiki is gone."""
    path = where_described(context, slug)
    if path is None:
        return ()
    told = _(
        "Its description stays: {file}. From this computer `wikifarm apply` leaves it alone; from "
        "another one that has this file, it would make a new wiki: remove it wherever it is kept."
    )
    if path != own_file(context, slug):
        told = _(
            "Its description stays in {file}. From this computer `wikifarm apply` leaves it alone; "
            "from another one that has this file, it would make a new wiki: remove what it says of "
            "it wherever the file is kept."
        )
    return (told.format(file=path),)


class _Leave:
    """One community on its way out."""

    def __init__(self, context: Context, wiki: Wiki, entry: FarmWiki, asked: LeaveMeans) -> None:
        self._context, self._wiki, self._entry, self._asked = context, wiki, entry, asked
        self._slug = entry.folder
        self._receipt = receipt_of(wiki)

    @property
    def _so_far(self) -> Closing:
        """How far this wiki is; not one of before."""
        return closing(self._context.journal, self._slug, self._receipt, self._entry.entry)

    @property
    def done(self) -> Mapping[Leave, str]:
        """What was done of it: the day of each step."""
        return self._so_far.days

    def outcome(self) -> Retiring:
        done = self.done
        following = self._following()
        return Retiring(
            self._slug, self._wiki.addresses.base,
            {step.value: day for step, day in done.items()},
            following.value if following else "", self._not_before(following),
            command=self._command(following) if following else "",
        )  # fmt: skip

    def cut(self) -> tuple[str, ...]:
        """What to do where it was cut while the wiki was shut, as a sentence."""
        if not self._so_far.cut:
            return ()
        told = _(
            "“{step}” was begun and cut: some of the wiki is shut already. The same command goes "
            "on; `wikifarm retire {slug} --step {back}` takes it back."
        )
        step = Leave.READ_ONLY.value
        return (told.format(step=step, slug=self._slug, back=REOPEN),)

    def _following(self) -> Leave | None:
        done = self.done
        if any(end in done for end in ENDS):
            return None
        return next(step for step in Leave if step not in done)

    def _command(self, step: Leave) -> str:
        words = ["wikifarm", "retire", self._slug, "--step", step.value]
        return shlex.join(words) + "".join(f" {word}" for word in self._asked.words(step))

    def _not_before(self, step: Leave | None) -> str:
        days = [date.fromisoformat(day) for day in self.done.values()]
        if step is None or not days:
            return ""
        day = max(days) + timedelta(days=DAYS.get(step, 0))
        return day.isoformat() if day > _today() else ""

    def check(self, step: Leave) -> None:
        """Raises Refused where the step is not to be done now."""
        cut = unfinished(self._context, self._slug, self._receipt)
        if not self.done and cut is not None:
            raise Refused(
                _("The wiki “{slug}” is unfinished: nothing was done.").format(slug=self._slug),
                hint=told_of(cut, self._slug),
            )
        following = self._following()
        is_end = following in ENDS and step in ENDS
        if step is not following and not is_end:
            raise Refused(
                _("“{step}” is not the next step of this leave: nothing was done.").format(
                    step=step.value
                ),
                hint=_("Next: `{command}`.").format(command=self._command(following))
                if following
                else "",
            )
        day = self._not_before(step)
        if day and not self._asked.at_once:
            raise Refused(
                _("“{step}” is for {day} at the earliest: nothing was done.").format(
                    step=step.value, day=day
                ),
                hint=_("People may still object until then; --at-once does not wait."),
            )

    def do(self, step: Leave) -> tuple[str, ...]:
        """Does a step and notes it."""
        self._context.journal.intent(self._slug, STEP, did=step.value)
        deeds: Mapping[Leave, Callable[[], tuple[dict[str, Any], tuple[str, ...]]]] = {
            Leave.ANNOUNCE: self._announce,
            Leave.READ_ONLY: self._read_only,
            Leave.BACKUP: self._backup,
            Leave.EXPORT: self._export,
            Leave.ERASE: self._erase,
            Leave.DELETE: self._delete,
            Leave.ARCHIVE: self._archive,
        }
        noted, notes = deeds[step]()
        self._context.journal.outcome(
            self._slug, STEP, did=step.value, day=_today().isoformat(),
            wiki=self._entry.entry, **noted,
        )  # fmt: skip
        if step is not Leave.DELETE:
            keep_in_receipt(self._wiki, self._so_far)
        return notes

    # -- the steps --------------------------------------------------------------------------

    def _announce(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Says it at the top of the first page."""
        self._say_at_the_top(_today() + timedelta(days=DAYS[Leave.READ_ONLY]))
        return {}, (
            _("Tell people too, on the mailing list and at a meeting: the first page says it."),
        )

    def _archive(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Leaves the wiki as it is; its first page says since when it is closed."""
        since = self.done.get(Leave.READ_ONLY, "")
        self._say_at_the_top(date.fromisoformat(since) if since else _today(), ended=True)
        return {}, (_("The wiki stays as it is, and nobody writes there."),)

    def _say_at_the_top(self, day: date, *, ended: bool = False) -> None:
        """Has the first page begin with the notice of that day, unless it says one as soon."""
        pages = self._wiki.pages.all()
        receipt, page = pages.get(receipts.TAG), pages.get(ROOT_PAGE)
        known = receipts.from_page(receipt.body) if receipt is not None else None
        language, body = (known.language if known else "") or "fr", page.body if page else ""
        said = said_at_the_top(language, body)
        same = said_at_the_top(language, body, ended=ended)
        if same and same["day"] <= day.isoformat():
            return
        notice = _notice(language, day.isoformat(), ended=ended)
        rest = body[said.end() :].lstrip("\n") if said else body
        self._wiki.pages.save(ROOT_PAGE, f"{notice}\n\n{rest}", page.revision if page else "")
        now = self._wiki.pages.read(ROOT_PAGE)
        if now is None or not now.body.startswith(notice):
            raise WriteRefused(_("The wiki did not keep the notice on its first page."))

    def _read_only(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Keeps who may read what, and lets only administrators write; the first page says since
        when, where that is sooner than it said."""
        self._say_at_the_top(_today())
        now = self._wiki.settings.all()
        wanted = {"default_write_acl": "@admins", "default_comment_acl": CLOSED}
        changed = {key: text for key, text in wanted.items() if now.get(key, text) != text}
        modules = self._open_modules()
        self._keep_rights({key: now[key] for key in changed}, modules)
        if changed:
            self._wiki.settings.save(now, changed)
        there = self._wiki.rights.all()
        closed = {tag: Rights(rights.read, "@admins", CLOSED) for tag, rights in there.items()}
        self._wiki.rights.set_each(
            {tag: rights for tag, rights in closed.items() if not rights.same_as(there[tag])}
        )
        for module in modules:
            kind, _space, name = module.partition(" ")
            self._wiki.rights.set_module(kind, name, "@admins")
        open_still = [
            tag for tag, rights in self._wiki.rights.all().items() if rights.write != "@admins"
        ]
        open_still += self._open_modules()
        if open_still:
            raise WriteRefused(
                _("Some pages can still be written: {names}.").format(names=few(open_still)),
                hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
            )
        return {}, (
            _(
                "Until people are erased, whoever owns a page or a card may still change it by the "
                "API of YesWiki, with a program: it asks no right of who owns it."
            ),
            self._accounts_opened(),
        )

    def _accounts_opened(self) -> str:
        """What any account may do, one that is opened from now on too: the API of YesWiki asks for
        nothing else of who writes a triple (api/triples/PAGE, 4.4.4, 4.5.0)."""
        if self._context.farm.capabilities.dialect is Dialect.D46:
            return _(
                "Accounts may still be opened there, and whoever has one may, by the API of "
                "YesWiki, with a program, add cards, put a keyword on a page, change its look "
                "(style, background image) or react to it."
            )
        return _(
            "Accounts may still be opened there, and whoever has one may, by the API of YesWiki, "
            "with a program, put a keyword on a page, change its look (style, background image) "
            "or react to it."
        )

    def _open_modules(self) -> dict[str, str]:
        """What writes, and is not for administrators alone -> its right. What the wiki does not
        speak of may be what this version has not, but for what every version has."""
        there = dict.fromkeys(EVERYWHERE, "*") | self._wiki.rights.modules()
        return {name: there[name] for name in WRITING if there.get(name, "@admins") != "@admins"}

    def _keep_rights(self, settings: Mapping[str, str], modules: Mapping[str, str]) -> None:
        """Keeps on this computer who could write, for whoever opens the community again."""
        rights = self._wiki.rights.all()
        kept = {
            "rights": {tag: [each.read, each.write, each.comment] for tag, each in rights.items()},
            "settings": dict(settings),
            "modules": dict(modules),
        }
        path = self._context.backups.keep(f"{self._slug}-rights", kept)
        self._context.journal.intent(
            self._slug, STEP, did=Leave.READ_ONLY.value, wiki=self._entry.entry, kept=str(path)
        )

    def _backup(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        asked = self._asked
        if asked.file is None:
            raise _missing("--out", _("Say with --out in which file."))
        keys = backup_keys(asked.recipients, in_clear=asked.in_clear)
        if keys and not age_file.may_open(keys, age_file.own_key(self._identity)):
            hint = _("It is verified, which takes a key that opens it: name its file.")
            raise _missing("--identity", hint)
        taken = backup(
            self._context, self._slug, asked.file,
            recipients=asked.recipients, in_clear=asked.in_clear,
        )  # fmt: skip
        made = taken.outcome
        assert isinstance(made, BackupMade)  # noqa: S101 - what backup answers
        told = verify_backup(asked.file, self._identity, self._context.progress)
        if told.errors:
            first = told.errors[0]
            raise UnexpectedAnswer(first.message, hint=first.hint, where=first.where)
        noted = {"file": str(asked.file.absolute()), "identity": made.manifest.identity}
        verified = _("Backed up in {file}, and verified.").format(file=asked.file)
        return noted, (verified, *taken.messages)

    @property
    def _identity(self) -> Path | None:
        return self._asked.identity or self._context.settings.vault.identity

    def _export(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        if self._asked.skip_export:
            return {"skipped": True}, ()
        if self._asked.folder is None:
            hint = _("Say with --static in which folder, or --skip-export.")
            raise _missing("--static", hint)
        told = export_static(
            self._context, self._slug, self._asked.folder, licence=self._asked.licence
        )
        left = dict(told.data["not_in_it"])
        notes = (_("Not in the site: {names}.").format(names=few(list(left))),) if left else ()
        return {}, notes

    def _erase(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Cards of people, comments, members, accounts; the tool's own account stays. Who went is
        then looked for, as `participants erase` does, in all that a visitor and the administrator
        read."""
        with self._kept() as backup_kept:
            who = self._everybody(backup_kept)
        for tag in (*self._cards(), *self._comments()[0]):
            self._wiki.pages.delete(tag)
        groups = self._wiki.groups.all()
        kept = _without_people(groups)
        changed = {name: each for name, each in kept.items() if each != groups[name]}
        if changed:
            self._wiki.groups.set(changed)
        accounts = [account.name for account in self._wiki.users.all()]
        going = [name for name in accounts if name not in (WIKI_ADMIN, self._wiki.account)]
        remove_left(self._wiki.session, *going)
        for name in going:
            close_account(self._wiki, name)
        take_out(self._wiki, self._context.journal, self._slug, who.facilitators)
        left = [each.name for each in self._wiki.users.all() if each.name != WIKI_ADMIN]
        going, answered = self._comments()
        left += [*self._cards(), *going]
        if left:
            raise WriteRefused(
                _("Some people are still there: {count}.").format(count=len(left)),
                hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
            )
        return {}, self._remaining(who, answered)

    def remains(self) -> tuple[str, ...]:
        """What is left once people are erased, looked at again; only reads."""
        try:
            with self._kept() as backup_kept:
                who = self._everybody(backup_kept)
        except (InvalidInput, Refused):
            who = None
        return self._remaining(who, self._comments()[1])

    def _remaining(self, who: _Everybody | None, answered: Sequence[str]) -> tuple[str, ...]:
        """What stays of those who went, as sentences. `who` is None where no backup tells."""
        stays = _("Comments that the administrator answered stay, with the answers: {names}.")
        unknown = _("The backup is not there any more: nothing tells whom to look for again.")
        return (
            *(self._still_named(who) if who is not None else [unknown]),
            *([stays.format(names=few(answered))] if answered else []),
            _(
                "Not looked at: what is in the files that are attached to pages. The backup holds "
                "everyone: remove it when you may."
            ),
            *self._of_its_list(),
        )

    def _of_its_list(self) -> Iterator[str]:
        """What is left to do of its mailing list, where it has one that still goes on."""
        told = dict(self._receipt.mailing_list) if self._receipt is not None else {}
        gone = {"", ListState.ABSENT.value, ListState.CLOSED.value, ListState.TAKEN.value}
        if told.get("address") and told.get("state", "") not in gone:
            yield _("Close its list: `wikifarm mailing-list close {slug}`.").format(slug=self._slug)

    def _people_forms(self) -> list[Form]:
        dialect = self._wiki.capabilities.dialect
        forms = self._wiki.forms.all().values()
        return [form for form in forms if asks_of_people(form, dialect)]

    def _cards(self) -> list[str]:
        """The cards of people that are there: their tags."""
        return [tag for form in self._people_forms() for tag in self._wiki.entries.of(form.id)]

    def _comments(self) -> tuple[list[str], list[str]]:
        """The tags of the comments of those who go; apart, those that somebody else answered."""
        staying = {WIKI_ADMIN.casefold(), self._wiki.account.casefold()}
        parted = comments_of(self._wiki.comments.all(), lambda name: name.casefold() not in staying)
        going, answered = ([each.tag for each in comments] for comments in parted)
        return going, answered

    def _everybody(self, kept: Backup) -> _Everybody:
        """Who goes. The backup knows them all, also after a run that was cut."""
        accounts = dict(kept.value("accounts.json"))
        accounts |= {account.name: account.email for account in self._wiki.users.all()}
        accounts.pop(WIKI_ADMIN, None)
        names, addresses, cards = set(accounts), set(accounts.values()), set[str]()
        dialect = self._wiki.capabilities.dialect
        for form in self._people_forms():
            rows = {row["tag"]: row["values"] for row in kept.rows("entries")
                    if row["form"] == form.id}  # fmt: skip
            cards |= set(rows)
            names |= set(full_names(form, rows.values(), dialect))
            values = (value for row in rows.values() for value in row.values())
            addresses |= {value for value in values if isinstance(value, str) and is_email(value)}
        told = kept.value(DESCRIPTION) if DESCRIPTION in kept.manifest.members else {}
        people = told.get("facilitators", ()) if isinstance(told, dict) else ()
        leading = {str(each.get("name") or "") for each in people if isinstance(each, dict)} - {""}
        addresses |= {str(each.get("email") or "") for each in people if isinstance(each, dict)}
        return _Everybody(
            frozenset(accounts), frozenset(addresses), frozenset(names | leading),
            frozenset(leading), sorted(cards),
        )  # fmt: skip

    def _still_named(self, who: _Everybody) -> list[str]:
        """Where those who went are still named, as sentences. Raises WriteRefused for a card that
        still answers."""
        terms = terms_for(who.addresses, sorted(who.accounts), sorted(who.names))
        asking = {Role.VISITOR.value: self._wiki.visitor(), ADMIN: self._wiki}
        looking = partial(self._context.progress, self._slug, "searching")
        proof = looked_for(asking, terms, who.cards, looking=looking)
        if cards := {each.place for each in proof.sightings if each.what == "card"}:
            raise WriteRefused(
                _("Some cards of people still answer: {names}.").format(names=few(sorted(cards))),
                hint=_("Run the same command again; if it comes back, run `wikifarm doctor`."),
            )
        roles = {Role.VISITOR.value: _("a visitor"), ADMIN: _("the administrator")}
        told = []
        for role in proof.asked:
            seen = {each.place: each.what for each in proof.sightings
                    if each.by == role and each.part is WikiPart.TODAY}  # fmt: skip
            named = [place for place, what in seen.items() if what != SURNAME]
            alike = [place for place, what in seen.items() if what == SURNAME]
            if named:
                sentence = _("Somebody who went is still named in what {who} reads: {places}.")
                told.append(sentence.format(who=roles[role], places=", ".join(named)))
            if alike:
                sentence = _(
                    "A family name of somebody who went, or of somebody else, stands in what {who} "
                    "reads: {places}."
                )
                told.append(sentence.format(who=roles[role], places=", ".join(alike)))
        looked = _("Looked for as {roles}, in what pages, cards and comments say today: nowhere.")
        told = told or [looked.format(roles=", ".join(roles[role] for role in proof.asked))]
        return [*told, *told_elsewhere(proof)]

    @contextmanager
    def _kept(self) -> Iterator[Backup]:
        """The backup. Raises what `opened` does, or Refused, where it is not there any more."""
        line = self._so_far.here.get(Leave.BACKUP)
        if line is None:
            raise Refused(
                _("The backup was made from another computer: nothing was removed."),
                hint=_("Go on from the computer that has it."),
            )
        file = Path(str(line.get("file", "")))
        with opened(file, self._identity) as kept:
            if kept.manifest.identity != line.get("identity"):
                raise Refused(
                    _("{file} is not the backup that was made: nothing was removed.").format(
                        file=file
                    )
                )
            yield kept

    def _delete(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Has the farm remove the wiki, unless its code may be the farm's own."""
        with self._kept():
            pass
        shared = [path for path in CODE if self._is_shared(path)]
        if shared or not self._asked.own_code:
            why = (
                _("its code is that of the farm itself ({names})").format(names=few(shared))
                if shared
                else _("nobody said that its code is a copy")
            )
            raise Refused(
                _(
                    "The wiki was not removed: {why}. The farm’s own removal follows symbolic "
                    "links: it would empty the farm."
                ).format(why=why),
                hint=_(
                    "Who has a shell on the server runs the playbook retire.yml (docs/ops.md), "
                    "which follows no link; or, where each wiki has its own copy of the code, say "
                    "--own-code."
                ),
            )
        self._context.farm.delete(self._entry)
        told = _("The wiki is removed; its backup stays where it is.")
        return {}, (told, *_of_the_description(self._context, self._slug))

    def _is_shared(self, path: str) -> bool:
        dates = [
            session.file(path).headers.get("last-modified", "")
            for session in (self._context.farm.visitor, self._wiki.session)
        ]
        return bool(dates[0]) and dates[0] == dates[1]


@dataclass(frozen=True)
class _Everybody:
    """All who go, by what gives them away."""

    accounts: frozenset[str]
    addresses: frozenset[str]
    names: frozenset[str]
    facilitators: frozenset[str]  # the names of those, as the community was described
    cards: Sequence[str]  # tags


def _without_people(groups: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Each group with the groups in it, and with the tool's own account."""
    return {
        name: tuple(each for each in members if each.startswith("@") or each == WIKI_ADMIN)
        for name, members in groups.items()
    }


_DAY = "DAY"  # in the place of one, in a notice that is looked for


def said_at_the_top(language: str, body: str, *, ended: bool | None = None) -> re.Match[str] | None:
    """The notice with which a first page begins, and its `day`: of a wiki that closes, or one that
    is closed, or either."""
    for kind in (False, True) if ended is None else (ended,):
        notice = re.escape(_notice(language, _DAY, ended=kind))
        if said := re.match(notice.replace(_DAY, r"(?P<day>[\d-]{10})"), body):
            return said
    return None


def _notice(language: str, day: str, *, ended: bool) -> str:
    """What the first page of a wiki that closes, or is closed, says, in the words of its people."""
    _ = in_language(language)
    if ended:
        return _(
            "**This wiki is closed: since {day} nobody writes here any more. What was published "
            "stays to be read; cards of people and accounts were erased.**"
        ).format(day=day)
    return _(
        "**This wiki closes. From {day} on, nobody writes here any more; what was published is "
        "kept, cards of people and accounts are erased. Tell the facilitators if you object.**"
    ).format(day=day)


def _option(name: str, given: object, placeholder: str = "") -> str:
    return f"{name} {placeholder if given is None else shlex.quote(str(given))}"


def _today() -> date:
    return datetime.now(UTC).date()


def _missing(option: str, hint: str) -> InvalidInput:
    message = _("This step needs {option}.").format(option=option)
    return InvalidInput([Problem(message, hint, option, code="missing-option")])
