"""Prices read from Uniswap V2 and V3 pools, on chains whose entry names a `dex`.

A token is priced in its deepest pool against the stablecoin, or against the wrapped native coin and that
against the stablecoin. The stablecoin is the unit: the entry vouches for its dollar.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from eth_abi.abi import encode

from premium.chains import answers
from premium.chains.addresses import NATIVE, checksum, split_key
from premium.chains.evm import CHAIN_DEADLINE, EvmAdapter
from premium.chains.model import Dex
from premium.chains.multicall import Read, Reader
from premium.clock import Clock
from premium.errors import UpstreamUnavailable
from premium.prices.model import Price
from premium.prices.pools import PoolQuote, confidence, deepest, in_dollars, v2_quote, v3_quote

_GET_PAIR, _GET_POOL, _GET_RESERVES, _SLOT0, _BALANCE_OF, _DECIMALS = (
    bytes.fromhex(selector) for selector in ("e6a43905", "1698ee82", "0902f1ac", "3850c7bd", "70a08231", "313ce567")
)


@dataclass(frozen=True, kw_only=True)
class _Pool:
    token: str
    quote: str
    address: str
    version: int

    @property
    def token_is_first(self) -> bool:
        return self.token.lower() < self.quote.lower()

    def questions(self) -> list[Read]:
        if self.version == 2:
            return [Read(self.address, _GET_RESERVES)]
        holds = Read(self.quote, _BALANCE_OF + encode(["address"], [self.address]))
        return [Read(self.address, _SLOT0), holds]


class PoolPrices:
    """Current prices of one chain's assets, from its pools."""

    name = "pools"

    def __init__(self, adapter: EvmAdapter, dex: Dex, clock: Clock) -> None:
        self._adapter, self._dex, self._clock = adapter, dex, clock

    def covers(self, key: str) -> bool:
        """Say whether the asset is on this chain."""
        return key.partition(":")[0] == self._adapter.chain.name

    async def prices(self, keys: Sequence[str]) -> Mapping[str, Price]:
        """Return the prices that pools tell, by key.

        UpstreamUnavailable when the chain does not answer within its deadline.
        """
        try:
            async with asyncio.timeout(CHAIN_DEADLINE):
                return await self._prices({key: self._token(key) for key in keys})
        except TimeoutError:
            raise UpstreamUnavailable(f"the pools of {self._adapter.chain.name} were not read in time") from None

    async def _prices(self, tokens: Mapping[str, str]) -> Mapping[str, Price]:
        reader = await self._adapter.reader()
        wanted = sorted({*tokens.values(), self._dex.wrapped_native} - {self._dex.stable})
        pools = await self._pools(reader, wanted)
        scale = await self._decimals(reader, wanted)
        quotes = await self._quotes(reader, pools, scale)
        dollars = self._dollars(quotes)
        return {key: self._price(key, dollars[token]) for key, token in tokens.items() if token in dollars}

    def _token(self, key: str) -> str:
        address = split_key(key)[1]
        return self._dex.wrapped_native if address == NATIVE else address

    async def _pools(self, reader: Reader, tokens: Sequence[str]) -> list[_Pool]:
        dex, found = self._dex, []
        pairs = [(t, q) for t in tokens for q in (dex.stable, dex.wrapped_native) if t != q]
        asked = [
            (2, t, q, Read(dex.v2_factory, _GET_PAIR + encode(["address"] * 2, [t, q])))
            for t, q in pairs
            if dex.v2_factory
        ]
        asked += [
            (3, t, q, Read(dex.v3_factory, _GET_POOL + encode(["address", "address", "uint24"], [t, q, fee])))
            for t, q in pairs
            for fee in dex.v3_fees
            if dex.v3_factory
        ]
        replies = await reader.reads([read for *_, read in asked])
        for (version, token, quote, _), reply in zip(asked, replies, strict=True):
            number = answers.uint(reply)
            if number:
                found.append(_Pool(token=token, quote=quote, address=checksum(f"0x{number:040x}"), version=version))
        return found

    async def _decimals(self, reader: Reader, tokens: Sequence[str]) -> dict[str, int]:
        replies = await reader.reads([Read(token, _DECIMALS) for token in tokens])
        said = {token: answers.decimals(reply) for token, reply in zip(tokens, replies, strict=True)}
        return {t: d for t, d in said.items() if d is not None} | {self._dex.stable: self._dex.stable_decimals}

    async def _quotes(
        self, reader: Reader, pools: Sequence[_Pool], scale: Mapping[str, int]
    ) -> list[tuple[_Pool, PoolQuote]]:
        replies = iter(await reader.reads([read for pool in pools for read in pool.questions()]))
        quotes = [(pool, _quote(pool, [next(replies) for _ in pool.questions()], scale)) for pool in pools]
        return [(pool, quote) for pool, quote in quotes if quote is not None]

    def _dollars(self, quotes: Sequence[tuple[_Pool, PoolQuote]]) -> dict[str, PoolQuote]:
        """Return the dollar price of each token in its deepest pool.

        First what the stablecoin prices, the native coin among it, then what the native coin prices.
        """
        dex, one = self._dex, Decimal(1)
        direct = [(pool.token, in_dollars(quote, one)) for pool, quote in quotes if pool.quote == dex.stable]
        native = deepest(quote for token, quote in direct if token == dex.wrapped_native)
        usd = native.price if native else None
        over = [(p.token, in_dollars(q, usd)) for p, q in quotes if usd is not None and p.quote == dex.wrapped_native]
        best: dict[str, PoolQuote] = {dex.stable: PoolQuote(price=one, depth=Decimal(10**9))}
        for token in {token for token, _ in direct + over}:
            found = deepest(quote for other, quote in direct + over if other == token)
            best |= {token: found} if found else {}
        return best

    def _price(self, key: str, quote: PoolQuote) -> Price:
        now = self._clock.now()
        return Price(key=key, usd=quote.price, confidence=confidence(quote.depth), at=now, source=self.name)


def _quote(pool: _Pool, replies: list[bytes | None], scale: Mapping[str, int]) -> PoolQuote | None:
    """Return a pool's quote; None for an answer or a scale that is missing."""
    token, quote, first = scale.get(pool.token), scale.get(pool.quote), replies[0]
    if token is None or quote is None or first is None or len(first) < 2 * answers.WORD:
        return None
    one, two = (int.from_bytes(first[i : i + answers.WORD], "big") for i in (0, answers.WORD))
    if pool.version == 2:
        held, against = (one, two) if pool.token_is_first else (two, one)
        return v2_quote(held, against, token_decimals=token, quote_decimals=quote)
    depth = answers.uint(replies[1]) or 0
    return v3_quote(one, depth, token_is_first=pool.token_is_first, token_decimals=token, quote_decimals=quote)
