"""Makes one snapshot of what the chains said.

A chain that failed keeps its part of the previous snapshot, marked stale with its time; so does a single token
whose contract did not answer. One bad chain changes nothing of the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from premium.chains.model import Balance, ChainReading, Outcome
from premium.portfolio.model import ChainState, Holding, Snapshot, Status, ranked
from premium.prices.model import Quality, Quote

_NO_QUOTE = Quote(price=None, quality=Quality.UNKNOWN)


def assemble(
    *,
    job_id: UUID,
    timestamp: datetime,
    outcomes: Mapping[str, Outcome],
    quotes: Mapping[str, Quote],
    watched: Mapping[str, Collection[str]],
    previous: Snapshot | None,
) -> Snapshot:
    """Return the snapshot of one refresh.

    `outcomes` by chain, `quotes` by asset key (an asset without one is unpriced), `watched`: chain → addresses.
    """
    holdings: list[Holding] = []
    states: dict[str, ChainState] = {}
    for chain, outcome in sorted(outcomes.items()):
        before = _kept(previous, chain, watched.get(chain, ()))
        if isinstance(outcome, str):
            holdings += before
            states[chain] = _failed(outcome, chain, previous)
        else:
            holdings += _held(outcome, quotes) + [h for h in before if h.key in outcome.unreadable]
            states[chain] = _fresh(outcome)
    return Snapshot(job_id=job_id, timestamp=timestamp, holdings=ranked(holdings), chains=states)


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


def _kept(previous: Snapshot | None, chain: str, addresses: Collection[str]) -> list[Holding]:
    """The chain's part of the previous snapshot, of the wallets still watched."""
    before = previous.holdings if previous is not None else ()
    mine = [holding.of_wallets(addresses) for holding in before if holding.chain == chain]
    return [holding.model_copy(update={"stale": True}) for holding in mine if holding.units]


def _fresh(reading: ChainReading) -> ChainState:
    return ChainState(
        status=Status.FRESH, as_of=reading.read_at, block=reading.block, unreadable=tuple(reading.unreadable)
    )


def _failed(reason: str, chain: str, previous: Snapshot | None) -> ChainState:
    """Return the state of a chain that could not be read.

    The time of a stale part is the time it was read at, however many refreshes ago.
    """
    before = previous.chains.get(chain) if previous is not None else None
    if before is None or before.as_of is None:
        return ChainState(status=Status.UNAVAILABLE, as_of=None, reason=reason)
    return before.model_copy(update={"status": Status.STALE, "reason": reason})
