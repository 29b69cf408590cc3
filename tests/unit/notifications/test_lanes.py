"""What an attempt's end makes of a delivery, and that a lane that is full or broken is nobody else's trouble."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from uuid import UUID

import httpcore
import pytest

from premium.errors import UpstreamUnavailable
from premium.neighbours import CircuitBreaker, Refused, Throttled
from premium.notifications.channels.adapter import Way
from premium.notifications.channels.guard import Blocked, GuardedBackend
from premium.notifications.channels.webhook import Webhooks
from premium.notifications.delivery.courier import Courier
from premium.notifications.delivery.lanes import Lanes
from premium.notifications.destinations import Address
from premium.notifications.model import Delivery, End
from tests.factories.deliveries import delivery

pytestmark = pytest.mark.unit


class Scripted:
    """A lane a destination; `act` is what happens there."""

    def __init__(self, act: Callable[[Delivery], Awaitable[None]]) -> None:
        self._act = act
        self.seen: list[str] = []

    def way(self, made: Delivery) -> Way:
        return Way(f"{made.destination} of a user", f"host {made.destination}")

    async def send(self, made: Delivery, breaker: CircuitBreaker) -> None:
        breaker.admit()
        self.seen.append(made.destination)
        try:
            await self._act(made)
        except Throttled:
            breaker.succeeded()
            raise
        except UpstreamUnavailable:
            breaker.failed()
            raise
        breaker.succeeded()


def raising(error: Exception) -> Callable[[Delivery], Awaitable[None]]:
    async def act(_: Delivery) -> None:
        raise error

    return act


async def accepted(_: Delivery) -> None:
    """As a destination that answers 200."""


@pytest.mark.parametrize(
    ("act", "changes", "end"),
    [
        (accepted, {}, End.SENT),
        (raising(Refused("no")), {}, End.FAILED),
        (raising(Blocked("no")), {}, End.FAILED),
        (raising(UpstreamUnavailable("later")), {}, End.RETRY),
        (raising(ZeroDivisionError()), {}, End.RETRY),
        (accepted, {"refusal": "the rule was removed"}, End.FAILED),
        (accepted, {"channel": "push"}, End.FAILED),
        (accepted, {"attempts": 301}, End.RETRY),
    ],
)
def test_how_an_attempt_ends(act: Callable[[Delivery], Awaitable[None]], changes: dict[str, object], end: End) -> None:
    adapter = Scripted(act)
    outcome = asyncio.run(Courier({"webhook": adapter}, Lanes()).deliver(delivery(**changes)))
    assert outcome.end is end
    assert len(adapter.seen) == (not changes)


def test_a_hanging_destination_holds_its_own_lane_only() -> None:
    async def act(made: Delivery) -> None:
        if made.destination == "dead":
            await asyncio.Event().wait()

    async def run() -> tuple[set[End], list[End]]:
        courier = Courier({"webhook": Scripted(act)}, Lanes(at_once=2, a_user=2, waiting=3, wait_seconds=0.05))
        dead = [asyncio.create_task(courier.deliver(delivery(destination="dead"))) for _ in range(8)]
        await asyncio.sleep(0)
        async with asyncio.timeout(1):
            alive = [(await courier.deliver(delivery(destination="alive"))).end for _ in range(20)]
            put_off = {task.result().end for task in (await asyncio.wait(dead, timeout=0.3))[0]}
        for task in dead:
            task.cancel()
        await asyncio.gather(*dead, return_exceptions=True)
        return put_off, alive

    put_off, alive = asyncio.run(run())
    assert alive == [End.SENT] * 20
    assert put_off == {End.PUT_OFF}, "beyond the room at once, beyond the wait a little later"


def test_a_broken_destination_is_left_alone_and_then_probed() -> None:
    adapter = Scripted(raising(UpstreamUnavailable("down")))

    async def run() -> list[End]:
        courier = Courier({"webhook": adapter}, Lanes(rest=0.05))
        ends = [(await courier.deliver(delivery())).end for _ in range(20)]
        await asyncio.sleep(0.06)
        return [*ends, (await courier.deliver(delivery())).end]

    assert asyncio.run(run()) == [*[End.RETRY] * 5, *[End.RESTING] * 15, End.RETRY]
    assert len(adapter.seen) == 5 + 1


@pytest.mark.parametrize(
    "addresses", [["10.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["::ffff:169.254.169.254"], ["64:ff9b::7f00:1"]]
)
def test_no_connection_is_tried_where_any_address_is_inside(addresses: list[str]) -> None:
    """A unit test may open no socket: the guard raises before it would."""

    async def resolve(_host: str, _port: int) -> list[Address]:
        return [ip_address(address) for address in addresses]

    backend = GuardedBackend(loopback=False, resolve=resolve)
    with pytest.raises(Blocked):
        asyncio.run(backend.connect_tcp("rebind.example.org", 80))


def test_a_name_without_an_address_is_no_answer() -> None:
    async def resolve(_host: str, _port: int) -> list[Address]:
        raise OSError("no such name")

    with pytest.raises(httpcore.ConnectError):
        asyncio.run(GuardedBackend(loopback=False, resolve=resolve).connect_tcp("nowhere.example.org", 80))


def test_users_at_one_host_have_lanes_of_their_own() -> None:
    hooks = Webhooks(None, loopback=False)  # type: ignore[arg-type]  # it sends nothing here
    mine, yours = delivery(), delivery(user_id=UUID(int=9))
    assert hooks.way(mine).lane != hooks.way(yours).lane
    assert hooks.way(mine).host == hooks.way(yours).host
    other = hooks.way(delivery(destination="http://127.0.0.1:1/other"))
    assert (other.lane != hooks.way(mine).lane, other.host) == (True, hooks.way(mine).host)
