"""Remarks on what rows state and nothing here counts by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from premium.tax.model import PLAIN, Remark, Transaction
from premium.tax.rules.receipts import NAMES, kind_of
from premium.tax.setup import Setup


def unused(transactions: Iterable[Transaction], setup: Setup) -> list[Remark]:
    """Return a remark for each field that is stated and not used."""
    first, counts = dict[str, tuple[str, str]](), dict[str, int]()
    for tx in transactions:
        if tx.more is PLAIN:
            continue
        for field, why in _unused(tx, setup):
            first.setdefault(field, (tx.id, why))
            counts[field] = counts.get(field, 0) + 1
    return [_told(field, *first[field], counts[field]) for field in first]


def _unused(tx: Transaction, setup: Setup) -> Iterator[tuple[str, str]]:
    more = tx.more
    if more.lots and setup.method != "specific_id":
        yield "lots", f"the method {setup.method} chooses its own; specific_id takes those that are named"
    if more.donor_basis is not None and setup.rules.gifts_received == "market":
        yield "donor_basis", f"in {setup.rules.name} a gift costs its market value"
    if tx.type == "buy" and more.kind is not None and kind_of(more.kind) in NAMES:
        yield "kind", f"a purchase is none, whatever its kind; {more.kind[:40]!r} is income by the type income"


def _told(field: str, name: str, why: str, count: int) -> Remark:
    more = f" (of {count} rows)" if count > 1 else ""
    return Remark("field_not_used", name, f"{field} is stated and not used{more}: {why}", None, field)
