"""Handlers of the files that people attach to pages (tools/attach, 4.4.4 and 4.5.0)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from html import escape
from urllib.parse import quote

from ..exchange.elements import alert, esc, hidden, html_form
from ..exchange.response import Response, redirect
from ..exchange.wiki_request import Request
from ..people import acls
from ..php import uploaded
from ..wikitext import performer
from ..wikitext.performer import handler
from . import frame

LARGEST = 64 * 1024 * 1024  # bytes: upload_max_filesize
SHOWN = re.compile(
    r".(avif|gif|jpeg|png|jpg|svg|webp|mp3|aac|mp4|webm|ogg|wma|mm|flv)\Z", re.IGNORECASE
)
"""The endings of attach_config that are stored as they are; others with `_` after them."""
_TAKEN_WORDS = """
avif bmp css csv doc docx gif jpeg jpg md mm mp3 mp4 odp ods odt ogg pdf png ppt pptx rtf svg tgz
tif txt wav webp xls xlsx xml yaml zip
"""
TAKEN = frozenset(_TAKEN_WORDS.split())
"""Of authorized-extensions, those that matter here."""
CLOCK = "%Y%m%d%H%M%S"


@handler("upload")
def upload(request: Request) -> Response:
    """The form that attaches a file, and what it posts: a version more."""
    if not acls.has_access(request, "write", request.tag, request.page):
        told = "Vous n'avez pas acc&egrave;s en &eacute;criture &agrave; cette page"
        return frame.page(request, f'<div class="page">{alert(told)}</div>')
    if request.method == "POST":
        return _perform(request)
    name = request.arg("file")
    fields = (
        hidden("wiki", f"{request.tag}/upload") + hidden("MAX_FILE_SIZE", str(LARGEST))
        + hidden("file", name) + '<input type="file" name="upFile">'
    )  # fmt: skip
    form = html_form(request.href(request.tag, "upload"), fields, method="POST")
    return frame.page(request, f'<div class="page"><h3>{esc(name)}</h3>{form}</div>')


def _perform(request: Request) -> Response:
    posted = uploaded(request.body, request.headers.get("content-type", ""), "upFile")
    name = request.field("file")
    if posted is None:
        refused = "Aucun fichier t&eacute;l&eacute;vers&eacute;"
    elif name.rpartition(".")[2].lower() not in TAKEN:
        refused = "Extension de fichier non autoris&eacute;e"
    elif len(posted[1]) > LARGEST:
        refused = "Le fichier est trop gros"
    else:
        made = request.page.time if request.page else ""
        stored = _pattern(request.tag, name).format(
            re.sub(r"[-: ]", "", made), datetime.now().strftime(CLOCK)
        )
        request.wiki.attach(stored, posted[1])
        raise redirect(request.href(request.tag))
    return frame.page(request, f'<div class="page">{alert(refused)}</div>')


def _pattern(tag: str, name: str) -> str:
    """The name under which a file is stored, with two places for dates (GetFullFilename)."""
    bare, _dot, ending = name.replace(" ", "_").rpartition(".")
    own, slash, bare = bare.rpartition("/")
    mark = "" if SHOWN.search(name) else "_"
    return f"{own if slash else tag}_{bare}_{{}}_{{}}.{ending}{mark}"


def _stored(request: Request, tag: str, name: str) -> str:
    """The last version of a file of a page; nothing where there is none."""
    form = re.escape(_pattern(tag, name)).replace(r"\{\}", r"(\d{14})")
    versions = [match for each in request.wiki.attached() if (match := re.fullmatch(form, each))]
    return max(versions, key=lambda match: match[2])[0] if versions else ""


@handler("download")
def download(request: Request) -> Response:
    """A file, by its name or by the one that it is stored under, whoever asks."""
    asked = request.arg("file")
    stored = asked if asked in request.wiki.attached() else _stored(request, request.tag, asked)
    content = request.wiki.attached_file(stored)
    if content is None:
        fault = request.fault("Path cannot be empty", "tools/attach/libs/attach.lib.php", 824)
        return replace(frame.page(request, performer.fault_shown(fault)), status=500)
    told = f'attachment; filename="{quote(asked)}"'
    media = "application/octet-stream"
    return Response(200, "", media, [("content-disposition", told)], file=content)


@handler("filemanager")
def file_manager(request: Request) -> Response:
    """The files of a page, for its owner and administrators."""
    page = request.page
    owner = page is not None and acls.is_owner(request, page.tag, page.owner)
    if not (owner or acls.is_admin(request)):
        return frame.page(request, '<div class="page"><i>Acc&egrave;s refus&eacute;</i></div>')
    form = rf"{re.escape(request.tag)}_.*_\d{{14}}_\d{{14}}\..*"
    rows = "".join(
        f'<tr><td><a class="filenamelink" href="{_download(request, stored)}">{esc(stored)}</a>'
        "</td></tr>"
        for stored in request.wiki.attached()
        if re.fullmatch(form, stored)
    )
    shown = f"<table><tbody>{rows}</tbody></table>" if rows else alert("Aucun fichier", "info")
    tabs = f'<ul id="fmtab{esc(request.tag)}" class="nav nav-tabs"></ul>'
    return frame.page(request, f'<div class="page">{tabs}{shown}</div>')


def _download(request: Request, stored: str) -> str:
    return escape(request.href(request.tag, "download", f"file={quote(stored)}"))
