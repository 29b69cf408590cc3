"""Turns go round by user and by lane, and what is cancelled costs nobody a turn."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from premium.notifications.delivery.shares import USER_LEAST, USER_MOST, chosen, share_of
from premium.notifications.delivery.turns import FairTurns
from premium.notifications.model import DueDelivery

pytestmark = pytest.mark.unit
A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def order(turns: FairTurns, *asked: tuple[UUID, str]) -> list[tuple[UUID, str]]:
    """Who has a turn after whom, where each gives it back at once."""
    served: list[tuple[UUID, str]] = []

    async def one(user: UUID, lane: str) -> None:
        await turns.take(user, lane)
        served.append((user, lane))
        await asyncio.sleep(0)
        turns.give_back(user)

    await asyncio.gather(*(one(user, lane) for user, lane in asked))
    return served


def test_users_take_turns_and_so_do_their_lanes() -> None:
    flood = [(A, "one")] * 100 + [(A, "two")] * 3
    served = asyncio.run(order(FairTurns(1), *flood, (B, "x"), (C, "y"), (B, "x")))
    assert [user for user, _ in served].index(B) <= 3
    assert [user for user, _ in served].index(C) <= 4
    assert [lane for user, lane in served if user == A][:7] == ["one", "one", "two", "one", "two", "one", "two"]


def test_one_user_has_no_more_than_his_share_however_few_others_wait() -> None:
    async def run() -> int:
        turns = FairTurns(10, 3)
        waiting = [asyncio.create_task(turns.take(A)) for _ in range(10)]
        await asyncio.sleep(0.01)
        async with asyncio.timeout(1):
            await turns.take(B)
        taken = sum(task.done() for task in waiting)
        for task in waiting:
            task.cancel()
        return taken

    assert asyncio.run(run()) == 3


def test_who_gives_up_waiting_leaves_his_turn_to_the_next() -> None:
    async def run() -> None:
        turns = FairTurns(1)
        await turns.take(A)
        gone, next_one = (asyncio.create_task(turns.take(user)) for user in (B, C))
        await asyncio.sleep(0)
        turns.give_back(A)  # B's turn has come, and B does not live to hear of it
        gone.cancel()
        async with asyncio.timeout(1):
            await next_one
        for _ in range(3):
            late = asyncio.create_task(turns.take(A))
            await asyncio.sleep(0)
            late.cancel()
            await asyncio.gather(late, return_exceptions=True)
        turns.give_back(C)
        async with asyncio.timeout(1):
            await turns.take(B)

    asyncio.run(run())


def due(user: UUID, number: int, second: int) -> DueDelivery:
    return DueDelivery(UUID(int=number), user, NOW + timedelta(seconds=second))


def test_of_what_is_due_every_user_has_his_first_before_anyones_second() -> None:
    rows = [due(A, n, n) for n in range(500)] + [due(B, 1000, 600), due(C, 1001, 601), due(B, 1002, 602)]
    taken = chosen(rows, room=6, share=4, held=set(), in_hand={})
    assert [one.user_id for one in taken] == [A, B, C, A, B, A]
    full = chosen(rows, room=500, share=4, held={UUID(int=0)}, in_hand={A: 4})
    assert [one.user_id for one in full] == [B, C, B], "who has his share in hand is passed over"


def test_shares_grow_smaller_as_more_users_have_something_in_hand() -> None:
    assert (share_of(5_000, 1), share_of(5_000, 100), share_of(5_000, 10_000)) == (USER_MOST, 50, USER_LEAST)
