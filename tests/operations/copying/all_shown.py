"""All that a wiki shows: what nobody's trace may be in."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from wikifarm.whole_wiki import Attachment
from wikifarm.yeswiki.revisions import Revisions
from wikifarm.yeswiki.wiki import Wiki
from wikifarm.yeswiki.wiki_reader import read_whole


def all_shown(wiki: Wiki) -> dict[str, Any]:
    """All that an administrator is shown of a wiki."""
    whole = read_whole(wiki)
    revisions = Revisions(wiki.session)
    tags = sorted(whole.rights)  # of pages, lists, entries and logs
    return {
        "pages": {tag: [page.body, page.owner, page.author] for tag, page in whole.pages.items()},
        "rights": {tag: str(each) for tag, each in whole.rights.items()},
        "looks": {tag: dict(each) for tag, each in whole.metadata.items()},
        "groups": {name: [*inner, *whole.people[name]] for name, inner in whole.groups.items()},
        "modules": dict(whole.modules),
        "settings": dict(whole.settings),
        "forms": {number: dict(form.told) for number, form in whole.forms.items()},
        "lists": {key: [each.title, *each.items] for key, each in whole.lists.items()},
        "accounts": {account.name: account.email for account in whole.accounts},
        "entries": {number: wiki.entries.of(number) for number in whole.forms},
        "raw": {tag: wiki.session.page(tag, "raw").text for tag in tags},
        "revisions": {
            tag: [[revisions.body(tag, each), each.author] for each in revisions.of(tag).shown]
            for tag in whole.pages
        },
        "files": {str(each): content(wiki, each) for each in whole.files},
    }


def content(wiki: Wiki, attachment: Attachment) -> str:
    """What a file holds; nothing where a text names one that is not there."""
    there = BytesIO()
    wiki.attachments.fetch(attachment, there)
    return there.getvalue().decode("utf-8", "surrogateescape")
