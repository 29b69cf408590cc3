"""Serve an OpenID provider over HTTP in a thread, for tests.

It can hang, and answer what it should not.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from local.identities.provider import Identities

MAX_BYTES = 65_536
Instead = Callable[[str], tuple[int, str, bytes] | None]
"""Another answer at a path; None for the provider's own. It may take its time."""


@contextmanager
def serving(instead: Instead = lambda _: None) -> Iterator[Identities]:
    """Serve a provider on a free port of this machine; its `issuer` is its address."""
    made: list[Identities] = []

    class Handler(BaseHTTPRequestHandler):
        def _act(self) -> None:
            body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), MAX_BYTES)).decode()
            path = self.path.removeprefix("/openid").partition("?")[0]
            status, kind, said = instead(path) or made[0].answer(self.command, self.path, body)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = _act  # noqa: N815 - the base class's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    made.append(Identities(f"http://127.0.0.1:{server.server_address[1]}/openid"))
    try:
        yield made[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
