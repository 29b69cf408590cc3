"""Reads shares of Balancer V3's pools: what leaving in proportion pays, by its vault.

The vault keeps balances and shares of all pools, and leaving asks nothing of the pool itself: whoever registered it,
the vault's word holds. Sources: `_removeLiquidity` of Vault, BasePoolMath and ScalingHelpers as they are published.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from premium.chains.addresses import NATIVE
from premium.portfolio.onchain.port import Amounts, Owner, Place, Share
from premium.portfolio.positions.found import Finding, Found, legs

_ONE = 10**18
_HOOKS = ",".join(["bool"] * 10) + ",address"
_ADJUSTS, _BEFORE, _AFTER = 0, 8, 9
"""Of a pool's hooks: whether they may change amounts, and whether they are called before and after leaving."""
_OPAQUE = Finding(code="opaque", text="its pool's hook may change what leaving pays: it is not valued")


@dataclass(frozen=True, kw_only=True)
class VaultReads:
    """A pool's state in the vault, and the shares held of it."""

    owner: str
    pool: str
    tokens: Sequence[str]
    live: Sequence[int]
    """Balances to 18 places times their rates, after fees on yield that are due."""
    scales: Sequence[int]
    rates: Sequence[int]
    shares: int
    supply: int
    is_weighted: bool
    is_hooked: bool


class VaultPools:
    """Shares of the pools of one vault."""

    def __init__(self, place: Place) -> None:
        self._place, self._ask = place, place.contracts
        self._vault = place.entry.vault or NATIVE
        self._known: dict[str, bool] = {}

    async def find(self, owner: Owner) -> list[VaultReads]:
        """Read the pools among the tokens held."""
        pools = await self._registered(list(owner.held))
        found = await asyncio.gather(*(self._read(owner.address, pool, owner.held[pool]) for pool in pools))
        return [each for each in found if each is not None]

    def value(self, reads: VaultReads) -> Found:
        """Return the share of each balance, rounded as the vault rounds."""
        paid = [
            (live * reads.shares // reads.supply) * _ONE // (scale * rate)
            for live, scale, rate in zip(reads.live, reads.scales, reads.rates, strict=True)
        ]
        amounts = [(self._place.key(token), units) for token, units in zip(reads.tokens, paid, strict=True)]
        return self._place.found(
            reads.owner, reads.pool, receipts=(self._place.key(reads.pool),), assets=legs(amounts),
            kind="weighted_lp" if reads.is_weighted else "stable_lp",
            facts={"shares": str(reads.shares), "supply": str(reads.supply)},
            findings=(_OPAQUE,) if reads.is_hooked else (), is_counted=not reads.is_hooked,
        )  # fmt: skip

    async def opened(self, token: str, share: Share, units: int) -> Amounts | None:
        """Return what leaving with these shares would pay."""
        del share  # the vault knows its pools
        reads = await self._read(NATIVE, token, units) if await self._registered([token]) else None
        if reads is None or reads.is_hooked:
            return None
        return [(leg.asset, leg.units) for leg in self.value(reads).assets]

    async def _registered(self, tokens: Sequence[str]) -> list[str]:
        new = [token for token in tokens if token not in self._known]
        asked = [(self._vault, token) for token in new]
        said = await self._ask.each("isPoolRegistered(address)", "bool", asked) if asked else []
        self._known |= {token: bool(yes) for token, yes in zip(new, said, strict=True)}
        return [token for token in tokens if self._known[token]]

    async def _read(self, owner: str, pool: str, units: int) -> VaultReads | None:
        tokens, live, rates, hooks, supply, weights = await self._ask.every(
            (self._vault, "getPoolTokens(address)", "address[]", pool),
            (self._vault, "getCurrentLiveBalances(address)", "uint256[]", pool),
            (self._vault, "getPoolTokenRates(address)", "uint256[],uint256[]", pool),
            (self._vault, "getHooksConfig(address)", _HOOKS, pool),
            (self._vault, "totalSupply(address)", "uint256", pool),
            (pool, "getNormalizedWeights()", "uint256[]"),
        )
        if None in (tokens, live, rates) or not supply or units > supply or {len(tokens)} != {len(live), len(rates[0])}:
            return None
        is_hooked = hooks is None or hooks[_BEFORE] or (hooks[_AFTER] and hooks[_ADJUSTS])
        if any(not scale * rate for scale, rate in zip(*rates, strict=True)):
            return None
        return VaultReads(
            owner=owner, pool=pool, tokens=tokens, live=live, scales=rates[0], rates=rates[1], shares=units,
            supply=supply, is_weighted=weights is not None, is_hooked=bool(is_hooked),
        )  # fmt: skip
