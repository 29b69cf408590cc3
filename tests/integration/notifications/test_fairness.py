"""What one user, destination or host does to itself is felt by no other: latencies while somebody is stuck, printed."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import psycopg
import pytest

from premium.neighbours import open_client
from premium.notifications.channels.adapter import Adapter
from premium.notifications.channels.guard import open_guarded
from premium.notifications.channels.telegram import TelegramMessages
from premium.notifications.channels.webhook import Webhooks
from premium.notifications.delivery.courier import Courier
from premium.notifications.delivery.lanes import Lanes
from premium.notifications.delivery.office import PostOffice
from premium.notifications.store.deliveries import DeliveryStore
from tests.factories.listener import Listener, Reply, Request, listening
from tests.integration.notifications.conftest import QUICK, Desk

pytestmark = pytest.mark.integration
OTHERS_SECONDS = 1.0
"""The bound of others' p99 while anybody is stuck."""


@asynccontextmanager
async def office(desk: Desk, telegram: str = "http://127.0.0.1:1", **options: int) -> AsyncIterator[PostOffice]:
    """A courier at work, with its loops."""
    store = DeliveryStore(desk.platform.worker_database, retry_seconds=QUICK)
    async with open_client() as outside, open_guarded(loopback=True) as guarded:
        adapters: dict[str, Adapter] = {
            "telegram": TelegramMessages(outside, "1:x", telegram), "webhook": Webhooks(guarded, loopback=True)
        }  # fmt: skip
        made, stop = PostOffice(store, Courier(adapters, Lanes()), **options), asyncio.Event()
        loops = [asyncio.create_task(made.sweep_until(stop)), asyncio.create_task(made.settle_for_ever())]
        try:
            yield made
        finally:
            stop.set()
            for task in loops:
                task.cancel()
            await asyncio.gather(*loops, return_exceptions=True)


async def latencies(desk: Desk, made: PostOffice, rule: UUID, sent: Callable[[], int], times: int = 25) -> list[float]:
    """Seconds from an alert to the request that tells it, one after another."""
    found = []
    for _ in range(times):
        before, started = sent(), time.monotonic()
        (alert,) = await asyncio.to_thread(desk.fire, rule, enqueue=False)
        await made.accept((each, alert.user_id) for each in alert.deliveries)
        async with asyncio.timeout(10):
            while sent() == before:  # noqa: ASYNC110 - the listener tells nobody
                await asyncio.sleep(0.005)
        found.append(time.monotonic() - started)
    return found


def shown(what: str, found: list[float]) -> float:
    worst = statistics.quantiles(found, n=100)[98]
    print(f"{what}: others' median {statistics.median(found):.3f} s, p99 {worst:.3f} s, of {len(found)}")
    return worst


def chats(server: Listener, chat: str) -> int:
    return sum(request.json["chat_id"] == chat for request in server.asked)


def limit_groups(request: Request) -> Reply:
    """As the Bot API: 20 messages a minute to a group; here none, which is worse."""
    if request.json["chat_id"].startswith("-"):
        body = {"ok": False, "error_code": 429, "parameters": {"retry_after": 40}}
        return Reply(429, json.dumps(body).encode())
    return Reply(200, b'{"ok": true}')


def test_a_limited_group_delays_no_other_chat_and_loses_nothing(desk: Desk) -> None:
    with listening(limit_groups) as server:
        group, chat = desk.rule("-100111", channel="telegram"), desk.rule("4242", channel="telegram")
        desk.fire(group, events=80, enqueue=False)

        async def run() -> list[float]:
            async with office(desk, server.url) as made:
                async with asyncio.timeout(10):
                    while not chats(server, "-100111"):  # noqa: ASYNC110 - the listener tells nobody
                        await asyncio.sleep(0.05)
                return await latencies(desk, made, chat, lambda: chats(server, "4242"))

        found = asyncio.run(run())
        rows = desk.rows("SELECT attempts, status, extract(epoch FROM next_attempt_at - now())::float8 AS wait"
                         " FROM notification_deliveries WHERE destination = '-100111'")  # fmt: skip
    assert shown("80 alerts to a Telegram group that is limited for 40 s", found) < OTHERS_SECONDS
    assert chats(server, "-100111") == 1, "it asked for 40 s and is left alone for them"
    assert {(row["status"], row["attempts"]) for row in rows if row["wait"] < 60} == {("pending", 0)}
    assert max(row["wait"] for row in rows) <= 61


def test_a_flood_of_one_users_hanging_servers_delays_nobody(desk: Desk) -> None:
    """Ten times what is held in hand at once, to thirty hosts that accept and never answer."""

    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)
        writer.close()

    async def run() -> tuple[list[float], int]:
        hosts = [await asyncio.start_server(hang, "127.0.0.1", 0) for _ in range(30)]
        urls = [f"http://127.0.0.1:{host.sockets[0].getsockname()[1]}/x" for host in hosts]
        rules = [await asyncio.to_thread(desk.rule, url, owner=flooder) for url in urls]
        await asyncio.to_thread(desk.fire, *rules, events=200, enqueue=False)
        with psycopg.connect(desk.url, autocommit=True) as connection:
            connection.execute("UPDATE notification_deliveries SET next_attempt_at = now() - interval '1 min'")
        async with office(desk, most=600) as made:
            await asyncio.sleep(1)
            found = await latencies(desk, made, alive_rule, lambda: len(alive.asked))
            return found, made.in_hand

    flooder = uuid4()
    with listening() as alive:
        alive_rule = desk.rule(f"{alive.url}/x")
        found, in_hand = asyncio.run(run())
    assert shown("6,000 alerts of one user to 30 servers that hang", found) < OTHERS_SECONDS
    assert in_hand < 310, "one user's share is 300; a few of the other's may be ending"


def test_what_others_are_due_is_found_behind_a_users_backlog(desk: Desk) -> None:
    """By the sweep alone, as after a lost job or a pause: 5,000 older deliveries of one user are passed over."""
    with listening(lambda _: Reply(429, headers=(("Retry-After", "600"),))) as full, listening() as alive:
        desk.fire(desk.rule(f"{full.url}/x"), events=5_000, enqueue=False)
        desk.fire(desk.rule(f"{alive.url}/y"), events=1, enqueue=False)
        with psycopg.connect(desk.url, autocommit=True) as connection:
            connection.execute(
                "UPDATE notification_deliveries SET next_attempt_at = now() - CASE WHEN destination LIKE '%/x'"
                " THEN interval '1 hour' ELSE interval '10 s' END"
            )

        async def run() -> float:
            async with office(desk):
                started = time.monotonic()
                while not alive.asked:  # noqa: ASYNC110 - the listener tells nobody
                    await asyncio.sleep(0.01)
                return time.monotonic() - started

        took = asyncio.run(run())
    print(f"behind 5,000 due deliveries of another: found after {took:.2f} s")
    assert took < 3
    assert len(full.asked) <= 8, "those under way when it first said 429"
