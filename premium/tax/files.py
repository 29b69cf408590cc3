"""Documents from files and standard input: neutral JSON, own CSV, or an export that an importer recognises."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from premium.errors import InvalidInput
from premium.tax.importers.recognise import rows_of_csv


def read_documents(sources: Sequence[str], *, importer: str | None = None, currency: str = "USD") -> dict[str, Any]:
    """One document of all sources: their transactions together, other members from the first that has them."""
    merged: dict[str, Any] = {}
    rows: list[Any] = []
    for source in sources:
        document = read_document(source, importer=importer, currency=currency)
        found = document.get("transactions")
        if not isinstance(found, list):
            raise InvalidInput(f"{source} has no list of transactions", details={"transactions": "missing"})
        rows += found
        merged = {**document, **merged}
    return {**merged, "transactions": rows}


def read_document(source: str, *, importer: str | None = None, currency: str = "USD") -> dict[str, Any]:
    """The document in a file, or on standard input for `-`; InvalidInput says why it is none.

    A bare list is its transactions. Numbers keep their digits as texts: no float is ever made.
    """
    raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    name = Path(source).name
    head = raw[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if importer is not None or not head.startswith((b"{", b"[")):
        return {"transactions": list(rows_of_csv(_text(raw, name), name, importer=importer, currency=currency))}
    try:
        document = json.loads(raw, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{name} is not JSON: {str(error)[:200]}") from None
    return {"transactions": document} if isinstance(document, list) else document


def _text(raw: bytes, source: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{source} is neither JSON nor UTF-8 text (byte {error.start})") from None
