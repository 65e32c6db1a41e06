# Copyright: the wikifarm contributors
# GNU Affero General Public License v3.0+ (https://www.gnu.org/licenses/agpl-3.0.txt)
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the modules about communities share: their options, the toolkit they call, their answers.

The toolkit is the package `wikifarm`, imported only once the options are known to be good. It is
called as the command `wikifarm` calls it, so that both always do the same.
"""

from __future__ import annotations

import os
import re
import ssl
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

if TYPE_CHECKING:
    from wikifarm.blueprint.manifest.community import Community
    from wikifarm.errors import Problem
    from wikifarm.operations.community.outcome import CommunityOutcome
    from wikifarm.operations.workplace.context import Context
    from wikifarm.operations.workplace.settings import Settings
    from wikifarm.result import Failure

Answer = dict[str, Any]

OPTIONS: dict[str, dict[str, Any]] = {
    "farm_url": {"type": "str"},
    "farm_admin": {"type": "str"},
    "farm_password": {"type": "str", "no_log": True},
    "farm_token": {"type": "str", "no_log": True},
    "manifests": {"type": "list", "elements": "path"},
    "communities": {"type": "list", "elements": "dict"},
    "only": {"type": "list", "elements": "str"},
    "directory": {"type": "path", "default": "."},
    "state_dir": {"type": "path"},
    "ca_certificate": {"type": "path"},
    "validate_certs": {"type": "bool", "default": True},
    "language": {"type": "str", "choices": ["fr", "en"]},
}

_ADDRESS = re.compile(r"[^\s@<>\"'(){}\[\]|=,;:]+@(?=[\w-]+(?:\.[\w-]+)+)")
_CURES = {
    "fr": (
        "Installez-la là où tourne Ansible (pip install 'wikifarm[ops]') et dites-lui d’utiliser ce"
        " Python : ansible_python_interpreter: '{{ ansible_playbook_python }}', avec delegate_to:"
        " localhost ou connection: local."
    ),
    "en": (
        "Install it where Ansible runs (pip install 'wikifarm[ops]') and have that Python used:"
        " ansible_python_interpreter: '{{ ansible_playbook_python }}', with delegate_to: localhost"
        " or connection: local."
    ),
}


def run(module: AnsibleModule, work: Callable[[AnsibleModule, Context], Answer]) -> NoReturn:
    """Gives `work` the farm to work with, and ends the module with what it answers.

    An answer that holds `errors` is a failure. No failure shows a secret.
    """
    _require_wikifarm(module)
    from wikifarm.errors import WikifarmError
    from wikifarm.result import failures

    try:
        with _opened(module) as context:
            answer = work(module, context)
            traffic = context.network.traffic
            answer |= {
                "farm": context.farm.base,
                "requests": {"get": traffic.get, "post": traffic.post},
            }
    except WikifarmError as error:
        _end(module, {"errors": errors(failures(error))})
    except Exception as fault:
        _end(module, {"errors": errors([_unforeseen(fault)])}, traceback.format_exc())
    _end(module, answer)


def _end(module: AnsibleModule, answer: Answer, trace: str | None = None) -> NoReturn:
    ending: Answer = {"changed": False, "communities": [], "errors": [], **answer}
    # What Ansible shows of the options (-vvv) holds the addresses of people described inline.
    ending["invocation"] = {"module_args": masked(module.params)}
    if not ending["errors"]:
        module.exit_json(**ending)
    first = ending["errors"][0]
    module.fail_json(
        msg=first["message"], code=first["code"], hint=first["hint"], exception=trace, **ending
    )
    raise SystemExit  # both have ended the module: they have no types to say so


def _require_wikifarm(module: AnsibleModule) -> None:
    try:
        import wikifarm  # noqa: F401
    except ImportError:
        language = module.params["language"] or os.environ.get("WIKIFARM_LANG") or "fr"
        cure = _CURES["en" if language.lower().startswith("en") else "fr"]
        message = missing_required_lib("wikifarm")
        failure = {"code": "no-wikifarm", "message": f"{message}. {cure}", "hint": cure}
        _end(module, {"errors": [{"slug": "", **failure, "where": ""}]}, traceback.format_exc())


def _unforeseen(fault: Exception) -> Failure:
    from wikifarm.errors import Unforeseen
    from wikifarm.i18n import _
    from wikifarm.result import Failure

    message = _("wikifarm met something it did not foresee ({kind}).")
    hint = _("Run the same command again.")
    return Failure(Unforeseen.code, message.format(kind=type(fault).__name__), hint)


# -- the farm -------------------------------------------------------------------------------


@contextmanager
def _opened(module: AnsibleModule) -> Iterator[Context]:
    from wikifarm.i18n import language
    from wikifarm.operations.workplace.context import Context
    from wikifarm.operations.workplace.places import Places

    settings = _settings(module.params)
    for warning in settings.warnings:
        module.warn(warning)
    places = Places(settings.state, Path(module.params["directory"]))
    context = Context(settings.farm, places, language=language(), lists=settings.lists)
    try:
        yield context
    finally:
        context.close()


def _settings(options: Mapping[str, Any]) -> Settings:
    """The settings of the command line; the module's own options win over every source."""
    from dataclasses import replace

    from wikifarm.i18n import chosen_language, speak
    from wikifarm.operations.workplace.settings import Flags, load

    speak(chosen_language(options["language"]))
    moved = {"WIKIFARM_STATE_DIR": options["state_dir"]} if options["state_dir"] else {}
    flags = Flags(options["farm_url"] or "", insecure=not options["validate_certs"])
    settings = load(flags, Path(options["directory"]), {**os.environ, **moved})
    if settings.language and not options["language"]:
        speak(settings.language)
    if options["ca_certificate"]:
        _trust(options["ca_certificate"])
    given = {key: options[f"farm_{key}"] for key in ("admin", "password", "token")}
    farm = replace(settings.farm, **{key: value for key, value in given.items() if value})
    return replace(settings, farm=farm)


def _trust(path: str) -> None:
    """Has the toolkit verify the farm with this file, which must hold certificates."""
    from wikifarm.errors import InvalidInput, Problem
    from wikifarm.i18n import _
    from wikifarm.reasons import of_system

    try:
        ssl.create_default_context(cafile=path)
    except OSError as fault:
        message = _("the file {file} cannot be read ({reason})")
        problem = message.format(file=path, reason=of_system(fault))
        hint = _("check {name}").format(name="ca_certificate")
        raise InvalidInput([Problem(problem, hint, path, code="unreadable")]) from None
    os.environ["WIKIFARM_CA_BUNDLE"] = path


# -- the communities ------------------------------------------------------------------------


def described(options: Mapping[str, Any]) -> bool:
    """True when the task itself says which communities it speaks of."""
    return bool(options["manifests"] or options["communities"])


def chosen(options: Mapping[str, Any]) -> list[Community]:
    """The communities of the files and of the task, or those of them named in `only`.

    Raises InvalidInput with every problem of every one of them.
    """
    from wikifarm.errors import InvalidInput

    problems: list[Problem] = []
    communities = [*_of_files(options, problems), *_of_the_task(options, problems)]
    problems += _same_addresses(communities)
    slugs = [community.slug for community in communities]
    only = options["only"] or slugs
    if not problems:
        problems += [_unknown(name, slugs) for name in only if name not in slugs]
    if problems:
        raise InvalidInput(problems)
    return [community for community in communities if community.slug in only]


def _of_files(options: Mapping[str, Any], problems: list[Problem]) -> list[Community]:
    from wikifarm.errors import InvalidInput
    from wikifarm.operations.describe import chosen as of_files

    paths = [Path(path) for path in options["manifests"] or ()]
    if not paths and options["communities"]:
        return []
    try:
        return of_files(paths, (), default=Path(options["directory"]) / "communities").communities
    except InvalidInput as error:
        problems += error.problems
        return []


def _of_the_task(options: Mapping[str, Any], problems: list[Problem]) -> list[Community]:
    from wikifarm.blueprint.manifest.reading import community_from
    from wikifarm.errors import InvalidInput

    communities = []
    for number, value in enumerate(options["communities"] or ()):
        try:
            # Named in the folder from which a blueprint given by its path is looked for.
            name = str(Path(options["directory"]) / f"communities[{number}]")
            communities.append(community_from(value, name))
        except InvalidInput as error:
            problems += error.problems
    return communities


def _same_addresses(communities: Iterable[Community]) -> list[Problem]:
    """Files are compared with one another as they are read; this also compares the task's own."""
    from wikifarm.errors import Problem
    from wikifarm.i18n import _

    holders: dict[str, str] = {}
    problems = []
    for community in communities:
        where = holders.setdefault(community.slug.casefold(), community.source)
        if where is not community.source:
            message = _("the address “{slug}” is already that of {where}")
            hint = _("two communities cannot share an address; capitals make no difference")
            text = message.format(slug=community.slug, where=where)
            problems.append(Problem(text, hint, community.source, code="duplicate-slug"))
    return problems


def _unknown(name: str, slugs: Sequence[str]) -> Problem:
    from wikifarm.blueprint.sources import did_you_mean
    from wikifarm.errors import Problem
    from wikifarm.i18n import _

    message = _("No community is called “{slug}”.").format(slug=name)
    return Problem(message, did_you_mean(name, slugs), "only", code="unknown-community")


# -- the answers ----------------------------------------------------------------------------


def errors(failures: Iterable[Failure], slug: str = "") -> list[Answer]:
    """Failures as the module returns them."""
    from dataclasses import asdict

    return [{"slug": slug, **asdict(failure)} for failure in failures]


def outcome_errors(outcomes: Iterable[CommunityOutcome]) -> list[Answer]:
    """The failures of several communities, in their order."""
    from wikifarm.result import failures

    return [
        error
        for outcome in outcomes
        if outcome.error
        for error in errors(failures(outcome.error), outcome.slug)
    ]


def pending(outcomes: Iterable[CommunityOutcome]) -> list[Answer]:
    """What waits for a person, with the exact text to send."""
    from dataclasses import asdict

    return [asdict(request) for outcome in outcomes for request in outcome.pending]


def masked(value: Any) -> Any:
    """The same value without the part of e-mail addresses that says who: `…@example.org`."""
    if isinstance(value, str):
        return _ADDRESS.sub("…@", value)
    if isinstance(value, Mapping):
        return {key: masked(below) for key, below in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked(item) for item in value]
    return value
