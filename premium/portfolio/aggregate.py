"""From what the chains said to one snapshot. Pure: no clock, no network, no database.

A chain that failed keeps its part of the previous snapshot, marked stale with its time; so does a single token
whose contract did not answer. One bad chain changes nothing of the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from premium.portfolio.model import (
    Balance,
    ChainReading,
    ChainState,
    Holding,
    Quality,
    Quote,
    Snapshot,
    Status,
    total,
)

Outcome = ChainReading | str
"""What a chain said, or why it said nothing."""
Watched = Mapping[str, frozenset[str]]
"""Chain → addresses that are watched on it."""

_NO_QUOTE = Quote(price=None, quality=Quality.UNKNOWN)


def assemble(
    *,
    job_id: UUID,
    timestamp: datetime,
    outcomes: Mapping[str, Outcome],
    quotes: Mapping[str, Quote],
    watched: Watched,
    previous: Snapshot | None,
) -> Snapshot:
    """The snapshot of one refresh. `quotes` by asset key; an asset without one is unpriced."""
    holdings: list[Holding] = []
    states: dict[str, ChainState] = {}
    for chain, outcome in sorted(outcomes.items()):
        before = _kept(previous, chain, watched.get(chain, frozenset()))
        if isinstance(outcome, str):
            holdings += before
            states[chain] = _failed(outcome, chain, previous)
        else:
            holdings += _held(outcome, quotes) + [h for h in before if h.key in outcome.unreadable]
            states[chain] = _fresh(outcome)
    return Snapshot(job_id=job_id, timestamp=timestamp, holdings=ranked(holdings), chains=states)


def only(snapshot: Snapshot, addresses: frozenset[str]) -> Snapshot:
    """The snapshot without wallets that are no longer watched."""
    kept = [_of(holding, addresses) for holding in snapshot.holdings]
    return snapshot.model_copy(update={"holdings": tuple(holding for holding in kept if holding.units)})


def by_chain(snapshot: Snapshot) -> Mapping[str, Decimal]:
    """Every chain that was asked, also where it holds nothing."""
    return dict.fromkeys(snapshot.chains, Decimal(0)) | _sums(snapshot.holdings, lambda holding: holding.chain)


def by_category(snapshot: Snapshot) -> Mapping[str, Decimal]:
    return _sums(snapshot.holdings, lambda holding: holding.category)


def _sums(holdings: Iterable[Holding], group: Callable[[Holding], str]) -> dict[str, Decimal]:
    groups: dict[str, list[Decimal | None]] = defaultdict(list)
    for holding in holdings:
        groups[group(holding)].append(holding.value)
    return {name: total(values) for name, values in sorted(groups.items())}


def _held(reading: ChainReading, quotes: Mapping[str, Quote]) -> list[Holding]:
    """Balances of all wallets, one holding an asset."""
    groups: dict[str, list[Balance]] = defaultdict(list)
    for balance in reading.balances:
        groups[balance.key].append(balance)
    return [_holding(found, quotes.get(key, _NO_QUOTE), reading.read_at) for key, found in groups.items()]


def _holding(balances: list[Balance], quote: Quote, as_of: datetime) -> Holding:
    first = balances[0]
    return Holding(
        key=first.key,
        symbol=first.symbol,
        decimals=first.decimals,
        category=first.category,
        units={balance.wallet: balance.units for balance in balances},
        quote=quote,
        as_of=as_of,
    )


def _kept(previous: Snapshot | None, chain: str, addresses: frozenset[str]) -> list[Holding]:
    """The chain's part of the previous snapshot, of the wallets still watched."""
    before = previous.holdings if previous is not None else ()
    mine = [_of(holding, addresses) for holding in before if holding.chain == chain]
    return [holding.model_copy(update={"stale": True}) for holding in mine if holding.units]


def _of(holding: Holding, addresses: frozenset[str]) -> Holding:
    units = {address: units for address, units in holding.units.items() if address in addresses}
    return holding.model_copy(update={"units": units})


def _fresh(reading: ChainReading) -> ChainState:
    return ChainState(
        status=Status.FRESH, as_of=reading.read_at, block=reading.block, unreadable=tuple(reading.unreadable)
    )


def _failed(reason: str, chain: str, previous: Snapshot | None) -> ChainState:
    """The time of a stale part is the time it was read at, however many refreshes ago."""
    before = previous.chains.get(chain) if previous is not None else None
    if before is None or before.as_of is None:
        return ChainState(status=Status.UNAVAILABLE, as_of=None, reason=reason)
    return before.model_copy(update={"status": Status.STALE, "reason": reason})


def ranked(holdings: Iterable[Holding]) -> tuple[Holding, ...]:
    """Most valuable first, a stable order among equals."""
    return tuple(sorted(holdings, key=lambda holding: (-(holding.value or Decimal(0)), holding.key)))
