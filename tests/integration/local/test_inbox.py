"""The local inbox answers as the providers do, and shows what it was given."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local import ports
from local.inbox import Inbox, kept
from premium.neighbours import CircuitBreaker
from premium.notifications.channels.providers import Providers, adapters_of
from tests.factories.deliveries import delivery

pytestmark = pytest.mark.integration
TO = {
    "email": "to-email", "push": "to-push", "telegram": "to-telegram", "sms": "+14155550123",
    "slack": "https://hooks.slack.com/services/T0AB/B0CD/x5f2c9a1b7",
    "discord": "https://discord.com/api/webhooks/100000000000000000/token_of-the_webhook",
}  # fmt: skip


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    made = Inbox(tmp_path / "inbox", ports.free())
    made.start()
    yield made
    made.stop()


def test_the_couriers_own_channels_are_caught(inbox: Inbox) -> None:
    given = Providers.model_validate(inbox.providers())

    async def send() -> None:
        async with httpx.AsyncClient() as client:
            ways = adapters_of(given, outside=client, guarded=client, loopback=True)
            assert set(ways) == {"webhook", *TO}
            for channel, destination in TO.items():
                made = delivery(channel=channel, destination=destination, title="A <b>whale</b>", text="*swims*\n_on_")
                await ways[channel].send(made, CircuitBreaker(channel))

    asyncio.run(send())
    caught = list(kept(inbox.messages))
    assert [one["channel"] for one in caught] == list(TO)
    assert all(one["to"] in where for one, where in zip(caught, TO.values(), strict=True))
    assert {one["title"] for one in caught} == {"A <b>whale</b>", ""}
    assert {one["text"] for one in caught} == {"*swims*\n_on_"}
    page = httpx.get(inbox.url).text
    assert "A &lt;b&gt;whale&lt;/b&gt;" in page
    assert "<b>whale" not in page


def test_what_is_no_providers_request_is_refused(inbox: Inbox) -> None:
    for path, status in (("/sendgrid/v3/mail/send", 400), ("/elsewhere", 404)):
        assert httpx.post(inbox.url + path, json={}).status_code == status
    assert list(kept(inbox.messages)) == []
