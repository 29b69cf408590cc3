"""Reads shares that are staked for rewards.

In gauges of Curve's shape, and in pools of Synthetix' shape.

Sources: LiquidityGauge of Curve; StakingRewards of Synthetix, which Uniswap used.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from premium.chains.addresses import NATIVE
from premium.portfolio.onchain.port import Owner, Place
from premium.portfolio.positions.found import Found, legs


@dataclass(frozen=True, kw_only=True)
class GaugeReads:
    """A stake, and the rewards earned with it."""

    owner: str
    gauge: str
    token: str
    staked: int
    reward: str | None
    earned: int


class Gauges:
    """The gauges of one protocol."""

    def __init__(self, place: Place) -> None:
        self._place, self._ask = place, place.contracts

    async def find(self, owner: Owner) -> list[GaugeReads]:
        """Read the owner's stakes."""
        held = await self._ask.balances(owner.address, self._place.entry.contracts)
        found = await asyncio.gather(
            *(self._read(owner.address, gauge, held.get(gauge, 0)) for gauge in self._place.entry.contracts)
        )
        return [each for each in found if each is not None and (each.staked or each.earned)]

    def value(self, reads: GaugeReads) -> Found:
        """Return what was staked, and what may be claimed."""
        key = self._place.key
        earned = legs([(key(reads.reward), reads.earned)], "claimable") if reads.reward else ()
        return self._place.found(
            reads.owner, reads.gauge, receipts=(key(reads.gauge),),
            assets=legs([(key(reads.token), reads.staked)]) + earned,
        )  # fmt: skip

    async def _read(self, owner: str, gauge: str, staked: int) -> GaugeReads | None:
        token, other, reward, crv, earned, claimable = await self._ask.every(
            (gauge, "stakingToken()", "address"),
            (gauge, "lp_token()", "address"),
            (gauge, "rewardsToken()", "address"),
            (gauge, "crv_token()", "address"),
            (gauge, "earned(address)", "uint256", owner),
            (gauge, "claimable_tokens(address)", "uint256", owner),
        )
        asset = token or other
        if asset in (None, NATIVE):
            return None
        return GaugeReads(owner=owner, gauge=gauge, token=asset, staked=staked, reward=reward or crv,
                          earned=earned or claimable or 0)  # fmt: skip
