"""Local HTTP servers that stand between the product and the node, or in a third party's place."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

Respond = Callable[[str, bytes], tuple[int, bytes]]


@dataclass
class Server:
    """`respond(path, body)` makes the answer; what was asked is kept."""

    respond: Respond
    asked: list[tuple[str, bytes]] = field(default_factory=list)
    url: str = ""
    closing: threading.Event = field(default_factory=threading.Event)

    def calls(self) -> list[dict[str, Any]]:
        """Every JSON-RPC call, in order."""
        bodies = [json.loads(body) for _, body in self.asked]
        return [call for body in bodies for call in (body if isinstance(body, list) else [body])]


@contextmanager
def serving(respond: Respond) -> Iterator[Server]:
    server = Server(respond)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def do_GET(self) -> None:
            self._answer(b"")

        def _answer(self, body: bytes) -> None:
            server.asked.append((self.path, body))
            status, answer = server.respond(self.path, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            with suppress(BrokenPipeError):  # who gave up waiting is gone
                self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    http.block_on_close = False
    server.url = f"http://127.0.0.1:{http.server_address[1]}"
    threading.Thread(target=http.serve_forever, daemon=True, kwargs={"poll_interval": 0.02}).start()
    try:
        yield server
    finally:
        server.closing.set()
        http.shutdown()
        http.server_close()


def forwarding(url: str) -> Respond:
    """To the node at `url`."""
    client = httpx.Client(trust_env=False, verify=False)  # noqa: S501 - our own http address; a context costs 30 ms

    def respond(_: str, body: bytes) -> tuple[int, bytes]:
        answer = client.post(url, content=body, headers={"Content-Type": "application/json"})
        return answer.status_code, answer.content

    return respond


@contextmanager
def hanging() -> Iterator[Server]:
    """Takes every request and answers none while it lives."""

    def respond(_path: str, _body: bytes) -> tuple[int, bytes]:
        server.closing.wait(30)
        return 503, b""

    with serving(respond) as server:
        yield server
