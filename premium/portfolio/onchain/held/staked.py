"""Reads liquid staking tokens by their own rates, queues of withdrawals, and locks of votes.

Sources: the tokens' published contracts; WithdrawalQueueERC721 of Lido; VotingEscrow of Curve.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from premium.chains.addresses import NATIVE
from premium.portfolio.onchain.port import Amounts, Owner, Place, Share
from premium.portfolio.positions.found import Found, legs

_STATUS = "(uint256,uint256,address,uint256,bool,bool)[]"
"""Amount of stETH, shares, owner, time, finalized, claimed."""


@dataclass(frozen=True, kw_only=True)
class StakedReads:
    """A staked token, and what it redeems for."""

    owner: str
    token: str
    units: int
    redeems: int


class Staked:
    """The staked tokens of one protocol."""

    def __init__(self, place: Place) -> None:
        self._place, self._ask = place, place.contracts

    async def find(self, owner: Owner) -> list[StakedReads]:
        """Read the rates of the staked tokens held."""
        held = [(token, owner.held[token]) for token in self._place.entry.contracts if owner.held.get(token)]
        paid = await asyncio.gather(*(self._redeems(token, units) for token, units in held))
        return [
            StakedReads(owner=owner.address, token=token, units=units, redeems=redeems)
            for (token, units), redeems in zip(held, paid, strict=True)
            if redeems is not None
        ]

    def value(self, reads: StakedReads) -> Found:
        """Return what the token redeems for."""
        return self._place.found(
            reads.owner, reads.token, receipts=(self._place.key(reads.token),), facts={"units": str(reads.units)},
            assets=legs([(self._place.key(self._place.entry.pays), reads.redeems)]),
        )  # fmt: skip

    async def opened(self, token: str, share: Share, units: int) -> Amounts | None:  # noqa: ARG002 - it is listed
        """Return what these units redeem for."""
        if token not in self._place.entry.contracts:
            return None
        paid = await self._redeems(token, units)
        return None if paid is None else [(self._place.key(self._place.entry.pays), paid)]

    async def _redeems(self, token: str, units: int) -> int | None:
        rate = self._place.entry.rate or ""
        if rate.endswith("(uint256)"):
            converted: int | None = await self._ask.ask(token, rate, "uint256", units)
            return converted
        said = await self._ask.ask(token, rate, "uint256")
        return None if said is None else int(units * said // 10**self._place.entry.scale)


@dataclass(frozen=True, kw_only=True)
class QueueReads:
    """Requests of a queue: amounts that wait by number, and what may be claimed."""

    owner: str
    queue: str
    waiting: Mapping[int, int]
    claimable: Mapping[int, int]


class Withdrawals:
    """Queues in which what was unstaked waits."""

    def __init__(self, place: Place) -> None:
        self._place, self._ask = place, place.contracts

    async def find(self, owner: Owner) -> list[QueueReads]:
        """Read the owner's requests that are not claimed."""
        found = await asyncio.gather(*(self._read(owner.address, queue) for queue in self._place.entry.contracts))
        return [each for each in found if each is not None]

    def value(self, reads: QueueReads) -> Found:
        """Return what waits as locked, what is ready as claimable."""
        key, numbers = self._place.key(self._place.entry.pays), [*reads.waiting, *reads.claimable]
        assets = legs([(key, sum(reads.waiting.values()))], "locked")
        assets += legs([(key, sum(reads.claimable.values()))], "claimable")
        receipts = tuple(f"{self._place.key(reads.queue)}#{number}" for number in sorted(numbers))
        return self._place.found(
            reads.owner, reads.queue, assets=assets, receipts=receipts, facts={"requests": str(len(numbers))}
        )

    async def _read(self, owner: str, queue: str) -> QueueReads | None:
        numbers = await self._ask.ask(queue, "getWithdrawalRequests(address)", "uint256[]", owner)
        if not numbers:
            return None
        numbers = sorted(numbers)
        rows = await self._ask.ask(queue, "getWithdrawalStatus(uint256[])", _STATUS, numbers)
        if rows is None:
            return None
        live = [(number, row) for number, row in zip(numbers, rows, strict=True) if not row[5]]
        ready = [number for number, row in live if row[4]]
        paid = await self._claimable(queue, ready) if ready else {}
        waiting = {number: row[0] for number, row in live if not row[4]}
        return QueueReads(owner=owner, queue=queue, waiting=waiting, claimable=paid)

    async def _claimable(self, queue: str, ready: list[int]) -> dict[int, int]:
        last = await self._ask.ask(queue, "getLastCheckpointIndex()", "uint256")
        hints = await self._ask.ask(
            queue, "findCheckpointHints(uint256[],uint256,uint256)", "uint256[]", ready, 1, last or 1
        )
        paid = await self._ask.ask(queue, "getClaimableEther(uint256[],uint256[])", "uint256[]", ready, hints or [])
        return dict(zip(ready, paid or [0] * len(ready), strict=True))


@dataclass(frozen=True, kw_only=True)
class LockReads:
    """What is locked for votes, and until when."""

    owner: str
    lock: str
    token: str
    amount: int
    end: int


class Locks:
    """Tokens locked for votes."""

    def __init__(self, place: Place) -> None:
        self._place, self._ask = place, place.contracts

    async def find(self, owner: Owner) -> list[LockReads]:
        """Read the owner's locks."""
        found = await asyncio.gather(*(self._read(owner.address, lock) for lock in self._place.entry.contracts))
        return [each for each in found if each is not None]

    def value(self, reads: LockReads) -> Found:
        """Return the tokens, locked until their time has come."""
        until = datetime.fromtimestamp(reads.end, UTC)
        assets = legs([(self._place.key(reads.token), reads.amount)], "locked" if until > self._place.at else "free")
        return self._place.found(
            reads.owner, reads.lock, assets=assets, receipts=(self._place.key(reads.lock),), locked_until=until
        )

    async def _read(self, owner: str, lock: str) -> LockReads | None:
        said: Any
        said, token = await self._ask.every(
            (lock, "locked(address)", "int128,uint256", owner), (lock, "token()", "address")
        )
        if said is None or token in (None, NATIVE) or said[0] <= 0:
            return None
        return LockReads(owner=owner, lock=lock, token=token, amount=said[0], end=min(said[1], 2**33))
