"""Reads shares of Uniswap V2 pairs and their forks.

They are worth what burning pays after the protocol's pending fee.
Source: UniswapV2Pair of @uniswap/v2-core. A pair is believed when its factory names it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from premium.amm import constant_product
from premium.chains.addresses import NATIVE
from premium.portfolio.onchain.port import Amounts, Owner, Place, Share
from premium.portfolio.positions.found import Found, legs


@dataclass(frozen=True, kw_only=True)
class PairReads:
    """A pair's state, and the shares held of it."""

    owner: str
    pair: str
    tokens: tuple[str, str]
    shares: int
    balances: tuple[int, int]
    """What the pair holds: burning pays of this, not of its reserves."""
    reserves: tuple[int, int]
    total_supply: int
    k_last: int
    """0 where the protocol takes no fee."""


class Pairs:
    """Shares of the pairs of one factory."""

    def __init__(self, place: Place) -> None:
        self._place, self._ask = place, place.contracts

    async def find(self, owner: Owner) -> list[PairReads]:
        """Read the pairs among the tokens held."""
        mine = [token for token in owner.held if self._claims(owner.shares.get(token))]
        found = await asyncio.gather(
            *(self._read(owner.address, token, owner.shares[token], owner.held[token]) for token in mine)
        )
        return [each for each in found if each is not None]

    def value(self, reads: PairReads) -> Found:
        """Return what burning the shares pays; shares too few to pay both tokens pay nothing."""
        supply = constant_product.supply_after_fee(
            reads.reserves, reads.total_supply, reads.k_last, self._place.entry.protocol_fee
        )
        paid = constant_product.burned(reads.balances, reads.shares, supply)
        amounts = zip(map(self._place.key, reads.tokens), paid if all(paid) else (0, 0), strict=True)
        facts = {"shares": str(reads.shares), "supply": str(supply), "reserve0": str(reads.reserves[0]),
                 "reserve1": str(reads.reserves[1])}  # fmt: skip
        return self._place.found(
            reads.owner, reads.pair, receipts=(self._place.key(reads.pair),), assets=legs(amounts), facts=facts
        )

    async def opened(self, token: str, share: Share, units: int) -> Amounts | None:
        """Return what burning these shares would pay."""
        if not self._claims(share):
            return None
        reads = await self._read(NATIVE, token, share, units)
        return None if reads is None else [(leg.asset, leg.units) for leg in self.value(reads).assets]

    def _claims(self, share: Share | None) -> bool:
        return share is not None and None not in (share.token0, share.token1) and share.factory == self._factory

    @property
    def _factory(self) -> str:
        return self._place.entry.factory or NATIVE

    async def _read(self, owner: str, pair: str, share: Share, units: int) -> PairReads | None:
        tokens = (share.token0 or NATIVE, share.token1 or NATIVE)
        # First: what only calls itself a pair could change in its answer what real ones say in the same call.
        if await self._ask.ask(self._factory, "getPair(address,address)", "address", *tokens) != pair:
            return None
        (receiver, reserves, supply, last), held = await asyncio.gather(
            self._ask.every(
                (self._factory, "feeTo()", "address"),
                (pair, "getReserves()", "uint112,uint112,uint32"),
                (pair, "totalSupply()", "uint256"),
                (pair, "kLast()", "uint256"),
            ),
            self._ask.balances(pair, tokens),
        )
        if reserves is None or not supply or units > supply:
            return None
        balances = (held.get(tokens[0], 0), held.get(tokens[1], 0))
        return PairReads(owner=owner, pair=pair, tokens=tokens, shares=units, balances=balances,
                         reserves=(reserves[0], reserves[1]), total_supply=supply,
                         k_last=0 if receiver in (None, NATIVE) else last or 0)  # fmt: skip
