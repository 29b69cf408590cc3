"""Closes the equation of wallets from nothing to their first reading.

What the chain does not explain of an asset (growth without a transfer, a balance that no transfer tells) has no time:
the asset is held in amounts that nobody knows, and is named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from premium.portfolio.flow_model import Opening
from premium.portfolio.flows.booked import ENDS, Booked, book
from premium.portfolio.rebuilding.model import Gap, Line, Past

_NOTHING = Opening(-1, {})


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The flows of all wallets up to a time, and their doubts."""

    rows: Sequence[Booked]
    """In the order of their times; phantoms among them."""
    open: frozenset[Line]
    gaps: Sequence[Gap]
    traded: frozenset[str]
    """Assets that came for others: without a price they hide what was given for them."""
    apart: Mapping[tuple[str, str], datetime]
    """Wallets and chains that gave something for what no balance shows (an NFT), and when first."""

    def held(self, times: Sequence[datetime]) -> Iterator[dict[Line, int]]:
        """Yield the base units of each line at ascending times; open lines are not told."""
        found, place = defaultdict[Line, int](int), 0
        for at in times:
            while place < len(self.rows) and self.rows[place].at <= at:
                row = self.rows[place]
                line, place = (row.wallet, row.chain, row.asset), place + 1
                if row.kind != "phantom" and line not in self.open:
                    found[line] += row.units
            yield {line: units for line, units in found.items() if units}

    def first(self, line: Line) -> datetime | None:
        """Return when a line first moved; None where no transfer tells of it."""
        return next((row.at for row in self.rows if (row.wallet, row.chain, row.asset) == line), None)


def timeline(pasts: Iterable[Past], wallets: Collection[str], until: datetime) -> Timeline:
    """Book all that wallets moved up to their first readings; rows end at `until`."""
    rows = list[Booked]()
    by_chain = defaultdict[str, list[Past]](list)
    for past in pasts:
        by_chain[past.chain].append(past)
    for chain, mine in sorted(by_chain.items()):
        ends = {past.wallet: (_NOTHING, past.opening) for past in mine}
        moved = {past.wallet: [each for each in past.movements if each.block <= past.opening.block] for past in mine}
        rows += book(chain, mine[0].coin, ends, moved, until, own=wallets, grows=mine[0].grows)
    unclear = {(row.wallet, row.chain, row.asset) for row in rows if row.place == ENDS and row.units}
    told = sorted((row for row in rows if row.place != ENDS and row.at <= until), key=lambda row: (row.at, row.block))
    found = Timeline(rows=told, open=frozenset(unclear), gaps=(), traded=_traded(told), apart=_apart(told))
    gaps = [Gap(*line, "open", found.first(line)) for line in sorted(unclear)]
    return Timeline(rows=told, open=found.open, gaps=gaps, traded=found.traded, apart=found.apart)


def _exchanges(rows: Iterable[Booked]) -> Iterable[list[Booked]]:
    found = defaultdict[tuple[str, str], list[Booked]](list)
    for row in rows:
        if row.kind == "exchange":
            found[row.chain, row.tx].append(row)
    return found.values()


def _traded(rows: Iterable[Booked]) -> frozenset[str]:
    return frozenset(row.asset for mine in _exchanges(rows) for row in mine if row.units > 0)


def _apart(rows: Iterable[Booked]) -> dict[tuple[str, str], datetime]:
    """Find exchanges of which one side is not seen: what was got there is no balance."""
    found: dict[tuple[str, str], datetime] = {}
    for mine in _exchanges(rows):
        if all(row.units < 0 for row in mine):
            for row in mine:
                key = (row.wallet, row.chain)
                found[key] = min(found.get(key, row.at), row.at)
    return found
