"""Take events as they arrive: find whose they are, and tell what each one did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from premium.billing.subscription.event import Act, Event, Key
from premium.billing.subscription.history import History, Taken


class Outcome(StrEnum):
    """What an event did."""

    APPLIED = "applied"
    OLDER = "older"
    """It came after newer ones, and changes nothing that they said."""
    DUPLICATE = "duplicate"
    FINAL = "final"
    """It stands behind the end of its subscription."""
    UNKNOWN_PRICE = "unknown_price"
    """Its price maps to no tier: the tier stays as it was."""
    UNKNOWN_TYPE = "unknown_type"
    NO_SUBSCRIPTION = "no_subscription"
    WAITING = "waiting"
    """Nobody knows its user yet; the checkout will."""
    INVALID = "invalid"
    """It cannot be read."""


@dataclass
class Entry:
    """An event as it arrived, and what it did."""

    event_id: str | None
    type: str | None
    outcome: Outcome
    subscription: str | None = None
    why: str | None = None
    waited_for: str | None = None
    """The event that told whose this is, where it came later."""


Source = tuple[int, Key, str]
"""How well a user is known, by which event, and who he is: the least counts, whatever came first."""


class Ledger:
    """The subscriptions of a provider's events, in whatever order these arrive.

    `customers` are users known before by customer; where `asks_user` is False, an event needs no user to be applied.
    """

    def __init__(self, customers: Mapping[str, str] | None = None, *, asks_user: bool = True) -> None:
        self.entries: list[Entry] = []
        self.histories: dict[str, History] = defaultdict(History)
        self._known = dict(customers or {})
        self._asks_user = asks_user
        self._seen = set[tuple[str, str]]()
        self._users: dict[str, Source] = {}
        self._customer_users: dict[str, Source] = {}
        self._customers: dict[str, set[str]] = defaultdict(set)
        self._of_customer: dict[str, set[str]] = defaultdict(set)
        self._waiting: dict[str, list[tuple[Event, Entry]]] = defaultdict(list)

    def user_of(self, subscription: str) -> str | None:
        """Return a subscription's user: by checkout, by metadata, then by customer."""
        if subscription in self._users:
            return self._users[subscription][2]
        customers = self._customers.get(subscription, set())
        found = [self._customer_users[each] for each in customers if each in self._customer_users]
        if found:
            return min(found)[2]
        return next((self._known[each] for each in sorted(customers) if each in self._known), None)

    def customer_of(self, subscription: str) -> str | None:
        """Return a subscription's customer at the provider."""
        return min(self._customers.get(subscription, set()), default=None)

    def waits(self, subscription: str) -> bool:
        """Tell whether nobody knows whose a subscription is."""
        return self._asks_user and self.user_of(subscription) is None

    def refuse(self, event_id: str | None, kind: str | None, why: str) -> None:
        """Enter an event that cannot be read."""
        self.entries.append(Entry(event_id, kind, Outcome.INVALID, why=why))

    def take(self, event: Event) -> Entry:
        """Enter an event, and apply it, or what had waited for it."""
        entry = Entry(event.id, event.type, Outcome.APPLIED, event.subscription)
        self.entries.append(entry)
        if (event.provider, event.id) in self._seen:
            entry.outcome = Outcome.DUPLICATE
            return entry
        self._seen.add((event.provider, event.id))
        if event.act is None:
            entry.outcome = Outcome.UNKNOWN_TYPE
            return entry
        self._learn(event)
        if event.subscription is None:
            entry.outcome, entry.why = Outcome.NO_SUBSCRIPTION, "it names no subscription"
        else:
            self._put(event.subscription, event, entry)
        self._release(event)
        return entry

    def _learn(self, event: Event) -> None:
        subscription, customer, user = event.subscription, event.customer, event.user
        if subscription is not None and customer is not None:
            self._customers[subscription].add(customer)
            self._of_customer[customer].add(subscription)
        if user is None:
            return
        source = (event.user_by, event.key, user)
        for users, name in ((self._users, subscription), (self._customer_users, customer)):
            if name is not None:
                users[name] = min(users.get(name, source), source)

    def _put(self, subscription: str, event: Event, entry: Entry) -> None:
        if self.waits(subscription):
            entry.outcome, entry.why = Outcome.WAITING, "nobody knows its user yet"
            self._waiting[subscription].append((event, entry))
        else:
            entry.outcome, entry.why = _outcome(event, self.histories[subscription].take(event))

    def _release(self, event: Event) -> None:
        """Apply what waited for this event, in its own order."""
        freed = {event.subscription} | self._of_customer.get(event.customer or "", set())
        for subscription in sorted(name for name in freed if name is not None):
            if subscription not in self._waiting or self.waits(subscription):
                continue
            for waiting, entry in sorted(self._waiting.pop(subscription), key=lambda each: each[0].key):
                self._put(subscription, waiting, entry)
                entry.waited_for = event.id

    def subscriptions(self) -> Iterator[str]:
        """Yield the ids of all subscriptions that are somebody's."""
        yield from sorted(self.histories)

    def unclaimed(self) -> Iterable[str]:
        """Return the ids of subscriptions whose events wait."""
        return sorted(self._waiting)


def _outcome(event: Event, taken: Taken) -> tuple[Outcome, str | None]:
    if taken.after_end:
        return Outcome.FINAL, "its subscription has ended before"
    price = event.snapshot.price
    if event.act is Act.STATE and price is not None and price.tier is None:
        return Outcome.UNKNOWN_PRICE, f"the price {price.id} maps to no tier"
    if taken.late and not taken.changed and not taken.paid:
        return Outcome.OLDER, "newer events were there before"
    return Outcome.APPLIED, None
