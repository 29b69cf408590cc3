"""Through the emulator's HTTP API: its authorizer call, its events, its answers; nothing is called in this process."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest

from local.aws import Aws
from premium.bootstrap import Platform
from tests.integration.handlers.conftest import Sign
from tests.integration.handlers.lambdas import create, invocation

pytestmark = pytest.mark.integration
ORIGIN = "https://app.example.com"


@pytest.fixture
def api(at: Platform, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of an HTTP API with the authorizer, `meta` and `accounts`."""
    monkeypatch.setenv("CORS_ORIGINS", ORIGIN)
    client = boto3.client("apigatewayv2")
    api_id = client.create_api(Name=uuid4().hex, ProtocolType="HTTP")["ApiId"]
    arns = {module: create(aws, module) for module in ("authorizer", "meta", "accounts")}
    guard = client.create_authorizer(
        ApiId=api_id,
        Name="guard",
        AuthorizerType="REQUEST",
        AuthorizerUri=invocation(arns["authorizer"]),
        AuthorizerPayloadFormatVersion="2.0",
        EnableSimpleResponses=True,
        AuthorizerResultTtlInSeconds=0,
        IdentitySource=[],
    )["AuthorizerId"]
    for module, routes in {
        "meta": ["GET /v1/health", "GET /v1/jobs/{id}", "$default"],
        "accounts": [
            "GET /v1/users/profile",
            "PUT /v1/users/profile",
            "POST /v1/users/profile",
            "POST /v1/users/api-keys",
        ],
    }.items():
        target = client.create_integration(
            ApiId=api_id,
            IntegrationType="AWS_PROXY",
            IntegrationUri=invocation(arns[module]),
            PayloadFormatVersion="2.0",
        )["IntegrationId"]
        for route in routes:
            client.create_route(
                ApiId=api_id,
                RouteKey=route,
                Target=f"integrations/{target}",
                AuthorizationType="CUSTOM",
                AuthorizerId=guard,
            )
    client.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
    yield f"{aws.endpoint}/_aws/execute-api/{api_id}/$default"
    client.delete_api(ApiId=api_id)


def ask(url: str, *, method: str = "GET", token: str | None = None, body: object = None, **headers: str) -> Any:
    """(status, headers, body)"""
    sent = ({"Authorization": f"Bearer {token}"} if token else {}) | {
        n.replace("_", "-"): v for n, v in headers.items()
    }
    raw = body if isinstance(body, bytes) else (None if body is None else json.dumps(body).encode())
    if raw is not None:
        sent.setdefault("Content-Type", "application/json")
    request = urllib.request.Request(url, method=method, headers=sent, data=raw)  # noqa: S310 - our own http address
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the same
            return answer.status, answer.headers, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, error.headers, json.loads(error.read() or b"null")


def test_from_the_socket_to_the_store_and_back(api: str, sign: Sign) -> None:
    status, headers, body = ask(f"{api}/v1/health", Origin=ORIGIN)
    assert (status, body["data"], headers["X-RateLimit-Limit"]) == (200, {"status": "ok"}, "1000")
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    assert headers["X-Request-Id"] == body["meta"]["requestId"]

    for path in ("/v1/users/profile", f"/v1/jobs/{uuid4()}"):
        assert ask(f"{api}{path}")[2]["error"]["code"] == "UNAUTHENTICATED"
        assert ask(f"{api}{path}", token="x.y.z")[0] == 401

    token = sign(sub="user_http", tier="pro")
    assert ask(f"{api}/v1/users/profile", token=token)[2]["data"]["externalId"] == "user_http"
    changed = ask(f"{api}/v1/users/profile", method="PUT", token=token, body={"email": "Ada@Example.org"})
    assert changed[2]["data"]["pendingEmail"] == "ada@example.org"
    assert ask(f"{api}/v1/users/api-keys", method="POST", token=token, body={})[2]["error"]["code"] == "TIER_REQUIRED"
    assert ask(f"{api}/v1/jobs/{uuid4()}", token=token)[2]["error"]["code"] == "NOT_FOUND"

    assert ask(f"{api}/nowhere")[2]["error"]["code"] == "NOT_FOUND"
    status, headers, body = ask(f"{api}/v1/users/profile", method="DELETE", token=token)
    assert (status, headers["Allow"]) == (405, "GET, POST, PUT")
    for raw in (b"\xff\xfe", b"{", b'{"email": "\\ud800@x.y"}'):
        status, _, body = ask(f"{api}/v1/users/profile", method="PUT", token=token, body=raw)
        assert (status, body["error"]["code"]) == (400, "INVALID_INPUT"), raw
