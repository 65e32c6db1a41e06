"""Serves the rehearsal farm on a port: in the foreground, or in a thread for tests."""

from __future__ import annotations

import asyncio
import errno
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType

import uvicorn

from .application import RehearsalApp
from .rehearsal_settings import RehearsalSettings

START_SECONDS = 10.0


def _listening(host: str, port: int) -> socket.socket:
    # Listening at once: Linux may give a port that is only bound to another process too, and the
    # second of the two to listen then fails.
    while True:
        listener = _bound(host, port)
        try:
            listener.listen()
        except OSError as error:
            listener.close()
            if port or error.errno != errno.EADDRINUSE:
                raise
        else:
            return listener


def _bound(host: str, port: int) -> socket.socket:
    # asyncio turns Nagle's delay (40 ms an answer) off only where the protocol is named.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener


def _config(app: RehearsalApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
        server_header=False,
    )


def _settled(settings: RehearsalSettings, host: str, port: int) -> RehearsalSettings:
    """The settings with the address that was really bound."""
    return replace(settings, base_url=f"http://{host}:{port}/")


def serve(
    settings: RehearsalSettings,
    host: str = "127.0.0.1",
    port: int = 0,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until Ctrl-C. Port 0 takes a free one. `on_ready` is given the farm's address.

    Raises OSError when the port is taken.
    """
    listener = _listening(host, port)
    settings = _settled(settings, host, listener.getsockname()[1])
    app = RehearsalApp(settings)
    server = uvicorn.Server(_config(app))
    if on_ready is not None:
        _when_started(server, lambda: on_ready(app.farm.base_url))
    try:
        server.run(sockets=[listener])
    except KeyboardInterrupt:
        pass
    finally:
        listener.close()
        app.farm.store.close()


def _when_started(server: uvicorn.Server, tell: Callable[[], None]) -> None:
    """Call `tell` from a small thread once the server accepts connections."""

    def wait() -> None:
        pause = threading.Event()
        while not server.started and not server.should_exit:
            pause.wait(0.01)
        if server.started:
            tell()

    threading.Thread(target=wait, daemon=True).start()


class _BackgroundServer(uvicorn.Server):
    """Stops as soon as it is told: uvicorn's own pauses would cost every test 0.2 s."""

    async def main_loop(self) -> None:
        """Wait for the order to stop."""
        self.loop = asyncio.get_running_loop()
        self.stopping = asyncio.Event()
        await self.on_tick(0)
        await self.stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close everything, leaving requests under way one second to end."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=1)

    def stop(self) -> None:
        """The order, from another thread."""
        self.loop.call_soon_threadsafe(self.stopping.set)


class RunningFarm:
    """A farm in a background thread, for tests: `with RunningFarm(settings) as farm: farm.url`."""

    def __init__(self, settings: RehearsalSettings, host: str = "127.0.0.1", port: int = 0) -> None:
        """Start at once. Raises RuntimeError when the server does not come up."""
        listener = _listening(host, port)
        self.settings = _settled(settings, host, listener.getsockname()[1])
        self._app = RehearsalApp(self.settings)
        self._server = _BackgroundServer(_config(self._app))
        self._listener = listener
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, daemon=True,
            name=f"rehearsal-{secrets.token_hex(3)}",
        )  # fmt: skip
        self._thread.start()
        pause = threading.Event()
        for _ in range(int(START_SECONDS / 0.005)):
            if self._server.started:
                return
            pause.wait(0.005)
        raise RuntimeError("the rehearsal farm did not start")

    @property
    def url(self) -> str:
        """The farm's address, with its final slash."""
        return self._app.farm.base_url

    @property
    def admin(self) -> str:
        """The administrator's name."""
        return self.settings.admin

    @property
    def password(self) -> str:
        """The administrator's password."""
        return self.settings.password

    @property
    def token(self) -> str:
        """The administrator's API key, or ''."""
        return self.settings.token

    @property
    def traps(self) -> set[str]:
        """The traps in force; adding or removing one holds from the next request on."""
        return self._app.farm.traps

    @property
    def requests(self) -> list[tuple[str, str, str]]:
        """Every request so far: method, path and query, account's name or 'visitor'."""
        return self._app.farm.requests

    def close(self) -> None:
        """Stop serving; the data stays."""
        self._server.stop()
        self._thread.join(timeout=5)
        self._listener.close()
        self._app.farm.store.close()

    def __enter__(self) -> RunningFarm:
        """The running farm."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self.close()
