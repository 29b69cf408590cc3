"""Serve the console's files, both APIs and both streams from one address.

`python -m local.front PORT OUTPUTS`.

It stands for the edge: the same paths, and the same headers from the same file (`console/headers.json`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import mimetypes
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout, ClientWebSocketResponse, WSMsgType, web
from multidict import CIMultiDict
from yarl import URL

from local import stacks
from local.console import BUILT
from local.places import ROOT

HEADERS = ROOT / "console" / "headers.json"
BELOW = "/app/"
FOREVER = "public, max-age=31536000, immutable"
NEVER = "no-cache"
MAX_BYTES = 16 * 1_048_576
SECONDS = 60
AT_ONCE = max(2, os.cpu_count() or 2)
"""Requests under way at a time: the emulator starts another function for each that finds none free; a page that asks
nine things at once would start eighteen, in turn with all else on the machine."""
MOST_OF_A_MESSAGE = 1_048_576
# Of one connection, not of what it carries (RFC 9110, 7.6.1); the length is told anew.
_HOP = frozenset({
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding",
    "upgrade", "host", "content-length", "content-encoding", "accept-encoding",
})  # fmt: skip
mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")


class Front:
    """The routes of the front.

    `outputs` is the file that says where the stage's APIs are.
    """

    def __init__(self, outputs: Path) -> None:
        self._outputs = outputs
        self._policy: dict[str, str] = json.loads(HEADERS.read_text())
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """Answer with a file of the console.

        A path without one is a page of it.
        """
        asked = request.match_info["path"]
        if asked == "stage.json":
            return web.json_response({"stage": "local"}, headers={**self._policy, "Cache-Control": NEVER})
        root = BUILT.resolve()
        file = (root / asked).resolve()
        found = asked and file.is_relative_to(root) and file.is_file()
        if not found and asked.startswith("assets/"):
            return web.Response(status=404, text="There is no such file of this release.", headers=self._policy)
        if not found:
            file = root / "index.html"
        if not file.is_file():
            return web.Response(status=503, text="The console is not built: make setup", headers=self._policy)
        cache = FOREVER if found and asked.startswith("assets/") else NEVER
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return web.Response(
            body=await asyncio.to_thread(file.read_bytes),
            headers={**self._policy, "Cache-Control": cache, "Content-Type": kind},
        )

    async def home(self, request: web.Request) -> web.StreamResponse:
        """Lead a browser to the console, and everybody else to the API."""
        if "text/html" in request.headers.get("Accept", ""):
            return web.Response(status=302, headers={"Location": BELOW})
        return await self.api(request)

    async def api(self, request: web.Request) -> web.StreamResponse:
        """Pass a request on to the HTTP API, and its answer back."""
        to = stacks.outputs(self._outputs).get("ApiUrl")
        if to is None:
            return web.Response(status=503, text="The stage is not deployed yet: make up", headers=self._policy)
        kept = CIMultiDict((name, value) for name, value in request.headers.items() if name.lower() not in _HOP)
        body = await request.read()
        session = request.app[_SESSION]
        try:
            asked = session.request(
                request.method, f"{to}{request.rel_url}", headers=kept, data=body or None, allow_redirects=False,
                skip_auto_headers=("Content-Type",),
            )  # fmt: skip
            async with self._turn, asked as answer:
                back = CIMultiDict((name, value) for name, value in answer.headers.items() if name.lower() not in _HOP)
                return web.Response(status=answer.status, body=await answer.read(), headers=back)
        except (ClientError, TimeoutError) as error:
            return web.Response(status=502, text=f"The API does not answer: {type(error).__name__}")

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Pass a form on to the store of uploads while it comes."""
        told = stacks.outputs(self._outputs)
        if "ApiUrl" not in told:
            return web.Response(status=503, text="The stage is not deployed yet: make up", headers=self._policy)
        kept = {name: request.headers[name] for name in ("Content-Type", "Content-Length") if name in request.headers}
        # The emulator has one address for all that it stands for.
        store = f"{URL(told['ApiUrl']).origin()}/{told['ExportsBucket']}"
        try:
            async with request.app[_SESSION].post(store, headers=kept, data=request.content) as answer:
                return web.Response(status=answer.status, body=await answer.read())
        except (ClientError, TimeoutError) as error:
            return web.Response(status=502, text=f"The store does not answer: {type(error).__name__}")

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Join a browser's WebSocket with one of the stage's."""
        to = stacks.outputs(self._outputs).get("WebSocketUrl")
        if to is None or request.headers.get("Upgrade", "").lower() != "websocket":
            return await self.api(request)
        outer = web.WebSocketResponse(max_msg_size=MOST_OF_A_MESSAGE)
        try:
            opened = request.app[_SESSION].ws_connect(
                f"{to}?{request.query_string}",
                headers={"Origin": request.headers.get("Origin", "")},
                max_msg_size=MOST_OF_A_MESSAGE,
            )
            async with opened as inner:
                await outer.prepare(request)
                await _joined(outer, inner)
        except (ClientError, TimeoutError, OSError):
            if not outer.prepared:
                return web.Response(status=403, text="The stream was refused.")
        return outer


async def _joined(outer: web.WebSocketResponse, inner: ClientWebSocketResponse) -> None:
    """Carry messages both ways until one side ends."""

    async def up() -> None:
        async for message in outer:
            if message.type is WSMsgType.TEXT:
                await inner.send_str(message.data)

    async def down() -> None:
        async for message in inner:
            if message.type is WSMsgType.TEXT:
                await outer.send_str(message.data)

    ways = [asyncio.create_task(up()), asyncio.create_task(down())]
    _, left = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for way in left:
        way.cancel()
    with contextlib.suppress(ConnectionError):
        await inner.close()
        await outer.close()


_SESSION = web.AppKey("session", ClientSession)


def application(outputs: Path) -> web.Application:
    front = Front(outputs)
    app = web.Application(client_max_size=MAX_BYTES)
    app.router.add_get("/", front.home)
    app.router.add_get("/app", front.home)
    app.router.add_get(BELOW + "{path:.*}", front.page)
    app.router.add_get("/v1/{service}/stream", front.stream)
    app.router.add_post("/uploads", front.upload)
    app.router.add_route("*", "/{path:.*}", front.api)

    async def session(of: web.Application) -> AsyncIterator[None]:
        async with ClientSession(timeout=ClientTimeout(total=SECONDS), auto_decompress=True) as made:
            of[_SESSION] = made
            yield

    app.cleanup_ctx.append(session)
    return app


def main(arguments: list[str]) -> None:
    port, outputs = arguments
    # A page that is left asks for nothing any more: what waits for its turn is dropped with it.
    web.run_app(
        application(Path(outputs)), host="127.0.0.1", port=int(port), print=None, access_log=None,
        handler_cancellation=True,
    )  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
