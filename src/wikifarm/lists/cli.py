"""A Sympa driven by its own command line, on this computer or over ssh.

For what SOAP cannot do: several owners with their names, the language, a list that follows a remote
file, opening again, removing for good. Sub-commands and their exit statuses are those of Sympa
6.2.70 (Sympa::CLI::*, read and tried): 0 done, 1 refused, 13 settings not readable, others a crash.
Its messages come in the server's language: they are shown at most, nothing is decided on them.

Never `sympa instantiate`: it closes the lists of a family that its file leaves out.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from xml.etree import ElementTree

from wikifarm.errors import (
    InvalidInput,
    ListNotAllowed,
    ListTaken,
    ListUndecided,
    ListUnknown,
    NotSympa,
    Problem,
    SympaHost,
    UnexpectedAnswer,
    Unreachable,
    WikifarmError,
    WriteRefused,
)
from wikifarm.i18n import _, language
from wikifarm.lists import names, sympa_habits
from wikifarm.lists.soap_faults import named
from wikifarm.model import FoundList, ListState, WantedList
from wikifarm.web_addresses import in_clear, why_not

LISTS_FOLDER = "/var/lib/sympa/list_data"  # `home` in sympa.conf, as Debian and Red Hat build it
BATCH = 100  # addresses: 6 s for a thousand lines a minute (6.2.70, measured), far from any timeout

_DONE, _NO = 0, 1
_SETTINGS, _NOT_EXECUTABLE, _NO_COMMAND = 13, 126, 127
_SSH = 255  # ssh's own: no connection, or refused
_SSH_OPTIONS = ("-o", "BatchMode=yes", "-o", "ConnectTimeout=10")

# Over there a crash of Sympa, 255, becomes 254, so that 255 can only be ssh's; and its refusal, 1,
# becomes 101: a 1 is then that of an account that runs no command (nologin, false).
_NOT_SSH = '"$@"; s=$?; case $s in 255) s=254 ;; 1) s=101 ;; esac; exit "$s"'
_NO_SHELL, _NO_FROM_THERE = 1, 101
# Sympa, run by root, becomes the user sympa and then opens /dev/stdin: a pipe that root or sshd
# made is refused to it (6.2.70). Only root and its owner's processes reach a pipe by its path.
_OWN_PIPE = 'cat | (chmod a+r /dev/stdin; exec "$@")'

_TARGET = re.compile(r"[A-Za-z0-9_.@:/\[\]%+][A-Za-z0-9_.@:/\[\]%+-]*\Z")
# Line breaks would add parameters to the list's configuration; XML has no room for the others.
_NOT_ONE_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_BORDER = "\n# -- wikifarm: the next file --\n"
_STATES = {
    "open": ListState.OPEN,
    "pending": ListState.REQUESTED,
    "closed": ListState.CLOSED,
    "family_closed": ListState.CLOSED,
}


@dataclass(frozen=True)
class RemoteFile:
    """A text file of "address name" lines that a list follows (Sympa's include_remote_file)."""

    name: str
    url: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class _Ended:
    """What a command left: its exit status and what it wrote."""

    status: int
    out: str = ""
    err: str = ""


@dataclass(frozen=True)
class _Files:
    """A list's own files on its host. `known` is False where they cannot be read."""

    known: bool = False
    config: str = ""
    owners: frozenset[str] = frozenset()

    def value(self, parameter: str) -> str:
        """The parameter of the configuration; empty where it is not set."""
        setting = re.search(rf"^{parameter}[ \t]+(.*)$", self.config, re.M)
        return setting[1].strip() if setting else ""


class SympaCli:
    """Lists of one Sympa, through its command line.

    `target` is what ssh is given (`root@listes.example.org`); empty: this computer. `command` is
    the program, after whatever must stand before it (`("chroot", "/srv/x", "sympa")`). A command
    that lasts more than `timeout` seconds is ended here, and may go on over there. A list made with
    a `source` follows it. The list's
    files are read with `cat`, put in the place of the program: no sub-command tells a closed list
    from an open one, nor who owns it.
    """

    def __init__(
        self,
        target: str = "",
        *,
        command: Sequence[str] = ("sympa",),
        timeout: float = 120,
        quiet: bool = False,
        source: RemoteFile | None = None,
        lists_folder: str = LISTS_FOLDER,
    ) -> None:
        if target and not _TARGET.match(target):
            message = _("“{target}” is not a name that ssh can take (user@host).")
            raise InvalidInput([Problem(message.format(target=target), code="list-server")])
        self._target = target
        self._command = tuple(command)
        self._timeout = timeout
        self._quiet = ("--quiet",) if quiet else ()
        self._source = source
        self._folder = lists_folder.rstrip("/")
        self._served: set[str] = set()  # domains, once asked

    @property
    def follows(self) -> bool:
        """True where lists are filled from a source: nobody is added or removed by hand."""
        return self._source is not None

    # -- the list ---------------------------------------------------------------------------

    def state(self, wanted: WantedList) -> FoundList:
        """Where the list stands; TAKEN where none of its owners is one of those wanted.

        UNKNOWN where its files cannot be read, or where it has no owner at all. To see the owners,
        Sympa writes them to the list's owner.dump, as it does when a list is closed.
        """
        address = self._address(wanted)
        if not self._is_there(address):
            return FoundList(ListState.ABSENT)
        files = self._files(wanted)
        state, notes = _seen(files, wanted)
        return FoundList(state, address=address, subject=files.value("subject"), notes=notes)

    def create(self, wanted: WantedList) -> tuple[str, ...]:
        """Makes the list, open at once, and says what Sympa left out.

        Raises WriteRefused when its template does not know the source: the list is there.
        """
        _check(wanted, self._source)
        self._address(wanted)
        made = self._sympa(
            "create",
            f"--lang={language()}",
            "--input_file=/dev/stdin",
            wanted.domain,
            given=_xml(wanted, self._source),
            wrote=True,
            own_pipe=True,
        )
        if made.status != _DONE:
            raise ListUndecided(
                _("Sympa did not make the list {name}.").format(name=wanted.name),
                hint=_its_words(made.err)
                or _("Is its name free, and is there a template “{template}”?").format(
                    template=wanted.template
                ),
                where=self._where,
            )
        return self._left_out(wanted)

    def why_not_made(self, wanted: WantedList) -> str:
        return sympa_habits.why_not_made(wanted)

    def close(self, wanted: WantedList) -> None:
        """Closes the list: its name stays taken, its subscribers are kept for `reopen`."""
        sympa_habits.settle()
        self._change(wanted, "close", self._address(wanted))

    def reopen(self, wanted: WantedList) -> None:
        """Opens a closed list again with its subscribers and owners; approves one that waits."""
        self._change(wanted, "open", self._address(wanted))

    def purge(self, wanted: WantedList) -> None:
        """Removes the list for good, with its archives; its name is free again.

        Raises ListTaken, and does nothing, unless one of those wanted is seen to own it.
        """
        state = self.state(wanted).state
        if state is ListState.ABSENT:
            raise self._unknown(wanted)
        if state in (ListState.TAKEN, ListState.UNKNOWN):
            raise ListTaken(
                _("Nothing says that the list {name} is the community's: it was not removed.")
                .format(name=wanted.address),
                hint=_("Its administrator can remove it: sympa close --mode=purge {name}").format(
                    name=wanted.address
                ),
                where=self._where,
            )  # fmt: skip
        self._change(wanted, "close", "--mode=purge", self._address(wanted))

    def synchronise(self, wanted: WantedList) -> None:
        """Reads the list's sources now. Done all the same, members kept, when one is down."""
        self._change(wanted, "include", self._address(wanted))

    # -- its subscribers --------------------------------------------------------------------

    def members(self, wanted: WantedList) -> frozenset[str]:
        """The addresses of the subscribers, in lower case, less those who chose to be hidden:
        `sympa review` leaves them out.
        """
        shown = self._sympa("review", self._address(wanted))
        if shown.status != _DONE:
            raise self._unknown(wanted)
        lines = (line.strip().lower() for line in shown.out.splitlines())
        return frozenset(line for line in lines if "@" in line and " " not in line)

    def add(
        self, wanted: WantedList, addresses: Sequence[str], kept: Callable[[str], None]
    ) -> frozenset[str]:
        """Subscribes them, each told by the server's own welcome message unless quiet.

        A closed list takes them too (6.2.70, measured): ask for its state first.
        """
        return self._each(wanted, "add", addresses, kept, inside=True)

    def remove(
        self, wanted: WantedList, addresses: Sequence[str], kept: Callable[[str], None]
    ) -> frozenset[str]:
        """Unsubscribes them, each told by the server's own farewell unless quiet."""
        return self._each(wanted, "del", addresses, kept, inside=False)

    def _each(
        self,
        wanted: WantedList,
        verb: str,
        addresses: Sequence[str],
        kept: Callable[[str], None],
        *,
        inside: bool,
    ) -> frozenset[str]:
        address = self._address(wanted)
        # One address a line, the rest of the line is a name, "#" begins a comment (CLI/add.pm).
        fit = [email for email in dict.fromkeys(addresses) if names.fit_for_a_list(email)]
        refused = set(addresses) - set(fit)
        for start in range(0, len(fit), BATCH):
            batch = fit[start : start + BATCH]
            lines = "".join(f"{email}\n" for email in batch)
            done = self._sympa(verb, *self._quiet, address, given=lines, wrote=True).status
            # Refused as a whole when it refused one: who is in by now is asked, not guessed.
            now = self.members(wanted)
            settled = [email for email in batch if (email.lower() in now) is inside]
            for email in settled:
                kept(email)
            left = set(batch) - set(settled)
            if left and done == _DONE:
                raise self._undecided()
            refused |= left
        return frozenset(refused)

    # -- looking more closely ---------------------------------------------------------------

    def _left_out(self, wanted: WantedList) -> tuple[str, ...]:
        files = self._files(wanted)
        if not files.known:
            return ()
        followed = re.findall(r"^url[ \t]+(.*)$", files.config, re.M)
        if self._source is not None and self._source.url not in followed:
            raise WriteRefused(
                _("Sympa made the list {name}, but it follows no source of subscribers.").format(
                    name=wanted.name
                ),
                hint=_(
                    "Its template “{template}” knows none. The template “communaute” of "
                    "`wikifarm mailing-list server-pack` does."
                ).format(template=wanted.template),
                where=self._where,
            )
        # Sympa drops the whole line for one topic that it does not know.
        kept = [topic.strip() for topic in files.value("topics").split(",")]
        missing = [topic for topic in wanted.topics.split(",") if topic not in (*kept, "other")]
        return names.left_out(missing)

    def _files(self, wanted: WantedList) -> _Files:
        """The configuration and the owners, from the list's folder (documented in sympa_config(5)).

        A domain has a folder of its own, or none where it is the only one.
        """
        for folder in (f"{self._folder}/{wanted.domain}", self._folder):
            place = f"{folder}/{wanted.name}"
            # One command for both files, parted by what it is given on its input.
            read = self._run(
                [*self._command[:-1], "cat", f"{place}/config", "-", f"{place}/owner.dump"],
                given=_BORDER,
            )
            config, _border, owners = read.out.partition(_BORDER)
            if config.strip():
                emails = re.findall(r"^[ \t]*email[ \t]+(\S+)", owners, re.M)
                return _Files(True, config, frozenset(email.lower() for email in emails))
        return _Files()

    def _is_there(self, address: str) -> bool:
        """True for a list that Sympa knows; its owner.dump is then as of now if it is open."""
        return self._sympa("dump", "--roles=owner", address).status == _DONE

    def _check_domain(self, domain: str) -> None:
        """Raises SympaHost for a domain that this Sympa does not serve, asking once.

        Before anything else: Sympa makes a folder for the domain of any list it is asked about.
        """
        if domain in self._served:
            return
        if self._sympa("show_pending_lists", domain).status != _DONE:
            raise SympaHost(
                _("This Sympa has no lists under the domain {domain}.").format(domain=domain),
                hint=_("Set WIKIFARM_SYMPA_DOMAIN to the domain of its sympa.conf."),
                where=self._where,
            )
        self._served.add(domain)

    def _address(self, wanted: WantedList) -> str:
        """The list as Sympa's commands take it, once it is fit to stand on a command line and its
        domain is known there.
        """
        names.check(wanted)
        names.check_domain(wanted)
        self._check_domain(wanted.domain)
        return f"{wanted.name}@{wanted.domain}"

    def _change(self, wanted: WantedList, *words: str) -> None:
        """One write on a list that exists. What a refusal means, the list's state tells."""
        if self._sympa(*words, wrote=True).status == _DONE:
            return
        if not self._is_there(self._address(wanted)):
            raise self._unknown(wanted)
        raise self._undecided()

    def _unknown(self, wanted: WantedList) -> ListUnknown:
        return ListUnknown(
            _("The list server has no list {name}.").format(name=wanted.address),
            hint=_(
                "`wikifarm mailing-list state` shows how things stand; `create` asks for the list."
            ),
            where=self._where,
        )

    def _undecided(self) -> WikifarmError:
        return named(ListUndecided, self._where)

    # -- running ----------------------------------------------------------------------------

    @property
    def _where(self) -> str:
        return self._target or _("this computer")

    def _sympa(
        self, *words: str, given: str = "", wrote: bool = False, own_pipe: bool = False
    ) -> _Ended:
        """One sub-command, that ended with 0 or 1; raises for anything else."""
        command = [*self._command, *words]
        ended = self._run(
            ["sh", "-c", _OWN_PIPE, "sh", *command] if own_pipe else command, given=given
        )
        if ended.status not in (_DONE, _NO):
            raise self._failure(ended, wrote=wrote)
        return ended

    def _failure(self, ended: _Ended, *, wrote: bool) -> WikifarmError:
        if ended.status == _NO_COMMAND:
            return NotSympa(
                _("There is no command “{command}”: nothing was asked of Sympa.").format(
                    command=self._command[-1]
                ),
                hint=_(
                    "Sympa 6.2.70 or later must be installed there, with its command in the PATH."
                ),
                where=self._where,
            )
        if ended.status in (_SETTINGS, _NOT_EXECUTABLE):
            return ListNotAllowed(
                _("This account may not run Sympa's command: nothing was done."),
                hint=_("Run it as root or as the user sympa; over ssh, log in as one of them."),
                where=self._where,
            )
        if wrote:
            return self._undecided()
        return UnexpectedAnswer(
            _("Sympa's command failed and gave no answer (status {status}).").format(
                status=ended.status
            ),
            hint=_("Run `sympa check` there: its settings or its database may be at fault."),
            where=self._where,
        )

    def _run(self, words: Sequence[str], *, given: str = "") -> _Ended:
        """Runs it here or over there; raises Unreachable when it does not end, or ssh does."""
        if not self._target:
            return self._spawn(words, given)
        remote = shlex.join(["sh", "-c", _NOT_SSH, "sh", *words])
        ended = self._spawn(["ssh", *_SSH_OPTIONS, "--", self._target, remote], given)
        if ended.status == _SSH or ended.status < 0:
            raise Unreachable(
                _("ssh did not reach {target}, was refused there, or lost it on the way.").format(
                    target=self._target
                ),
                hint=_(
                    "It does not say which. Try `ssh {target} true`: it must ask for nothing, "
                    "neither a password nor whether the host is known. What was under way may "
                    "have been done all the same."
                ).format(target=self._target),
                where=self._target,
            )
        if ended.status == _NO_SHELL:
            raise ListNotAllowed(
                _("The account {target} runs no command: nothing was done.").format(
                    target=self._target
                ),
                hint=_(
                    "Log in as root, or give the user sympa a shell there: Debian gives it none."
                ),
                where=self._target,
            )
        return replace(ended, status=_NO) if ended.status == _NO_FROM_THERE else ended

    def _spawn(self, argv: Sequence[str], given: str) -> _Ended:
        """Runs one program with no shell of ours; everything it started ends with it."""
        try:
            process = subprocess.Popen(  # noqa: S603 - a list of words, checked, and no shell
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(),
                start_new_session=True,
            )
        except FileNotFoundError:
            if self._target:
                raise Unreachable(
                    _("There is no ssh on this computer: {target} was not reached.").format(
                        target=self._target
                    ),
                    hint=_("Install it (Debian: apt-get install openssh-client)."),
                ) from None
            return _Ended(_NO_COMMAND)
        except OSError:
            return _Ended(_NOT_EXECUTABLE)
        try:
            out, err = process.communicate(given.encode(), timeout=self._timeout)
        except subprocess.TimeoutExpired:
            _end(process)
            raise Unreachable(
                _("The list server did not answer within {seconds} seconds.").format(
                    seconds=round(self._timeout)
                ),
                hint=_(
                    "What was asked may be done all the same: run the same command again, it "
                    "first looks."
                ),
                where=self._where,
            ) from None
        except BaseException:  # Ctrl-C, which a session of its own keeps from it
            _end(process)
            raise
        return _Ended(process.returncode, _text(out), _text(err))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and all that it started, which would hold its pipes open."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def _environment() -> dict[str, str]:
    """Ours, without the secrets of wikifarm: no program that is run needs them."""
    return {name: text for name, text in os.environ.items() if not name.startswith("WIKIFARM_")}


def _seen(files: _Files, wanted: WantedList) -> tuple[ListState, tuple[str, ...]]:
    """The state that the files of a list show, and what a person should know of it."""
    if not files.known:
        note = _(
            "Its files cannot be read with this account, so nothing says how it stands nor whose "
            "it is: root or the user sympa can."
        )
        return ListState.UNKNOWN, (note,)
    if not files.owners:
        return ListState.UNKNOWN, (_("The list server shows no owner for this list."),)
    if not files.owners & {owner.email.lower() for owner in wanted.owners}:
        return ListState.TAKEN, ()
    # A configuration that says nothing is that of an open list (Sympa's own default).
    return _STATES.get(files.value("status") or "open", ListState.UNKNOWN), ()


def _xml(wanted: WantedList, source: RemoteFile | None) -> str:
    """The list as `sympa create` takes it (Sympa::Config_XML): what repeats must say so."""
    root = ElementTree.Element("list")
    for name, text in (
        ("listname", wanted.name),
        ("type", wanted.template),
        ("subject", wanted.subject),
        ("description", wanted.description),
        ("status", "open"),
        ("topics", wanted.topics),
        ("language", wanted.language),
    ):
        ElementTree.SubElement(root, name).text = text
    for owner in wanted.owners:
        _repeated(root, "owner", {"email": owner.email, "gecos": owner.name.strip()})
    if source is not None:
        _repeated(root, "include_remote_file", {
            "name": source.name, "url": source.url, "user": source.user, "passwd": source.password,
        })  # fmt: skip
    return ElementTree.tostring(root, encoding="unicode")


def _repeated(root: ElementTree.Element, name: str, fields: Mapping[str, str]) -> None:
    element = ElementTree.SubElement(root, name, multiple="1")
    for key, text in fields.items():
        if text:
            ElementTree.SubElement(element, key).text = text


def _check(wanted: WantedList, source: RemoteFile | None) -> None:
    """Raises InvalidInput with everything that must not reach a list's configuration."""
    problems = _source_problems(source) if source is not None else []
    texts = (wanted.subject, wanted.description, wanted.language)
    if any(_NOT_ONE_LINE.search(text) for text in (*texts, *(who.name for who in wanted.owners))):
        message = _("A text of the list {name} holds a character that no list can keep.")
        problems.append(Problem(message.format(name=wanted.name), code="list-text"))
    if problems:
        raise InvalidInput(problems)


def _source_problems(source: RemoteFile) -> list[Problem]:
    # What is shown is the name alone: an address may hold a key.
    texts = (source.name, source.url, source.user, source.password)
    if any(_NOT_ONE_LINE.search(text) for text in texts) or not source.name.strip():
        message = _("A source of subscribers has no name, or holds a line break.")
        return [Problem(message, code="list-source")]
    if why_not(source.url):
        message = _("The source “{name}” has no address that begins with https://.")
        return [Problem(message.format(name=source.name), code="list-source")]
    if bool(source.user) is not bool(source.password):
        message = _("The source “{name}” needs a user and a password, or neither.")
        return [Problem(message.format(name=source.name), code="list-source")]
    if source.password and in_clear(source.url):
        message = _("The password of the source “{name}” would travel in clear.")
        return [Problem(message.format(name=source.name), _("Use https."), code="list-source")]
    return []


def _its_words(text: str) -> str:
    """Sympa's reason, for people: its reports are lines of the form `command [kind] reason`."""
    reasons = re.findall(r"^\w+ \[\w+\] (.+)$", text, re.M)
    if not reasons:
        return ""
    shown = _NOT_ONE_LINE.sub(" ", " ".join(dict.fromkeys(reasons)))
    return _("Sympa says: {words}").format(words=shown[:200])
