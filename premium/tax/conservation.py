"""The invariant: what came in is what went out and what is left, exactly, in amount and in basis."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from premium.money import ZERO
from premium.tax.model import Outcome


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
