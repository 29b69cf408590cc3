"""Reads what is paid out over time.

Streams that are NFTs, and wallets that vest for one owner.

Sources: ISablierLockup of Sablier; VestingWallet of @openzeppelin/contracts.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from premium.chains.addresses import NATIVE
from premium.portfolio.onchain.port import Owner, Place
from premium.portfolio.positions.found import Found, legs

_LATEST = 2**33
"""A time in seconds beyond which none is told."""


@dataclass(frozen=True, kw_only=True)
class VestingReads:
    """An amount that is paid out until a time.

    `ready` may be claimed now.
    """

    owner: str
    name: str
    receipt: str
    asset: str
    ready: int
    rest: int
    end: int


class _Vesting:
    """What both kinds make of what they read."""

    def __init__(self, place: Place) -> None:
        self._place, self._ask = place, place.contracts

    def value(self, reads: VestingReads) -> Found:
        """Return what may be claimed, and as locked what is not vested yet."""
        key = self._place.key(reads.asset)
        return self._place.found(
            reads.owner, reads.name, receipts=(reads.receipt,), locked_until=datetime.fromtimestamp(reads.end, UTC),
            assets=legs([(key, reads.ready)], "claimable") + legs([(key, reads.rest)], "locked"),
        )  # fmt: skip


class Streams(_Vesting):
    """Streams of one protocol: whoever holds the NFT is paid."""

    async def find(self, owner: Owner) -> list[VestingReads]:
        """Read the owner's streams that have something left."""
        named = [(contract, n) for contract in self._place.entry.contracts for n in owner.nfts.get(contract, ())]
        holders = await self._ask.each("ownerOf(uint256)", "address", named)
        mine = [each for each, holder in zip(named, holders, strict=True) if holder == owner.address]
        found = await asyncio.gather(*(self._read(owner.address, *each) for each in mine))
        return [each for each in found if each is not None and (each.ready or each.rest)]

    async def _read(self, owner: str, contract: str, number: int) -> VestingReads | None:
        asset, token, paid_in, taken, back, ready, end = await self._ask.every(
            (contract, "getAsset(uint256)", "address", number),
            (contract, "getUnderlyingToken(uint256)", "address", number),
            (contract, "getDepositedAmount(uint256)", "uint128", number),
            (contract, "getWithdrawnAmount(uint256)", "uint128", number),
            (contract, "getRefundedAmount(uint256)", "uint128", number),
            (contract, "withdrawableAmountOf(uint256)", "uint128", number),
            (contract, "getEndTime(uint256)", "uint40", number),
        )
        asset = asset or token
        if asset in (None, NATIVE) or None in (paid_in, taken, ready):
            return None
        return VestingReads(
            owner=owner, name=f"{contract}#{number}", receipt=f"{self._place.key(contract)}#{number}", asset=asset,
            ready=ready, rest=max(paid_in - taken - (back or 0) - ready, 0), end=min(end or 0, _LATEST),
        )  # fmt: skip


class VestingWallets(_Vesting):
    """Contracts that pay one token to one beneficiary, as each of them names it."""

    async def find(self, owner: Owner) -> list[VestingReads]:
        """Read the contracts whose beneficiary the owner is."""
        contracts = self._place.entry.contracts
        asked = [(contract,) for contract in contracts]
        named, owned = await asyncio.gather(
            self._ask.each("beneficiary()", "address", asked), self._ask.each("owner()", "address", asked)
        )
        mine = [c for c, first, later in zip(contracts, named, owned, strict=True) if (first or later) == owner.address]
        found = await asyncio.gather(*(self._read(owner.address, contract) for contract in mine))
        return [each for each in found if each is not None and (each.ready or each.rest)]

    async def _read(self, owner: str, contract: str) -> VestingReads | None:
        asset = self._place.entry.pays
        now = int(self._place.at.timestamp())
        start, duration, released, vested = await self._ask.every(
            (contract, "start()", "uint256"),
            (contract, "duration()", "uint256"),
            (contract, "released(address)", "uint256", asset),
            (contract, "vestedAmount(address,uint64)", "uint256", asset, now),
        )
        held = (await self._ask.balances(contract, [asset])).get(asset, 0)
        if None in (start, duration, released, vested):
            return None
        ready = min(max(vested - released, 0), held)
        return VestingReads(owner=owner, name=contract, receipt=self._place.key(contract), asset=asset, ready=ready,
                            rest=held - ready, end=min(start + duration, _LATEST))  # fmt: skip
