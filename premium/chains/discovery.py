"""Finds the tokens that wallets ever received or gave, by their `Transfer` logs.

A wallet's search begins at the newest block and goes back to the first, over as many readings as it takes; what is new
since the last one comes first. Nothing is cut off: a search says from which block to which it holds.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from premium.chains.contracts.protocols import of_chain
from premium.chains.model import Discovery, Searched
from premium.chains.reading.collectibles import BATCH, SINGLE, TRANSFER
from premium.chains.reading.matches import EVERY, Touched, matched, topics_of
from premium.chains.reading.parts import MOST_COLLECTIBLES
from premium.chains.rpc import Call, Rpc, RpcError
from premium.errors import UpstreamUnavailable

_SPANS_AT_ONCE = 5
_FEW_BLOCKS = 500
"""Of so many all transfers are asked for, where that saves questions for further wallets."""
MOST_WALLETS = 1_000
"""Of one question: nodes refuse more values of a topic (go-ethereum's `maxSubTopics`)."""

Span = tuple[int, int]
"""First and last block of a question, both inclusive."""


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
        self._is_dense = False
        """Whether a node refused all transfers of some blocks: they are asked for by wallet."""
        self._floor = 0 if bounds.blocks is None else max(0, head - bounds.blocks + 1)
        new = Searched(low=head + 1, high=head)
        # What is not final may have been replaced since: it is looked at again.
        overlap = rpc.chain.finality_blocks
        self.found = {
            wallet: new if before is None else replace(before, high=_from(before, head, overlap))
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
        # All transfers of few blocks are one question for any number of wallets; else the others are next.
        is_all = (
            len(mine) > MOST_WALLETS
            and not self._is_dense
            and sum(last - first + 1 for first, last in asked) <= _FEW_BLOCKS
        )
        mine = mine if is_all else mine[:MOST_WALLETS]
        names = topics_of(mine)
        made = [_everybodys(*span) if is_all else _questions(names, *span) for span in asked]
        answers = iter(await self._rpc.batch([call for calls in made for call in calls]))
        for number, (span, calls) in enumerate(zip(asked, made, strict=True)):
            logs = [next(answers) for _ in calls]
            if any(not isinstance(answer, list) for answer in logs):
                if is_all:
                    self._is_dense = True
                    return True
                return self._halve(span, number, logs)
            self._note(mine, span, matched([log for part in logs for log in part], names, self._contracts))
        return True

    def _note(self, mine: Sequence[str], span: Span, named: Mapping[str, Touched]) -> None:
        """Note what logs name; NFTs of newer spans first, up to one more than are listed."""
        for wallet in mine:
            before = self.found[wallet]
            low, high = min(before.low, span[0]), max(before.high, span[1])
            if (more := named.get(wallet)) is None:
                self.found[wallet] = replace(before, low=low, high=high)
                continue
            room = MOST_COLLECTIBLES + 1 - len(before.collectibles)
            new = frozenset(sorted(more.collectibles - before.collectibles)[: max(room, 0)])
            self.found[wallet] = replace(
                before, low=low, high=high, tokens=before.tokens | more.tokens, nfts=before.nfts | more.nfts,
                collectibles=before.collectibles | new, moved=max(before.moved, more.block),
            )  # fmt: skip

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


def _from(before: Searched, head: int, overlap: int) -> int:
    return before.high if before.is_matched else max(before.low - 1, min(before.high, head) - overlap)


def _everybodys(first: int, last: int) -> list[Call]:
    return [Call("eth_getLogs", ({"fromBlock": hex(first), "toBlock": hex(last), "topics": EVERY},))]


def _questions(names: Mapping[str, str], first: int, last: int) -> list[Call]:
    """Ask for what came, what went, and NFTs of ERC-1155 that came."""
    mine, where = sorted(names), {"fromBlock": hex(first), "toBlock": hex(last)}
    asked = ([TRANSFER, None, mine], [TRANSFER, mine], [[SINGLE, BATCH], None, None, mine])
    return [Call("eth_getLogs", (where | {"topics": topics},)) for topics in asked]
