"""Read dumps of signatures: 4byte.directory's, openchain's, and an operator's own lists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from premium.abi.signatures import signature_of
from premium.abi.types import BadType
from premium.errors import InvalidInput

MAX_BYTES, MAX_TEXT = 256 << 20, 400
_ROW = re.compile(r"^\s*(?:\"?(0x)?([0-9a-fA-F]{8})\"?\s*[,;:\t ]\s*)?\"?([A-Za-z_$][\w$]*\(.*\))\"?\s*,?\s*$")
_TEXTS, _SELECTORS = ("text_signature", "signature", "name", "text"), ("hex_signature", "selector", "hex", "hash")


class BadDump(InvalidInput):
    """A file is no dump of signatures; the message says why."""


class DumpRead(NamedTuple):
    """Signatures of a dump by their selectors, each once, and how many rows were refused."""

    signatures: tuple[tuple[bytes, str], ...]
    refused: int


def read_dump(data: bytes) -> DumpRead:
    """Return what a dump names; BadDump where nothing in it is a signature.

    JSON: rows with `text_signature` and `hex_signature` (4byte.directory), or an object by selector (openchain). Text:
    a line a signature, with its selector before it or alone. A row whose selector is not its signature's is refused.
    """
    if len(data) > MAX_BYTES:
        raise BadDump(f"the dump has {len(data)} bytes, {MAX_BYTES} at most")
    text = data.decode("utf-8-sig", errors="replace")
    rows = _of_json(text) if text.lstrip()[:1] in ("{", "[") else _of_lines(text)
    found: dict[tuple[bytes, str], None] = {}
    refused = 0
    for selector, signature in rows:
        made = _checked(selector, signature)
        if made is None:
            refused += 1
        else:
            found[made] = None
    if not found:
        raise BadDump(f"the dump names no signature that could be read; {refused} rows were refused")
    return DumpRead(tuple(found), refused)


def _checked(selector: str | None, text: object) -> tuple[bytes, str] | None:
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        return None
    try:
        made = signature_of(text)
    except (BadType, RecursionError):
        return None
    if made.text != text or (selector is not None and selector.lower().removeprefix("0x") != made.selector.hex()):
        return None
    return made.selector, text


def _of_lines(text: str) -> Iterator[tuple[str | None, object]]:
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith(("#", "//")):
            found = _ROW.match(line)
            yield (found[2], found[3]) if found else (None, None)


def _of_json(text: str) -> Iterator[tuple[str | None, object]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise BadDump("the dump is no JSON") from None
    yield from _of_document(document, 0)


def _of_document(document: Any, depth: int) -> Iterator[tuple[str | None, object]]:
    """Rows wherever they stand: in `results`, in `result.function`, by selector, or in a list."""
    if depth > 4:
        return
    if isinstance(document, list):
        for each in document:
            yield from [(None, each)] if isinstance(each, str) else _of_row(each)
        return
    if not isinstance(document, dict):
        return
    for key, value in document.items():
        if re.fullmatch(r"0x[0-9a-fA-F]{8}", key):
            for each in value if isinstance(value, list) else [value]:
                yield key, each.get("name") if isinstance(each, dict) else each
        elif key in ("results", "result", "data", "function", "functions", "signatures"):
            yield from _of_document(value, depth + 1)


def _of_row(row: Any) -> Iterator[tuple[str | None, object]]:
    if not isinstance(row, dict):
        yield None, None
        return
    text = next((row[name] for name in _TEXTS if name in row), None)
    selector = next((row[name] for name in _SELECTORS if isinstance(row.get(name), str)), None)
    yield selector, text
