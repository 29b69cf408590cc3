"""The one way out: when it repeats, how long it waits, and when it stops calling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

from premium.errors import UpstreamUnavailable
from premium.neighbours import Breaker, CircuitBreaker, CircuitOpen, Neighbour, Refused

pytestmark = pytest.mark.unit

Answer = int | Exception


class World:
    """A neighbour that gives these answers in turn, and a clock that only waiting moves."""

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.calls, self.waits, self.now = list(answers), 0, [], 0.0
        self.states: list[tuple[str, Breaker]] = []

    waits: list[float]

    def respond(self, _: httpx.Request) -> httpx.Response:
        answer = self.answers[min(self.calls, len(self.answers) - 1)]
        self.calls += 1
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer, json={})

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def ask(self, *, safe: bool = True, attempts: int = 6, times: int = 1, threshold: int = 99) -> list[object]:
        breaker = CircuitBreaker(
            "n", threshold=threshold, clock=lambda: self.now, on_change=lambda *change: self.states.append(change)
        )
        return asyncio.run(self._ask(safe, attempts, times, breaker))

    async def _ask(self, safe: bool, attempts: int, times: int, breaker: CircuitBreaker) -> list[object]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self.respond)) as client:
            neighbour = Neighbour("n", client=client, attempts=attempts, sleep=self.sleep, breaker=breaker)
            return [await self._one(neighbour, safe) for _ in range(times)]

    async def _one(self, neighbour: Neighbour, safe: bool) -> object:
        try:
            return (await neighbour.request("GET", "http://n/", safe=safe)).status_code
        except UpstreamUnavailable as error:
            return error


def test_repeats_wait_1_2_4_8_16_seconds_each_with_up_to_a_second_of_jitter() -> None:
    world = World(503)
    (failure,) = world.ask()
    assert isinstance(failure, UpstreamUnavailable)
    assert world.calls == 6
    assert [int(wait) for wait in world.waits] == [1, 2, 4, 8, 16]
    assert len({wait % 1 for wait in world.waits}) == 5


@pytest.mark.parametrize("first", [500, 429, httpx.ConnectError("x"), httpx.ReadTimeout("x")])
def test_what_a_repeat_can_mend_is_repeated(first: Answer) -> None:
    assert World(first, 200).ask() == [200]


def test_what_is_not_safe_to_repeat_is_sent_once() -> None:
    world = World(503, 200)
    world.ask(safe=False)
    assert world.calls == 1


@pytest.mark.parametrize("status", [400, 401, 404, 422])
def test_a_refusal_is_final_and_does_not_count_against_the_neighbour(status: int) -> None:
    world = World(status)
    failures = world.ask(times=3, threshold=1)
    assert all(isinstance(failure, Refused) and not failure.retryable for failure in failures)
    assert (world.calls, world.states) == (3, [])


def test_the_breaker_opens_rests_probes_and_closes() -> None:
    world = World(500, 500, 500, 200, 200)
    breaker = CircuitBreaker(
        "n", threshold=2, rest=30, clock=lambda: world.now, on_change=lambda *c: world.states.append(c)
    )

    async def story() -> list[object]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(world.respond)) as client:
            n = Neighbour("n", client=client, attempts=1, breaker=breaker)
            seen = [await world._one(n, True) for _ in range(3)]
            world.now += 30
            seen.append(await world._one(n, True))  # the probe fails
            seen.append(await world._one(n, True))
            world.now += 30
            return [*seen, await world._one(n, True), await world._one(n, True)]

    seen = asyncio.run(story())
    kinds = [value if isinstance(value, int) else type(value) for value in seen]
    assert kinds == [UpstreamUnavailable, UpstreamUnavailable, CircuitOpen, UpstreamUnavailable, CircuitOpen, 200, 200]
    assert world.calls == 5
    path = [Breaker.OPEN, Breaker.HALF_OPEN, Breaker.OPEN, Breaker.HALF_OPEN, Breaker.CLOSED]
    assert world.states == [("n", state) for state in path]


def test_an_open_breaker_ends_the_repeats() -> None:
    world = World(500)
    (failure,) = world.ask(threshold=2)
    assert isinstance(failure, CircuitOpen)
    assert world.calls == 2


def test_a_caller_that_gives_up_counts_as_no_answer() -> None:
    breaker = CircuitBreaker("n", threshold=1)

    async def hang(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        raise AssertionError

    async def story() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(hang)) as client:
            neighbour = Neighbour("n", client=client, breaker=breaker)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await neighbour.request("GET", "http://n/")

    asyncio.run(story())
    assert breaker.state is Breaker.OPEN


@pytest.mark.parametrize(
    "make", [lambda c: Neighbour("n", client=c, timeout=31), lambda c: Neighbour("n", client=c, attempts=7)]
)
def test_no_time_out_over_30_seconds_and_no_more_than_five_repeats(
    make: Callable[[httpx.AsyncClient], Neighbour],
) -> None:
    with pytest.raises(ValueError, match="n: "):
        make(httpx.AsyncClient())
