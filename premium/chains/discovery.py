"""Finds the tokens that wallets ever received or gave, by their `Transfer` logs.

A wallet's search begins at the newest block and goes back to the first, over as many readings as it takes; what is new
since the last one comes first. Nothing is cut off: a search says from which block to which it holds.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from premium.chains.addresses import checksum
from premium.chains.contracts.protocols import of_chain
from premium.chains.model import Discovery, Searched
from premium.chains.reading import collectibles
from premium.chains.reading.collectibles import BATCH, SINGLE, TRANSFER
from premium.chains.reading.parts import MOST_COLLECTIBLES
from premium.chains.rpc import Call, Rpc, RpcError
from premium.errors import UpstreamUnavailable

_SPANS_AT_ONCE = 5
_QUESTIONS = 3
"""A span: what came, what went, and NFTs of ERC-1155 that came."""
MOST_WALLETS = 1_000
"""Of one question: nodes refuse more values of a topic (go-ethereum's `maxSubTopics`)."""

Span = tuple[int, int]
"""First and last block of a question, both inclusive."""
_Named = Mapping[str, set[str]]
"""What logs name, by wallet."""


async def search(
    rpc: Rpc, wallets: Mapping[str, Searched | None], head: int, bounds: Discovery, *, seconds: float
) -> dict[str, Searched]:
    """Carry each wallet's search on, for so many seconds; return how far it holds.

    Where the node refuses or is slow, it stays where it came to.
    """
    searches = _Searches(rpc, wallets, head, bounds)
    try:
        async with asyncio.timeout(seconds):
            while await searches.carry_on():
                pass
    except (TimeoutError, UpstreamUnavailable):
        pass
    return searches.found


class _Searches:
    """The searches of some wallets on one chain."""

    def __init__(self, rpc: Rpc, wallets: Mapping[str, Searched | None], head: int, bounds: Discovery) -> None:
        self._rpc, self._head, self._span = rpc, head, bounds.span
        known = of_chain(rpc.chain.name, rpc.chain.protocols)
        self._contracts = frozenset(contract.lower() for entry in known for contract in entry.nft_contracts)
        self._floor = 0 if bounds.blocks is None else max(0, head - bounds.blocks + 1)
        new = Searched(low=head + 1, high=head)
        # What is not final may have been replaced since: it is looked at again.
        overlap = rpc.chain.finality_blocks
        self.found = {
            wallet: new
            if before is None
            else replace(before, high=max(before.low - 1, min(before.high, head) - overlap))
            for wallet, before in wallets.items()
        }

    async def carry_on(self) -> bool:
        """Search some more spans; return whether there are others."""
        forward = _groups({w: s.high for w, s in self.found.items() if s.high < self._head})
        if forward:
            at, mine = forward[0]
            return await self._take(mine, spans(at + 1, min(self._head, at + _SPANS_AT_ONCE * self._span), self._span))
        back = _groups({w: s.low for w, s in self.found.items() if s.low > self._floor})
        if not back:
            return False
        at, mine = back[-1]
        return await self._take(
            mine, spans(max(self._floor, at - _SPANS_AT_ONCE * self._span), at - 1, self._span, newest=True)
        )

    async def _take(self, mine: Sequence[str], asked: Sequence[Span]) -> bool:
        """Ask for spans, and note those that were answered before one was refused."""
        mine = mine[:MOST_WALLETS]  # the others stand where they stood, and are next
        names = {"0x" + wallet[2:].lower().zfill(64): wallet for wallet in mine}
        answers = await self._rpc.batch([call for span in asked for call in _questions(names, *span)])
        for number, span in enumerate(asked):
            logs = answers[_QUESTIONS * number : _QUESTIONS * (number + 1)]
            if any(not isinstance(answer, list) for answer in logs):
                return self._halve(span, number, logs)
            rows = [log for part in logs for log in part]
            self._note(mine, span, _tokens(rows, names), _nfts(rows, names, self._contracts))
            self._collect(collectibles.named(rows, names, self._contracts))
        return True

    def _note(self, mine: Sequence[str], span: Span, tokens: _Named, nfts: _Named) -> None:
        for wallet in mine:
            before = self.found[wallet]
            more = before.tokens | tokens.get(wallet, set())
            low, high = min(before.low, span[0]), max(before.high, span[1])
            numbers = before.nfts | nfts.get(wallet, set())
            self.found[wallet] = replace(before, low=low, high=high, tokens=more, nfts=numbers)

    def _collect(self, named: Mapping[str, Sequence[str]]) -> None:
        """Note NFTs, those of newer spans first, up to one more than are listed."""
        for wallet, more in named.items():
            before = self.found[wallet]
            room = MOST_COLLECTIBLES + 1 - len(before.collectibles)
            new = sorted(set(more) - before.collectibles)[: max(room, 0)]
            self.found[wallet] = replace(before, collectibles=before.collectibles | frozenset(new))

    def _halve(self, span: Span, number: int, answers: Sequence[Any]) -> bool:
        """Ask for less at once; give up at a single block.

        Nodes bound both blocks and results.
        """
        if number == 0 and span[0] == span[1]:
            refusal = next(answer for answer in answers if not isinstance(answer, list))
            words = refusal if isinstance(refusal, RpcError) else "something else than logs"
            raise UpstreamUnavailable(f"{self._rpc.chain.name} does not give its logs: {words}")
        self._span = max(1, (span[1] - span[0] + 1) // 2)
        return True


def spans(first: int, last: int, span: int, *, newest: bool = False) -> list[Span]:
    """Return spans of blocks without gap or overlap, the oldest or the newest first."""
    if newest:
        return [(max(first, end - span + 1), end) for end in range(last, first - 1, -span)]
    return [(start, min(last, start + span - 1)) for start in range(first, last + 1, span)]


def _groups(places: Mapping[str, int]) -> list[tuple[int, list[str]]]:
    """Return the wallets by the block at which they stand.

    One question serves those of one block.
    """
    found: defaultdict[int, list[str]] = defaultdict(list)
    for wallet, place in places.items():
        found[place].append(wallet)
    return sorted(found.items())


def _questions(names: Mapping[str, str], first: int, last: int) -> list[Call]:
    mine, where = sorted(names), {"fromBlock": hex(first), "toBlock": hex(last)}
    asked = ([TRANSFER, None, mine], [TRANSFER, mine], [[SINGLE, BATCH], None, None, mine])
    return [Call("eth_getLogs", (where | {"topics": topics},)) for topics in asked]


def _tokens(logs: Iterable[Any], names: Mapping[str, str]) -> dict[str, set[str]]:
    """Return wallet → tokens; only ERC-20: an NFT's `Transfer` has a fourth topic."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for log in logs:
        topics = log.get("topics", ()) if isinstance(log, dict) else ()
        for topic in topics[1:] if len(topics) == 3 else ():
            if topic in names:
                found[names[topic]].add(checksum(log["address"].lower()))
    return found


def _nfts(logs: Iterable[Any], names: Mapping[str, str], contracts: frozenset[str]) -> dict[str, set[str]]:
    """Return wallet → NFTs of these contracts that it ever received or gave; strangers may send it any others."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for log in logs:
        topics: Sequence[str] = log.get("topics", ()) if isinstance(log, dict) else ()
        if len(topics) != 4 or topics[0] != TRANSFER or log["address"].lower() not in contracts:
            continue
        for topic in topics[1:3]:
            if topic in names:
                found[names[topic]].add(f"{checksum(log['address'].lower())}#{int(topics[3], 16)}")
    return found
