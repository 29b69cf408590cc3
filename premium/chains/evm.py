"""Reads native and ERC-20 balances of many wallets on an EVM chain.

All of them at one block, in a handful of calls.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from premium.chains import answers
from premium.chains.addresses import NATIVE, asset_key, checksum
from premium.chains.discovery import search
from premium.chains.model import Balance, ChainReading, Keys, Searched, Searches, WatchedKey
from premium.chains.multicall import Deployless, Direct, Multicall, NoMulticall, Reader
from premium.chains.reading import collectibles
from premium.chains.reading.block import Head, Moved, calls_at, still_canonical
from premium.chains.reading.calls import balance_of
from premium.chains.reading.emptiness import empty
from premium.chains.reading.parts import MOST_COLLECTIBLES, Collectible
from premium.chains.reading.spoilers import Spoilers
from premium.chains.reading.tokens import About, describe
from premium.chains.rpc import Call, Rpc
from premium.chains.transfers.movement import Movement
from premium.chains.transfers.node import ask
from premium.chains.transfers.wallet import movements_of
from premium.clock import Clock
from premium.errors import UpstreamUnavailable
from premium.neighbours import repeating, worth_repeating

CHAIN_DEADLINE = 5.0
_A_WALLET_SECONDS = 0.002
"""Beside the deadline, for what we do ourselves: a run's chunk has thousands, and others are read beside it.

A node that hangs costs no more for it: each request has its own share of the deadline.
"""
_DISCOVERY_SHARE = 0.3
"""Of the deadline: logs are the slowest thing a node does, and a portfolio is right without new ones."""


_AGAIN = 1
"""Behind one address nodes differ by a block: one that lacks the pinned block has it a second later."""

_READINGS = 3
"""How often a chain is read that is reorganised meanwhile: the second and third time at once."""
_LOOKED_AT = 20
"""Wallets of one reading whose nonce and code are asked for one by one, where nodes do not run code of ours.

Once they are known to be unused, others' turn comes.
"""

_KNOWN_SECONDS = 5.0
"""For so long a block's hash is believed without asking again."""

Wallets = Mapping[str, frozenset[str]]


class FellBehind(UpstreamUnavailable):
    """No endpoint has a recent block: a second later none will."""

    retryable = False


class EvmAdapter:
    """Reads one chain through its `Rpc`.

    It lives as long as that, for the breakers and the bucket in it.
    """

    def __init__(
        self, rpc: Rpc, clock: Clock, *, deadline: float = CHAIN_DEADLINE, spoilers: Spoilers | None = None
    ) -> None:
        self._rpc, self._clock, self._deadline, self.chain = rpc, clock, deadline, rpc.chain
        self._spoilers = spoilers or Spoilers(rpc.chain.name)
        self._canonical_once = asyncio.Lock()
        self._hashes: dict[int, tuple[str | None, float]] = {}
        """By block the hash that the chain has for it, and until when that is believed."""

    async def read(self, wallets: Wallets, searched: Searches | None = None, keys: Keys | None = None) -> ChainReading:
        """Read the balances of wallets, with the tokens known of each.

        All or nothing for the chain (UpstreamUnavailable), contract by contract for its tokens.
        """
        del keys  # wallets here are addresses
        try:
            seconds = self._deadline + _A_WALLET_SECONDS * len(wallets)
            async with asyncio.timeout(seconds):
                return await repeating(_AGAIN)(self._read_somewhere, wallets, searched or {})
        except TimeoutError:
            raise UpstreamUnavailable(f"{self.chain.name} was not read within {seconds:.3g} s") from None

    async def _read_somewhere(self, wallets: Wallets, searched: Searches) -> ChainReading:
        """Read again at once where that may help.

        The block is not the chain's any more, or another node is asked first now.
        """
        for _ in range(max(_READINGS, self._rpc.nodes) - 1):
            first = self._rpc.first
            try:
                return await self._read(wallets, searched)
            except Moved:
                continue
            except UpstreamUnavailable as error:
                if not worth_repeating(error) or self._rpc.first is first:
                    raise
        return await self._read(wallets, searched)

    async def _read(self, wallets: Wallets, searched: Searches) -> ChainReading:
        head = await self.head()
        same_coin = frozenset({self.chain.native.mirrored_by})
        known = {
            wallet: (self._listed(searched.get(wallet)) | frozenset(map(checksum, tokens))) - same_coin
            for wallet, tokens in wallets.items()
        }
        found, (balances, unreadable) = await asyncio.gather(
            self._search({wallet: searched.get(wallet) for wallet in wallets}, head),
            self._balances(head, known, natives=True),
        )
        new = {wallet: each.tokens - known[wallet] - same_coin for wallet, each in found.items()}
        if any(new.values()):
            more, unreadable_too = await self._balances(head, new, natives=False)
            balances, unreadable = balances + more, unreadable | unreadable_too
        silent = [
            w
            for w, each in found.items()
            if each.low <= 0 and each.high >= head.number and not (each.tokens or each.nfts or each.collectibles)
        ]
        unused = await self._unused(head, set(silent) - {balance.wallet for balance in balances})
        nfts = await self._collectibles(head, {w: each.collectibles for w, each in found.items() if each.collectibles})
        await still_canonical(self._rpc, head)
        return ChainReading(
            chain=self.chain.name,
            block=head.number,
            block_hash=head.hash,
            block_time=head.time,
            read_at=self._clock.now(),
            balances=tuple(balances),
            unreadable=tuple(sorted(unreadable)),
            searched=found,
            discovery_failed=any(each.high < head.number or each.low > head.number for each in found.values()),
            unused=unused,
            collectibles=nfts,
        )

    def _listed(self, searched: Searched | None) -> frozenset[str]:
        """Return the tokens to read whoever holds them.

        Once logs told all of a wallet, those of Token Lists are not.
        """
        known = frozenset(token.address for token in self.chain.tokens)
        is_whole = self.chain.discovery is not None and searched is not None and searched.low <= 0
        return known if is_whole else known | self.chain.listed

    async def canonical(self, blocks: Sequence[tuple[int, str]]) -> list[bool]:
        """Say which blocks, by number and hash, are still the chain's."""
        async with self._canonical_once:  # of a run's users thousands were read at the same blocks
            now = time.monotonic()
            self._hashes = {number: each for number, each in self._hashes.items() if each[1] > now}
            unknown = sorted({number for number, _ in blocks} - self._hashes.keys())
            said = await ask(self._rpc, [Call("eth_getBlockByNumber", (hex(number), False)) for number in unknown])
            for number, block in zip(unknown, said, strict=True):
                self._hashes[number] = (block.get("hash") if block else None, now + _KNOWN_SECONDS)
            return [self._hashes[number][0] == expected for number, expected in blocks]

    async def movements(self, wallet: str, key: WatchedKey | None, first: int, last: int) -> Sequence[Movement]:
        """Return all that a wallet moved from block `first` to `last`."""
        del key  # wallets here are addresses
        return (await movements_of(self._rpc, wallet, first, last)).movements

    async def head(self) -> Head:
        """Return the newest block of a node that has kept up.

        UpstreamUnavailable where none has: balances would be old.
        """
        for _ in range(max(1, self._rpc.nodes)):
            head = await self.block()
            if not self._is_old(head):
                return head
            self._rpc.ask_another()
        raise FellBehind(f"the newest block of {self.chain.name} is from {head.time:%Y-%m-%d %H:%M} UTC")

    async def block(self, number: int | None = None) -> Head:
        """Return a block by its number, or the newest.

        UpstreamUnavailable where the node has none.
        """
        name = "latest" if number is None else hex(number)
        block = await self._rpc.told("eth_getBlockByNumber", name, False)
        try:
            at = datetime.fromtimestamp(int(block["timestamp"], 16), UTC)
            return Head(int(block["number"], 16), str(block["hash"]), at)
        except (TypeError, KeyError, ValueError, OverflowError, OSError) as error:
            raise UpstreamUnavailable(
                f"{self.chain.name} gave no {'newest ' if number is None else ''}block"
            ) from error

    def _is_old(self, head: Head) -> bool:
        bound = self.chain.max_head_age_seconds
        return bound is not None and (self._clock.now() - head.time).total_seconds() > bound

    async def reader(self) -> Reader:
        """Return a reader of contracts at the newest block.

        `NoMulticall` is the caller's to expect where the registry is wrong.
        """
        return self.reader_at(await self.head())

    def reader_at(self, head: Head) -> Reader:
        """Return a reader of contracts at a block."""
        return self.readers(head)[0]

    def readers(self, head: Head) -> list[Reader]:
        """Return the ways to read at a block, the best first."""
        address, spoilers = self.chain.multicall, self._spoilers
        ways: list[Reader] = [Deployless(self._rpc, head, spoilers), Direct(self._rpc, head, spoilers)]
        return ways if address is None else [Multicall(self._rpc, address, head, spoilers), *ways]

    async def _search(self, wallets: Searches, head: Head) -> dict[str, Searched]:
        """Carry the search of logs on, beside the balances of what was known before."""
        bounds = self.chain.discovery
        if bounds is None:
            return {}
        return await search(self._rpc, wallets, head.number, bounds, seconds=self._deadline * _DISCOVERY_SHARE)

    async def _collectibles(self, head: Head, named: Mapping[str, frozenset[str]]) -> tuple[Collectible, ...] | None:
        """Return the NFTs that wallets have; None where nothing of them was read, which no balance waits for."""
        wanted = {wallet: sorted(names)[:MOST_COLLECTIBLES] for wallet, names in named.items()}
        try:
            async with asyncio.timeout(self._deadline * _DISCOVERY_SHARE):
                for reader in self.readers(head):
                    try:
                        return await collectibles.held(reader.hints, wanted)
                    except NoMulticall:
                        continue
        except (TimeoutError, UpstreamUnavailable):
            pass
        return None

    async def _unused(self, head: Head, wallets: set[str]) -> frozenset[str]:
        """Return those that never sent a transaction and have no code."""
        if not wallets:
            return frozenset()
        if (found := await empty(self._rpc, head, sorted(wallets))) is not None:
            return found
        asked = sorted(wallets)[:_LOOKED_AT]
        methods = ("eth_getTransactionCount", "eth_getCode")
        said = iter(await calls_at(self._rpc, head, [(method, wallet) for wallet in asked for method in methods]))
        return frozenset(wallet for wallet in asked if (next(said), next(said)) == ("0x0", "0x"))

    async def _balances(self, head: Head, wanted: Wallets, *, natives: bool) -> tuple[list[Balance], set[str]]:
        of = list(wanted) if natives and not self.chain.native.absent else []
        *ways, last = self.readers(head)
        for reader in ways:
            try:
                return await self._read_by(reader, wanted, of)
            except NoMulticall:
                continue
        return await self._read_by(last, wanted, of)

    async def _read_by(self, reader: Reader, wanted: Wallets, of: list[str]) -> tuple[list[Balance], set[str]]:
        """Read tokens of `wanted`, and the native coin of the wallets `of`."""
        pairs = [(wallet, token) for wallet, tokens in wanted.items() for token in sorted(tokens)]
        natives, replies = await reader.balances(of, [balance_of(*pair) for pair in pairs])
        found = [(*pair, answers.uint(reply)) for pair, reply in zip(pairs, replies, strict=True)]
        unreadable = {asset_key(self.chain.name, token) for _, token, units in found if units is None}
        held = [(wallet, token, units) for wallet, token, units in found if units]
        about = await describe(self.chain, reader.reads, sorted({token for _, token, _ in held}))
        rows = [self._native(wallet, n) for wallet, n in zip(of, natives, strict=True) if n]
        rows += [self._token(wallet, token, n, about[token]) for wallet, token, n in held]
        return rows, unreadable

    def _native(self, wallet: str, units: int) -> Balance:
        native, key = self.chain.native, asset_key(self.chain.name, NATIVE)
        return Balance(
            wallet=wallet, key=key, symbol=native.symbol, decimals=native.decimals, units=units, category="native"
        )

    def _token(self, wallet: str, token: str, units: int, about: About) -> Balance:
        key = asset_key(self.chain.name, token)
        return Balance(
            wallet=wallet, key=key, symbol=about.symbol, decimals=about.decimals, units=units, category=about.category
        )
