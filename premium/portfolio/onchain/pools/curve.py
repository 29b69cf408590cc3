"""Reads shares of Curve's pools: what leaving in proportion pays.

Which pool a share is of, its coins and balances are the registry's word. Sources: MetaRegistry, and `remove_liquidity`
of the StableSwap, CryptoSwap and Tricrypto contracts as they are published.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from premium.chains.addresses import NATIVE, checksum
from premium.portfolio.onchain.port import Amounts, Owner, Place, Share
from premium.portfolio.positions.found import Found, legs

_COIN = checksum("0x" + "ee" * 20)
"""Curve's own name of a chain's coin."""
_MOST = 8
"""A pool has at most as many coins."""


@dataclass(frozen=True, kw_only=True)
class CurveReads:
    """A pool's state, and the shares held of it."""

    owner: str
    share: str
    pool: str
    coins: Sequence[str]
    balances: Sequence[int]
    shares: int
    supply: int
    is_volatile: bool
    """Pools of volatile coins pay for one share less, unless all leave."""


class CurvePools:
    """Shares of the pools of one registry."""

    def __init__(self, place: Place) -> None:
        self._place, self._ask = place, place.contracts
        self._registry = place.entry.registry or NATIVE
        self._pools: dict[str, str] = {}

    async def find(self, owner: Owner) -> list[CurveReads]:
        """Read the pools among the tokens held."""
        claimed = [token for token in owner.held if token in owner.shares and owner.shares[token].is_minted]
        pools = await self._pools_of(claimed)
        found = await asyncio.gather(
            *(self._read(owner.address, token, pool, owner.held[token]) for token, pool in pools.items())
        )
        return [each for each in found if each is not None]

    def value(self, reads: CurveReads) -> Found:
        """Return the share of each balance, rounded down."""
        taken = reads.shares - (1 if reads.is_volatile and reads.shares < reads.supply else 0)
        coins = [self._place.key(NATIVE if coin == _COIN else coin) for coin in reads.coins]
        amounts = [(coin, balance * taken // reads.supply) for coin, balance in zip(coins, reads.balances, strict=True)]
        return self._place.found(
            reads.owner, reads.share, kind="stable_lp", receipts=(self._place.key(reads.share),), assets=legs(amounts),
            facts={"pool": reads.pool, "shares": str(reads.shares), "supply": str(reads.supply)},
        )  # fmt: skip

    async def opened(self, token: str, share: Share, units: int) -> Amounts | None:
        """Return what leaving with these shares would pay."""
        pool = (await self._pools_of([token])).get(token) if share.is_minted else None
        reads = None if pool is None else await self._read(NATIVE, token, pool, units)
        return None if reads is None else [(leg.asset, leg.units) for leg in self.value(reads).assets]

    async def _pools_of(self, tokens: Sequence[str]) -> dict[str, str]:
        """Return the pool of each share that the registry knows."""
        new = [token for token in tokens if token not in self._pools]
        asked = [(self._registry, token) for token in new]
        said = await self._ask.each("get_pool_from_lp_token(address)", "address", asked) if asked else []
        self._pools |= {token: pool or NATIVE for token, pool in zip(new, said, strict=True)}
        return {token: self._pools[token] for token in tokens if self._pools[token] != NATIVE}

    async def _read(self, owner: str, share: str, pool: str, units: int) -> CurveReads | None:
        count, coins, balances, supply, gamma = await self._ask.every(
            (self._registry, "get_n_coins(address)", "uint256", pool),
            (self._registry, "get_coins(address)", "address[8]", pool),
            (self._registry, "get_balances(address)", "uint256[8]", pool),
            (share, "totalSupply()", "uint256"),
            (pool, "gamma()", "uint256"),
        )
        if not count or count > _MOST or None in (coins, balances) or not supply or units > supply:
            return None
        return CurveReads(owner=owner, share=share, pool=pool, coins=coins[:count], balances=balances[:count],
                          shares=units, supply=supply, is_volatile=gamma is not None)  # fmt: skip
