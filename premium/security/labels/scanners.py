"""Read what other scanners publish: lists of pages, GoPlus' and Forta's answers.

What they leave out is unknown, never safe. GoPlus writes "0" and "1"; Forta takes labels back by `remove`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from premium.security.labels.label import BadList, Label, ListRead, address_in, domain_in, once_each, shown_name

_GOPLUS = {
    "sanctioned": "sanctioned", "mixer": "mixer", "phishing_activities": "phishing", "fake_kyc": "phishing",
    "stealing_attack": "exploiter", "cybercrime": "exploiter", "financial_crime": "exploiter",
    "money_laundering": "exploiter", "blackmail_activities": "exploiter", "darkweb_transactions": "exploiter",
    "malicious_mining_activities": "exploiter", "blacklist_doubt": "exploiter", "gas_abuse": "exploiter",
    "honeypot_related_address": "drainer", "is_honeypot": "drainer", "fake_token": "phishing",
    "fake_standard_interface": "phishing",
}  # fmt: skip
_FORTA = (
    ("sanction", "sanctioned"), ("mixer", "mixer"), ("phish", "phishing"), ("drain", "drainer"), ("scam", "drainer"),
    ("exploit", "exploiter"), ("attack", "exploiter"), ("hack", "exploiter"), ("malicious", "exploiter"),
)  # fmt: skip
_TRUE = frozenset({"1", 1})


def read_domains(document: Any) -> ListRead:
    """Return the pages of an eth-phishing-detect document, or of a JSON list of domains."""
    listed = document.get("blacklist", document.get("blocklist")) if isinstance(document, Mapping) else document
    if not isinstance(listed, list):
        raise BadList("the list has no blacklist of domains")
    found = [domain_in(each) if isinstance(each, str) else None for each in listed]
    labels = [Label(each, "phishing") for each in found if each is not None]
    version = document.get("version") if isinstance(document, Mapping) else None
    return ListRead(once_each(labels), None if version is None else str(version)[:100], found.count(None))


def read_goplus(document: Any, chain_id: int | None) -> ListRead:
    """Return what GoPlus says of addresses or tokens, by address in `result`."""
    result = document.get("result") if isinstance(document, Mapping) else None
    if not isinstance(result, Mapping):
        raise BadList("the list has no result by address")
    labels, passed = [], 0
    for key, said in result.items():
        address = address_in(str(key))
        if address is None or not isinstance(said, Mapping):
            passed += 1
            continue
        kinds = {_GOPLUS[name]: name for name in reversed(list(said)) if name in _GOPLUS and _says(said[name])}
        labels += [Label(address, kind, name.replace("_", " "), chain_id) for kind, name in kinds.items()]
        passed += not kinds
    return ListRead(once_each(labels), None, passed, is_opinion=True)


def read_forta(document: Any) -> ListRead:
    """Return Forta's labels of addresses, less those taken back."""
    rows = _rows(document)
    if not isinstance(rows, list):
        raise BadList("the list has no labels")
    found: dict[tuple[str, int | None, str], Label] = {}
    passed = 0
    for row in rows:
        said = row.get("label") if isinstance(row, Mapping) and isinstance(row.get("label"), Mapping) else row
        label = _forta(row, said)
        if label is None:
            passed += 1
        elif isinstance(said, Mapping) and said.get("remove") in _TRUE:
            found.pop((label.address, label.chain_id, label.kind), None)
        else:
            found[label.address, label.chain_id, label.kind] = label
    return ListRead(tuple(found.values()), None, passed, is_opinion=True)


def _says(value: Any) -> bool:
    return isinstance(value, str | int) and value in _TRUE


def _rows(document: Any) -> Any:
    for key in ("data", "labels", "labels", "events"):
        if isinstance(document, Mapping) and key in document:
            document = document[key]
    return document


def _forta(row: Any, said: Any) -> Label | None:
    if not isinstance(said, Mapping):
        return None
    address = address_in(str(said.get("entity", said.get("entityAddress", said.get("address", "")))))
    text = str(said.get("label", said.get("name", ""))).lower()
    kind = next((kind for part, kind in _FORTA if part in text), None)
    if address is None or kind is None:
        return None
    source = row.get("source") if isinstance(row, Mapping) else None
    chain = source.get("chainId") if isinstance(source, Mapping) else None
    number = int(str(chain)) if str(chain).isascii() and str(chain).isdecimal() and len(str(chain)) < 18 else 0
    chain_id = number or None
    return Label(address, kind, shown_name(text), chain_id, _confidence(said.get("confidence")))


def _confidence(value: Any) -> Decimal | None:
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return Decimal(value) if is_number and 0 <= value <= 1 else None
