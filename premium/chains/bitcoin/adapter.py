"""Reads coin of wallets on a chain of Bitcoin's kind, at one newest block."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from premium.chains.addresses import asset_key
from premium.chains.bitcoin.history import movements_of
from premium.chains.bitcoin.keys import branches
from premium.chains.bitcoin.network import Network
from premium.chains.bitcoin.scripts import Asked, Held, Tip, agree, tip_of
from premium.chains.bitcoin.servers import Contradiction, Server, Servers
from premium.chains.model import Balance, ChainReading, Keys, Searched, Searches, WatchedKey
from premium.chains.reading.parts import Apart, Note, Part
from premium.chains.rpc import REQUESTS_A_SECOND
from premium.chains.transfers.movement import Movement
from premium.clock import Clock
from premium.errors import UpstreamUnavailable
from premium.neighbours import Refused, worth_repeating

DEADLINE = 5.0
KEYS_DEADLINE, KEYS_LONGEST = 20.0, 60.0
"""Where a wallet is a key: its addresses are asked one by one, at the chain's bound of requests a second.

A gap of 1,000 on two branches takes 20 s by that bound alone.
"""
_READINGS = 3
_BEHIND = 2
"""Blocks by which servers may differ."""
_LOOKED_AT = 200
"""Young outputs of which it is asked whether a miner earned them."""


class BitcoinAdapter:
    """Reads one chain through its servers; it lives as long as they do."""

    def __init__(self, servers: Servers, clock: Clock) -> None:
        self._servers, self._clock, self.chain = servers, clock, servers.chain
        assert self.chain.network is not None  # noqa: S101 - a chain of this kind has one
        self._network: Network = self.chain.network

    async def read(
        self, wallets: Mapping[str, frozenset[str]], searched: Searches | None = None, keys: Keys | None = None
    ) -> ChainReading:
        """Read the coin of wallets; all or nothing (UpstreamUnavailable)."""
        del searched  # servers know all transactions of a script
        mine = {wallet: (keys or {}).get(wallet) for wallet in sorted(wallets)}
        seconds = deadline_of([key for key in mine.values() if key is not None], self._network)
        try:
            async with asyncio.timeout(seconds):
                return await self._read_somewhere(mine)
        except TimeoutError:
            raise UpstreamUnavailable(f"{self.chain.name} was not read within {seconds:g} s") from None

    async def canonical(self, blocks: Sequence[tuple[int, str]]) -> list[bool]:
        """Say which blocks, by number and hash, are still the chain's."""
        server = (await self._servers.in_turn())[0]
        return [await _hash_at(server, number) == expected for number, expected in blocks]

    async def movements(self, wallet: str, key: WatchedKey | None, first: int, last: int) -> Sequence[Movement]:
        """Return all that a wallet moved from block `first` to `last`, both inclusive."""
        asked = Asked((await self._servers.in_turn())[0], self._network)
        held = await asked.of_wallet(wallet, key)
        return await movements_of(asked.server, wallet, [each.script for each in held if each.times], first, last)

    async def _read_somewhere(self, wallets: Mapping[str, WatchedKey | None]) -> ChainReading:
        """Read all from one server; from the next where that one fails or contradicts itself."""
        failure = UpstreamUnavailable(f"{self.chain.name} has no server")
        for server in await self._servers.in_turn():
            try:
                return await self._read(server, wallets)
            except UpstreamUnavailable as error:
                self._servers.distrust(server)
                failure = error if worth_repeating(error) or not worth_repeating(failure) else failure
        raise failure

    async def _read(self, server: Server, wallets: Mapping[str, WatchedKey | None]) -> ChainReading:
        others = [each for each in await self._servers.in_turn() if each is not server]
        failure = UpstreamUnavailable(f"{self.chain.name} was not read")
        for _ in range(_READINGS):
            tip = await tip_of(server)
            bound = self.chain.max_head_age_seconds
            if bound is not None and (self._clock.now() - tip.at).total_seconds() > bound:
                raise UpstreamUnavailable(f"the newest block of {server.name} is from {tip.at:%Y-%m-%d %H:%M} UTC")
            await agree(tip, server, others, _BEHIND)
            asked = Asked(server, self._network)
            try:
                found = {wallet: await self._wallet(asked, wallet, key, tip) for wallet, key in wallets.items()}
            except Contradiction as error:
                failure = error  # or something was paid between two of the answers
                continue
            if await server.text("/blocks/tip/hash") == tip.hash:
                return self._reading(tip, found)
            failure = UpstreamUnavailable(f"{self.chain.name} had a new block each time that it was read")
        raise failure

    async def _wallet(self, asked: Asked, wallet: str, key: WatchedKey | None, tip: Tip) -> _Coin:
        held = await asked.of_wallet(wallet, key)
        immature, is_sure = 0, True
        for each in held:
            if each.confirmed:
                young = await self._immature(asked, each, tip)
                immature, is_sure = immature + (young or 0), is_sure and young is not None
        return _Coin(
            confirmed=sum(each.confirmed for each in held),
            immature=immature,
            received=sum(each.received for each in held),
            spent=sum(each.spent for each in held),
            is_used=any(each.is_used for each in held),
            is_sure=is_sure,
        )

    async def _immature(self, asked: Asked, held: Held, tip: Tip) -> int | None:
        """Return what a miner earned and may not spend yet; None where the server lists too many outputs."""
        try:
            outputs = await asked.outputs(held, tip)
        except Refused:
            return None
        young = [each for each in outputs if tip.height + 1 - each.height < self._network.maturity]
        if len({each.tx for each in young}) > _LOOKED_AT:
            return None
        earned = {tx for tx in {each.tx for each in young} if await _is_earned(asked.server, tx)}
        return sum(each.units for each in young if each.tx in earned)

    def _reading(self, tip: Tip, found: Mapping[str, _Coin]) -> ChainReading:
        native, key = self.chain.native, asset_key(self.chain.name)
        unsure = "too many outputs: it is not known how much of it a miner earned and may not spend yet"
        return ChainReading(
            chain=self.chain.name,
            block=tip.height,
            block_hash=tip.hash,
            block_time=tip.at,
            read_at=self._clock.now(),
            balances=tuple(
                Balance(wallet=wallet, key=key, symbol=native.symbol, decimals=native.decimals,
                        units=coin.confirmed - coin.immature, category="native")
                for wallet, coin in found.items() if coin.confirmed > coin.immature
            ),
            searched={wallet: Searched(low=0, high=tip.height) for wallet in found},
            unused=frozenset(wallet for wallet, coin in found.items() if not coin.is_used),
            apart=tuple(each for wallet, coin in found.items() for each in coin.apart(wallet)),
            notes=tuple(Note("not_read", unsure, wallet, key) for wallet, coin in found.items() if not coin.is_sure),
        )  # fmt: skip


def deadline_of(keys: Sequence[WatchedKey], network: Network) -> float:
    """Return how many seconds a reading has, by the gaps of its keys."""
    if not keys:
        return DEADLINE
    return min(KEYS_LONGEST, KEYS_DEADLINE + sum(_least(key, network) for key in keys) / REQUESTS_A_SECOND)


def _least(key: WatchedKey, network: Network) -> int:
    try:
        return key.gap_limit * len(branches(key.key, network))
    except ValueError:
        return 0  # the reading refuses it by its reason


@dataclass(frozen=True, kw_only=True)
class _Coin:
    """What a wallet has, in base units."""

    confirmed: int
    immature: int
    received: int
    spent: int
    is_used: bool
    is_sure: bool

    def apart(self, wallet: str) -> list[Apart]:
        """Return what is no part of the balance: not spendable yet, or without a block."""
        found = []
        if self.immature:
            found.append(Apart(wallet=wallet, kind="immature", name=wallet, parts=((self.immature, "locked"),)))
        if self.received or self.spent:
            facts = {"received": str(self.received), "spent": str(self.spent), "net": str(self.received - self.spent)}
            parts: tuple[Part, ...] = ((self.received, "free"),) if self.received else ()
            found.append(
                Apart(wallet=wallet, kind="unconfirmed", name=wallet, parts=parts, facts=facts, is_counted=False)
            )
        return found


async def _is_earned(server: Server, tx: str) -> bool:
    said = await server.json(f"/tx/{tx}")
    try:
        return bool(said["vin"][0]["is_coinbase"])
    except (TypeError, KeyError, IndexError):
        raise UpstreamUnavailable(f"{server.name} tells of a transaction what makes no sense") from None


async def _hash_at(server: Server, height: int) -> str | None:
    try:
        return await server.text(f"/block-height/{height}")
    except Refused:
        return None
