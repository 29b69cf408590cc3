"""Tokens that open one stream: asked for over HTTP, offered as a subprotocol, spent once, ended in time."""

from __future__ import annotations

import base64
import json
import time
from datetime import datetime
from typing import Any
from uuid import uuid4

import boto3
import psycopg
import pytest

from handlers import accounts
from handlers.events import stream
from local.aws import Aws
from local.postgres import SUPERUSER
from premium.accounts.service import stream_gate
from premium.accounts.store import AccountStore
from premium.accounts.stream_tokens import StreamTokens
from premium.audit.service import AuditLog, Bounds
from premium.bootstrap import Platform
from premium.errors import Unauthenticated, UpstreamUnavailable
from premium.tiers import Tier
from tests.factories.streams import listener
from tests.fixtures.postgres import Databases
from tests.integration.handlers.asking import through
from tests.integration.handlers.conftest import Sign, forget

pytestmark = pytest.mark.integration
PATH = "/v1/auth/stream-token"


class Silent:
    """A context whose function cannot be called: nobody is greeted."""

    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:nowhere"


def asked(token: str, **parts: Any) -> Any:
    answer = through(accounts.handler, "POST", PATH, token=token, **parts)
    assert answer.status == 201, answer.error
    return answer.data


def connected(
    *, offered: str = "", token: str = "", origin: str | None = None, ip: str = "203.0.113.7"
) -> dict[str, Any]:
    headers = {"Sec-WebSocket-Protocol": offered} if offered else {}
    headers |= {"X-Origin-Secret": origin} if origin is not None else {}
    query = {"token": token} if token else None
    about = {"eventType": "CONNECT", "connectionId": uuid4().hex, "requestId": "r", "identity": {"sourceIp": ip}}
    event = {"requestContext": about, "headers": headers, "queryStringParameters": query}
    return stream.handler(event, Silent()) | {"id": about["connectionId"]}


def test_a_token_of_a_minute_opens_one_stream(at: Platform, sign: Sign) -> None:
    made = asked(sign(sub="user_1"))
    ends = datetime.fromisoformat(made["expiresAt"]).timestamp()
    assert 50 < ends - time.time() <= 61
    answer = connected(offered=f"premium, {made['token']}")
    assert answer["statusCode"] == 200
    assert answer["headers"] == {"Sec-WebSocket-Protocol": "premium"}
    user = AccountStore(at.database).by_external_id("user_1")
    item = at.tables("connections").get({"connection_id": answer["id"]})
    assert user
    assert item
    assert item["user_id"] == str(user.id)
    assert connected(offered=f"premium, {made['token']}")["statusCode"] == 401, "it was spent"


def test_it_stands_in_the_query_too_and_a_jwt_may_be_offered(at: Platform, sign: Sign) -> None:
    assert connected(token=asked(sign())["token"])["statusCode"] == 200
    answer = connected(offered=f"premium, {sign()}")
    assert (answer["statusCode"], answer["headers"]) == (200, {"Sec-WebSocket-Protocol": "premium"})
    bare = connected(offered=sign())
    assert (bare["statusCode"], "headers" in bare) == (200, False), "a token is never said back"


@pytest.mark.parametrize("made_up", ["pst_" + "x" * 43, "pst_", "premium", "", "a" * 9000, "é" * 47])
def test_a_made_up_token_opens_nothing(at: Platform, made_up: str) -> None:
    assert connected(token=made_up)["statusCode"] == 401
    assert connected(offered=f"premium, {made_up}")["statusCode"] == 401


def test_a_replay_shows_no_token(at: Platform, sign: Sign) -> None:
    token, headers = sign(), {"idempotency-key": uuid4().hex}
    assert asked(token, headers=headers)["token"]
    assert asked(token, headers=headers)["token"] is None


def test_a_key_needs_the_scope(at: Platform, sign: Sign) -> None:
    enterprise = sign(tier="enterprise")

    def key(*scopes: str) -> str:
        body = {"name": "k", "scopes": list(scopes)}
        return str(through(accounts.handler, "POST", "/v1/users/api-keys", token=enterprise, body=body).data["key"])

    assert through(accounts.handler, "POST", PATH, key=key("alerts:read")).status == 403
    assert through(accounts.handler, "POST", PATH, key=key("streams:open")).status == 201
    assert through(accounts.handler, "POST", PATH).status == 401


def test_a_key_of_one_network_opens_a_stream_from_there_alone(at: Platform, sign: Sign) -> None:
    body = {"name": "k", "scopes": ["streams:open"], "networks": ["203.0.113.0/24"]}
    answer = through(accounts.handler, "POST", "/v1/users/api-keys", token=sign(tier="enterprise"), body=body)
    key = answer.data["key"]

    def opened_from(ip: str) -> int:
        given = through(accounts.handler, "POST", PATH, key=key)
        return int(connected(token=given.data["token"], ip=ip)["statusCode"])

    assert opened_from("203.0.113.200") == 200
    assert opened_from("::ffff:203.0.113.200") == 200
    assert opened_from("203.0.114.1") == 403
    assert opened_from("2001:db8::1") == 403


def test_giving_one_is_audited_without_it(at: Platform, sign: Sign) -> None:
    made = asked(sign(sub="user_2"))
    user = AccountStore(at.database).by_external_id("user_2")
    assert user
    entries = AuditLog.of(at).of_user(user.id, Bounds(limit=10))
    assert [entry.name for entry in entries if "stream" in entry.name]
    assert made["token"] not in str(entries)


def test_a_stream_ends_with_the_credential_that_asked(at: Platform, sign: Sign) -> None:
    soon = int(time.time()) + 5
    answer = connected(token=asked(sign(exp=soon))["token"])
    item = at.tables("connections").get({"connection_id": answer["id"]})
    assert item
    assert item["ttl"] == soon
    assert connected(token=sign(exp=soon))["statusCode"] == 200
    users = stream_gate(at)
    late = users.tokens.issue("user_1", ends_at=int(time.time()) - 1).token
    with pytest.raises(Unauthenticated):
        users.by_token(late, "203.0.113.7")


def test_nothing_is_heard_after_the_end(at: Platform) -> None:
    connections, user, now = at.streams.connections, uuid4(), int(time.time())
    connections.add("over", listener(user, expires_at=now - 1), ["jobs"])
    connections.add("open", listener(user, expires_at=now + 60), ["jobs"])
    assert connections.listening(user, "jobs") == ["open"]


def test_a_restricted_user_opens_nothing(at: Platform, sign: Sign, postgres: Databases) -> None:
    made = asked(sign(sub="user_3"))
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        connection.execute("UPDATE premium_users SET is_restricted = true WHERE external_id = 'user_3'")
    assert connected(token=made["token"])["statusCode"] == 403


def test_a_token_outlives_its_minute_nowhere(at: Platform) -> None:
    tokens, redis = stream_gate(at).tokens, at.redis(2)
    before = set(redis.keys("stream-token:*"))
    made = tokens.issue("user_1", ends_at=None)
    (name,) = set(redis.keys("stream-token:*")) - before
    assert made.token.encode() not in name
    assert 0 < redis.ttl(name) <= 60


def test_without_redis_no_stream_is_opened_on_a_guess(at: Platform) -> None:
    from redis import Redis  # noqa: PLC0415 - a client of nothing

    gone = StreamTokens(Redis(port=1, socket_connect_timeout=0.2), at.clock)
    for ask in (lambda: gone.issue("user_1", ends_at=None), lambda: gone.spend("pst_" + "x" * 43)):
        with pytest.raises(UpstreamUnavailable):
            ask()


def test_the_side_door_is_shut(at: Platform, aws: Aws, sign: Sign, monkeypatch: pytest.MonkeyPatch) -> None:
    """With an origin secret, only what came through CloudFront connects; both secrets hold while one rotates."""
    secret = json.dumps({"value": "edge-secret", "previous": "old-secret"})
    arn = boto3.client("secretsmanager").create_secret(Name=uuid4().hex, SecretString=secret)["ARN"]
    monkeypatch.setenv("ORIGIN_SECRET_ARN", arn)
    forget()
    assert connected(token=sign())["statusCode"] == 403
    assert connected(token=sign(), origin="guess")["statusCode"] == 403
    for known in ("edge-secret", "old-secret"):
        assert connected(token=sign(), origin=known)["statusCode"] == 200


def test_users_of_tiers_are_as_the_token_said(at: Platform, sign: Sign) -> None:
    token = asked(sign(sub="user_4", tier="starter"))["token"]
    assert stream_gate(at).by_token(token, "203.0.113.7").tier == Tier.STARTER
    assert base64.urlsafe_b64decode(token.removeprefix("pst_") + "=")
