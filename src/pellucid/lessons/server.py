"""The lessons as a site on this machine alone: a road of pages, and what guards it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Callable
from importlib import resources
from pathlib import Path
from typing import Any, cast

import marimo
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from pellucid.errors import PellucidError
from pellucid.lessons import progress
from pellucid.lessons.exercises.sandbox import SANDBOX
from pellucid.lessons.guard import Guard
from pellucid.lessons.index import index_page
from pellucid.lessons.playground import site as playground
from pellucid.lessons.road import PAGES, Page

HOST = "127.0.0.1"
PORT = 2718  # of which the next ones are tried where it is taken
TRIED = 100
WEB = Path(str(resources.files("pellucid.lessons"))) / "web"
FORGET = 120  # seconds after which a page that was closed is forgotten
# marimo copies a style sheet of this site into each of its widgets. The script is not
# deferred: it runs before marimo's own, which are.
HEAD = """<link rel="stylesheet" href="/style/lessons.css">
<script src="/style/lessons.js"></script>"""


def site() -> Starlette:
    """Build the site."""
    rooms = notebooks([page for page in PAGES if page.file.is_file()])

    @contextlib.asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        """Serve; in the end close every page, whose threads would go on for ever."""
        yield
        for room in rooms.routes:
            if isinstance(room, Mount):
                await room.app.state.session_manager.shutdown()  # type: ignore[attr-defined]

    own = [
        Route("/", index),
        Route("/style/lessons.css", styles),
        Route("/style/lessons.js", script),
        *playground.routes(),
    ]
    return Starlette(
        routes=[*own, Mount("/", rooms)],
        lifespan=life,
        middleware=[Middleware(Guard), Middleware(Remembered), Middleware(Prepared)],
    )


def notebooks(pages: list[Page]) -> Starlette:
    """The marimo pages as one application.

    It reads its settings in the folder that it is built in: they are ours, so that the
    lessons look alike whatever a person has set for notebooks of their own.
    """
    with contextlib.chdir(WEB):
        builder = marimo.create_asgi_app(
            quiet=True, include_code=False, session_ttl=FORGET, html_head=HEAD
        )
        for page in pages:
            builder = builder.with_app(path=f"/{page.name}", root=str(page.file))
        return cast("Starlette", builder.build())


def index(request: Request) -> HTMLResponse:
    """List the lessons, with how far the person is."""
    return HTMLResponse(index_page())


def styles(request: Request) -> Response:
    """How the lessons look."""
    from pellucid.lessons.style import style_sheet

    return Response(style_sheet(), media_type="text/css")


def script(request: Request) -> Response:
    """What the lessons add to marimo: names for screen readers, keys, progress."""
    text = (WEB / "lessons.js").read_text("utf-8")
    return Response(text, media_type="text/javascript")


class Remembered:
    """Keep which lesson was opened last."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.names = {f"/{page.name}/": page.name for page in PAGES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note a lesson whose page is asked for."""
        asked = self.names.get(scope.get("path", ""))
        if asked and scope["type"] == "http" and scope["method"] == "GET":
            with contextlib.suppress(PellucidError):
                progress.note_lesson(asked)
        await self.app(scope, receive, send)


class Prepared:
    """Load what the lessons use while the browser opens; their cells wait for that.

    Two threads that load the same packages at once could meet one that is half there.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.loading = threading.Thread(target=load, daemon=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer first; then load, before the cells of a page may run."""
        if scope["type"] == "websocket":
            await asyncio.to_thread(self.loaded)
        await self.app(scope, receive, send)
        if scope["type"] == "http" and not self.loading.ident:
            self.loading.start()

    def loaded(self) -> None:
        """Wait until all is loaded."""
        if self.loading.ident:
            self.loading.join()


def load() -> None:
    """Load what most lessons use; where something is missing, the lesson says it."""
    with contextlib.suppress(ImportError):
        import matplotlib.figure  # noqa: F401 (the lessons use all of these)
        import sklearn.datasets  # noqa: F401

        import pellucid.lessons.page
        import pellucid.show.plots  # noqa: F401


def listening(port: int | None) -> socket.socket:
    """Take the port that was asked for, or the first one that is free.

    Raises
    ------
    PellucidError
        When the port that was asked for is not to be had, or no port is free.
    """
    why = ""
    for each in range(PORT, PORT + TRIED) if port is None else (port,):
        ear = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            ear.bind((HOST, each))
            ear.listen()
        except OSError as error:
            ear.close()
            denied = isinstance(error, PermissionError)
            why = "needs rights that you have not" if denied else "is taken"
        else:
            return ear
    if port is None:
        raise PellucidError(f"No port from {PORT} to {PORT + TRIED - 1} is free.")
    raise PellucidError(f"Port {port} {why}: give --port another number.")


def serve(
    port: int | None = None, ready: Callable[[str], Any] = lambda address: None
) -> None:
    """Serve the site until it is stopped; `ready` is told where, once it answers."""
    ear = listening(port)
    address = f"http://{HOST}:{ear.getsockname()[1]}/"
    config = uvicorn.Config(site(), log_level="warning", timeout_graceful_shutdown=1)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            Announced(config, lambda: ready(address)).run(sockets=[ear])
    finally:
        SANDBOX.close()


class Announced(uvicorn.Server):
    """A server that says when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], Any]) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets=sockets)
        if self.started:
            self.ready()
