"""Remarks on treatments that rest on no source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from premium.refusals import shown
from premium.tax.model import PLAIN, Remark, Transaction
from premium.tax.neutral.kinds import COLLATERAL, LOAN, POOL, REPAYMENT
from premium.tax.rules.receipts import INCOME, kind_of
from premium.tax.setup import Setup

_ROWS = {REPAYMENT: LOAN, POOL: COLLATERAL}
"""Kinds that another's row governs."""


def unsourced(transactions: Iterable[Transaction], setup: Setup) -> list[Remark]:
    """Return a remark for each kind of event whose treatment rests on no source."""
    first: dict[str, str] = {}
    incomes, rows = dict[str, str](), setup.rules.conversions
    for tx in transactions:
        kind = None if tx.more is PLAIN else tx.more.kind
        if kind is None:
            continue
        if tx.type == "income":
            incomes.setdefault(kind_of(kind), tx.id)
        else:
            first.setdefault(_ROWS.get(kind, kind), tx.id)
    found = [(name, kind, rows[kind].source) for kind, name in first.items() if kind in rows and rows[kind].assumed]
    receipts = setup.rules.receipts
    for kind, name in incomes.items():
        # What is no income is told of each time, with its source.
        if kind in receipts and receipts[kind].treatment == "income" and receipts[kind].assumed:
            found.append((name, kind, receipts[kind].source))
    told = [Remark("treatment_without_source", name, f"{kind}: {text}", None, "kind") for name, kind, text in found]
    return [*told, *_unknown(incomes, setup)]


def _unknown(incomes: Mapping[str, str], setup: Setup) -> Iterator[Remark]:
    """Remark on kinds of income that no table names: a misspelt fork would be income without a word."""
    receipts = setup.rules.receipts
    for kind, name in incomes.items():
        if receipts and kind != INCOME and kind not in receipts:
            text = f"{shown(kind)} is no kind of income that is known: it counts as income at market value; known are"
            yield Remark("unknown_kind", name, f"{text} {', '.join(sorted(receipts))}", None, "kind")
