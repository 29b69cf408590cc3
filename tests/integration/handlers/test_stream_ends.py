"""Streams are counted, limited, heard by scope, and end with what opened them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

import psycopg
import pytest
from click.testing import CliRunner

from handlers import accounts
from handlers.events import stream
from local.postgres import SUPERUSER
from premium.accounts.service import api_keys, end_streams
from premium.accounts.store import AccountStore
from premium.bootstrap import Platform, platform
from premium.cli.main import main
from premium.execution.upkeep import streams as sweep
from premium.streams.connections import Connections
from tests.factories.listener import Listener, Reply, listening
from tests.factories.streams import listener
from tests.fixtures.postgres import Databases
from tests.integration.handlers.asking import rule, through
from tests.integration.handlers.conftest import Sign, forget
from tests.integration.handlers.test_stream_tokens import PATH, Silent

pytestmark = pytest.mark.integration


@pytest.fixture
def gateway() -> Iterator[Listener]:
    """In API Gateway's place: what is posted to connections, and which are closed."""
    with listening(lambda _: Reply(200)) as server:
        yield server


@pytest.fixture
def variables(variables: dict[str, str], gateway: Listener) -> dict[str, str]:
    return variables | {"WEBSOCKET_ENDPOINT": gateway.url}


def connect(token: str, *, channel: str | None = None, **headers: str) -> tuple[int, str]:
    """Return the status of a new connection, and its id."""
    about = {"eventType": "CONNECT", "connectionId": uuid4().hex, "requestId": "r", "identity": {"sourceIp": "1.2.3.4"}}
    query = {"token": token} | ({"channel": channel} if channel else {})
    answer = stream.handler({"requestContext": about, "headers": headers, "queryStringParameters": query}, Silent())
    return answer["statusCode"], str(about["connectionId"])


def opened(token: str, **parts: Any) -> str:
    status, connection_id = connect(token, **parts)
    assert status == 200
    return connection_id


def say(connection_id: str, **message: Any) -> None:
    about = {"eventType": "MESSAGE", "connectionId": connection_id, "requestId": "r"}
    assert stream.handler({"requestContext": about, "body": json.dumps(message)}, None)["statusCode"] == 200


def told(gateway: Listener, connection_id: str) -> list[Any]:
    """Return what was posted to a connection."""
    return [request.json for request in gateway.asked if request.method == "POST" and connection_id in request.path]


def closed(gateway: Listener) -> set[str]:
    """Return ids of the connections that were closed."""
    return {unquote(request.path).rpartition("/")[2] for request in gateway.asked if request.method == "DELETE"}


def key_of(token: str, *scopes: str, by: str | None = None) -> tuple[UUID, str]:
    """Return id and text of a new key, made by a token or by another key."""
    given: dict[str, Any] = {"key": by} if by else {"token": token}
    body = {"name": "k", "scopes": list(scopes)}
    made = through(accounts.handler, "POST", "/v1/users/api-keys", body=body, **given)
    assert made.status == 201, made.error
    return UUID(made.data["id"]), str(made.data["key"])


def stream_token(key: str) -> str:
    answer = through(accounts.handler, "POST", PATH, key=key)
    assert answer.status == 201, answer.error
    return str(answer.data["token"])


def user_of(at: Platform, subject: str) -> UUID:
    user = AccountStore(at.database).by_external_id(subject)
    assert user
    return user.id


def restrict(postgres: Databases, subject: str) -> None:
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        connection.execute("UPDATE premium_users SET is_restricted = true WHERE external_id = %s", [subject])


def test_one_who_is_over_his_limit_neither_connects_nor_is_served(at: Platform, gateway: Listener, sign: Sign) -> None:
    token = sign(tier="free")
    connection_id = opened(token)
    for _ in range(98):
        rule(token=token)
    say(connection_id, type="ping")
    assert told(gateway, connection_id) == [{"type": "pong"}]
    for _ in range(20):
        say(connection_id, type="ping")
    *_, last = told(gateway, connection_id)
    assert last["error"]["code"] == "RATE_LIMITED"
    assert "try again in" in last["error"]["message"]
    assert connect(token)[0] == 429
    assert rule(token=token)["verdict"] == "rate_limited", "messages count as requests do"
    assert closed(gateway) == {connection_id}, "whoever goes on is cut off: each message costs a call"
    assert at.streams.connections.get(connection_id) is None


def test_guesses_are_counted_against_their_address(at: Platform, sign: Sign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("premium.accounts.stream_gate.ANONYMOUS_A_MINUTE", 3)
    assert [connect("made up")[0] for _ in range(5)] == [401, 401, 401, 429, 429]
    assert connect(sign())[0] == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200), ("https://app.example", 200), ("http://localhost:3000", 200), ("https://evil.example", 403),
        ("null", 403), ("", 403), ("https://app.example.evil.example", 403), ("http://app.example", 403),
    ],
)  # fmt: skip
def test_pages_of_listed_origins_alone_connect(at: Platform, sign: Sign, origin: str | None, status: int) -> None:
    assert connect(sign(), **({} if origin is None else {"Origin": origin}))[0] == status


def test_a_key_hears_what_it_may_read(at: Platform, gateway: Listener, sign: Sign) -> None:
    token = sign(sub="user_1", tier="enterprise")
    _, key = key_of(token, "streams:open", "jobs:read", "tax:read")
    assert connect(stream_token(key), channel="alerts")[0] == 403
    by_key, by_jwt = opened(stream_token(key), channel="jobs"), opened(token, channel="jobs")
    say(by_key, type="subscribe", channel="alerts")
    assert told(gateway, by_key)[-1]["error"]["code"] == "FORBIDDEN"
    say(by_jwt, type="subscribe", channel="alerts")
    assert told(gateway, by_jwt)[-1]["type"] == "subscribed"
    streams, me = at.streams, user_of(at, "user_1")
    assert streams.publish(me, "alerts", {"type": "alert", "data": {}}) == 1
    assert streams.publish(me, "jobs", {"type": "job", "data": {}}, scope="portfolio:read") == 1
    assert streams.publish(me, "jobs", {"type": "job", "data": {}}, scope="tax:read") == 2


def test_a_revoked_key_ends_its_streams_and_those_of_keys_it_made(at: Platform, gateway: Listener, sign: Sign) -> None:
    token = sign(sub="user_1", tier="enterprise")
    first, text = key_of(token, "streams:open", "profile:write", "jobs:read")
    _, child = key_of(token, "streams:open", by=text)
    unspent = stream_token(child)
    streams = [opened(stream_token(text), channel="jobs"), opened(stream_token(child))]
    by_jwt = opened(token, channel="jobs")
    assert through(accounts.handler, "DELETE", f"/v1/users/api-keys/{first}", token=token).status == 200
    assert closed(gateway) == set(streams)
    assert connect(unspent)[0] == 401, "a token of a key that is revoked meanwhile opens nothing"
    assert at.streams.publish(user_of(at, "user_1"), "jobs", {"type": "job"}) == 1
    assert told(gateway, by_jwt) == [{"type": "job"}]


def test_a_restricted_user_hears_nothing_more(at: Platform, gateway: Listener, sign: Sign, postgres: Databases) -> None:
    token = sign(sub="user_3")
    first = opened(token, channel="jobs")
    restrict(postgres, "user_3")
    assert at.streams.publish(user_of(at, "user_3"), "jobs", {"type": "job"}) == 0
    assert (told(gateway, first), closed(gateway)) == ([], {first})
    assert connect(token)[0] == 403, "though his standing was read a moment ago"
    assert at.streams.connections.of_user(user_of(at, "user_3")) == []


def test_whoever_restricts_ends_the_users_streams_at_once(at: Platform, gateway: Listener, sign: Sign) -> None:
    mine = {opened(sign(sub="user_4")), opened(sign(sub="user_4"))}
    opened(sign(sub="user_5"))
    assert end_streams(at, user_of(at, "user_4")) == 2
    assert closed(gateway) == mine


def test_a_user_who_is_switched_off_hears_nothing_more(
    at: Platform, gateway: Listener, sign: Sign, postgres: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = {opened(sign(sub="user_6")), opened(sign(sub="user_6"))}
    opened(sign(sub="user_7"))
    url = postgres.url("premium", "premium_worker")
    operators = Platform(at.settings.model_copy(update={"database_url": url}))
    for module in ("operators", "switches"):
        monkeypatch.setattr(f"premium.cli.{module}.platform", lambda: operators)
    user = str(user_of(at, "user_6"))
    off = CliRunner().invoke(main, ["users", "switch", user, "--off", "--why", "abuse"])
    assert off.stdout == f"{user} is off; 2 streams ended\n", off.output
    assert closed(gateway) == mine
    assert at.streams.connections.of_user(UUID(user)) == []
    again = CliRunner().invoke(main, ["users", "switch", user, "--off", "--why", "abuse"])
    assert again.stdout == f"{user} is off, as it was; 0 streams ended\n"
    on = CliRunner().invoke(main, ["users", "switch", user, "--on", "--why", "calm"])
    assert on.stdout == f"{user} is on\n"


def test_a_key_revoked_while_its_stream_opens_leaves_none(
    at: Platform, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = sign(sub="user_1", tier="enterprise")
    key_id, text = key_of(token, "streams:open")
    unspent, me, add = stream_token(text), user_of(at, "user_1"), Connections.add

    def revoked_first(*parts: Any) -> bool:
        api_keys(at).revoke(me, key_id)
        return add(*parts)

    monkeypatch.setattr(Connections, "add", revoked_first)
    assert connect(unspent)[0] == 401
    assert at.streams.connections.of_user(me) == []


def test_a_message_after_the_end_closes_the_stream(at: Platform, gateway: Listener) -> None:
    at.streams.connections.add("over=", listener(uuid4(), expires_at=int(time.time()) - 1))
    say("over=", type="ping")
    say("never-was=", type="ping")
    assert told(gateway, "over")[0]["error"]["code"] == "UNAUTHENTICATED"
    assert closed(gateway) == {"over=", "never-was="}


@pytest.fixture
def alone(at: Platform, own_table: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Platform:
    """The platform with a table of connections that no other test knows."""
    monkeypatch.setenv("CONNECTIONS_TABLE", own_table("connections"))
    forget()
    return platform()


def test_each_minute_closes_what_is_over(
    alone: Platform,
    gateway: Listener,
    sign: Sign,
    postgres: Databases,
) -> None:
    alone.streams.connections.add("over=", listener(uuid4(), expires_at=int(time.time()) - 1))
    restricted, stays = opened(sign(sub="user_6")), opened(sign(sub="user_7"))
    restrict(postgres, "user_6")
    assert sweep(alone, alone.clock.now()) == {"closed": 2}
    assert closed(gateway) == {"over=", restricted}
    assert alone.streams.connections.get(stays)
