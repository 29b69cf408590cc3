"""Counts what each disposal realised, by lots, in US dollars.

What came has the basis of its value on arrival; what was held before flows were booked that of its value then. Of what
has no basis nothing is realised. An asset that has no price (a share, a receipt) takes the basis of what was given for
it and gives it back; transfers between the user's wallets are no disposals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from premium.portfolio.flow_model import FlowRow
from premium.portfolio.model import to_places
from premium.returns.lots import METHODS, Lots, Method, decimal, lots_of

_NOTHING = frozenset({"own", "phantom"})
_ZERO = Fraction(0)


class FirstHeld(NamedTuple):
    """What no flow brought: base units, and their value when they were first seen."""

    asset: str
    units: int
    usd: Decimal | None


def realised(flows: Iterable[FlowRow], first: Iterable[FirstHeld]) -> dict[UUID, dict[Method, Decimal]]:
    """Return by flow what it realised under each method; empty where it gave nothing away.

    Flows in any order; each needs its id.
    """
    rows = sorted(flows, key=lambda row: (row.at, row.block, row.tx, row.place))
    held, found = list(first), dict[UUID, dict[Method, Decimal]]()
    for method in METHODS:
        book = _Book(method)
        for each in held:
            if each.usd is not None:
                book.buy(each.asset, Fraction(each.units), Fraction(each.usd))
        for row, usd in book.through(rows):
            if row.id is not None:
                mine = found.setdefault(row.id, {})
                if usd is not None:
                    mine[method] = to_places(decimal(usd))
    return found


class _Book:
    """All lots of a user under one method."""

    def __init__(self, method: Method) -> None:
        self._lots: defaultdict[str, Lots] = defaultdict(lambda: lots_of(method))

    def buy(self, asset: str, units: Fraction, cost: Fraction) -> None:
        if units > 0:
            self._lots[asset].buy(units, cost / units)

    def through(self, rows: Sequence[FlowRow]) -> Iterable[tuple[FlowRow, Fraction | None]]:
        """Yield each flow with what it realised, None where it gave nothing away."""
        for together in _by_transaction(rows):
            trade = [row for row in together if _kind(row) == "exchange"]
            is_carried = any(row.usd is None for row in trade)
            if is_carried:
                yield from self._carried(trade)
            others = [row for row in together if not is_carried or _kind(row) != "exchange"]
            # What was given goes first: a transaction's own proceeds are no lots of what it sells.
            for row in sorted(others, key=lambda each: each.units >= 0):
                yield row, self._alone(row)

    def _alone(self, row: FlowRow) -> Fraction | None:
        units = Fraction(row.units)
        if not units or _kind(row) in _NOTHING:
            return None
        if units > 0:
            if row.usd is not None:
                self.buy(row.asset, units, Fraction(row.usd))
            return None
        cost, part = self._take(row.asset, -units)
        return None if row.usd is None else -Fraction(row.usd) * part - cost

    def _carried(self, rows: Sequence[FlowRow]) -> Iterable[tuple[FlowRow, Fraction | None]]:
        """Exchange where something has no price: the basis goes along."""
        outs = [row for row in rows if row.units < 0]
        ins = [row for row in rows if row.units > 0]
        taken = [self._take(row.asset, -Fraction(row.units)) for row in outs]
        basis, is_known = sum((cost for cost, _ in taken), _ZERO), all(part == 1 for _, part in taken)
        came = sum((Fraction(row.usd) for row in ins if row.usd is not None), _ZERO)
        nameless = [row for row in ins if row.usd is None]
        for row in ins:
            if row.usd is not None:
                self.buy(row.asset, Fraction(row.units), Fraction(row.usd))
        left = max(basis - came, _ZERO)
        for row in nameless:
            if is_known:
                self.buy(row.asset, Fraction(row.units), left / len(nameless))
        gain = (max(came - basis, _ZERO) if nameless else came - basis) if is_known and ins else _ZERO
        for place, row in enumerate(outs):
            yield row, gain if not place else _ZERO
        for row in ins:
            yield row, None

    def _take(self, asset: str, units: Fraction) -> tuple[Fraction, Fraction]:
        """Return what these units cost, and of which part of them that is known."""
        lots = self._lots[asset]
        known = min(units, lots.held)
        return lots.cost(known), known / units


def _by_transaction(rows: Sequence[FlowRow]) -> list[list[FlowRow]]:
    """Return flows of one transaction together, in the order of its first."""
    found: dict[tuple[str, str], list[FlowRow]] = {}
    for row in rows:
        found.setdefault((row.chain, row.tx), []).append(row)
    return list(found.values())


def _kind(row: FlowRow) -> str:
    return row.corrected or row.kind


def realised_told(found: Mapping[Method, Decimal]) -> dict[str, str]:
    """Return what a flow realised as its row holds it."""
    return {method: f"{usd:f}" for method, usd in found.items()}
