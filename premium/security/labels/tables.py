"""Read lists of our own form: CSV with a header, or JSON rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from premium.money import decimal_of
from premium.security.labels.label import (
    KINDS,
    BadList,
    Label,
    ListRead,
    address_in,
    day_in,
    domain_in,
    once_each,
    shown_name,
)

_FIELDS = frozenset(
    {"address", "domain", "chain", "kind", "name", "from", "until", "confidence", "code_hash", "source"}
)
ChainId = Callable[[str], int | None]


def read_csv(data: bytes, chain_id: ChainId) -> ListRead:
    """Return the labels of a CSV; BadList names line and field."""
    try:
        reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        rows = [(reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error):
        raise BadList("the list is no CSV in UTF-8") from None
    names = set(reader.fieldnames or ())
    if not names & {"address", "domain"} or "kind" not in names:
        raise BadList("the first line names the columns: address (or domain) and kind are needed")
    return ListRead(_labels(rows, chain_id, "line"))


def read_rows(document: Any, chain_id: ChainId) -> ListRead:
    """Return the labels of JSON rows, or of `{version, labels: […]}`.

    BadList names row and field.
    """
    version = None
    if isinstance(document, dict):
        version, document = document.get("version"), document.get("labels")
    if not isinstance(document, list):
        raise BadList("the list is no JSON list of labels")
    rows = [(number, each) for number, each in enumerate(document, start=1)]
    return ListRead(_labels(rows, chain_id, "row"), None if version is None else str(version)[:100])


def read_json(data: bytes) -> Any:
    """Return a JSON document; BadList where it is none."""
    try:
        return json.loads(data.decode("utf-8-sig"), parse_float=Decimal)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise BadList("the list is no JSON in UTF-8") from None


def _labels(rows: Iterable[tuple[int, Any]], chain_id: ChainId, unit: str) -> tuple[Label, ...]:
    return once_each([_label(row, f"{unit} {number}", chain_id) for number, row in rows])


def _label(row: Any, place: str, chain_id: ChainId) -> Label:
    if not isinstance(row, Mapping):
        raise BadList(f"{place}: is no object")
    unknown = sorted(str(each) for each in row if each not in _FIELDS)
    if unknown:
        raise BadList(f"{place}: {unknown[0][:40]}: there is no such field")
    said = {key: str(value).strip() for key, value in row.items() if value not in (None, "")}
    where = address_in(said.get("address", "")) or domain_in(said.get("domain", ""))
    if where is None:
        raise BadList(f"{place}: address: {said.get('address', said.get('domain', ''))[:60]!r} is none")
    if said.get("kind") not in KINDS:
        raise BadList(f"{place}: kind: {said.get('kind', '')[:40]!r} is none of {', '.join(sorted(KINDS))}")
    return Label(
        where, said["kind"], shown_name(said.get("name")), _read(said, "chain", place, _chain(chain_id)),
        _read(said, "confidence", place, _share), _read(said, "code_hash", place, _hash),
        _read(said, "from", place, day_in), _read(said, "until", place, day_in),
    )  # fmt: skip


def _read(said: Mapping[str, str], field: str, place: str, reader: Callable[[str], Any]) -> Any:
    if field not in said:
        return None
    try:
        return reader(said[field])
    except ValueError as error:
        raise BadList(f"{place}: {field}: {said[field][:60]!r} {error}") from None


def _chain(chain_id: ChainId) -> Callable[[str], int | None]:
    def found(text: str) -> int | None:
        if text.lower() in ("all", "*", "evm"):
            return None
        number = int(text) if text.isdecimal() and len(text) < 18 else chain_id(text)
        if not number:
            raise ValueError("is no chain that is known")
        return number

    return found


def _share(text: str) -> Decimal:
    value = decimal_of(text)
    if not 0 <= value <= 1:
        raise ValueError("lies not between 0 and 1")
    return value


def _hash(text: str) -> bytes:
    bare = text.removeprefix("0x")
    if len(bare) != 64:
        raise ValueError("has not 32 bytes")
    return bytes.fromhex(bare)
