"""Reads shares of Yearn's vaults before ERC-4626.

They are worth what withdrawing pays, while profit is still being released.

Source: `_shareValue`, `_freeFunds` and `maxAvailableShares` of Vault.vy, versions 0.4. A vault is believed when the
protocol lists it, or its registry says that it is one.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from premium.chains.addresses import NATIVE
from premium.portfolio.onchain.port import Amounts, Owner, Place, Share
from premium.portfolio.positions.found import Found, legs

_ONE = 10**18


@dataclass(frozen=True, kw_only=True)
class YearnReads:
    """Shares of a vault, and its state."""

    owner: str
    vault: str
    token: str
    shares: int
    available: int
    """Shares that may be withdrawn now."""
    supply: int
    assets: int
    locked: int
    """Profit that was locked at the last report, and what of it each second releases, 18 digits."""
    degradation: int
    seconds: int


class YearnVaults:
    """The vaults of one registry."""

    def __init__(self, place: Place) -> None:
        self._place, self._ask, self._listed = place, place.contracts, frozenset(place.entry.contracts)

    async def find(self, owner: Owner) -> list[YearnReads]:
        """Read the vaults among the tokens held."""
        claimed = [token for token in owner.held if token in owner.shares and owner.shares[token].is_priced]
        found = await asyncio.gather(
            *(self._read(owner.address, vault, owner.held[vault]) for vault in await self._known(claimed))
        )
        return [each for each in found if each is not None]

    def value(self, reads: YearnReads) -> Found:
        """Return what may be withdrawn now as free, the rest as locked."""
        key, now = self._place.key(reads.token), min(reads.available, reads.shares)
        free, whole = _worth(reads, now), _worth(reads, reads.shares)
        return self._place.found(
            reads.owner, reads.vault, kind="vault", receipts=(self._place.key(reads.vault),),
            assets=legs([(key, free)]) + legs([(key, whole - free)], "locked"),
            facts={"shares": str(reads.shares), "redeemable_shares": str(now)},
        )  # fmt: skip

    async def opened(self, token: str, share: Share, units: int) -> Amounts | None:
        """Return what withdrawing these shares would pay."""
        if not share.is_priced or not await self._known([token]):
            return None
        reads = await self._read(NATIVE, token, units)
        return None if reads is None else [(self._place.key(reads.token), _worth(reads, units))]

    async def _known(self, tokens: list[str]) -> list[str]:
        listed, others = [t for t in tokens if t in self._listed], [t for t in tokens if t not in self._listed]
        entry = self._place.entry
        if not others or entry.factory is None or entry.check is None:
            return listed
        said = await self._ask.each(entry.check, "bool", [(entry.factory, token) for token in others])
        return listed + [token for token, yes in zip(others, said, strict=True) if yes]

    async def _read(self, owner: str, vault: str, shares: int) -> YearnReads | None:
        token, supply, assets, locked, degradation, report, available = await self._ask.every(
            (vault, "token()", "address"),
            (vault, "totalSupply()", "uint256"),
            (vault, "totalAssets()", "uint256"),
            (vault, "lockedProfit()", "uint256"),
            (vault, "lockedProfitDegradation()", "uint256"),
            (vault, "lastReport()", "uint256"),
            (vault, "maxAvailableShares()", "uint256"),
        )
        if token in (None, NATIVE) or assets is None or not supply or shares > supply:
            return None
        seconds = max(int(self._place.at.timestamp()) - (report or 0), 0)
        return YearnReads(owner=owner, vault=vault, token=token, shares=shares, supply=supply, assets=assets,
                          locked=locked or 0, degradation=degradation or 0, seconds=seconds,
                          available=shares if available is None else available)  # fmt: skip


def _worth(reads: YearnReads, shares: int) -> int:
    """Return what shares pay: profit that is still locked is nobody's yet."""
    ratio = reads.seconds * reads.degradation
    locked = reads.locked - ratio * reads.locked // _ONE if ratio < _ONE else 0
    return shares * max(reads.assets - locked, 0) // reads.supply
