"""Offers that wait for a block that takes them."""

from __future__ import annotations

from collections import deque

from premium.gas.fees.inclusion import wilson
from premium.gas.speeds.model import TRAILING, Kept, Pair


class Offer:
    """A pair that was offered after a block."""

    __slots__ = ("following", "included", "is_served", "needed", "pair", "waited")

    def __init__(self, pair: Pair, following: int) -> None:
        self.pair, self.following = pair, following
        self.waited = 0
        """Blocks since."""
        self.included = 0
        """After how many blocks it was; 0: not yet."""
        self.needed: int | None = None
        """Wei that the cap without the tip had to have, at the cheapest block; None where the tip was too low."""
        self.is_served = False
        """Whether it was shown to users."""

    def meet(self, base_fee: int, asked: int) -> None:
        """Wait another block, of this base fee in wei.

        `asked`: the tip that it asked, in wei.
        """
        self.waited += 1
        cap, tip = self.pair
        if asked > tip:
            return
        cost = base_fee + asked - tip
        if self.needed is None or cost < self.needed:
            self.needed = cost
        # As `inclusion.takes` has it: the cap leaves room for what is asked.
        if not self.included and base_fee + asked <= cap:
            self.included = self.waited

    def paid(self, base_fee: int) -> int:
        """Return what is paid in a block of this base fee, in wei."""
        return min(self.pair.max_fee, base_fee + self.pair.max_priority_fee)


class Tally:
    """How often offers were included, over the newest of them."""

    def __init__(self, ahead: tuple[int, ...], size: int = TRAILING) -> None:
        self._size = size
        self._kept: dict[int, deque[bool]] = {blocks: deque() for blocks in ahead}
        self._included = dict.fromkeys(ahead, 0)

    def learn(self, offer: Offer) -> None:
        """Count an offer that has waited for one of the numbers of blocks."""
        kept = self._kept.get(offer.waited)
        if kept is None:
            return
        kept.append(offer.included > 0)
        self._included[offer.waited] += kept[-1]
        if len(kept) > self._size:
            self._included[offer.waited] -= kept.popleft()

    def counts(self, blocks: int) -> tuple[int, int]:
        """Return how many offers waited so many blocks, and how many were included by then."""
        return len(self._kept[blocks]), self._included[blocks]

    def of(self, blocks: int) -> Kept:
        """Return the frequency within a number of blocks."""
        n, included = self.counts(blocks)
        return Kept(blocks, n, included, *wilson(included, n))

    def all(self) -> tuple[Kept, ...]:
        """Return all frequencies, the shortest wait first."""
        return tuple(self.of(blocks) for blocks in self._kept)
