"""Headers of each answer of a web door: nothing inline, nothing from elsewhere, nothing kept."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEAD = "jobchime.head"
"""Set in the scope of a request that asked for no body: it is answered as GET is."""
HEADERS: Mapping[str, str] = {
    # Nothing inline, nothing from elsewhere.
    "Content-Security-Policy": (
        "default-src 'none'; object-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "img-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    # Tokens stand in addresses: no other site may learn one.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    # Tokens in addresses make pages of one person; search engines have no business there.
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}


class WithHeaders:
    """Puts `HEADERS` on each answer, also of what failed; one that an answer has of its own stays.

    HEAD is answered as GET is, whose body the server leaves away (RFC 9110 section 9.3.2): scanners of mail ask so.

    `root`: the path of the public address, which a proxy may take off or leave on: both reach the routes.
    """

    def __init__(self, app: ASGIApp, root: str) -> None:
        self._app = app
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if self._root and f"{path}/".startswith(f"{self._root}/"):
            path = path.removeprefix(self._root) or "/"
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        head = scope["method"] == "HEAD"
        await self._app({**scope, "method": method, "path": path, "raw_path": None, HEAD: head}, receive, sent)
