"""The window over which pools are averaged, and the block at which it begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from premium.chains.evm import EvmAdapter
from premium.chains.reading.block import Head
from premium.prices.averages import Pair
from premium.storage.cache import Cache

SECONDS = 1_800
"""Half an hour: what moves a price for a block, or for ten, does not move its mean."""
_OLDEST = 9_000
_APART = 300
_KEPT = 12
_PROBES = 40
_SLACK = 600
"""How much longer than half an hour a window may be without looking for a nearer block."""
_GUESS = 64
"""Blocks back that are looked at first, to learn how fast the chain is."""


@dataclass(frozen=True)
class Seen:
    """A pair as it stood at a time, in seconds."""

    at: int
    pair: Pair


class Memory:
    """What was seen of pairs in earlier readings, in a cache that may lose it."""

    def __init__(self, cache: Cache | None, chain: str) -> None:
        self._cache, self._chain = cache, chain

    def of(self, pairs: Sequence[str]) -> dict[str, list[Seen]]:
        """Return what is remembered, by pair."""
        if self._cache is None:
            return {}
        rows = self._cache.get_many([self._name(pair) for pair in pairs])
        return {pair: _seen(rows[name]) for pair in pairs if (name := self._name(pair)) in rows}

    def keep(self, pair: str, before: Sequence[Seen], now: Seen) -> None:
        """Remember a pair as it stands, once in five minutes."""
        if self._cache is None or any(abs(now.at - one.at) < _APART for one in before):
            return
        kept = [one for one in before if 0 <= now.at - one.at <= _OLDEST][-_KEPT:]
        rows = [[one.at, *map(str, (*one.pair.reserves, *one.pair.sums)), one.pair.updated] for one in (*kept, now)]
        self._cache.set(self._name(pair), rows, ttl_seconds=_OLDEST)

    def _name(self, pair: str) -> str:
        return f"pairs:{self._chain}:{pair.lower()}"


def begin(seen: Sequence[Seen], until: int) -> Seen | None:
    """Return the newest of what was seen half an hour ago, or not much longer."""
    old = [one for one in seen if SECONDS <= until - one.at <= _OLDEST]
    return max(old, key=lambda one: one.at, default=None)


async def block_before(adapter: EvmAdapter, head: Head, until: int) -> tuple[Head, int] | None:
    """Return a block of half an hour before `until`, and when the window begins.

    That is the block's own time; where it is much older it is the newest such block, which stands until the window's
    begin, since nothing happened in between. None where the chain is younger.
    """
    wanted = until - SECONDS
    if _time(head) <= wanted:
        return head, wanted
    low: Head | None = None
    high, step = head, _GUESS
    for _ in range(_PROBES):
        if low is None:
            number = max(1, high.number - step)  # the time of a chain's first block is made up
            step *= 4
        elif _time(low) >= wanted - _SLACK or high.number - low.number <= 1:
            break
        else:
            number = (low.number + high.number) // 2
        block = await adapter.block(number)
        if _time(block) <= wanted:
            low = block
        elif number <= 1:
            return None
        else:
            high = block
    if low is None:
        return None
    return low, wanted if high.number - low.number <= 1 else _time(low)


def _time(head: Head) -> int:
    return int(head.time.timestamp())


def _seen(rows: object) -> list[Seen]:
    found: list[Seen] = []
    for row in rows if isinstance(rows, list) else []:
        try:
            at, first, second, sum0, sum1, updated = map(int, row)
        except (TypeError, ValueError):
            continue
        pair = Pair(reserves=(first, second), sums=(sum0, sum1), updated=updated)
        found.append(Seen(at, pair))
    return found
