"""Reads shares of ERC-4626 vaults: what redeeming pays, and what it does not pay yet.

Source: EIP-4626. A vault is believed when the protocol lists it, or its factory says that it made it: any contract may
claim to be worth anything.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from premium.chains.addresses import NATIVE
from premium.portfolio.onchain.port import Amounts, Owner, Place, Share
from premium.portfolio.positions.found import Found, legs


@dataclass(frozen=True, kw_only=True)
class VaultReads:
    """Shares of a vault, and what redeeming them pays.

    `whole` is paid for all of them, `now` for those that may be redeemed now.
    """

    owner: str
    vault: str
    asset: str
    shares: int
    redeemable: int
    whole: int
    now: int


class Vaults:
    """The vaults of one protocol."""

    def __init__(self, place: Place) -> None:
        self._place, self._ask, self._listed = place, place.contracts, frozenset(place.entry.contracts)

    async def find(self, owner: Owner) -> list[VaultReads]:
        """Read the vaults among the tokens held."""
        claimed = [token for token in owner.held if token in owner.shares and owner.shares[token].asset]
        known = await self._known(claimed)
        reads = (self._read(owner.address, t, owner.shares[t].asset or NATIVE, owner.held[t]) for t in known)
        return [each for each in await asyncio.gather(*reads) if each is not None]

    def value(self, reads: VaultReads) -> Found:
        """Return what may be redeemed now as free, the rest as locked."""
        key = self._place.key(reads.asset)
        assets = legs([(key, reads.now)]) + legs([(key, max(reads.whole - reads.now, 0))], "locked")
        return self._place.found(
            reads.owner, reads.vault, assets=assets, receipts=(self._place.key(reads.vault),),
            facts={"shares": str(reads.shares), "redeemable_shares": str(reads.redeemable)},
        )  # fmt: skip

    async def opened(self, token: str, share: Share, units: int) -> Amounts | None:
        """Return what redeeming these shares would pay."""
        if share.asset is None or not await self._known([token]):
            return None
        paid = await self._preview(token, units)
        return None if paid is None else [(self._place.key(share.asset), paid)]

    async def _known(self, tokens: list[str]) -> list[str]:
        listed, others = [t for t in tokens if t in self._listed], [t for t in tokens if t not in self._listed]
        entry = self._place.entry
        if not others or entry.factory is None or entry.check is None:
            return listed
        asked = [(entry.factory, token) for token in others]
        said = await self._ask.each(entry.check, "bool", asked)
        return listed + [token for token, yes in zip(others, said, strict=True) if yes]

    async def _read(self, owner: str, vault: str, asset: str, shares: int) -> VaultReads | None:
        most, whole = await asyncio.gather(
            self._ask.ask(vault, "maxRedeem(address)", "uint256", owner), self._preview(vault, shares)
        )
        if whole is None:
            return None
        redeemable = shares if most is None else min(most, shares)
        now = whole if redeemable == shares else await self._preview(vault, redeemable) if redeemable else 0
        return VaultReads(owner=owner, vault=vault, asset=asset, shares=shares, redeemable=redeemable, whole=whole,
                          now=min(now or 0, whole))  # fmt: skip

    async def _preview(self, vault: str, shares: int) -> int | None:
        """Ask what redeeming pays; vaults that pay later (EIP-7540) answer `convertToAssets` alone."""
        paid, worth = await self._ask.every(
            (vault, "previewRedeem(uint256)", "uint256", shares), (vault, "convertToAssets(uint256)", "uint256", shares)
        )
        found: int | None = worth if paid is None else paid
        return found
