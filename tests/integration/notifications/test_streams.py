"""An alert on its user's open pages: connections in the emulator's DynamoDB, a local server in API Gateway's place."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from urllib.parse import unquote
from uuid import UUID, uuid4

import boto3
import pytest

from local.aws import Aws
from premium.alerts.model import Alert
from premium.bootstrap import Platform
from premium.config import Settings
from premium.notifications.delivery.stream import StreamedNotices
from premium.notifications.model import PostedNotice
from stacks.terms.tables import creation
from tests.factories.listener import Listener, Reply, listening
from tests.factories.streams import listener
from tests.integration.notifications.conftest import Desk

pytestmark = pytest.mark.integration


@pytest.fixture
def gateway() -> Iterator[Listener]:
    """Posts to `gone` connections answer 410."""
    with listening(lambda request: Reply(410 if "gone" in request.path else 200)) as server:
        yield server


@pytest.fixture
def streaming(aws: Aws, gateway: Listener, variables: dict[str, str]) -> Iterator[Platform]:
    """The worker's platform with streams."""
    table = f"connections-{uuid4().hex[:12]}"
    boto3.client("dynamodb").create_table(TableName=table, **creation("connections"))  # type: ignore[arg-type] # made as data
    platform = Platform(
        Settings.from_environment(variables | {"CONNECTIONS_TABLE": table, "WEBSOCKET_ENDPOINT": gateway.url})
    )
    yield platform
    platform.close()


def stream(platform: Platform, *notices: PostedNotice) -> None:
    async def run() -> None:
        streamed = StreamedNotices(platform.streams)
        streamed.add(notices)
        await streamed.drain()

    asyncio.run(run())


def test_who_has_just_subscribed_hears_the_next_alert_whoever_listened_before(
    desk: Desk, streaming: Platform, gateway: Listener
) -> None:
    """An alert that nobody heard is not remembered: the next one is looked up anew."""
    owner, connections = uuid4(), streaming.streams.connections

    async def run() -> list[str]:
        streamed = StreamedNotices(streaming.streams)
        streamed.add([fired(desk, owner).posted for _ in range(3)])
        await streamed.drain()
        connections.add("page=", listener(owner), ["alerts"])
        told = [fired(desk, owner) for _ in range(3)]
        streamed.add([one.posted for one in told])
        await streamed.drain()
        return [str(one.id) for one in told]

    assert asyncio.run(run()) == [request.json["data"]["alertId"] for request in gateway.asked], "in their order"


def test_a_flood_of_one_user_leaves_room_for_the_others_messages(
    desk: Desk, streaming: Platform, gateway: Listener
) -> None:
    flooder, other = uuid4(), uuid4()
    streaming.streams.connections.add("theirs=", listener(other), ["alerts"])

    async def run() -> None:
        streamed = StreamedNotices(streaming.streams)
        streamed.add([fired(desk, flooder).posted] * 5_000)
        streamed.add([fired(desk, other).posted])
        await streamed.drain()

    asyncio.run(run())
    assert [unquote(request.path) for request in gateway.asked] == ["/@connections/theirs="]


def fired(desk: Desk, owner: UUID) -> Alert:
    (alert,) = desk.fire(desk.rule(owner=owner), enqueue=False)
    return alert


def test_who_listens_is_told_and_who_is_gone_forgotten(desk: Desk, streaming: Platform, gateway: Listener) -> None:
    owner, connections = uuid4(), streaming.streams.connections
    for name, channel in (("here=", "alerts"), ("gone=", "alerts"), ("jobs=", "jobs")):
        connections.add(name, listener(owner), [channel])
    made = fired(desk, owner)
    started = time.monotonic()
    stream(streaming, made.posted)
    assert time.monotonic() - started < 5
    assert sorted(unquote(request.path) for request in gateway.asked) == ["/@connections/gone=", "/@connections/here="]
    (message,) = [request.json for request in gateway.asked if "here" in request.path]
    assert message["type"] == "alert"
    assert (message["data"]["alertId"], message["data"]["ruleId"]) == (str(made.id), str(made.rule_id))
    assert message["data"].keys() == {"alertId", "ruleId", "message", "timestamp"}
    assert connections.listening(owner, "alerts") == ["here="]


def test_a_retraction_says_so_and_a_stranger_hears_nothing(desk: Desk, streaming: Platform, gateway: Listener) -> None:
    owner = uuid4()
    streaming.streams.connections.add("mine=", listener(owner), ["alerts"])
    streaming.streams.connections.add("theirs=", listener(uuid4()), ["alerts"])
    (gone,) = desk.retract(fired(desk, owner).event_id)
    stream(streaming, gone.posted, fired(desk, uuid4()).posted)
    (request,) = gateway.asked
    assert (unquote(request.path), request.json["data"]["retracted"]) == ("/@connections/mine=", True)
