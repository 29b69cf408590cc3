"""Choose the reader of a list by its shape."""

from __future__ import annotations

from typing import Any

from premium.security.labels.label import BadList, ListRead
from premium.security.labels.ofac import read_ofac
from premium.security.labels.scanners import read_domains, read_forta, read_goplus
from premium.security.labels.tables import ChainId, read_csv, read_json, read_rows

SHAPES = ("ofac", "csv", "json", "domains", "goplus", "forta")
MAX_BYTES = 256 << 20


def shape_of(data: bytes) -> str:
    """Tell the shape of a list from its beginning and members."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"<"):
        return "ofac"
    return _of_document(read_json(data)) if head[:1] in (b"{", b"[") else "csv"


def read_list(data: bytes, shape: str, chain_id: ChainId, *, chain: int | None = None) -> ListRead:
    """Return what a list says; BadList names what is wrong.

    `chain` is the chain that a list of GoPlus is about, where it does not say.
    """
    if len(data) > MAX_BYTES:
        raise BadList(f"the list has {len(data)} bytes, {MAX_BYTES} at most")
    if shape == "ofac":
        return read_ofac(data)
    if shape == "csv":
        return read_csv(data, chain_id)
    document = read_json(data)
    if shape == "json":
        return read_rows(document, chain_id)
    if shape == "domains":
        return read_domains(document)
    return read_goplus(document, chain) if shape == "goplus" else read_forta(document)


def _of_document(document: Any) -> str:
    if isinstance(document, dict):
        if "blacklist" in document or "blocklist" in document:
            return "domains"
        if "result" in document:
            return "goplus"
        if "data" in document or "events" in document:
            return "forta"
    first = document[0] if isinstance(document, list) and document else None
    if isinstance(first, str):
        return "domains"
    rows = document.get("labels") if isinstance(document, dict) else document
    one = rows[0] if isinstance(rows, list) and rows else None
    return "forta" if isinstance(one, dict) and ({"entity", "entityAddress"} & one.keys() or "label" in one) else "json"
