"""The cheapest pairs that kept their promises, block by block."""

from __future__ import annotations

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

    def learn(self, base_fee: int, asked: int) -> None:
        for rule in self.rules:
            for offer in rule.learn(base_fee, asked):
                self.tally.learn(offer)

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

    def offer(self, seen: Seen, tips: Window, least_tip: int, most: int | None) -> None:
        for rule in self.rules:
            made: Offer = rule.offer(seen, tips, least_tip, most)
            if rule is self.served:
                made.is_served = True
                self.pair = made.pair


class Speeds:
    """Offers of all promises along a chain.

    `least_tip` is the tip that it asks of everybody, in wei.
    """

    def __init__(self, least_tip: int = 0, promises: Sequence[Promise] = (*SPEEDS, *CONFIDENCES)) -> None:
        self._least = least_tip
        self._tips = Window(_TIPS)
        self._choices = [_Choice(promise) for promise in promises]
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
        for choice in self._choices:
            choice.learn(seen.base_fee, asked)
            if self.blocks % _CHOSEN_EVERY == 0:
                choice.choose()
            choice.offer(seen, self._tips, self._least, highest.get(choice.promise.blocks))

    def served(self) -> list[Served]:
        """Return what each promise offers now; the frequencies are those of offers shown before."""
        return [Served(each.promise, each.pair, each.tally.all()) for each in self._choices]

    @property
    def is_tested(self) -> bool:
        """Whether enough blocks were seen to state how often a promise was kept."""
        return self.blocks > LEAST
