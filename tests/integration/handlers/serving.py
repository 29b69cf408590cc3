"""The handlers of all services behind one address, as clients and tools meet them."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

from handlers.runtime.documents.openapi import routers
from handlers.runtime.entry import entry
from tests.factories.http import Handler, event


class Bridge(BaseHTTPRequestHandler):
    """Turns a request into API Gateway's event, one at a time."""

    protocol_version = "HTTP/1.1"
    handlers: ClassVar[list[tuple[object, Handler]]]
    caller: ClassVar[Mapping[str, str]]
    lock: ClassVar[threading.Lock] = threading.Lock()

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        path, query = unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        made = event(self.command, path, by=self.caller, query=query, headers=dict(self.headers.items()))
        if body:
            made["body"], made["isBase64Encoded"] = base64.b64encode(body).decode(), True
        handler = next((one for app, one in self.handlers if app.methods_of(path)), self.handlers[0][1])  # type: ignore[attr-defined]
        with self.lock:
            answer = handler(made, None)
        text = answer["body"]
        content = base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode()
        self.send_response(answer["statusCode"])
        for name, value in answer["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the server looks for these names

    def log_message(self, *_: object) -> None:
        """The handlers write their own access lines."""


@contextmanager
def served(caller: Mapping[str, str]) -> Iterator[str]:
    """The address of all handlers, for one caller."""
    Bridge.handlers = [(app, entry(app)) for app in routers()]
    Bridge.caller = caller
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bridge)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
