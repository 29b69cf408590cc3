"""Reads shares that are staked for rewards.

In gauges of Curve's shape, and in pools of Synthetix' shape.

Sources: LiquidityGauge of Curve, and Balancer's; StakingRewards of Synthetix, which Uniswap used. A gauge is believed
when the protocol lists it, or its factory or controller knows it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from premium.chains.addresses import NATIVE
from premium.portfolio.onchain.port import Amounts, Owner, Place, Share
from premium.portfolio.positions.found import Found, legs

_MOST = 8
"""Reward tokens of a gauge besides the protocol's own: its contract has no more."""


@dataclass(frozen=True, kw_only=True)
class GaugeReads:
    """A stake, and the rewards earned with it."""

    owner: str
    gauge: str
    token: str
    staked: int
    rewards: Sequence[tuple[str, int]]


class Gauges:
    """The gauges of one protocol."""

    def __init__(self, place: Place) -> None:
        self._place, self._ask, self._listed = place, place.contracts, frozenset(place.entry.contracts)

    async def find(self, owner: Owner) -> list[GaugeReads]:
        """Read the owner's stakes."""
        held = await self._ask.balances(owner.address, self._place.entry.contracts, known=True)
        claimed = [token for token in owner.held if token in owner.shares and owner.shares[token].staked]
        gauges = dict.fromkeys([*self._place.entry.contracts, *await self._known(claimed)])
        units = {gauge: held.get(gauge) or owner.held.get(gauge, 0) for gauge in gauges}
        found = await asyncio.gather(*(self._read(owner.address, gauge, staked) for gauge, staked in units.items()))
        return [each for each in found if each is not None and (each.staked or each.rewards)]

    def value(self, reads: GaugeReads) -> Found:
        """Return what was staked, and what may be claimed."""
        key = self._place.key
        earned = legs([(key(token), units) for token, units in reads.rewards], "claimable")
        return self._place.found(
            reads.owner, reads.gauge, receipts=(key(reads.gauge),),
            assets=legs([(key(reads.token), reads.staked)]) + earned,
        )  # fmt: skip

    async def opened(self, token: str, share: Share, units: int) -> Amounts | None:
        """Return what these gauge tokens are paid back as."""
        if share.staked is None or (token not in self._listed and not await self._known([token])):
            return None
        return [(self._place.key(share.staked), units)]

    async def _known(self, tokens: Sequence[str]) -> list[str]:
        """Return the gauges that the protocol's factory or controller knows: the latter reverts for others."""
        entry = self._place.entry
        if entry.factory is None or entry.check is None or not tokens:
            return []
        is_type = entry.check.startswith("gauge_types(")
        said = await self._ask.each(entry.check, "int128" if is_type else "bool", [(entry.factory, t) for t in tokens])
        return [
            token for token, yes in zip(tokens, said, strict=True) if (yes is not None and yes >= 0 if is_type else yes)
        ]

    async def _read(self, owner: str, gauge: str, staked: int) -> GaugeReads | None:
        token, other, reward, crv, earned, claimable, count = await self._ask.every(
            (gauge, "stakingToken()", "address"),
            (gauge, "lp_token()", "address"),
            (gauge, "rewardsToken()", "address"),
            (gauge, "crv_token()", "address"),
            (gauge, "earned(address)", "uint256", owner),
            (gauge, "claimable_tokens(address)", "uint256", owner),
            (gauge, "reward_count()", "uint256"),
        )
        asset = token or other
        if asset in (None, NATIVE):
            return None
        own = reward or crv or self._place.entry.asset
        minted = [(own, earned or claimable or 0)] if own else []
        rewards = minted + await self._others(owner, gauge, min(count or 0, _MOST))
        return GaugeReads(owner=owner, gauge=gauge, token=asset, staked=staked,
                          rewards=[(token, units) for token, units in rewards if units])  # fmt: skip

    async def _others(self, owner: str, gauge: str, count: int) -> list[tuple[str, int]]:
        asked = [(gauge, number) for number in range(count)]
        tokens = [
            t for t in await self._ask.each("reward_tokens(uint256)", "address", asked) if t not in (None, NATIVE)
        ]
        claim = "claimable_reward(address,address)"
        units = await self._ask.each(claim, "uint256", [(gauge, owner, token) for token in tokens])
        return [(token, amount or 0) for token, amount in zip(tokens, units, strict=True)]
