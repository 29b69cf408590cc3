"""Values of a run over all portfolios.

The run, its chunks, what is asked in one and what was found.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, TypeAdapter

from premium.chains.model import ChainReading, Outcome, Searched
from premium.portfolio.positions.found import ChainPositions
from premium.prices.model import Price, Quality, Quote

USERS_A_BLOCK, WALLETS_A_READ = 250, 2_500
"""Whose snapshots are one COPY, and about how many wallets share a chain's calls.

More would cost fewer calls, but what we make of their answers takes our own time, and a chain has seconds.
"""
READ_WITHIN, WRITE_WITHIN = timedelta(minutes=40), timedelta(minutes=55)
"""From the start: what is not read by then is stale, what is not written by then is told as missing."""
LEASE = timedelta(seconds=90)
"""A chunk whose worker has not ended it by then is another's."""
ATTEMPTS = 5
"""A chunk that so many workers could not end has failed."""
_READING: TypeAdapter[ChainReading] = TypeAdapter(ChainReading)


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Run(_Row):
    """One hour's run."""

    id: UUID
    moment: datetime
    status: str
    users: int
    started_at: datetime
    read_until: datetime
    write_until: datetime
    ended_at: datetime | None
    report: Mapping[str, Any] | None

    def job_of(self, user_id: UUID) -> UUID:
        """Return the id of a user's snapshot in this run, whoever writes it."""
        return uuid5(self.id, str(user_id))


class Chunk(_Row):
    """A piece of a run that one worker does at a time."""

    id: UUID
    run_id: UUID
    kind: str
    block: int
    chain: str
    first_user: UUID | None
    last_user: UUID | None
    attempts: int


@dataclass(frozen=True)
class Planned:
    """A block of users, and what is read from it on."""

    first: UUID
    last: UUID
    users: int
    reads: Mapping[str, tuple[int, UUID]]
    """By chain whose read begins here, how many wallets it asks, and up to which user."""


def planned(
    wallets: Mapping[UUID, Sequence[tuple[str, Collection[str]]]],
    size: int = USERS_A_BLOCK,
    wallets_a_read: int = WALLETS_A_READ,
) -> list[Planned]:
    """Return the blocks of a run.

    `wallets`: by user the addresses and the chains on which each is asked now. A read of a chain ends with the block
    that fills it. All reads of one serve all users: a wallet may come to be due before its chain is read.
    """
    users = sorted(wallets)
    blocks = [users[start : start + size] for start in range(0, len(users), size)]
    reads: list[dict[str, tuple[int, UUID]]] = [{} for _ in blocks]
    asked: dict[str, set[str]] = {}
    begun: dict[str, int] = {}
    for number, mine in enumerate(blocks):
        for address, chains in (each for user in mine for each in wallets[user]):
            for chain in chains:
                asked.setdefault(chain, set()).add(address)
        for chain, addresses in asked.items():
            reads[begun.setdefault(chain, 0)][chain] = (len(addresses), mine[-1])
            if len(addresses) >= wallets_a_read and number + 1 < len(blocks):
                asked[chain], begun[chain] = set(), number + 1
    return [Planned(each[0], each[-1], len(each), dict(sorted(reads[n].items()))) for n, each in enumerate(blocks)]


@dataclass(frozen=True, kw_only=True)
class Read:
    """What a chunk found on its chain, or why it found nothing."""

    outcome: Outcome
    positions: ChainPositions | None = None

    def of_wallets(self, addresses: Collection[str]) -> Read:
        """Return the part of some wallets."""
        said, positions = self.outcome, self.positions
        if isinstance(said, ChainReading):
            said = replace(
                said,
                balances=tuple(row for row in said.balances if row.wallet in addresses),
                searched={wallet: each for wallet, each in said.searched.items() if wallet in addresses},
                unused=said.unused & frozenset(addresses),
                apart=tuple(each for each in said.apart if each.wallet in addresses),
                notes=tuple(note for note in said.notes if note.wallet is None or note.wallet in addresses),
                collectibles=said.collectibles
                and tuple(each for each in said.collectibles if each.wallet in addresses),
            )
        if positions is not None:
            mine = tuple(found for found in positions.found if found.wallet in addresses)
            of = None if positions.asked is None else tuple(each for each in positions.asked if each in addresses)
            positions = positions.model_copy(update={"found": mine, "asked": of})
        return Read(outcome=said, positions=positions)

    def packed(self) -> bytes:
        """Return it as bytes that any worker of this release reads."""
        said = self.outcome
        told = {
            "reading": _READING.dump_python(said, mode="json") if isinstance(said, ChainReading) else None,
            "error": said if isinstance(said, str) else None,
            "positions": None if self.positions is None else self.positions.model_dump(mode="json"),
        }
        return zlib.compress(json.dumps(told).encode(), 1)

    @classmethod
    def unpacked(cls, data: bytes) -> Read:
        """Return what was packed."""
        told = json.loads(zlib.decompress(data))
        positions = told["positions"]
        return cls(
            outcome=told["error"] if told["reading"] is None else _READING.validate_python(told["reading"]),
            positions=None if positions is None else ChainPositions.model_validate(positions),
        )


def quote_told(quote: Quote) -> dict[str, Any]:
    """Return a quote with all that its JSON leaves out.

    What every source said, with depths and heartbeats.
    """
    prices = [*quote.said, *((quote.price,) if quote.price is not None else ())]
    told = [price.model_dump(mode="json") | _left_out(price) for price in prices]
    return {"quality": quote.quality.value, "prices": told, "has_price": quote.price is not None}


def quote_of(told: Mapping[str, Any]) -> Quote:
    """Return the quote that was told."""
    prices = [Price.model_validate(price) for price in told["prices"]]
    price = prices.pop() if told["has_price"] else None
    return Quote(price=price, quality=Quality(told["quality"]), said=tuple(prices))


def _left_out(price: Price) -> dict[str, Any]:
    return {"depth": None if price.depth is None else str(price.depth), "heartbeat": price.heartbeat}


@dataclass(frozen=True)
class Asked:
    """What a read asks: tokens by wallet, and how far each one's logs were searched."""

    wallets: dict[str, frozenset[str]] = field(default_factory=dict)
    searched: dict[str, Searched | None] = field(default_factory=dict)
    positions: set[str] = field(default_factory=set)
    """Wallets whose positions are due."""
