"""The WebSocket through the emulator's gateway: real sockets, the function as Lambda, messages published here."""

from __future__ import annotations

import json
import statistics
import time
from typing import Any
from uuid import UUID, uuid4

import pytest
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from local.aws import Aws
from premium.accounts.service import stream_tokens
from premium.accounts.store import AccountStore
from premium.bootstrap import Platform
from premium.streams.connections import Connections
from premium.streams.service import Streams
from premium.tiers import Tier
from tests.factories.streams import listener
from tests.integration.handlers.conftest import Sign

pytestmark = pytest.mark.integration


def told(client: ClientConnection) -> Any:
    return json.loads(client.recv(timeout=10))


def say(client: ClientConnection, message: object) -> Any:
    client.send(message if isinstance(message, str) else json.dumps(message))
    return told(client)


def user_of(at: Platform, subject: str) -> UUID:
    user = AccountStore(at.database).by_external_id(subject)
    assert user is not None
    return user.id


def test_a_connection_from_greeting_to_gone(at: Platform, aws: Aws, socket: str, sign: Sign) -> None:
    streams = Streams(Connections(at.tables("connections"), at.clock), socket.replace("ws", "http", 1))
    with connect(f"{socket}?token={sign(sub='user_7')}", open_timeout=30) as client:
        greeting = told(client)
        assert greeting["type"] == "connected"
        assert say(client, {"type": "ping"}) == {"type": "pong"}
        for odd in (
            "{",
            "[]",
            '"x"',
            {"type": "shout"},
            {"type": "subscribe"},
            {"type": "subscribe", "channel": "all"},
        ):
            assert say(client, odd)["type"] == "error"
        assert say(client, {"type": "subscribe", "channel": "jobs", "user": "user_8"})["channel"] == "jobs"

        me = user_of(at, "user_7")
        assert streams.publish(me, "alerts", {"type": "alert", "data": {}}) == 0
        assert streams.publish(uuid4(), "jobs", {"type": "job", "data": {}}) == 0
        taken = [_delivery(streams, me, client, number) for number in range(10)]
        assert statistics.median(taken) < 0.1

        assert say(client, {"type": "unsubscribe", "channel": "jobs"})["type"] == "unsubscribed"
        assert streams.publish(me, "jobs", {"type": "job", "data": {}}) == 0
    _eventually_gone(at, greeting["connectionId"])


def _delivery(streams: Streams, user_id: UUID, client: ClientConnection, number: int) -> float:
    started = time.perf_counter()
    assert streams.publish(user_id, "jobs", {"type": "job", "data": {"number": number}}) == 1
    assert told(client) == {"type": "job", "data": {"number": number}}
    return time.perf_counter() - started


def _eventually_gone(at: Platform, connection_id: str) -> None:
    deadline = time.monotonic() + 5
    while at.tables("connections").get({"connection_id": connection_id}):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_stream_is_opened_by_a_subprotocol(at: Platform, socket: str, sign: Sign) -> None:
    """The emulator's gateway passes the offer on; the choice that browsers wait for is API Gateway's to answer."""
    made = stream_tokens(at).issue("user_7", ends_at=None)
    AccountStore(at.database).add_user("user_7", None, Tier.PRO)
    for offered in (made.token, sign(sub="user_7")):
        with connect(socket, subprotocols=[Subprotocol("premium"), Subprotocol(offered)], open_timeout=30) as client:
            assert told(client)["type"] == "connected"
    with pytest.raises((InvalidStatus, WebSocketException)):
        connect(socket, subprotocols=[Subprotocol("premium"), Subprotocol(made.token)], open_timeout=30)


def test_no_token_no_connection(socket: str, sign: Sign) -> None:
    for query in ("", "?token=x", f"?token={sign(exp=1)}", f"?token={sign()}&channel=everything"):
        with pytest.raises((InvalidStatus, WebSocketException)):
            connect(f"{socket}{query}", open_timeout=30)


def test_a_gone_connection_is_forgotten_and_harms_nobody(at: Platform, aws: Aws, socket: str) -> None:
    connections = Connections(at.tables("connections"), at.clock)
    user_id = uuid4()
    connections.add("never-was", listener(user_id), ["jobs"])
    assert Streams(connections, socket.replace("ws", "http", 1)).publish(user_id, "jobs", {"type": "job"}) == 0
    assert connections.listening(user_id, "jobs") == []


def test_a_lost_gateway_or_table_harms_nobody(at: Platform, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    connections = Connections(at.tables("connections"), at.clock)
    user_id = uuid4()
    connections.add("here", listener(user_id), ["jobs"])
    assert Streams(connections, "http://127.0.0.1:1/x").publish(user_id, "jobs", {"type": "job"}) == 0
    assert connections.listening(user_id, "jobs") == ["here"]


def test_connections_are_bounded_and_expire(at: Platform) -> None:
    connections = Connections(at.tables("connections"), at.clock)
    user_id = uuid4()
    assert [connections.add(uuid4().hex, listener(user_id), ["jobs"]) for _ in range(26)] == [True] * 25 + [False]
    stranger = uuid4()
    at.tables("connections").put({"connection_id": "old", "user_id": str(stranger), "channels": {"jobs"}, "ttl": 1})
    assert connections.listening(stranger, "jobs") == []
    assert not connections.subscribe("unknown", "jobs")
