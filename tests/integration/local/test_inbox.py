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
from premium.notifications.channels.email import SendGridEmails
from premium.notifications.channels.providers import Providers
from premium.notifications.channels.push import AccessToken, PushMessages
from premium.notifications.channels.telegram import TelegramMessages
from tests.factories.deliveries import delivery

pytestmark = pytest.mark.integration


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
            token = AccessToken(client, account=given.fcm_account, key=given.fcm_key, url=given.google_token_url)
            ways = {
                "email": SendGridEmails(client, given.email_from, given.sendgrid_key, given.sendgrid_url),
                "push": PushMessages(client, token, project=given.fcm_project, base=given.fcm_url),
                "telegram": TelegramMessages(client, given.telegram_token, given.telegram_url),
            }
            for channel, way in ways.items():
                await way.send(
                    delivery(channel=channel, destination=f"to-{channel}", title="A <b>whale</b>"),
                    CircuitBreaker(channel),
                )

    asyncio.run(send())
    caught = list(kept(inbox.messages))
    assert [(one["channel"], one["to"]) for one in caught] == [
        ("email", "to-email"), ("push", "to-push"), ("telegram", "to-telegram"),
    ]  # fmt: skip
    assert {one["title"] for one in caught} == {"A <b>whale</b>"}
    page = httpx.get(inbox.url).text
    assert "A &lt;b&gt;whale&lt;/b&gt;" in page
    assert "<b>whale" not in page


def test_what_is_no_providers_request_is_refused(inbox: Inbox) -> None:
    for path, status in (("/sendgrid/v3/mail/send", 400), ("/elsewhere", 404)):
        assert httpx.post(inbox.url + path, json={}).status_code == status
    assert list(kept(inbox.messages)) == []
