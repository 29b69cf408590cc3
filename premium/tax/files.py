"""Documents from files and standard input: neutral JSON, own CSV, or an export that an importer recognises."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from premium.errors import InvalidInput
from premium.tax.importers.recognise import rows_of_csv
from premium.tax.streaming import document_of, rows_in


def read_documents(sources: Sequence[str], *, importer: str | None = None, currency: str = "USD") -> dict[str, Any]:
    """One document of all sources: their transactions together, other members from the first that has them."""
    documents = [read_document(source, importer=importer, currency=currency) for source in sources]
    if len(documents) == 1:
        return documents[0]
    merged: dict[str, Any] = {}
    rows: list[Iterable[Any]] = []
    for source, document in zip(sources, documents, strict=True):
        found = rows_in(document)
        if found is None:
            raise InvalidInput(f"{source} has no list of transactions", details={"transactions": "missing"})
        rows.append(found)
        merged = {**document, **merged}
    return {**merged, "transactions": list(chain.from_iterable(rows))}


def read_document(source: str, *, importer: str | None = None, currency: str = "USD") -> dict[str, Any]:
    """The document in a file, or on standard input for `-`; InvalidInput says why it is none.

    Numbers keep their digits as texts: no float is ever made.
    """
    raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    name = Path(source).name
    text = _text(raw, name)
    del raw
    if importer is not None or text.lstrip()[:1] not in ("{", "["):
        return {"transactions": list(rows_of_csv(text, name, importer=importer, currency=currency))}
    return document_of(text, name)


def _text(raw: bytes, source: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{source} is neither JSON nor UTF-8 text (byte {error.start})") from None
