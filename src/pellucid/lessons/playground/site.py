"""The page of the playground, and the socket over which it trains."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

if TYPE_CHECKING:
    from pellucid.lessons.playground.session import Session

FOLDER = Path(__file__).parent / "page"
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
HEADERS = {"Cache-Control": "no-cache"}  # the guard of the site adds its own


def routes() -> list[BaseRoute]:
    """What the site of the lessons serves below /playground."""
    return [
        Route("/playground", to_page),
        Route("/playground/", page),
        WebSocketRoute("/playground/training", training),
        Route("/playground/{file}", page),
    ]


def to_page(request: Request) -> Response:
    """Lead to the page, whose files lie beside it."""
    return RedirectResponse("/playground/")


def page(request: Request) -> Response:
    """Send a file of the page."""
    name = request.path_params.get("file", "index.html")
    there = {path.name: path for path in FOLDER.iterdir() if path.suffix in KINDS}
    if name not in there:
        return Response(
            "There is no such page.", status_code=404, media_type="text/plain"
        )
    path = there[name]
    return FileResponse(path, media_type=KINDS[path.suffix], headers=HEADERS)


async def training(socket: WebSocket) -> None:
    """Answer one page, message by message, until it is closed."""
    await socket.accept()
    session = await run_in_threadpool(begun)
    try:
        while True:
            answer = await run_in_threadpool(
                answered, session, await socket.receive_text()
            )
            await socket.send_text(answer)
    except (WebSocketDisconnect, KeyError):  # KeyError: of bytes, which no page sends
        return


def begun() -> Session:
    """Begin; what a training needs is loaded now, and not before the first page."""
    from pellucid.lessons.playground.session import Session

    return Session()


def answered(session: Session, text: str) -> str:
    """The answer to a message, both as JSON."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        message = None
    return json.dumps(session.answer(message), allow_nan=False)
