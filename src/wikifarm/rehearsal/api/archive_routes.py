"""API routes of a wiki's own archives (ArchiveService, measured on 4.4.4 and 4.5.0).

They are made where `private/backups` stands in the folder of the wiki: that of a new one lacks it.
"""

from __future__ import annotations

import io
import json
import secrets
import time
import zipfile
from datetime import datetime

from ..exchange.rehearsal_farm import MakingRun
from ..exchange.response import Response
from ..exchange.wiki_request import ASLEEP, Request
from ..php import table
from .routing import route

FOLDER = "private/backups"
SQL = f"{FOLDER}/content.sql"
MOST = 10  # archives of a wiki: the oldest goes before
MAKING_SECONDS = 1.5
SILENT_SECONDS = 0.3  # until the process of a run writes its first line
LOG = (
    "=== Checking free space ===\nThere is enough free space.\n=== Creating zip archive ===\n"
    'Adding folder "javascripts"\n'
)
_SERVICE = "includes/services/ArchiveService.php"


def _writable(request: Request) -> None:
    """Raises what every route but one meets where the folder is not there (52, 53)."""
    if not request.wiki.has_file(FOLDER):
        line = request.features.line_of_closed_archives
        raise request.fault("Not writable archive[privatePath]", _SERVICE, line)


@route("archives", "GET", "public@admins")
@route("archives/", "GET", "public@admins")
def archives(request: Request) -> Response:
    """Those that are there, the newest first."""
    _writable(request)
    return request.json([_row(request, name, size) for name, size in request.wiki.archives()])


def _row(request: Request, name: str, size: int) -> dict[str, object]:
    date = name.partition("_")[0]
    keys = ("year", "month", "day", "hours", "minutes", "seconds")
    parts = dict(zip(keys, date.replace("T", "-").split("-"), strict=True))
    kind = name.removesuffix(".zip").partition("_archive_")[2] or "full"
    return {"filename": name, "date": date, **parts, "type": kind, "size": size,
            "link": request.href(f"api/archives/{name}")}  # fmt: skip


@route("archives/archivingStatus/", "GET", "public@admins")
def archiving_status(request: Request) -> Response:
    """Whether the wiki can make one now."""
    writable, archiving = request.wiki.has_file(FOLDER), request.wiki.is_archiving
    by_itself = "no_console" not in request.farm.traps
    hibernated = request.asleep and not archiving
    return request.json({
        "canArchive": writable and by_itself and not request.asleep, "archiving": archiving,
        "hibernated": hibernated, "privatePathWritable": writable, "canExec": by_itself,
        "callAsync": True, "notAvailableOnTheInternet": True, "enoughSpace": True, "dB": False,
    })  # fmt: skip


@route("archives/restorestatus/", "GET", "public@admins", lambda features: features.restore_status)
def restore_status(request: Request) -> Response:
    """Nothing is being restored."""
    return request.json({"started": False, "running": False, "finished": False})


@route("archives/uidstatus/{uid}", "GET", "public@admins")
def uid_status(request: Request, uid: str) -> Response:
    """How a run goes on. Every other is forgotten, and this one too as soon as it does not run:
    before its first line, as after its last."""
    _writable(request)
    runs, folder = request.farm.archive_runs, request.wiki.folder
    for other in [each for each in runs if each != uid and runs[each].folder == folder]:
        del runs[other]
    run = runs.get(uid)
    asked_anyway = request.arg("forceStarted") in ("1", "true")
    if run is None or (not asked_anyway and not run.apart):
        runs.pop(uid, None)
        return request.json({"started": False, "running": False, "finished": False,
                             "stopped": False, "output": ""})  # fmt: skip
    output = _output(run)
    finished = output.rstrip().endswith(("END", "STOP"))
    running = bool(output) and not finished
    if not running:
        del runs[uid]
    return request.json({"started": True, "running": running, "finished": finished,
                         "stopped": int(run.stopped), "output": output})  # fmt: skip


def _output(run: MakingRun) -> str:
    now = time.time()
    if not run.works or (run.apart and now < run.began + SILENT_SECONDS):
        return ""
    if run.stopped:
        return f"{LOG}STOP\n"
    return LOG if now < run.ready else f'{LOG}Archive "---" successfully created !\nEND\n'


@route("archives/{name}", "GET", "public@admins")
def one_archive(request: Request, name: str) -> Response:
    """One of them."""
    _writable(request)
    content = request.wiki.archive(name)
    if content is None:
        return request.json({"error": f"Not existing file {name}"}, 400)
    headers = [("content-disposition", f"attachment; filename={name}")]
    return Response(200, media="application/zip", headers=headers, file=content)


@route("archives", "POST", "public@admins")
@route("archives/{name}", "POST", "public@admins")
def manage(request: Request, name: str = "") -> Response:
    """Starts one, stops it, removes some, or says which would be removed."""
    action = request.field("action")
    run = {"startArchive": _start, "stopArchive": _stop,
           "futureDeletedArchives": _swept}.get(action)  # fmt: skip
    if action == "delete":
        return _delete(request, [name] if name else list(_asked(request, "filesnames").values()))
    if run is None:
        return request.json({"error": f"Not supported action : {action}"}, 400)
    _writable(request)
    return run(request)


def _asked(request: Request, name: str) -> dict[str, str]:
    return table(request.post, name)


def _start(request: Request) -> Response:
    """In a process of its own, or within the request, which then lasts as long."""
    apart = request.field("callAsync", "1") in ("1", "true")
    if apart and "no_console" in request.farm.traps:
        return request.json({"error": "no process created when starting archive action"}, 500)
    if request.asleep and not apart:
        raise request.fault(ASLEEP, _SERVICE, 193)
    now, uid = time.time(), secrets.token_hex(7)[:13]
    ready = now + MAKING_SECONDS if apart else now
    if apart and "archive_hangs" in request.farm.traps:
        ready = float("inf")
    run = MakingRun(request.wiki.folder, apart, now, ready, works=not request.asleep)
    request.farm.archive_runs[uid] = run
    if run.works:
        swept = [name for name, _size in request.wiki.archives()][MOST - 1 :]
        run.name = f"{datetime.now():%Y-%m-%dT%H-%M-%S}_archive.zip"
        if request.wiki.archive(run.name) is None:
            request.wiki.add_archive(run.name, _packed(request), ready)
            request.wiki.remove_archives(swept)
    return request.json({"uid": uid})


def _stop(request: Request) -> Response:
    """A run that is still at work leaves nothing."""
    run = request.farm.archive_runs.get(request.field("uid"))
    if run is None:
        return request.json([], 400)
    if time.time() < run.ready:
        run.stopped = True
        request.wiki.remove_archives([run.name])
    return request.json([])


def _swept(request: Request) -> Response:
    """What the next one would push out: of ten, PHP counts backwards; of more, one too few."""
    names: list[str | None] = [name for name, _size in request.wiki.archives()]
    future = names[MOST:] or ([None, names[-1]] if len(names) == MOST else [])
    return request.json({"files": future})


def _delete(request: Request, names: list[str]) -> Response:
    _writable(request)
    known = {name for name, _size in request.wiki.archives()}
    request.wiki.remove_archives([name for name in names if name in known])
    told = {name: name in known for name in names}
    everything = all(told.values())
    return request.json({"main": everything, **told}, 200 if everything else 400)


def _packed(request: Request) -> bytes:
    """The settings without what enters the database, the database, what people attached."""
    wiki, made = request.wiki, io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("cache/", b"")
        packed.writestr(
            "wakka.config.php",
            f"<?php\n\n$wakkaConfig = [\n  'mysql_password' => '',\n"
            f"  'base_url' => '{request.href('x').removesuffix('x')}',\n];\n",
        )
        for stored in wiki.attached():
            packed.writestr(f"files/{stored}", wiki.attached_file(stored) or b"")
        rows = [json.dumps([page.tag, page.body]) for page in wiki.pages()]
        rows += [json.dumps([user.name, user.email, user.password]) for user in wiki.users()]
        packed.writestr(SQL, "\n".join(("-- SQL Dump", *rows, "")))
        packed.writestr(f"{FOLDER}/.htaccess", "DENY FROM ALL\n")
    return made.getvalue()
