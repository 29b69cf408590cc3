"""The invariant that units and basis are neither made nor lost.

What came in is what went out and what is left, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from premium.money import ZERO
from premium.tax.ledger.basis import acquisition_basis
from premium.tax.model import ACQUISITIONS, Transaction
from premium.tax.outcome import Outcome
from premium.tax.setup import Setup


class NotConserved(AssertionError):
    """The engine made or lost something: a defect, never the input's fault."""


class Incoming(NamedTuple):
    """Units by asset and basis that a whole history brought in."""

    amounts: dict[str, Decimal]
    basis: Decimal


def check(acquired: Iterable[tuple[str, Decimal, Decimal]], outcome: Outcome) -> None:
    """Raise NotConserved unless acquisitions and an outcome balance.

    `acquired` is (asset, amount, basis) of every acquisition of the whole history; denied losses went back in. For
    outcomes of a whole history without conversions between assets; NotConserved names the asset.
    """
    conserve(_sum(acquired), outcome)


def _sum(acquired: Iterable[tuple[str, Decimal, Decimal]]) -> Incoming:
    amounts: dict[str, Decimal] = {}
    basis = ZERO
    for asset, amount, cost in acquired:
        amounts[asset] = amounts.get(asset, ZERO) + amount
        basis += cost
    return Incoming(amounts, basis)


def conserve(came: Incoming | None, outcome: Outcome) -> None:
    """Raise NotConserved unless what came in is all there.

    None, which `incoming` gives where that cannot be said, passes.
    """
    if came is None:
        return
    amounts, basis = dict(came.amounts), came.basis
    for missing in outcome.missing:
        amounts[missing.asset] = amounts.get(missing.asset, ZERO) + missing.amount
    rows = outcome.disposals
    for asset, amount in zip(rows.column("asset"), rows.column("amount"), strict=True):
        amounts[asset] -= amount
    basis -= sum(rows.column("cost_basis"), ZERO)
    basis -= sum(rows.column("adjustment"), ZERO) - sum(rows.column("denied"), ZERO)
    for removal in outcome.removals:
        amounts[removal.asset] -= removal.amount
        basis -= removal.basis
    for holding in outcome.holdings:
        amounts[holding.asset] -= holding.amount
        basis -= holding.cost_basis
    wrong = sorted(asset for asset, left in amounts.items() if left)
    if wrong or basis:
        raise NotConserved(f"amounts of {wrong or 'no asset'} and basis differ by {basis}")


def incoming(ready: Sequence[Transaction], setup: Setup) -> Incoming | None:
    """Return what a whole history brings in, for `conserve`.

    A year's holdings are checked through that whole. France keeps no basis by asset, and a conversion turns units of
    one asset into another's: neither can be balanced asset by asset.
    """
    if setup.until is not None or setup.method == "fr_portfolio":
        return None
    if any(tx.more.to_asset is not None or tx.more.to_amount is not None for tx in ready if tx.type == "transfer"):
        return None
    return _sum((tx.asset, tx.amount, acquisition_basis(tx, setup)) for tx in ready if _is_held(tx, setup))


def _is_held(tx: Transaction, setup: Setup) -> bool:
    """Tell whether a transaction brings units in; income in money is none."""
    return tx.type in ACQUISITIONS and (tx.type != "income" or tx.asset not in setup.tender)
