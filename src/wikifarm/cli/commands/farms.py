"""Commands about the farm and about this computer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wikifarm.cli.shared import Shared, advisories_option, communities_known, shared, strict_about
from wikifarm.i18n import LANGUAGES, _
from wikifarm.result import Envelope

if TYPE_CHECKING:
    from wikifarm.operations.workplace.context import FarmSettings


def init(
    ctx: typer.Context,
    sheet: Annotated[
        bool,
        typer.Option(
            "--csv", help=_("Add a sheet to describe many communities in, with a legend.")
        ),
    ] = False,
    no_input: Annotated[
        bool, typer.Option("--no-input", help=_("Never ask anything, even on a terminal."))
    ] = False,
) -> Envelope:
    """`wikifarm init`."""
    from wikifarm.operations.init import farm_of
    from wikifarm.operations.init import init as operation
    from wikifarm.operations.workplace.context import FarmSettings

    options = shared(ctx)
    farm = FarmSettings(options.farm)
    if options.interactive and not no_input:
        farm = _asked(options, farm_of(options.directory)[0])
    return operation(options.directory, farm, sheet=sheet)


def _asked(options: Shared, known: FarmSettings) -> FarmSettings:
    """What a person at the terminal says of the farm that is not set yet."""
    from wikifarm.cli.interview import farm_asked
    from wikifarm.operations.init import no_farm
    from wikifarm.operations.workplace.context import FarmSettings
    from wikifarm.operations.workplace.settings import ENV_FILE, FILE

    folder = options.directory
    url = options.farm or known.url
    if not url and (folder / FILE).exists():
        return FarmSettings()  # a file that is there is not written in
    password = not (known.password or known.token or (folder / ENV_FILE).exists())
    return farm_asked(url, no_farm, account=password)


def doctor(
    ctx: typer.Context,
    topic: Annotated[
        str,
        typer.Argument(metavar="[mail]", help=_("“mail”: whether messages can arrive.")),
    ] = "",
    list_domain: Annotated[
        list[str] | None,
        typer.Option(
            metavar=_("DOMAIN"),
            help=_("mail: look at this domain of lists too; by default, those of communities/."),
        ),
    ] = None,
    selector: Annotated[
        list[str] | None,
        typer.Option(metavar=_("WORD"), help=_("mail: a DKIM selector to look for.")),
    ] = None,
    send_test: Annotated[
        str,
        typer.Option(
            metavar="E-MAIL",
            help=_("mail: have the farm send a message to this account, one of its own."),
        ),
    ] = "",
    advisories: Annotated[str, advisories_option()] = "warn",
) -> Envelope:
    """`wikifarm doctor`."""
    options = shared(ctx)
    strict = strict_about(advisories)
    if topic not in ("", "mail"):
        raise typer.BadParameter(
            _("“{word}” is not something that doctor looks at: mail, or nothing.").format(
                word=topic
            ),
            param_hint="doctor",
        )
    if not topic:
        if list_domain or selector or send_test:
            raise typer.BadParameter(_("this option is for `doctor mail`"), param_hint="doctor")
        from wikifarm.operations.doctor.farm_checks import doctor as operation

        return operation(options.context(), strict=strict)
    from wikifarm.operations.doctor.mail import deliverability
    from wikifarm.operations.mailing_list.wanted import known_domains

    context = options.context()
    domains = list_domain or known_domains(context)
    return deliverability(
        context, list_domains=domains, selectors=selector or [], send_test=send_test
    )


def adopt(
    ctx: typer.Context,
    wiki: Annotated[
        str,
        typer.Argument(
            metavar=_("ADDRESS"),
            help=_("The wiki: its address on this farm, or its web address."),
        ),
    ],
    name: Annotated[str, typer.Option(help=_("Its name; by default, as the wiki is called."))] = "",
    facilitator: Annotated[
        list[str] | None,
        typer.Option(
            metavar=_('"NAME <E-MAIL>"'),
            help=_("Someone who facilitates it; by default, those who do in the wiki."),
        ),
    ] = None,
    language: Annotated[
        str, typer.Option(metavar="|".join(LANGUAGES), help=_("The language of its pages."))
    ] = "fr",
    audit: Annotated[
        str,
        typer.Option(
            metavar="rights|full|none",
            help=_(
                "What is looked at today of a wiki that wikifarm did not make: its rights, which "
                "writes nothing there; or the whole audit, which plants somebody who does not "
                "exist, and removes them. On a terminal, it is asked."
            ),
        ),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_("Show what it would come to, and keep nothing."))
    ] = False,
    no_input: Annotated[
        bool, typer.Option("--no-input", help=_("Never ask anything, even on a terminal."))
    ] = False,
) -> Envelope:
    """`wikifarm adopt`."""
    from wikifarm.operations.adopt import adopt as operation
    from wikifarm.operations.copying.adopt_by_hand import Inspection
    from wikifarm.operations.describe import Wishes

    options = shared(ctx)
    if language not in LANGUAGES:
        raise typer.BadParameter(
            _("wikifarm does not speak “{code}”: French and English only.").format(code=language)
        )
    if audit and audit not in set(Inspection):
        raise typer.BadParameter(
            _("“{word}” is none of {words}").format(word=audit, words=", ".join(Inspection)),
            param_hint="--audit",
        )
    if dry_run and audit == Inspection.FULL:
        raise typer.BadParameter(
            _("the audit writes in the wiki: not with --dry-run"), param_hint="--audit"
        )
    context = options.context()
    if no_input:
        context.ask = None
    asking = context.ask is not None and not audit and not dry_run

    def looked() -> Inspection:
        if not asking:
            return Inspection(audit or Inspection.RIGHTS)
        return Inspection.FULL if _audit_wanted(options) else Inspection.RIGHTS

    wishes = Wishes(name, facilitators=tuple(facilitator or ()), language=language)
    return operation(context, wiki, wishes, look=looked, dry_run=dry_run)


def _audit_wanted(options: Shared) -> bool:
    """Whether a wiki that is not wikifarm's yet is to be audited now."""
    from wikifarm.cli import asking as questions

    options.telling().clear()
    questions.tell(
        _(
            "wikifarm did not make this wiki. Its audit can be made now: it writes there, in each "
            "form about people, somebody who does not exist, and removes them. Without it, only "
            "rights are read, and nothing is written."
        )
    )
    return questions.agreed(_("Audit it now?"), default=False)


def credentials(
    ctx: typer.Context,
    slug: Annotated[
        str,
        typer.Argument(
            metavar=_("ADDRESS"),
            help=_(
                "The community's address. Or export and import, with a FILE: the passwords of all; "
                "seal: encrypt the team's file for those its list names."
            ),
            autocompletion=communities_known,
        ),
    ],
    file: Annotated[
        Path | None, typer.Argument(metavar=_("[FILE]"), help=_("With export and import."))
    ] = None,
    given: Annotated[
        bool,
        typer.Option(
            "--set", help=_("Store a password, typed when asked or sent on standard input.")
        ),
    ] = False,
    in_clear: Annotated[
        bool, typer.Option("--in-clear", help=_("export: the file need not be encrypted."))
    ] = False,
    recipient: Annotated[
        list[str] | None,
        typer.Option(
            metavar=_("KEY"),
            help=_(
                "export: encrypt it for this public key of age or ssh, or those of a file; may be "
                "repeated."
            ),
        ),
    ] = None,
) -> Envelope:
    """`wikifarm credentials`: the only command that shows a password."""
    from wikifarm.operations import credentials as operation

    options = shared(ctx)
    many = slug in ("export", "import")
    if many is not (file is not None):
        text = _("export and import need a FILE; nothing else takes one")
        raise typer.BadParameter(text, param_hint="credentials")
    if many and file is not None:
        path = options.directory / file.expanduser()
        if slug == "export":
            return operation.export(
                options.context(), path, recipients=recipient or (), in_clear=in_clear
            )
        return operation.take_in(options.context(), path)
    if slug == "seal":
        return operation.seal(options.context())
    if not given:
        return operation.show(options.context(), slug)
    from wikifarm.cli.asking import password

    question = _("Password of the administrator of {slug}").format(slug=slug)
    return operation.keep(
        options.context(), slug, password(question, interactive=options.interactive)
    )
