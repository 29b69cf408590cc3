"""Open shares of shares, down to tokens that stand for nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from premium.chains.addresses import checksum
from premium.portfolio.onchain.port import Amounts, Opener, Share
from premium.portfolio.onchain.shares import Shares
from premium.portfolio.positions.found import Finding, Found, Leg
from premium.portfolio.positions.nested import DEEPEST

_TOO_DEEP = Finding(code="opaque", text=f"it holds itself, or shares more than {DEEPEST} deep: not opened further")


class Leaves:
    """Opens the legs of positions on one chain."""

    def __init__(self, chain: str, shares: Shares, openers: Sequence[Any]) -> None:
        self._chain, self._shares = chain, shares
        self._openers: Sequence[Opener] = openers

    async def all_opened(self, found: Sequence[Found]) -> list[Found]:
        """Return the positions with their legs opened; what a debt stands for is owed."""
        legs = {leg.asset for each in found for leg in (*each.assets, *each.debts)}
        await self._shares.of(map(_token, legs))  # all in the same calls
        return list(await asyncio.gather(*map(self._opened, found)))

    async def _opened(self, found: Found) -> Found:
        told: list[Finding] = []
        assets = [leaf for leg in found.assets for leaf in await self._leaves(leg, found.receipts, told)]
        debts = [leaf for leg in found.debts for leaf in await self._leaves(leg, found.receipts, told)]
        findings = (*found.findings, *told[:1])
        return found.model_copy(update={"assets": tuple(assets), "debts": tuple(debts), "findings": findings})

    async def _leaves(self, leg: Leg, receipts: Sequence[str], told: list[Finding]) -> list[Leg]:
        paid = await self._content(leg)
        if paid is None:
            return [leg]
        if len(leg.path) >= DEEPEST or leg.asset in (*leg.path, *receipts):
            told.append(_TOO_DEEP)
            return [leg]
        path = (*leg.path, leg.asset)
        inner = [Leg(asset=asset, units=units, state=leg.state, path=path) for asset, units in paid]
        return [leaf for each in inner for leaf in await self._leaves(each, receipts, told)]

    async def _content(self, leg: Leg) -> Amounts | None:
        token = _token(leg.asset)
        share = (await self._shares.of([token])).get(token) or Share()
        for opener in self._openers:
            paid = await opener.opened(token, share, leg.units)
            if paid is not None:
                return paid
        return None


def _token(asset: str) -> str:
    return checksum(asset.partition(":")[2])
