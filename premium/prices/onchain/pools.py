"""Prices read from Uniswap V2 and V3 pools, on chains whose entry names a `dex`.

A token is priced in its deepest pool against the stablecoin, or against the wrapped native coin and that
against the stablecoin. The stablecoin is the unit; what it is worth itself others say (`unit`), and where nobody does
the entry vouches for its dollar. What counts is a mean over half an hour; one block's price is for who watches ticks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError

from premium.chains import answers
from premium.chains.addresses import NATIVE, asset_key, checksum, split_key
from premium.chains.evm import CHAIN_DEADLINE, EvmAdapter
from premium.chains.model import Dex
from premium.chains.multicall import NoMulticall, Read, Reader
from premium.chains.reading.block import Head
from premium.clock import Clock
from premium.errors import UpstreamUnavailable
from premium.prices.averages import Observed, Pair, v2_average, v3_average
from premium.prices.model import Price
from premium.prices.onchain.windows import SECONDS, Memory, Seen, begin, block_before
from premium.prices.pools import PoolQuote, confidence, deepest, in_dollars, v2_quote, v3_quote
from premium.storage.cache import Cache

_GET_PAIR, _GET_POOL, _GET_RESERVES, _SLOT0, _BALANCE_OF, _DECIMALS, _SUM0, _SUM1, _OBSERVE = (
    bytes.fromhex(selector)
    for selector in (
        "e6a43905", "1698ee82", "0902f1ac", "3850c7bd", "70a08231", "313ce567", "5909c0d5", "5a3d5493", "883bdbfd",
    )
)  # fmt: skip
_HALF_INT56 = 2**55


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

    def sums(self) -> list[Read]:
        """What a V2 pair's averages are made of."""
        return [Read(self.address, selector) for selector in (_GET_RESERVES, _SUM0, _SUM1)]

    def observes(self, seconds: int) -> list[Read]:
        """What a V3 pool's averages are made of."""
        ago = Read(self.address, _OBSERVE + encode(["uint32[]"], [[seconds, 0]]))
        return [*self.questions(), *([ago] if seconds else [])]


@dataclass(frozen=True, kw_only=True)
class _Window:
    """The half hour before `until`; its last `idle` seconds have no block."""

    head: Head
    until: int
    idle: int

    @property
    def observed(self) -> int:
        return SECONDS - self.idle


class PoolPrices:
    """Prices of one chain's assets, from its pools.

    Means of half an hour, or the newest block's.
    """

    name = "pools"

    def __init__(
        self, adapter: EvmAdapter, dex: Dex, clock: Clock, *, averaged: bool = False, cache: Cache | None = None
    ) -> None:
        """Take what remembers pairs between readings.

        Without it, nodes are asked for blocks of half an hour ago.
        """
        self._adapter, self._dex, self._clock, self._averaged = adapter, dex, clock, averaged
        self._memory = Memory(cache, adapter.chain.name)
        self.unit: str | None = asset_key(adapter.chain.name, dex.stable)

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
        head = await self._adapter.head()
        reader = self._adapter.reader_at(head)
        wanted = sorted({*tokens.values(), self._dex.wrapped_native} - {self._dex.stable})
        pools = await self._pools(reader, wanted)
        scale = await self._decimals(reader, wanted)
        if self._averaged:
            quotes = await self._means(head, reader, pools, scale)
        else:
            quotes = await self._quotes(reader, pools, scale)
        dollars = self._dollars(quotes)
        return {key: self._price(key, dollars[token]) for key, token in tokens.items() if token in dollars}

    async def _means(
        self, head: Head, reader: Reader, pools: Sequence[_Pool], scale: Mapping[str, int]
    ) -> list[tuple[_Pool, PoolQuote]]:
        """Return the mean quotes of pools; those without half an hour of history have none."""
        window = self._window(head)
        pairs = [pool for pool in pools if pool.version == 2]
        ranges = [pool for pool in pools if pool.version != 2]
        asked = [pool.observes(window.observed) for pool in ranges]
        told = iter(await reader.reads([read for reads in asked for read in reads]))
        found = [
            (pool, _mean(pool, [next(told) for _ in reads], window, scale))
            for pool, reads in zip(ranges, asked, strict=True)
        ]
        found += await self._pair_means(window, reader, pairs, scale)
        return [(pool, quote) for pool, quote in found if quote is not None]

    def _window(self, head: Head) -> _Window:
        """Where blocks come only with transactions, the newest stands until now."""
        at = int(head.time.timestamp())
        late = int(self._clock.now().timestamp()) - at if self._adapter.chain.max_head_age_seconds is None else 0
        return _Window(head=head, until=at + max(0, late), idle=min(max(0, late), SECONDS))

    async def _pair_means(
        self, window: _Window, reader: Reader, pools: Sequence[_Pool], scale: Mapping[str, int]
    ) -> list[tuple[_Pool, PoolQuote | None]]:
        now = {pool.address: pair for pool, pair in await _pairs(reader, pools)}
        remembered = self._memory.of(list(now))
        then = {address: begin(remembered.get(address, ()), window.until) for address in now}
        if unseen := [pool for pool in pools if pool.address in now and then[pool.address] is None]:
            then |= await self._seen_before(window, unseen)
        for address, pair in now.items():
            self._memory.keep(address, remembered.get(address, ()), Seen(window.until, pair))
        found: list[tuple[_Pool, PoolQuote | None]] = []
        for pool in pools:
            token, quote, first = scale.get(pool.token), scale.get(pool.quote), then.get(pool.address)
            if token is not None and quote is not None and first is not None:
                scales = {"token_decimals": token, "quote_decimals": quote}
                held, is_first = now[pool.address], pool.token_is_first
                mean = v2_average(first.pair, first.at, held, window.until, token_is_first=is_first, **scales)
                found.append((pool, mean))
        return found

    async def _seen_before(self, window: _Window, pools: Sequence[_Pool]) -> dict[str, Seen | None]:
        """Return pairs as half an hour ago; none where the node forgot that."""
        try:
            before = await block_before(self._adapter, window.head, window.until)
            if before is None:
                return {}
            for reader in self._adapter.readers(before[0]):
                try:
                    told = await _pairs(reader, pools)
                    return {pool.address: Seen(before[1], pair) for pool, pair in told}
                except NoMulticall:
                    continue
        except UpstreamUnavailable:
            pass  # a node without history: the next reading has what this one remembers
        return {}

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
        depth = None if key == self.unit else quote.depth
        return Price(
            key=key, usd=quote.price, confidence=confidence(quote.depth), at=now, source=self.name, depth=depth
        )


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


async def _pairs(reader: Reader, pools: Sequence[_Pool]) -> list[tuple[_Pool, Pair]]:
    """Return the pairs that answer, as they stand at the reader's block."""
    replies = iter(await reader.reads([read for pool in pools for read in pool.sums()]))
    found: list[tuple[_Pool, Pair]] = []
    for pool in pools:
        held, *sums = (next(replies) for _ in pool.sums())
        first, second = (answers.uint(one) for one in sums)
        if held is None or len(held) < 3 * answers.WORD or first is None or second is None:
            continue
        words = [int.from_bytes(held[i : i + answers.WORD], "big") for i in range(0, 3 * answers.WORD, answers.WORD)]
        pair = Pair(reserves=(words[0], words[1]), sums=(first, second), updated=words[2])
        found.append((pool, pair))
    return found


def _mean(pool: _Pool, replies: Sequence[bytes | None], window: _Window, scale: Mapping[str, int]) -> PoolQuote | None:
    """Return a V3 pool's mean; None where it observes no half hour."""
    slot, held, *observed = replies
    token, quote, holds = scale.get(pool.token), scale.get(pool.quote), answers.uint(held)
    if token is None or quote is None or not holds or slot is None or len(slot) < 2 * answers.WORD:
        return None
    tick, ticks, inverse = _signed(slot[answers.WORD : 2 * answers.WORD]), 0, 0
    if observed:
        sums = _observations(observed[0])
        if sums is None:
            return None
        ticks, inverse = sums
    seen = Observed(seconds=window.observed, ticks=ticks, inverse_liquidity=inverse, tick=tick, idle=window.idle)
    return v3_average(seen, holds, token_is_first=pool.token_is_first, token_decimals=token, quote_decimals=quote)


def _observations(data: bytes | None) -> tuple[int, int] | None:
    """Return by how much the sums of `observe` grew: ticks, and inverse liquidity."""
    try:
        ticks, inverse = decode(["int56[]", "uint160[]"], data or b"", strict=False)
        return (ticks[1] - ticks[0] + _HALF_INT56) % (2 * _HALF_INT56) - _HALF_INT56, inverse[1] - inverse[0]
    except (DecodingError, OverflowError, IndexError):
        return None


def _signed(word: bytes) -> int:
    return int.from_bytes(word, "big", signed=True)
