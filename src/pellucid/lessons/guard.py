"""What the site answers, and to whom: pages of this machine, asked by themselves."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = {"127.0.0.1", "localhost"}
# A browser that follows it loads nothing from elsewhere, and shows us in no frame.
POLICY = "; ".join((
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:",
    "connect-src 'self' ws://127.0.0.1:* ws://localhost:* data: blob:",
    "frame-ancestors 'self'",
    "form-action 'self'",
    "object-src 'none'",
))  # fmt: skip


class Guard:
    """Refuse what comes under another name, or from a page of another site.

    A page from elsewhere could ask this machine under a name of its own that leads
    here, or open a WebSocket: the names in Host and Origin give both away.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif not ours(Headers(scope=scope)):
            await refuse(scope, send)
        else:
            await self.app(scope, receive, guarded(send))


def ours(headers: Headers) -> bool:
    """Whether a request names this machine, and comes from no other page.

    Examples
    --------
    >>> ours(Headers({"host": "127.0.0.1:2718"}))
    True
    >>> ours(Headers({"host": "evil.example:2718"}))
    False
    >>> ours(Headers({"host": "localhost:1", "origin": "http://localhost:2"}))
    False
    """
    host = headers.get("host", "")
    origin = headers.get("origin")
    return _name(host) in HOSTS and origin in (None, f"http://{host}")


def _name(host: str) -> str | None:
    """The name in a Host header, without the port."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


async def refuse(scope: Scope, send: Send) -> None:
    """Refuse a request, or the opening of a WebSocket."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    plain = [(b"content-type", b"text/plain; charset=utf-8")]
    words = b"These lessons answer only pages of their own, on this machine."
    await send({"type": "http.response.start", "status": 403, "headers": plain})
    await send({"type": "http.response.body", "body": words})


def guarded(send: Send) -> Send:
    """Send what the site answers, with what a browser may do with it."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["content-security-policy"] = POLICY
            headers["x-content-type-options"] = "nosniff"
            headers["referrer-policy"] = "same-origin"
            if "access-control-allow-origin" in headers:
                del headers["access-control-allow-origin"]
        await send(message)

    return sent
