"""Events at a steady pace for two users, payments on the chain, and what became of each."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx

from benchmarks.faults.receiver import Received
from local import stacks
from local.journey.tokens import token
from local.up import Stage
from premium.alerts.work.events_queue import EventsQueue
from premium.chains.addresses import asset_key

OTHERS = 20
"""How many users share the larger part of the feed.

At 100 events a second each is sent 2 to 4 messages a second.
"""
USERS = (*(f"others-{number}" for number in range(OTHERS)), "sufferer", "chain")
"""Users with rules: on 80 % of the feed together, on 20 %, on payments on the chain.

Half of a user's events are transfers, half prices that rise and fall over their threshold.
"""
PAID_SECONDS = 1.0
TICK = 0.1
APART = 1.0
_TO_SUFFERER = 2


class Expected(NamedTuple):
    """An event that must reach its user."""

    user: str
    sent_at: float
    series: str
    """Of prices: its alerts come in this order; empty for transfers."""


class Load:
    """Sends until it is stopped; `expected` by event id."""

    def __init__(self, stage: Stage, rate: int, url_of: Callable[[str], str]) -> None:
        self._queue = EventsQueue(stage.clients.sqs, stacks.output(stage.places.outputs, "EventsQueueUrl"))
        self._api = stacks.output(stage.places.outputs, "ApiUrl")
        self._rate, self._stop = rate, threading.Event()
        self._run = f"{time.time_ns():x}"
        self.expected: dict[str, Expected] = {}
        self._level: dict[str, bool] = {}
        self.sent = self.refused = 0
        for user in USERS:
            self._rules(stage, user, url_of(user))
        self._node = stage.neighbours.evm.url
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._send, self._pay)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _rules(self, stage: Stage, user: str, url: str) -> None:
        head = {"Authorization": f"Bearer {token(stage.places.state, f'{user}-{self._run}', tier='pro')}"}
        whale = [{"field": "asset", "operator": "eq", "value": self._asset("W", user)}]
        price = [
            {"field": "asset", "operator": "eq", "value": self._asset("P", user)},
            {"field": "price_usd", "operator": "gt", "value": "1"},
        ]
        chain = [
            {"field": "asset", "operator": "eq", "value": asset_key("local")},
            {"field": "amount", "operator": "gte", "value": "1"},
        ]
        rules = [("whale", chain)] if user == "chain" else [("whale", whale), ("price", price)]
        for kind, conditions in rules:
            body = {"name": kind, "type": kind, "conditions": conditions,
                    "actions": [{"type": "webhook", "destination": url}]}  # fmt: skip
            answer = httpx.post(f"{self._api}/v1/alerts/rules", json=body, headers=head, timeout=60)
            if answer.status_code != 201:
                raise RuntimeError(f"the rule was not made: {answer.status_code} {answer.text[:500]}")

    def _asset(self, kind: str, user: str) -> str:
        """Return an asset that nobody else has; an address of digits alone is its own checksum."""
        digits = str(int(hashlib.sha256(f"{kind}{user}{self._run}".encode()).hexdigest(), 16))
        return f"ethereum:0x{digits[:40]}"

    def _send(self) -> None:
        begun, number = time.monotonic(), 0
        while not self._stop.is_set():
            due = int((time.monotonic() - begun) * self._rate)
            events = [self._event(place) for place in range(number, max(due, number))]
            number = max(due, number)
            while events and not self._stop.is_set():
                try:
                    self._queue.send(events)
                    self.sent += len(events)
                    break
                except Exception:  # noqa: BLE001 - counted; a feed would try again
                    self.refused += 1
                    time.sleep(0.5)
            time.sleep(TICK)

    def _pay(self) -> None:
        """Pay on the chain; a block a payment, so that its event's id is known."""
        with httpx.Client(base_url=self._node, timeout=10) as client:
            one, other = _ask(client, "eth_accounts")[:2]
            while not self._stop.wait(PAID_SECONDS):
                sent_at = time.time()
                paid = _ask(client, "eth_sendTransaction", {"from": one, "to": other, "value": hex(10**18)})
                while (receipt := _ask(client, "eth_getTransactionReceipt", paid)) is None:
                    time.sleep(TICK / 5)
                place = int(receipt["transactionIndex"], 16)
                self.expected[f"local:{receipt['blockHash']}:tx:{place}"] = Expected("chain", sent_at, "")

    def _event(self, number: int) -> dict[str, Any]:
        place, now = number // 10, datetime.now(UTC)
        user = "sufferer" if number % 10 < _TO_SUFFERER else f"others-{place % OTHERS}"
        event = {"event_id": f"{self._run}-{number}", "chain": "ethereum", "timestamp": now.isoformat()}
        if number % 2:
            self.expected[event["event_id"]] = Expected(user, now.timestamp(), "")
            return event | {"kind": "transfer", "asset": self._asset("W", user), "amount": "5"}
        is_up = (place * 5 + number % 10 // 2) % 2 == 1
        return self._price(event, user, now, is_up=is_up)

    def _price(self, event: dict[str, Any], user: str, now: datetime, *, is_up: bool) -> dict[str, Any]:
        asset = self._asset("P", user)
        was_up = self._level.get(asset, False)
        self._level[asset] = is_up
        if is_up and not was_up:
            self.expected[event["event_id"]] = Expected(user, now.timestamp(), asset)
        return event | {"kind": "price", "asset": asset, "price_usd": "2" if is_up else "0.5"}


def _ask(client: httpx.Client, method: str, *params: Any) -> Any:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return client.post("/", json=body).json()["result"]


def group(user: str) -> str:
    """Return who a user stands for in the table: the others are one."""
    return user.partition("-")[0]


class Figures(NamedTuple):
    """What became of the events of one group of users within one fault's time."""

    due: int
    lost: int
    doubled: int
    """Events that two deliveries told of."""
    again: int
    """Deliveries that came more than once, as one does whose answer was lost."""
    reordered: int
    """Alerts of one series that came after one of an event over `APART` seconds younger.

    Deliveries go out side by side: within the second that one may take, neither order is promised.
    """
    latencies: list[float]


def figures(expected: dict[str, Expected], received: list[Received], who: str, since: float, until: float) -> Figures:
    """Compare what was to come with what came, for a group of users."""
    due = {event: one for event, one in expected.items() if group(one.user) == who and since <= one.sent_at < until}
    first, deliveries = dict[str, float](), defaultdict[str, Counter[str]](Counter)
    for one in sorted((one for one in received if one.event in due), key=lambda each: each.at):
        first.setdefault(one.event, one.at)
        deliveries[one.event][one.delivery] += 1
    newest, reordered = dict[str, float](), 0
    for event in first:
        series, sent = due[event].series, due[event].sent_at
        if series:
            reordered += sent + APART < newest.get(series, 0.0)
            newest[series] = max(sent, newest.get(series, 0.0))
    doubled = sum(len(counts) > 1 for counts in deliveries.values())
    again = sum(count > 1 for counts in deliveries.values() for count in counts.values())
    return Figures(len(due), len(due) - len(first), doubled, again, reordered,
                   sorted(at - due[event].sent_at for event, at in first.items()))  # fmt: skip
