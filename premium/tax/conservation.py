"""The invariant: what came in is what went out and what is left, exactly, in amount and in basis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from premium.money import ZERO
from premium.tax.ledger.ledger import acquisition_basis
from premium.tax.model import ACQUISITIONS, Outcome, Transaction
from premium.tax.setup import Setup


class NotConserved(AssertionError):
    """The engine made or lost something: a defect, never the input's fault."""


def check(acquired: Iterable[tuple[str, Decimal, Decimal]], outcome: Outcome) -> None:
    """`acquired` is (asset, amount, basis) of every acquisition of the whole history; denied losses went back in.

    For outcomes of a whole history without conversions between assets; NotConserved names the asset.
    """
    amounts: dict[str, Decimal] = {}
    basis = ZERO
    for asset, amount, cost in acquired:
        amounts[asset] = amounts.get(asset, ZERO) + amount
        basis += cost
    for missing in outcome.missing:
        amounts[missing.asset] = amounts.get(missing.asset, ZERO) + missing.amount
    for row in outcome.disposals:
        amounts[row.asset] -= row.amount
        basis -= row.cost_basis + row.adjustment - row.denied
    for removal in outcome.removals:
        amounts[removal.asset] -= removal.amount
        basis -= removal.basis
    for holding in outcome.holdings:
        amounts[holding.asset] -= holding.amount
        basis -= holding.cost_basis
    wrong = sorted(asset for asset, left in amounts.items() if left)
    if wrong or basis:
        raise NotConserved(f"amounts of {wrong or 'no asset'} and basis differ by {basis}")


def conserve(ready: Sequence[Transaction], under: Setup, outcome: Outcome) -> None:
    """Check a calculation of a whole history; a year's holdings are checked through the whole that they are cut from.

    France keeps no basis by asset, and a conversion turns units of one asset into another's: neither can be balanced
    asset by asset.
    """
    if under.until is not None or under.method == "fr_portfolio":
        return
    if any(tx.more.to_asset is not None or tx.more.to_amount is not None for tx in ready if tx.type == "transfer"):
        return
    acquired = ((tx.asset, tx.amount, acquisition_basis(tx, under)) for tx in ready if tx.type in ACQUISITIONS)
    check(acquired, outcome)
