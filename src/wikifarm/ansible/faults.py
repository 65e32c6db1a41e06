"""Why Ansible failed, in the words of the person who started it: a code, a sentence and a cure.

The playbooks give a code of their own to what they refuse (`disk-too-small: …`). What Ansible, ssh
and sudo say is recognised here; anything else is quoted in one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wikifarm.ansible.codes import STATUSES
from wikifarm.ansible.events import HostAnswered
from wikifarm.errors import Exit
from wikifarm.i18n import _
from wikifarm.reasons import of_reader

PREFLIGHT = "preflight"  # the role that only looks

LONGEST = 300  # characters of what somebody else's program says

_CODED = re.compile(r"([a-z][a-z0-9]*(?:-[a-z0-9]+)*): (.+)", re.S)
_CURE = re.compile(r"(?P<what>.*(?:Rien n’a été fait|Nothing was done))\s*:\s*(?P<cure>.+)", re.S)
_SAID_BY_CODE = ("fail", "assert")
_NOISE = re.compile(
    r"^(?:(?:Task failed|Action failed|Module failed|Failed to connect to the host via ssh|ssh)"
    r"[:.]\s*)+"
)


@dataclass(frozen=True)
class Fault:
    """Why a machine, or the whole run, failed; `exit` is the status that it alone would give."""

    code: str
    message: str
    hint: str = ""
    exit: int = Exit.FAILED
    where: str = ""  # file:line:column, for a file of the inventory

    @property
    def precise(self) -> bool:
        """True unless the words of Ansible are only quoted."""
        return self.code not in ("task-failed", "ansible-failed")


def of_host(answer: HostAnswered) -> Fault:
    """Why a task failed on a machine, or why the machine could not be reached."""
    text = answer.result.message.strip()
    code, text = _code(answer, text)
    if code:
        message, hint = _cure(text) if not answer.result.hint else (text, answer.result.hint)
        return Fault(code, message, hint, _exit(code, answer))
    unreachable = answer.outcome == "unreachable"
    known = _recognised(f"{text}\n{answer.result.words}", entering=unreachable)
    if known:
        return known
    if unreachable:
        return Fault(
            "host-unreachable",
            _("The machine does not answer ({reason}).").format(reason=short(text)),
            _("Check its address and its port in the inventory, and that it is up."),
            Exit.SERVER,
        )
    if answer.task.module == "validate_argument_spec":
        return _incomplete(short(text.partition("\n")[2] or text))
    return Fault(
        "task-failed",
        _("“{task}” failed: {reason}").format(task=_named(answer), reason=_reason(answer, text)),
        _("Mend what it names, then run the same command again: what is done stays done."),
    )


def of_lines(lines: Sequence[str]) -> Fault:
    """Why Ansible stopped before it had anything to say of a machine."""
    text = "\n".join(lines)
    known = _unreadable(text) or _recognised(text, entering=False)
    if known:
        return known
    errors = [
        match[1] for line in lines if (match := re.match(r"(?:\[ERROR\]:|ERROR!)\s*(.+)", line))
    ]
    reason = short(errors[-1]) if errors else short(lines[-1] if lines else "–")
    return Fault(
        "ansible-failed",
        _("Ansible stopped: {reason}").format(reason=reason),
        _("Mend what it names, then run the same command again."),
    )


def no_hosts() -> Fault:
    """Nothing was done, for there was nobody to do it to."""
    return Fault(
        "no-hosts",
        _("No farm of the inventory is meant: nothing was done."),
        _("Write the farms in the group “farms” of the inventory, and check --limit."),
        Exit.USAGE,
    )


def short(text: str) -> str:
    """The last line that says something, without what Ansible puts before it."""
    lines = [line.strip() for line in text.replace("\r", "\n").splitlines() if line.strip()]
    bare = _NOISE.sub("", lines[-1]).rstrip(". ") if lines else ""
    return (bare if len(bare) <= LONGEST else f"{bare[:LONGEST]}…") or "–"


# -- what the playbooks refuse --------------------------------------------------------------


def _code(answer: HostAnswered, text: str) -> tuple[str, str]:
    """The code of a refusal and its sentence; no code for what Ansible itself says."""
    if answer.result.code:
        return answer.result.code, text
    coded = _CODED.fullmatch(text) if answer.task.module in _SAID_BY_CODE else None
    return (coded[1], _sentence(coded[2])) if coded else ("", text)


def _cure(text: str) -> tuple[str, str]:
    """The sentence and what to do, where the playbook says both in one breath."""
    match = _CURE.fullmatch(text)
    if match is None:
        return text, ""
    return f"{match['what']}.", _sentence(match["cure"])


def _sentence(text: str) -> str:
    """In one line, with a capital, unless it begins with the name of a variable."""
    words = text.split()
    if words and "_" not in words[0]:
        words[0] = words[0][:1].upper() + words[0][1:]
    return " ".join(words)


def _exit(code: str, answer: HostAnswered) -> int:
    if answer.result.exit in (Exit.FAILED, Exit.USAGE, Exit.REFUSED, Exit.SERVER):
        return answer.result.exit
    return STATUSES.get(code, Exit.REFUSED if answer.task.role == PREFLIGHT else Exit.FAILED)


def _named(answer: HostAnswered) -> str:
    return f"{answer.task.role}: {answer.task.name}" if answer.task.role else answer.task.name


def _reason(answer: HostAnswered, text: str) -> str:
    if not text:  # no_log
        return _("the details are hidden, for they hold a secret")
    reason = short(text)
    if answer.result.words and re.match(
        r"non-zero return code|MODULE FAILURE|Module result", reason
    ):
        return short(answer.result.words)
    return reason


def _incomplete(reason: str) -> Fault:
    return Fault(
        "inventory-incomplete",
        _("The inventory does not say all that is needed: {reason}").format(reason=reason),
        _("Write it with the variables of this farm, in the inventory or in group_vars/farms.yml."),
        Exit.USAGE,
    )


# -- what Ansible, ssh and sudo say ---------------------------------------------------------


def _recognised(text: str, *, entering: bool) -> Fault | None:
    """The fault that these words tell, if known; those of ssh only while a machine is entered."""
    for words, fault in [*_known(), *(_about_ssh() if entering else [])]:
        if re.search(words, text):
            return fault
    missing = re.search(r"'(wikifarm_\w+)' is undefined", text)
    return _incomplete(missing[1]) if missing else None


Known = Iterator[tuple[str, Fault]]  # words to look for, and what they tell


def _known() -> Known:
    """What ansible-core 2.17 to 2.19, OpenSSH and sudo say, from the surest to the vaguest."""
    yield "no hosts to target|no hosts matched", no_hosts()
    yield from _about_the_vault()
    yield from _about_the_administrator()
    yield (
        r"interpreter \S+ was not found|python3?: (?:command )?not found",
        Fault(
            "python-missing",
            _("The machine has no Python, which Ansible needs."),
            _("Install the farm first: `wikifarm ops provision`."),
        ),
    )


def _about_the_vault() -> Known:
    option = "--vault-password-file"
    yield (
        "no vault secrets found",
        Fault(
            "vault-password-missing",
            _("The inventory holds values that ansible-vault encrypted, and nothing opens them."),
            _("Give the file of their password: {option} FILE.").format(option=option),
            Exit.USAGE,
        ),
    )
    yield (
        "no vault secrets were found that could decrypt|HMAC verification failed",
        Fault(
            "vault-password-wrong",
            _("The password given does not open what ansible-vault encrypted in the inventory."),
            _("Check the file given with {option}.").format(option=option),
            Exit.USAGE,
        ),
    )
    yield (
        "(?i)vault password (?:file|script)",
        Fault(
            "vault-password-file",
            _("The file of the vault's password cannot be used."),
            _("Check {option}, or ANSIBLE_VAULT_PASSWORD_FILE.").format(option=option),
            Exit.USAGE,
        ),
    )


def _about_the_administrator() -> Known:
    option = "--become-password-file"
    yield (
        r"(?i)Missing \w+ password|sudo: a password is required|password is required to run sudo",
        Fault(
            "become-password-missing",
            _("The machine asks for a password to act as its administrator."),
            _("Give the file that holds it: {option} FILE.").format(option=option),
            Exit.SERVER,
        ),
    )
    yield (
        r"(?i)Incorrect \w+ password|Sorry, try again|not in the sudoers|not allowed to execute",
        Fault(
            "become-refused",
            _("The machine does not let this account act as its administrator."),
            _("Check {option}, and the rights of the account (sudo).").format(option=option),
            Exit.SERVER,
        ),
    )


def _about_ssh() -> Known:
    yield (
        "HOST IDENTIFICATION HAS CHANGED",
        Fault(
            "host-key-changed",
            _("The machine that answers does not show the key of the one that is known."),
            _(
                "If it was installed again, forget its former key: ssh-keygen -R ADDRESS. "
                "Otherwise, go no further."
            ),
            Exit.SERVER,
        ),
    )
    yield (
        "Host key verification failed|host key is known",
        Fault(
            "host-key-unknown",
            _("Nothing proves that this machine is the right one: its key is not known here."),
            _("Connect once by hand (ssh ADDRESS) and compare the key with the one of your host."),
            Exit.SERVER,
        ),
    )
    yield (
        "Permission denied|Too many authentication failures|Invalid/incorrect password",
        Fault(
            "ssh-refused",
            _("The machine answers, and does not let this account in."),
            _("Check ansible_user in the inventory, and that your ssh key is allowed there."),
            Exit.SERVER,
        ),
    )
    yield (
        "Could not resolve hostname|Name or service not known",
        Fault(
            "host-unknown",
            _("No machine has the address written in the inventory."),
            _("Check ansible_host."),
            Exit.SERVER,
        ),
    )
    yield (
        "must install the sshpass program",
        Fault(
            "sshpass-missing",
            _("To enter a machine with a password, Ansible needs the program sshpass."),
            _("Install it (apt-get install sshpass), or use an ssh key."),
            Exit.USAGE,
        ),
    )


def _unreadable(text: str) -> Fault | None:
    """A file of the inventory that is not what it should be, with its place."""
    reason = re.search(r"(?:YAML parsing failed: |Syntax Error while loading YAML\.\s+)(.+)", text)
    if not reason and "Completely failed to parse inventory" not in text:
        return None
    place = re.search(r"Origin: (/.+?:\d+:\d+)$", text, re.M)
    older = re.search(r"error appears to be in '(.+?)': line (\d+), column (\d+)", text)
    where = place[1] if place else ":".join(older.groups()) if older else ""
    # Ansible reads with libyaml, whose words are those of other readers but for their beginning.
    bare = re.sub(r"^(?:While .+? )?did not find ", "", short(reason[1])) if reason else ""
    bare = bare.replace("expected key", "expected <block end>")
    return Fault(
        "inventory-unreadable",
        _("The inventory cannot be read: {reason}").format(reason=of_reader(bare))
        if bare
        else _("The inventory cannot be read."),
        _("Mend this line: two spaces for each level, and a space after “:”."),
        Exit.USAGE,
        where,
    )
