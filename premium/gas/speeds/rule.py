"""One way to make offers: a quantile of tips, and a cap that adapts.

The cap follows how often it held.
"""

from __future__ import annotations

from collections import deque
from math import ceil

from premium.gas.series.bands import Level, Window
from premium.gas.speeds.model import LEAST, Pair, Promise, Seen
from premium.gas.speeds.offers import Offer, Tally

_MARGIN = 0.4
"""By so much of what may fail a promise aims higher."""
_CAPS = 1_500
"""Outcomes that a cap is a quantile of."""
_PRICES = 500
"""Offers whose mean price tells how cheap a rule is."""
_GETH = 2
"""Base fees that a cap has room for while nothing is known, as go-ethereum's clients leave."""


class Rule:
    """Makes an offer after each block, and learns what came of those before."""

    def __init__(self, promise: Promise, level: float) -> None:
        """`level`: of the tips that blocks asked lately, this quantile is offered."""
        self.promise, self.level = promise, level
        self.tally = Tally(promise.counted)
        self._caps = Window(_CAPS)
        self._cap_level = Level(promise.share + _MARGIN * (1 - promise.share), promise.blocks)
        self._open: deque[Offer] = deque()
        self._prices: deque[int] = deque()
        self._price = 0

    @property
    def price(self) -> float:
        """The mean price of its newest offers, in wei.

        One that was not taken counts with its cap.
        """
        return self._price / max(len(self._prices), 1)

    def learn(self, base_fee: int, asked: int) -> list[Offer]:
        """Let all open offers meet a block; return those of them that users were shown."""
        blocks, counted = self.promise.blocks, self.promise.counted
        for offer in self._open:
            if offer.included and offer.waited >= blocks:
                offer.waited += 1  # nothing more comes of it
            else:
                was_open = not offer.included
                offer.meet(base_fee, asked)
                if was_open and offer.included and offer.included <= blocks:
                    self._paid(offer.paid(base_fee))
                if offer.waited == blocks:
                    self._settle(offer)
            if offer.waited in counted:
                self.tally.learn(offer)
        met = [offer for offer in self._open if offer.is_served]
        while self._open and self._open[0].waited >= max(self.promise.counted):
            self._open.popleft()
        return met

    def offer(self, seen: Seen, tips: Window, least_tip: int, most: int | None) -> Offer:
        """Make the offer after a block.

        `most`: the highest base fee that the promise's blocks can have.
        """
        tip = max(ceil(tips.quantile(self.level)), least_tip, 1)
        made = Offer(Pair(self._room(seen, most) + tip, tip), seen.following)
        self._open.append(made)
        return made

    def _room(self, seen: Seen, most: int | None) -> int:
        """Return how high the base fee may be, in wei."""
        base = max(seen.following, 1)
        if len(self._caps) < LEAST:
            room = _GETH * seen.following
        else:
            room = max(ceil(base * self._cap_level.of(self._caps)), 0)
        room = max(room, seen.following) if self.promise.blocks == 1 else room
        return room if most is None else min(room, most)

    def _settle(self, offer: Offer) -> None:
        if not offer.included:
            self._paid(offer.pair.max_fee)
        if offer.needed is not None:
            room = offer.pair.max_fee - offer.pair.max_priority_fee
            self._cap_level.learn(was_below=offer.needed <= room)
            self._caps.add(max(offer.needed, 0) / max(offer.following, 1))

    def _paid(self, price: int) -> None:
        self._prices.append(price)
        self._price += price
        if len(self._prices) > _PRICES:
            self._price -= self._prices.popleft()
