"""The lot ledger's pass over plain purchases and sales, without a call for each step.

Nine of ten rows of a long history are such. Whatever else there is goes through the ledger's own methods, which this
agrees with to the last digit (`tests/unit/tax/test_quick_pass.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

from premium.money import ZERO, divide
from premium.tax.ledger.lots import Lot
from premium.tax.ledger.pieces import Piece, disposed
from premium.tax.model import PLAIN, Transaction
from premium.tax.outcome import Disposal, Missing

if TYPE_CHECKING:
    from premium.tax.ledger.ledger import LotLedger

RULES = frozenset({"fifo", "lifo", "hifo", "lofo"})


def pass_over(ledger: LotLedger, transactions: Iterable[tuple[Any, ...]]) -> None:  # noqa: C901 - one loop without calls is its purpose
    """Apply each transaction, and report holdings once the reported days are over."""
    until, reported, kinds, rule = ledger.setup.until, False, ledger.kinds, ledger.rule
    calendar, long_from, entry = ledger.setup.calendar, ledger.long_from, ledger.entry
    days, step = calendar.by_step, calendar.step
    outcome, new = ledger.outcome, tuple.__new__
    disposals = outcome.disposals
    for tx in transactions:
        name, instant, kind, asset, amount, value, fee, wallet, more = tx
        day = days[instant // step]
        if until is not None and not reported and day > until:
            ledger.report_holdings()
            reported = True
        buys = kind == "buy"
        if more is not PLAIN or not (buys or kind == "sell") or value is None or not ledger.simple:
            kinds[kind](tx if type(tx) is Transaction else Transaction._make(tx))
            continue
        key = (wallet, asset) if ledger.per_wallet else asset
        queue = ledger.queues.get(key)
        if buys:
            ledger.seq += 1
            lot = Lot(name, ledger.seq, instant, long_from(day), amount, value + fee)
            if queue is None:
                queue = ledger.queues[key] = []
            heappush(queue, entry(lot))
            continue
        left, unsold = value - fee, amount
        while unsold and queue:
            lot = queue[0][2]
            units = lot.amount
            if units > unsold:
                units, basis = unsold, divide(lot.basis * unsold, units)
                lot.amount -= units
                lot.basis -= basis
                share = left
            else:
                heappop(queue)
                if not units:
                    continue
                basis = lot.basis
                lot.amount = ZERO
                share = left if units == unsold else divide(left * units, unsold)
            left -= share
            unsold -= units
            # What the class does itself, less one call: half of the time that a row takes.
            disposals.append(
                new(
                    Disposal,
                    (
                        name,
                        (),
                        kind,
                        asset,
                        wallet,
                        lot.id,
                        lot.acquired,
                        instant,
                        day,
                        None,
                        units,
                        share,
                        basis,
                        ZERO,
                        "long" if day >= lot.long_from else "short",
                        rule,
                        None,
                        False,
                        ZERO,
                    ),
                )
            )
        if unsold:
            outcome.missing.append(Missing(name, day, asset, wallet, unsold))
            piece = Piece(None, unsold, ZERO, None, None)
            disposals.append(disposed(Transaction._make(tx), piece, left, day, rule))
    if not reported:
        ledger.report_holdings()
