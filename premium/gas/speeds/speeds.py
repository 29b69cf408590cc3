"""The cheapest pairs that kept their promises, block by block."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from premium.gas.fees.inclusion import Included, asked_of
from premium.gas.series.bands import Window
from premium.gas.speeds.model import CONFIDENCES, LEAST, SPEEDS, Pair, Promise, Seen, Served
from premium.gas.speeds.offers import Offer, Tally
from premium.gas.speeds.rule import Rule

_LEVELS = (0.5, 0.75, 0.9, 0.97, 0.995)
"""Quantiles of the tips that were asked, of which rules offer one each."""
_TIPS = 500
"""Blocks whose tips are looked at."""
_CHOSEN_EVERY = 20
"""Blocks after which it is looked again which rule is the cheapest."""


class _Choice:
    """All rules of one promise, and the one whose offers users are shown."""

    def __init__(self, promise: Promise) -> None:
        self.promise = promise
        self.rules = [Rule(promise, level) for level in _LEVELS]
        self.served = self.rules[-1]
        self.tally = Tally(promise.counted)
        self.pair = Pair(0, 0)
        self._borrowed: deque[Offer] = deque()
        """Offers that were shown in place of its own."""

    def learn(self, base_fee: int, asked: int) -> None:
        for rule in self.rules:
            for offer in rule.learn(base_fee, asked):
                self.tally.learn(offer)
        for offer in self._borrowed:
            offer.meet(base_fee, asked)
            self.tally.learn(offer)
        while self._borrowed and self._borrowed[0].waited >= max(self.promise.counted):
            self._borrowed.popleft()

    def choose(self) -> None:
        """Take the cheapest rule that kept the promise.

        Where none did, the one that kept it most often.
        """
        known = [(rule, rule.tally.of(self.promise.blocks)) for rule in self.rules]
        if any(kept.n < LEAST for _, kept in known):
            return
        good = [rule for rule, kept in known if kept.included >= self.promise.share * kept.n]
        if good:
            self.served = min(good, key=lambda rule: rule.price)
        else:
            self.served = max(known, key=lambda each: each[1].included)[0]

    def offer(self, seen: Seen, tips: Window, least_tip: int, most: int | None, faster: Sequence[_Choice]) -> None:
        """Make the offer after a block.

        No dearer in cap and tip than one of a faster promise that was included as often as this one promises.
        """
        own = Offer(self.pair, seen.following)
        for rule in self.rules:
            made: Offer = rule.offer(seen, tips, least_tip, most)
            if rule is self.served:
                own = made
        pairs = [each.pair for each in faster if _is_within(each.pair, own.pair) and each.keeps(self.promise)]
        self.pair = min(pairs, default=own.pair)
        if pairs:
            own = Offer(self.pair, seen.following)
            self._borrowed.append(own)
        own.is_served = True

    def keeps(self, promise: Promise) -> bool:
        """Whether what was shown keeps another promise, too: within its blocks, or fewer."""
        known = (self.tally.counts(blocks) for blocks in self.promise.counted if blocks <= promise.blocks)
        return any(n >= LEAST and included >= promise.share * n for n, included in known)


def _is_within(pair: Pair, other: Pair) -> bool:
    """Whether a pair is cheaper, and neither its cap nor its tip is higher."""
    return pair != other and all(mine <= theirs for mine, theirs in zip(pair, other, strict=True))


class Speeds:
    """Offers of all promises along a chain.

    `least_tip` is the tip that it asks of everybody, in wei.
    """

    def __init__(self, least_tip: int = 0, promises: Sequence[Promise] = (*SPEEDS, *CONFIDENCES)) -> None:
        self._least = least_tip
        self._tips = Window(_TIPS)
        self._choices = [_Choice(promise) for promise in promises]
        self._from_fast = sorted(self._choices, key=lambda each: (each.promise.blocks, -each.promise.share))
        self.blocks = 0

    def learn(self, seen: Seen, most: Sequence[tuple[int, int]] = ()) -> None:
        """Take the next block into account, and make the offers after it.

        `most`: blocks ahead, and the highest base fee that can come within them.
        """
        block = Included(seen.base_fee, seen.gas_used, seen.gas_limit, seen.lowest_taken or 0)
        asked = asked_of(block, self._least)
        self._tips.add(asked)
        self.blocks += 1
        highest = dict(most)
        made: list[_Choice] = []
        for choice in self._from_fast:
            choice.learn(seen.base_fee, asked)
            if self.blocks % _CHOSEN_EVERY == 0:
                choice.choose()
            choice.offer(seen, self._tips, self._least, highest.get(choice.promise.blocks), made)
            made.append(choice)

    def served(self) -> list[Served]:
        """Return what each promise offers now; the frequencies are those of offers shown before."""
        return [Served(each.promise, each.pair, each.tally.all()) for each in self._choices]

    @property
    def is_tested(self) -> bool:
        """Whether enough blocks were seen to state how often a promise was kept."""
        return self.blocks > LEAST
