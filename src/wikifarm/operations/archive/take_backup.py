"""Backup: a whole wiki of the farm, read by HTTP alone, in one file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wikifarm import __version__
from wikifarm.blueprint.manifest.writing import described
from wikifarm.errors import InvalidInput, Problem
from wikifarm.i18n import _
from wikifarm.model import Page
from wikifarm.operations.archive.backup_contents import is_list
from wikifarm.operations.archive.backup_format import COMMENTS, Manifest, Parts, member, write
from wikifarm.operations.archive.kept_files import INDEX, may_have_files, take
from wikifarm.operations.archive.own_archive import Agreed, OwnArchiveTaking, OwnTaken, beside
from wikifarm.operations.community.closed_community import receipt_of
from wikifarm.operations.community.site import ask_missing, open_wiki
from wikifarm.operations.community.unfinished import told_of, unfinished
from wikifarm.operations.describe import described_as
from wikifarm.operations.workplace import age_file
from wikifarm.operations.workplace.context import Context
from wikifarm.operations.workplace.private_files import refuse_taken
from wikifarm.result import Envelope, Outcome
from wikifarm.whole_wiki import WholeWiki
from wikifarm.yeswiki.shapes import odd
from wikifarm.yeswiki.wiki import Wiki
from wikifarm.yeswiki.wiki_reader import read_whole

# What the API adds to an entry when it shows it (EntryManager::appendDisplayData).
DERIVED = frozenset({"user", "owner", "html_data", "url", "semantic"})
DESCRIPTION = "community.json"  # the manifest of the community, where this computer has it
_SECRET = re.compile(r"pass|secret|token|key", re.IGNORECASE)


@dataclass(frozen=True)
class BackupMade(Outcome):
    """A backup that was written and read back."""

    file: str
    size: int  # bytes
    encrypted_for: int  # keys; 0 where it is in clear
    manifest: Manifest
    requests: Mapping[str, int] = field(default_factory=dict)
    own: OwnTaken | None = None  # the archive of YesWiki, where it was asked for

    def as_json(self) -> dict[str, Any]:
        told = self.manifest.model_dump(exclude={"members"})
        own = self.own.as_json() if self.own is not None else None
        return {"file": self.file, "bytes": self.size, "encrypted_for": self.encrypted_for,
                "manifest": told, "requests": dict(self.requests),
                "yeswiki_archive": own}  # fmt: skip


def backup(
    context: Context,
    slug: str,
    file: Path,
    *,
    recipients: Sequence[str] = (),
    in_clear: bool = False,
    with_revisions: bool = True,
    own_archive: bool = False,
    agreed: Agreed = lambda _names: False,
) -> Envelope:
    """Writes all that can be read of a wiki into a new file. Writes nothing in the wiki.

    A wiki always holds people: the file is encrypted for `recipients`, public keys or files of
    some, unless `in_clear` is said. Killed anywhere, the same command goes on from what it has.
    With `own_archive`, the archive that YesWiki makes is taken too, for a file beside; `agreed`
    says whether older ones may go for it.
    """
    if own_archive and in_clear:
        message = _("The archive of YesWiki is never written in clear: nothing was written.")
        hint = _("It holds the fingerprints of passwords. Name with --recipient a public key.")
        raise InvalidInput([Problem(message, hint, code="own-archive-in-clear")])
    keys = backup_keys(recipients, in_clear=in_clear)
    refuse_taken(file, "--out")
    ask_missing(context, [slug], marked=False)
    wiki = open_wiki(context, slug)
    apart = context.places.parts(slug, file) if keys else None
    parts, own_file = Parts(file, apart), beside(file)
    parts.check_target()
    own_taking = OwnArchiveTaking(context, slug, wiki, parts, keys, agreed)
    if own_archive and not own_taking.is_placed(own_file):
        refuse_taken(own_file, "--out")
    context.waiting = parts.waiting
    facts = _Taking(context, slug, wiki, parts).whole(with_revisions=with_revisions)
    own = own_taking.take() if own_archive else own_taking.tidy()
    if own is not None and own_archive and not own.why:
        own = own_taking.put(own_file, own)
    context.progress(slug, "backup")
    manifest = write(parts, facts, keys)
    parts.remove()
    traffic = context.network.traffic
    outcome = BackupMade(
        str(file), file.stat().st_size, len(keys), manifest,
        {"get": traffic.get, "post": traffic.post}, own if own_archive else None,
    )  # fmt: skip
    told = own.told if own is not None else ()
    return Envelope("backup", outcome=outcome, messages=(*_unfinished(context, wiki, slug), *told))


def _unfinished(context: Context, wiki: Wiki, slug: str) -> Iterator[str]:
    """That what was kept is not a whole wiki, where its making was cut."""
    if cut := unfinished(context, slug, receipt_of(wiki)):
        told = _("This backup keeps what an unfinished wiki holds, and no more.")
        yield f"{told_of(cut, slug)} {told}"


def backup_keys(recipients: Sequence[str], *, in_clear: bool) -> Sequence[str]:
    """The public keys named, or those of the files named; none for a backup in clear. Raises
    InvalidInput where neither is said, or both."""
    if in_clear and recipients:
        message = _("--plain and --recipient do not go together.")
        raise InvalidInput([Problem(message, code="plain-and-recipient")])
    if not in_clear and not recipients:
        raise InvalidInput(
            [
                Problem(
                    _("This backup would hold people in clear: nothing was written."),
                    _(
                        "Name with --recipient a public key of age or ssh, or a file of some; or "
                        "say --plain, and keep the file where nobody else reads it."
                    ),
                    code="in-clear",
                )
            ]
        )
    return age_file.keys_named(recipients)


class _Taking:
    """One wiki on its way into its parts."""

    def __init__(self, context: Context, slug: str, wiki: Wiki, parts: Parts) -> None:
        self.parts = parts
        self._context, self._slug, self._wiki = context, slug, wiki
        self._names: set[str] = set()
        self._with_files: set[str] = set()  # entries that may have some
        self._counts: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()

    def whole(self, *, with_revisions: bool) -> dict[str, Any]:
        """Takes everything; answers what the manifest tells of it."""
        made = datetime.now(UTC).isoformat(timespec="seconds")
        self._tell("pages")
        whole = read_whole(self._wiki)
        self._structure(whole)
        self._comments()
        self._description()
        histories = self._pages(whole) | self._entries()
        self._files(whole)
        if with_revisions:
            self._revisions(histories)
        self.parts.keep_only(self._names)
        wiki, farm = self._wiki, self._context.farm
        entry = farm.known(self._slug)
        return {
            "wikifarm": __version__,
            "made": made,
            "farm": farm.base,
            "slug": self._slug,
            "url": wiki.addresses.base,
            "name": entry.title if entry is not None else self._slug,
            "release": whole.release,
            "dialect": whole.dialect.value,
            "counts": dict(self._counts),
            "left_out": dict(self._left_out),
        }

    def _put(self, name: str, value: Any) -> None:
        self.parts.put(name, value)
        self._names.add(name)

    def _tell(self, what: str) -> None:
        self._context.progress(self._slug, what)

    def _pages(self, whole: WholeWiki) -> dict[str, str]:
        """Every page; answers tag -> its revision."""
        for tag, page in whole.pages.items():
            self._put(member("pages", tag), _as_row(page))
        self._counts["pages"] = len(whole.pages)
        return {tag: page.revision for tag, page in whole.pages.items()}

    def _structure(self, whole: WholeWiki) -> None:
        """Rights, groups, accounts, lists, forms, settings."""
        rights = whole.rights.items()
        self._put("rights.json", {tag: [each.read, each.write, each.comment]
                                  for tag, each in rights})  # fmt: skip
        self._put("modules.json", dict(whole.modules))
        self._put("metadata.json", {tag: dict(each) for tag, each in whole.metadata.items()})
        self._put("groups.json", {name: [*groups, *whole.people[name]]
                                  for name, groups in whole.groups.items()})  # fmt: skip
        self._put("accounts.json", [[each.name, each.email] for each in whole.accounts])
        self._put("lists.json", {tag: self._list(tag) for tag in whole.lists})
        for number, form in whole.forms.items():
            self._put(member("forms", number), {"id": number, "columns": dict(form.told)})
        readable = {key: text for key, text in whole.settings.items() if not _SECRET.search(key)}
        self._put("settings.json", readable)
        self._counts |= {"lists": len(whole.lists), "forms": len(whole.forms),
                         "accounts": len(whole.accounts)}  # fmt: skip
        self._left_out["passwords"] = len(whole.accounts)
        self._left_out["secret-settings"] = len(whole.settings) - len(readable)

    def _list(self, tag: str) -> str:
        """The text of a list. Raises UnexpectedAnswer for what no restoration would take."""
        text = self._wiki.lists.stored(tag)
        if not is_list(text):
            raise odd(self._wiki.addresses.page(tag))
        return text

    def _comments(self) -> None:
        """What people said below pages. No restoration writes it: it would sign it all."""
        known = self._wiki.comments.all()
        self._put(COMMENTS, [asdict(each) for each in known.values()])
        self._counts["comments"] = len(known)

    def _description(self) -> None:
        """How this computer describes the community; a description that is wrong is left out."""
        with suppress(InvalidInput):
            community = described_as(self._context, self._slug)
            if community is not None:
                self._put(DESCRIPTION, described(community))

    def _entries(self) -> dict[str, str]:
        """Every entry, form by form; answers tag -> when it was written last."""
        self._tell("entries")
        outline = self._wiki.entries.outline()
        forms = {str(row.get("id_typeannonce") or "") for row in outline.values()} - {""}
        written: dict[str, str] = {}
        for form in sorted(forms):
            for tag, row in self._wiki.entries.of(form).items():
                values = {key: value for key, value in row.items() if key not in DERIVED}
                kept = {"tag": tag, "form": form, "owner": str(row.get("owner") or ""),
                        "author": str(row.get("user") or ""), "values": values}  # fmt: skip
                self._put(member("entries", tag), kept)
                written[tag] = str(row.get("date_maj_fiche") or "")
                if may_have_files(values):
                    self._with_files.add(tag)
        if set(outline) != set(written):
            self._left_out["entries-in-flight"] = len(set(outline) ^ set(written))
        self._counts["entries"] = len(written)
        return written

    def _files(self, whole: WholeWiki) -> None:
        """The files of every page, and of the entries that may have some."""
        self._tell("files")
        tags = [*whole.pages, *sorted(self._with_files)]
        index, lost = take(self._wiki.attachments, tags, self.parts)
        self._put(INDEX, index)
        self._names |= {row["member"] for row in index}
        self._counts["files"] = len(index)
        self._left_out["files-lost"] = lost

    def _revisions(self, histories: Mapping[str, str]) -> None:
        """Earlier texts of each, but for those that a run that was cut has taken already."""
        self._tell("revisions")
        for tag, now in sorted(histories.items()):
            name = member("revisions", tag, ".jsonl")
            rows = self.parts.rows(name)
            if not rows or (rows[0].get("now"), rows[0].get("kept")) != (now, len(rows) - 1):
                rows = self._history(tag, now)
                self.parts.put_lines(name, rows)
            self._names.add(name)
            self._counts["revisions"] += len(rows) - 1
            self._left_out["older-revisions"] += int(rows[0]["older"])

    def _history(self, tag: str, now: str) -> list[dict[str, Any]]:
        """First what they are of, then the earlier texts, the newest first."""
        history = self._wiki.revisions.of(tag)
        rows: list[dict[str, Any]] = [
            {"tag": tag, "now": now, "older": max(0, history.count - len(history.shown))}
        ]
        for revision in history.shown[1:]:
            body = self._wiki.revisions.body(tag, revision)
            rows.append({"time": revision.time, "author": revision.author, "body": body})
        rows[0]["kept"] = len(rows) - 1  # a power cut may leave fewer
        return rows


def _as_row(page: Page) -> dict[str, Any]:
    return {
        "tag": page.tag,
        "body": page.body,
        "owner": page.owner,
        "author": page.author,
        "time": page.time,
    }


def left_out_words(left_out: Mapping[str, int]) -> Iterable[str]:
    """What the wiki holds and its backup does not, as people read it."""
    words = {
        "passwords": _("passwords: YesWiki shows none; people ask for a new one"),
        "secret-settings": _("settings that hold a secret"),
        "older-revisions": _("texts older than those that YesWiki shows in its histories"),
        "files-lost": _("files that the wiki names and does not give"),
        "entries-in-flight": _("cards that were written or removed meanwhile"),
    }
    return [f"{words.get(why, why)} ({count})" for why, count in sorted(left_out.items()) if count]
