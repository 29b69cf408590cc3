"""Serve the desk over HTTP: Stripe's API under /v1, Paddle's beside it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from local.payments import paddle, stripe
from local.payments.desk import Desk

MAX_BYTES = 1_048_576


def answered(desk: Desk, method: str, target: str, body: str, headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    """Answer one request of either provider's API."""
    time.sleep(desk.delay)
    if desk.refuses is not None:
        return desk.refuses, {"error": {"type": "api_error", "message": "down"}} if target.startswith("/v1/") else {}
    split = urlsplit(target)
    if split.path.startswith("/v1/"):
        return stripe.answer(desk, method, split.path, body or split.query, headers)
    return paddle.answer(desk, method, split.path, body, headers)


@contextmanager
def serving(desk: Desk) -> Iterator[str]:
    """Serve a desk on a free port of this machine: its address."""

    class Handler(BaseHTTPRequestHandler):
        def _act(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), MAX_BYTES)
            body = self.rfile.read(length).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, found = answered(desk, self.command, self.path, body, headers)
            sent = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_PATCH = do_DELETE = _act  # noqa: N815 - the base class's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's signature
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
