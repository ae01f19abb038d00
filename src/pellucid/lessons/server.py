"""The lessons as a site on this machine alone: an index, the lessons, the playground."""

from __future__ import annotations

from html import escape

import marimo
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route

from pellucid.lessons.road import LESSONS

HOST = "127.0.0.1"


def site() -> Starlette:
    """Build the site."""
    builder = marimo.create_asgi_app(quiet=True, include_code=False)
    for lesson in LESSONS:
        if lesson.file.exists():
            builder = builder.with_app(path=f"/{lesson.name}", root=str(lesson.file))
    pages = [Route("/", index), Mount("/", builder.build())]
    own = Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    return Starlette(routes=pages, middleware=[own])


def index(request: Request) -> HTMLResponse:
    """List the lessons, with how far the person is."""
    items = [f'<li><a href="/{each.name}/">{escape(each.title)}</a> {escape(each.question)}</li>'
             for each in LESSONS]  # fmt: skip
    return HTMLResponse(
        f"<!doctype html><title>Pellucid</title><ol>{''.join(items)}</ol>"
    )


def serve(port: int) -> None:
    """Serve the site until it is stopped."""
    uvicorn.run(site(), host=HOST, port=port, log_level="warning")
