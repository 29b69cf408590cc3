"""The handlers' own environment, as the stack gives it: real stores, tables and secrets of this test's own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import boto3
import jwt
import psycopg
import pytest

from handlers import authorizer
from handlers.events import stream
from handlers.runtime import idempotency
from local.aws import Aws
from local.postgres import SUPERUSER
from premium.accounts.service import sessions
from premium.bootstrap import Platform, platform
from premium.people.service import People
from premium.storage.postgres import Database
from tests.fixtures.platform import ISSUER, KEY
from tests.fixtures.postgres import Databases
from tests.integration.handlers.asking import rule
from tests.integration.handlers.lambdas import create, invocation

Sign = Callable[..., str]


@pytest.fixture
def variables(variables: dict[str, str], postgres: Databases, aws: Aws) -> dict[str, str]:
    """As a function of the stage is told: by the application's role alone."""
    series = {"TIMESERIES_URL": postgres.url("timeseries", "premium_app"), "WEBSOCKET_ENDPOINT": aws.endpoint}
    pages = {"CORS_ORIGINS": "https://app.example,http://localhost:3000"}
    return {name: value for name, value in variables.items() if not name.startswith("WORKER_")} | series | pages


@pytest.fixture
def at(environment: dict[str, str]) -> Iterator[Platform]:
    """The platform of this process, as the handlers see it."""
    forget()
    yield platform()
    platform().close()
    forget()


@pytest.fixture
def worker(postgres: Databases) -> Iterator[Database]:
    """The database by the worker's role, for what the clock does beside the handlers."""
    made = Database(lambda: postgres.url("premium", "premium_worker"))
    yield made
    made.close()


@pytest.fixture
def staff(at: Platform, sign: Sign, postgres: Databases) -> Sign:
    """`staff(roles=["admin"])` is the access token of a session that showed its second factor `ago` seconds ago."""

    def make(*, roles: list[str], sub: str | None = None, ago: int = 0) -> str:
        named = {"sub": sub} if sub else {}
        user = UUID(rule(token=sign(**named))["userId"])
        People.of(at).change_roles(user, by=None, grant=roles, revoke=[])
        made = sessions(at).open(user, amr=("wallet",), ip="", user_agent="")
        with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
            connection.execute(
                "INSERT INTO user_credentials (user_id, kind, secret, confirmed_at) VALUES (%s, 'totp', %s, now())"
                " ON CONFLICT DO NOTHING", (user, b"x" * 48),
            )  # fmt: skip
            connection.execute(
                "UPDATE sessions SET second_factor_at = now() - make_interval(secs => %s) WHERE id = %s",
                (ago, made.session_id),
            )
        return made.access_token

    return make


def forget() -> None:
    """As a new process: nothing is cached."""
    cached: tuple[Any, ...] = (
        platform, authorizer.gatekeeper, stream.gate, idempotency._store,
    )  # fmt: skip
    for function in cached:
        function.cache_clear()


@pytest.fixture
def sign() -> Sign:
    """`sign(sub="user_1", tier="pro")` is a token of the free platform."""

    def make(**changes: Any) -> str:
        now = int(time.time())
        whole = {"sub": f"user_{uuid4().hex[:8]}", "tier": "pro", "iat": now, "exp": now + 600}
        return jwt.encode(whole | {"iss": ISSUER} | changes, KEY, algorithm="HS256")

    return make


@pytest.fixture
def socket(at: Platform, aws: Aws) -> Iterator[str]:
    """The address of a WebSocket API whose routes are `handlers.events.stream.handler`."""
    api = boto3.client("apigatewayv2")
    api_id = api.create_api(Name=uuid4().hex, ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.type")[
        "ApiId"
    ]
    address = f"{aws.endpoint}/_aws/execute-api/{api_id}/v1"
    uri = invocation(create(aws, "events.stream", {"WEBSOCKET_ENDPOINT": address}))
    made = api.create_integration(ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=uri)["IntegrationId"]
    for key in ("$connect", "$disconnect", "$default"):
        api.create_route(ApiId=api_id, RouteKey=key, Target=f"integrations/{made}")
    api.create_stage(ApiId=api_id, StageName="v1")
    yield address.replace("http", "ws", 1)
    api.delete_api(ApiId=api_id)
