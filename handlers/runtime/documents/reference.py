"""Serve the API's reference: a page for people, and the document for programs.

The page is Swagger UI, whose files the package of the functions brings along (`cdk_app.assets`), and the document is
made when that is packed: to make it imports every service. In a working copy both come from where they are made of.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import handlers
from premium.errors import NotFound

ROOT = Path(handlers.__file__).parent.parent
PACKED = ROOT / "reference"
VIEWER = ROOT / "node_modules" / "swagger-ui-dist"
PAGE = Path(__file__).parent / "page"
API, STREAM = "@API-ADDRESS@", "@STREAM-ADDRESS@"
_TYPES = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "favicon-32x32.png": "image/png",
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
}
# Styles of the viewer's own script are set by the CSSOM, which no policy forbids; icons are data URLs.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
)


def page(address: str | None) -> str:
    """Return the page. Its links are relative to `address`, where this API is reached."""
    base = f'<base href="{address}/">\n    ' if address else ""
    return (PAGE / "index.html").read_text().replace("@BASE@", base)


def file(name: str) -> tuple[str, bytes]:
    """Return the type and content of one of the page's files; NotFound for any other."""
    if name not in _TYPES:
        raise NotFound("The reference has no such file")
    own = PAGE / name
    folder = PACKED if PACKED.exists() else VIEWER
    content = (own if own.exists() else folder / name).read_bytes()
    return _TYPES[name], content


def document_text(address: str | None, stream: str | None) -> str:
    """Return the OpenAPI document as JSON, with the stage's own addresses."""
    return _template().replace(API, address or "/").replace(STREAM, stream or "wss://…")


@cache
def _template() -> str:
    packed = PACKED / "openapi.json"
    return packed.read_text() if packed.exists() else made()


def made() -> str:
    """Return the document with placeholders for addresses, as it is packed."""
    from handlers.runtime.documents.openapi import document  # noqa: PLC0415 - it imports the handlers of all services

    return json.dumps(document(API, STREAM), ensure_ascii=False, separators=(",", ":"))
