"""What a neighbour asks of us that is over its limit, as each provider writes it; nonsense asks for nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx
import pytest

from premium.neighbours import MAX_WAIT, Limit, ReadLimit, Throttled, retry_after
from premium.notifications.channels import limits
from premium.notifications.channels.adapter import Way
from premium.notifications.channels.push import MAX_BYTES, push_request
from premium.notifications.channels.telegram import telegram_request
from premium.notifications.delivery.courier import LIMITED_SECONDS, Courier
from premium.notifications.delivery.lanes import Lanes
from premium.notifications.model import Delivery, End
from premium.plaintext import utf16
from tests.factories.deliveries import delivery
from tests.unit.notifications.test_lanes import Scripted

pytestmark = pytest.mark.unit
A_DATE = "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), ("0", 0), ("1.5", 1.5), (" 7 ", 7), ("99999999999", MAX_WAIT), ("-5", None), ("", None),
     (None, None), ("soon", None), ("1e3", None), ("nan", None), ("\u0661", None), (A_DATE, 0),
     ("Sun, 06 Nov 1994 08:49:87 GMT", None), ("1, 2", None)],
)  # fmt: skip
def test_a_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header) == seconds


def test_a_date_ahead_is_so_many_seconds_from_now() -> None:
    assert retry_after(A_DATE, now=lambda: 784111777 - 90.0) == 90


@pytest.mark.parametrize(
    ("read", "status", "body", "headers", "limit"),
    [
        (limits.telegram, 429, {"ok": False, "parameters": {"retry_after": 40}}, {}, Limit(40)),
        (limits.telegram, 429, {"ok": False, "parameters": {"retry_after": "x"}}, {}, Limit()),
        (limits.telegram, 429, [1], {}, Limit()),
        (limits.discord, 429, {"retry_after": 0.35, "global": False}, {"Retry-After": "1"}, Limit(0.35)),
        (limits.discord, 429, {"retry_after": 64.5, "global": True}, {}, Limit(64.5, everywhere=True)),
        (limits.discord, 429, None, {"Retry-After": "3"}, Limit(3)),
        (limits.fcm, 429, {"error": {"status": "RESOURCE_EXHAUSTED"}}, {}, Limit(60)),
        (limits.fcm, 503, {}, {"Retry-After": "9"}, Limit(9, everywhere=True)),
        (limits.sendgrid, 429, {}, {"Retry-After": "4"}, Limit(4, everywhere=True)),
        (limits.by_header, 429, None, {"Retry-After": "1"}, Limit(1)),
        (limits.by_header, 429, None, {"Retry-After": "whenever"}, Limit()),
    ],
)
def test_each_provider_says_it_in_its_own_words(
    read: ReadLimit, status: int, body: object, headers: dict[str, str], limit: Limit
) -> None:
    content = {"json": body} if body is not None else {"content": b"<html>"}
    assert read(httpx.Response(status, headers=headers, **content)) == limit


def test_sendgrid_names_the_second_at_which_it_takes_mail_again() -> None:
    said = limits.sendgrid(httpx.Response(429, headers={"X-RateLimit-Reset": str(int(time.time()) + 30)}))
    assert said.wait is not None
    assert (28 < said.wait <= 30, said.everywhere) == (True, True)


class Provider(Scripted):
    """One provider; a lane for each destination."""

    def way(self, made: Delivery) -> Way:
        return Way(f"chat {made.destination}", "chats", at_once=1)


def limited(**limit: object) -> Callable[[Delivery], Awaitable[None]]:
    async def act(made: Delivery) -> None:
        if made.destination.startswith("limited"):
            raise Throttled("slowly", Limit(**limit))  # type: ignore[arg-type]  # as the test names them

    return act


def test_who_is_limited_waits_alone_and_is_not_asked_again_meanwhile() -> None:
    provider = Provider(limited(wait=40.0))
    now = 0.0

    async def run() -> list[tuple[End, float | None]]:
        nonlocal now
        courier = Courier({"webhook": provider}, Lanes(clock=lambda: now))
        found = []
        for at, where in ((0, "limited"), (1, "limited"), (1, "free"), (41, "limited")):
            now = float(at)
            outcome = await courier.deliver(delivery(destination=where))
            found.append((outcome.end, outcome.wait))
        return found

    assert asyncio.run(run()) == [(End.LIMITED, 40), (End.LIMITED, 39), (End.SENT, None), (End.LIMITED, 40)]
    assert provider.seen == ["limited", "free", "limited"]
    assert End.LIMITED.is_untried, "it counts as no attempt"


@pytest.mark.parametrize(
    ("users", "everywhere", "others"),
    [(1, False, End.SENT), (2, False, End.SENT), (3, False, End.LIMITED), (1, True, End.LIMITED)],
)
def test_a_limit_of_all_is_told_from_one_users(users: int, everywhere: bool, others: End) -> None:
    async def run() -> End:
        courier = Courier({"webhook": Provider(limited(wait=9.0, everywhere=everywhere))}, Lanes())
        for number in range(9):
            await courier.deliver(delivery(destination=f"limited {number}", user_id=UUID(int=number % users)))
        return (await courier.deliver(delivery(destination="free", user_id=UUID(int=99)))).end

    assert asyncio.run(run()) is others


def test_a_limit_without_a_time_is_a_few_seconds() -> None:
    courier = Courier({"webhook": Provider(limited())}, Lanes())
    outcome = asyncio.run(courier.deliver(delivery(destination="limited")))
    assert (outcome.end, outcome.wait) == (End.LIMITED, LIMITED_SECONDS)


@pytest.mark.parametrize("text", ["🐳" * 3_500, "鯨" * 3_500, "a" * 3_500, '"\\\n' * 1_100, "é🐳\u0000" * 900])
@pytest.mark.parametrize("title", ["🐳" * 200, '"' * 200, "ETH"])
def test_messages_fit_in_bytes_and_units_whatever_they_are_written_in(title: str, text: str) -> None:
    made = delivery(title=title, text=text, destination="t" * 2_048, data={f"{n}Id": "🐳" * 500 for n in range(50)})
    body = httpx.Request("POST", "https://x", json=push_request(made)["message"]).content
    assert len(body) <= MAX_BYTES
    short = push_request(delivery(title=title, text=text))["message"]["notification"]["body"]
    assert len(short.encode()) > 600, "as much of it as there is room for"
    html_free = telegram_request(delivery(title=title[:100], text=text))["text"]
    for markup, plain in (("<b>", ""), ("</b>", ""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        html_free = html_free.replace(markup, plain)
    assert utf16(html_free) <= 4_096
