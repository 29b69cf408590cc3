"""Keep what is bought of a payment provider that stands on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

MONTH = 30 * 86_400


@dataclass
class Bought:
    """A subscription, in no provider's form."""

    id: str
    customer: str
    price: str
    user: str | None
    start: int
    status: str = "active"
    ends: bool = False
    """With its period."""
    updated: int = 0
    debt: str | None = None
    """The page where it is paid."""
    length: int = MONTH

    @property
    def end(self) -> int:
        return self.start + self.length


@dataclass
class Desk:
    """What both providers know; `prices` are minor units by price id.

    `refuses` is a status that answers everything, `delay` waits before each answer, `frozen` answers questions with
    the state of the moment when it was set.
    """

    prices: Mapping[str, int] = field(default_factory=dict)
    currency: str = "usd"
    clock: Callable[[], float] = time.time
    subscriptions: dict[str, Bought] = field(default_factory=dict)
    checkouts: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    """Method, path and parameters of every request."""
    misshapen: list[str] = field(default_factory=list)
    refuses: int | None = None
    delay: float = 0.0
    declines: bool = False
    """Payments fail."""
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    """By idempotency key."""
    _frozen: dict[str, Bought] | None = None

    @property
    def now(self) -> int:
        return int(self.clock())

    def freeze(self) -> None:
        """Answer questions with what is true now, whatever comes."""
        self._frozen = deepcopy(self.subscriptions)

    def seen(self, name: str) -> Bought | None:
        """Return a subscription as a question is answered."""
        return (self.subscriptions if self._frozen is None else self._frozen).get(name)

    def add(self, name: str, price: str, user: str | None, *, start: int | None = None, customer: str = "") -> Bought:
        """Have somebody buy a subscription."""
        made = Bought(id=name, customer=customer or f"cus_{name}", price=price, user=user, start=start or self.now)
        made.updated = self.now
        self.subscriptions[name] = made
        return made

    def pay(self, checkout: str) -> Bought:
        """Have a checkout paid: its subscription begins."""
        kept = self.checkouts[checkout]
        kept["status"] = "complete"
        name = f"{'sub_' if checkout.startswith('cs_') else 'sub_01'}{uuid4().hex[:20]}"
        made = self.add(name, kept["price"], kept["user"], customer=kept["customer"])
        kept["subscription"] = name
        return made

    def change(self, name: str, **changes: Any) -> Bought:
        """Change a subscription, now."""
        found = self.subscriptions[name]
        for key, value in changes.items():
            setattr(found, key, value)
        found.updated = self.now
        return found
