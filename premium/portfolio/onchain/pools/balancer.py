"""Reads shares of Balancer's pools: what leaving in proportion pays, by the pool's own answer.

Weighted and stable pools of Balancer V2, composable ones included. Sources: Vault, BasePool and ComposableStablePool
of @balancer-labs/v2-deployments. Anyone may register a pool with the vault: one is believed when a listed factory says
that it made it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from premium.chains.addresses import NATIVE
from premium.portfolio.onchain.port import Amounts, Owner, Place, Share
from premium.portfolio.positions.found import Found, legs

_WORD = 32
_QUERY = "queryExit(bytes32,address,address,uint256[],uint256,uint256,bytes)"
_FOR_ALL, _FOR_ALL_COMPOSABLE = 1, 2
"""The kinds of exit that pay every token in proportion."""
_ONE = 10**18


@dataclass(frozen=True, kw_only=True)
class PoolReads:
    """A pool's state, and the shares held of it."""

    owner: str
    pool: str
    pool_id: str
    tokens: Sequence[str]
    shares: int
    supply: int
    balances: Sequence[int]
    paid: Sequence[int] | None
    """What the pool says that leaving pays; None where it lets nobody leave in proportion now."""
    is_weighted: bool


class BalancerPools:
    """Shares of the pools of one vault that listed factories made."""

    def __init__(self, place: Place) -> None:
        self._place, self._ask = place, place.contracts
        self._vault = place.entry.vault or NATIVE
        self._made: dict[str, bool] = {}

    async def find(self, owner: Owner) -> list[PoolReads]:
        """Read the pools among the tokens held."""
        claimed = [token for token in owner.held if token in owner.shares and owner.shares[token].pool_id]
        known = await self._known(claimed)
        found = await asyncio.gather(
            *(self._read(owner.address, token, owner.shares[token], owner.held[token]) for token in known)
        )
        return [each for each in found if each is not None]

    def value(self, reads: PoolReads) -> Found:
        """Return what the pool pays.

        Where it lets nobody leave in proportion, the share of each balance.
        """
        paid = reads.paid
        if paid is None:
            ratio = reads.shares * _ONE // reads.supply
            paid = [balance * ratio // _ONE for balance in reads.balances]
        amounts = [
            (self._place.key(token), units)
            for token, units in zip(reads.tokens, paid, strict=True) if token != reads.pool
        ]  # fmt: skip
        return self._place.found(
            reads.owner, reads.pool, receipts=(self._place.key(reads.pool),), assets=legs(amounts),
            kind="weighted_lp" if reads.is_weighted else "stable_lp",
            facts={"pool_id": reads.pool_id, "shares": str(reads.shares), "supply": str(reads.supply),
                   "exit": "open" if reads.paid is not None else "single_token"},
        )  # fmt: skip

    async def opened(self, token: str, share: Share, units: int) -> Amounts | None:
        """Return what leaving with these shares would pay."""
        if share.pool_id is None or not await self._known([token]):
            return None
        reads = await self._read(NATIVE, token, share, units)
        return None if reads is None else [(leg.asset, leg.units) for leg in self.value(reads).assets]

    async def _known(self, tokens: Sequence[str]) -> list[str]:
        """Return those that a listed factory made."""
        new = [token for token in tokens if token not in self._made]
        asked = [(factory, token) for token in new for factory in self._place.entry.contracts]
        said = await self._ask.each("isPoolFromFactory(address)", "bool", asked) if asked else []
        made = {token for (_, token), yes in zip(asked, said, strict=True) if yes}
        self._made |= {token: token in made for token in new}
        return [token for token in tokens if self._made[token]]

    async def _read(self, owner: str, pool: str, share: Share, units: int) -> PoolReads | None:
        pool_id = share.pool_id or bytes(_WORD)
        held, collector, supply, actual, weights, where = await self._ask.every(
            (self._vault, "getPoolTokens(bytes32)", "address[],uint256[],uint256", pool_id),
            (self._vault, "getProtocolFeesCollector()", "address"),
            (pool, "totalSupply()", "uint256"),
            (pool, "getActualSupply()", "uint256"),
            (pool, "getNormalizedWeights()", "uint256[]"),
            (self._vault, "getPool(bytes32)", "address,uint8", pool_id),
        )
        if held is None or not supply or units > supply or where is None or where[0] != pool:
            return None
        tokens, balances, last = held
        fee = await self._ask.ask(collector or NATIVE, "getSwapFeePercentage()", "uint256")
        kind = _FOR_ALL_COMPOSABLE if pool in tokens else _FOR_ALL
        words = b"".join(value.to_bytes(_WORD, "big") for value in (kind, units))
        said = await self._ask.ask(
            pool, _QUERY, "uint256,uint256[]", pool_id, owner, owner, list(balances), last, fee or 0, words
        )
        paid = said[1] if said is not None and said[0] == units else None
        if paid is not None and pool in tokens and len(paid) == len(tokens) - 1:
            paid = _with_share(paid, tokens.index(pool))  # composable pools leave their own share out
        return PoolReads(
            owner=owner, pool=pool, pool_id="0x" + pool_id.hex(), tokens=tokens, shares=units, balances=balances,
            supply=actual or supply, paid=paid if paid is not None and len(paid) == len(tokens) else None,
            is_weighted=weights is not None,
        )  # fmt: skip


def _with_share(paid: Sequence[int], place: int) -> list[int]:
    return [*paid[:place], 0, *paid[place:]]
