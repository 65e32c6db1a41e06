"""Writing: each role tries to write where the blueprint does not let it; what passed is removed.

What should be refused comes from the design: the right to write new pages, the right to fill in
forms, the rights of people's entries. All that is written bears the key of the run, as what is
planted does, so that a killed run's is removed by the next (docs/yeswiki.md, Who writes what).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from wikifarm.blueprint.rights_words import is_open_in_lists
from wikifarm.blueprint.schema.bazar_schema import Schema
from wikifarm.blueprint.schema.fields import Field
from wikifarm.blueprint.schema.template import form_json, parse
from wikifarm.errors import ServerProblem, UnexpectedAnswer, WikiBusy, WriteRefused
from wikifarm.i18n import _
from wikifarm.model import Form, Rights
from wikifarm.operations.audit.leaks import Sentinel, account_name, key_of_entry
from wikifarm.operations.audit.likeness import ACTS, TEXTS
from wikifarm.operations.audit.questions import as_whom
from wikifarm.operations.audit.reach import Reach
from wikifarm.operations.audit.sentinel import Planted
from wikifarm.operations.community.community_run import CommunityRun
from wikifarm.operations.community.outcome import Leak, LeakKind, Role
from wikifarm.yeswiki import html
from wikifarm.yeswiki.audit_routes import spellings
from wikifarm.yeswiki.wiki import Wiki

EVERYBODY = "*"
SPELLINGS = 2  # of a tag, asked besides its own


@dataclass
class Attempts:
    """What was tried, and what passed though it should not."""

    tries: int = 0
    passed: list[Leak] = field(default_factory=list)
    limits: list[Leak] = field(default_factory=list)  # what no right of a wiki closes
    foreign: set[Role] = field(default_factory=set)  # those whom something else answered

    def not_tried(self) -> Iterator[str]:
        """Whose attempts prove nothing, as sentences; none where the wiki answered them all."""
        for role, who in as_whom().items():
            if role in self.foreign:
                yield _("{who}: something else than the wiki answered attempts to write").format(
                    who=who
                )


def write_all(run: CommunityRun, scene: Planted, done: Attempts) -> None:
    """Every role tries; the administrator looks for what it made: no answer is believed. What
    something else than the wiki answered was not tried. All is noted in `done` on the way."""
    rights: Mapping[str, Rights] = run.site.rights.all()
    done.passed += _open_in_lists(run, scene, rights)
    for role, person in scene.people.items():
        run.progress(f"audit {role.value}")
        before = person.session.foreign
        trial = _Trial(run, scene, role, person, done)
        rights = trial.rights_of_entries(rights)
        trial.new_page()
        trial.new_entries()
        trial.peoples_entries()
        trial.import_form()
        if person.session.foreign > before:
            done.foreign.add(role)


@dataclass
class _Trial:
    """One role at work."""

    run: CommunityRun
    scene: Planted
    role: Role
    person: Wiki
    done: Attempts

    @property
    def word(self) -> str:
        """What marks an entry: a word that only this run writes."""
        return f"wf{self.role.value}{self.scene.key}"

    def name(self, what: str) -> str:
        """The name of a page, a form or a list of this role: small letters after the prefix."""
        return account_name(self.scene.key, f"{self.role.value}{what}")

    def let_in(self, right: str) -> bool:
        """True where the blueprint lets this role do it."""
        design = self.run.work.design
        return Reach(design.groups, design.who.members).lets_in(right, self.role)

    @contextmanager
    def trying(self) -> Iterator[None]:
        """One attempt: a refusal is right; what something else answers was not tried."""
        self.done.tries += 1
        try:
            yield
        except WriteRefused:
            pass
        except (ServerProblem, UnexpectedAnswer, WikiBusy):
            self.done.foreign.add(self.role)

    def is_offered(self, tag: str) -> bool:
        """True where the wiki offers this role the form that writes the page: a save may be refused
        for its anti-spam value alone."""
        form = self.person.session.page(tag, "edit").text
        return html.hidden(html.parse(form), "previous") is not None

    def new_page(self) -> None:
        """A page that nobody has written yet."""
        if self.let_in(self.run.work.design.settings.get("default_write_acl", EVERYBODY)):
            return
        tag = self.name("page")
        with self.trying():
            self.person.pages.save(tag, self.word, "")
        if self.run.site.pages.read(tag) is not None or self.is_offered(tag):
            self.tell(f"{tag}/edit", "page", _("the writing right of new pages, in the settings"))

    def new_entries(self) -> None:
        """An entry in each form, of the wiki as it stands, where forms are not for this role."""
        if self.let_in(self.filling):
            return
        for form in self.run.work.seen.forms.values():
            values = _marked(form, self.word)
            if values:
                with self.trying():
                    self.person.entries.create(form.id, values)
                if self.is_in(form.id, self.word):
                    advice = _("the right of the action {name}").format(name="bazar")
                    self.tell("BazaR saisir_fiche", f"{form.label} ({form.id})", advice)

    def peoples_entries(self) -> None:
        """The entry of somebody else, by the form that changes it, under other spellings too."""
        for sentinel in self.sentinels:
            self.change(sentinel)

    @property
    def sentinels(self) -> list[Sentinel]:
        """Those of the forms whose rights the blueprint gives."""
        people = {people.form.id for people in self.run.work.design.who.people}
        return [sentinel for sentinel in self.scene.sentinels if sentinel.form in people]

    def change(self, sentinel: Sentinel) -> None:
        """Posts another word in each answer, and looks whether the entry is still as it was: saved
        again under another spelling, it has another tag and another owner (4.4.4, 4.5.0)."""
        before = self.rows(sentinel)
        word = f"wfto{self.role.value}{self.scene.key}"
        values = {
            name: word if value.endswith(self.scene.key) else value
            for name, value in sentinel.values.items()
        }
        posted = [*values.items(), ("antispam", "1"), ("id_typeannonce", sentinel.form)]
        for tag in (sentinel.entry, *spellings(sentinel.entry)[:SPELLINGS]):
            query = {"vue": "saisir", "action": "modif_fiche", "id_fiche": tag}
            with self.trying():
                self.person.session.post("BazaR", posted, query=query)
        if self.rows(sentinel) != before:
            advice = _("the line `acls` of the form {form}").format(form=sentinel.form)
            self.tell("BazaR modif_fiche", f"{sentinel.label} ({sentinel.form})", advice)

    def rows(self, sentinel: Sentinel) -> list[Mapping[str, object]]:
        """The entries of this run in the form of the sentinel."""
        rows = self.run.site.entries.of(sentinel.form).values()
        return [row for row in rows if key_of_entry(row, {self.scene.key}) == self.scene.key]

    def rights_of_entries(self, before: Mapping[str, Rights]) -> Mapping[str, Rights]:
        """The rights of somebody else's entry. `before` is the table as it stood; answers it as it
        stands after."""
        opened = [(f"{right}_acl", EVERYBODY) for right in ("read", "write", "comment")]
        for sentinel in self.sentinels:
            with self.trying():
                self.person.session.post(sentinel.entry, opened, "acls")
        now = self.run.site.rights.all()
        for sentinel in self.sentinels:
            if now.get(sentinel.entry, before.get(sentinel.entry)) != before.get(sentinel.entry):
                advice = _("the right of the handler {name}").format(name="acls")
                self.tell("{entry}/acls", f"{sentinel.label} ({sentinel.form})", advice)
        return now

    def import_form(self) -> None:
        """A form, which YesWiki imports from whoever may use the action of its forms. Not a list:
        from somebody who may write no page, it keeps half of one, that nothing reads any more."""
        label = self.name("form")
        schema = Schema(label, label, (Field("texte", "bf_titre", "bf_titre"),))
        taken = [int(number) for number in self.run.work.seen.forms if number.isdigit()]
        number = str(max(taken, default=0) + 1)
        form = form_json(schema, number, self.run.site.capabilities.dialect, {})
        with self.trying():
            self.person.forms.save({number: form})
        self.run.work.seen.forget("forms")
        if all(form.label != label for form in self.run.work.seen.forms.values()):
            return
        if self.let_in(self.filling):
            advice = _("a rule of the farm's server: `wikifarm ops harden`")
            told = Leak("BazaR import", self.role, "form", advice, LeakKind.WRITTEN)
            self.done.limits.append(told)
        else:
            self.tell(
                "BazaR import", "form", _("the right of the action {name}").format(name="bazar")
            )

    @property
    def filling(self) -> str:
        """Who may fill in forms, as the blueprint says."""
        return self.run.work.design.action_rights.get("bazar", EVERYBODY)

    def is_in(self, form_id: str, word: str) -> bool:
        """True where an entry of the form holds the word."""
        rows = self.run.site.entries.of(form_id).values()
        return any(word == value for row in rows for value in row.values())

    def tell(self, route: str, seen: str, advice: str) -> None:
        """One thing that passed."""
        self.done.passed.append(Leak(route, self.role, seen, advice, LeakKind.WRITTEN))


def _open_in_lists(
    run: CommunityRun, scene: Planted, rights: Mapping[str, Rights]
) -> Iterator[Leak]:
    """The sentinels that the wiki gave a right which lists compare as a text, and nothing closes:
    who asks is called by the key of the run, and finds nothing."""
    ours = {form.id for form in run.work.design.forms}
    for sentinel in scene.sentinels:
        right = rights.get(sentinel.entry)
        if sentinel.form in ours and right is not None and is_open_in_lists(right.read):
            told = f"{sentinel.label} ({sentinel.form})"
            advice = _("the line `acls` of the form {form}").format(form=told)
            yield Leak("{entry}", Role.STRANGER, told, advice, LeakKind.OPENED)


def _marked(form: Form, word: str) -> dict[str, str]:
    """An entry that bears the word in each text; none where nothing could bear it, or where filling
    the form does more than write."""
    rows = parse(form.template)
    texts = [row[1] for row in rows if row[0] in TEXTS and row[1]]
    if not texts or any(row[0] in ACTS for row in rows):
        return {}
    return {"bf_titre": word, **dict.fromkeys(texts, word)}
