"""Rights of pages, actions and handlers: the whole table in one request, many pages in one more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wikifarm.errors import UnexpectedAnswer
from wikifarm.i18n import _
from wikifarm.model import Rights, canonical
from wikifarm.yeswiki import access_triples, html
from wikifarm.yeswiki.session import Session, unexpected

TABLE_PAGE = "GererDroits"
AT_ONCE = 400  # tags of one request: PHP takes a thousand fields of a form
MODULES = {
    "action": ("GererDroitsActions", "actionname"),
    "handler": ("GererDroitsHandlers", "handlername"),
}
# The table shows a word for these rights, and says which by the colour of its label
# (tools/templates/templates/gerer-droits-action.twig).
_BY_COLOUR = {"label-success": "*", "label-warning": "+"}


class RightsTable:
    """The rights of one wiki, as an administrator."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, list[str]] = {}  # kind -> names: no request changes them

    def all(self) -> dict[str, Rights]:
        """The rights of every page, list and entry."""
        answer = self._session.page(TABLE_PAGE)
        if answer.status != 200:
            raise unexpected(answer)
        return self.table_of(html.parse(answer.text))

    def set(self, tags: Sequence[str], rights: Rights) -> dict[str, Rights]:
        """Replaces the rights of `tags`; answers the table as it stands after."""
        answer = self._session.post(
            TABLE_PAGE,
            [
                ("typemaj", "submit"),
                ("newlire_advanced", rights.read),
                ("newecrire_advanced", rights.write),
                ("newcomment_advanced", rights.comment),
                ("geredroits_modifier", "1"),
                *((f"selectpage[{tag}]", tag) for tag in tags),
            ],
        )
        return self.table_of(html.parse(answer.text))

    def set_each(self, wanted: Mapping[str, Rights]) -> None:
        """Replaces the rights of each tag, those of one kind together; the caller reads back."""
        kinds: dict[Rights, list[str]] = defaultdict(list)
        for tag, rights in wanted.items():
            kinds[rights].append(tag)
        for rights, tags in kinds.items():
            for first in range(0, len(tags), AT_ONCE):
                self.set(tags[first : first + AT_ONCE], rights)

    def give(self, tag: str, rights: Rights, owner: str) -> None:
        """Gives a page rights and an owner who has an account; the caller reads back."""
        written = [right.replace(",", "\n") for right in (rights.read, rights.write)]
        self._session.post(
            tag,
            [
                ("read_acl", written[0]),
                ("write_acl", written[1]),
                ("comment_acl", rights.comment.replace(",", "\n")),
                ("newowner", owner),
            ],
            "acls",
        )

    def modules(self) -> dict[str, str]:
        """ "action listusers" -> its right, for every action and handler that this wiki has.

        One that has no right of its own may be used by everybody (YesWiki::GetModuleACL).
        """
        rows = access_triples.rows(self._session)
        for kind in MODULES:
            self._read_names(kind)
        return self.modules_of(rows)

    def modules_of(self, rows: Mapping[str, str]) -> dict[str, str]:
        """The same, from the triples, once the names are known."""
        rights = access_triples.module_rights(rows)
        return {
            f"{kind} {name}": canonical(rights.get((kind, name), "*"))
            for kind in MODULES
            for name in self._known[kind]
        }

    def _read_names(self, kind: str) -> None:
        if kind not in self._known:
            answer = self._session.page(MODULES[kind][0])
            if answer.status != 200:
                raise unexpected(answer)
            self.keep_names(kind, html.parse(answer.text))

    def keep_names(self, kind: str, document: LexborHTMLParser) -> None:
        """Remembers the actions or handlers of this version of YesWiki, extensions included.

        Raises UnexpectedAnswer where the page does not show them.
        """
        page, field = MODULES[kind]
        options = document.css(f"select[name={field}] option")
        if not options:
            raise UnexpectedAnswer(
                _("The page {page} does not show the table of rights.").format(page=page),
                hint=_("Put this page back from another wiki of the farm."),
                where=self._session.addresses.base,
            )
        self._known[kind] = [option.attributes.get("value") or "" for option in options]

    def set_module(self, kind: str, name: str, right: str) -> None:
        """Sets the right of an action or a handler; the caller reads back."""
        page, field = MODULES[kind]
        self._session.post(page, [(field, name), ("acl", right.replace(",", "\n"))])

    def table_of(self, document: LexborHTMLParser) -> dict[str, Rights]:
        """The rights that a page shows. Raises UnexpectedAnswer where it shows none."""
        self._session.keep_csrf(document)
        rows = _rows(document)
        if not rows:
            raise UnexpectedAnswer(
                _("The page {page} does not show the table of rights.").format(page=TABLE_PAGE),
                hint=_("Put {{{{gererdroits}}}} back in that page.").format(),
                where=self._session.addresses.base,
            )
        return rows


def _rows(document: LexborHTMLParser) -> dict[str, Rights]:
    rights: dict[str, Rights] = {}
    for row in document.css("table.table-acls tbody tr"):
        box = row.css_first('input[name^="selectpage["]')
        cells = row.css("td")
        if box is None or len(cells) < 5:
            continue
        read, write, comment = (_right(cell) for cell in cells[2:5])
        rights[box.attributes.get("value") or ""] = Rights(read, write, comment)
    return rights


def _right(cell: LexborNode) -> str:
    parts = []
    for label in cell.css(".label"):
        classes = (label.attributes.get("class") or "").split()
        text = label.text().strip()
        by_colour = next((_BY_COLOUR[name] for name in classes if name in _BY_COLOUR), None)
        if by_colour is not None:
            parts.append(by_colour)
        elif "label-danger" in classes and not text.startswith("!"):
            parts.append("%")
        elif text:
            parts.append(text)
    return ",".join(sorted(parts))
