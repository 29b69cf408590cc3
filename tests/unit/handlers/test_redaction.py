"""No secret reaches a log line, by the name of its field or by its look."""

from __future__ import annotations

import io
import json

import pytest
from aws_lambda_powertools import Logger

from premium.observability import _line

pytestmark = pytest.mark.unit
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEyMyJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
KEY = "pdk_Ab12Cd34_" + "x" * 43
STREAM = "pst_" + "y" * 43
SECRETS = [TOKEN, KEY, STREAM, "hunter2"]


def logged(message: str, **fields: object) -> dict[str, object]:
    out = io.StringIO()
    logger = Logger(service="test", stream=out, logger_formatter=None, json_serializer=_line)
    logger.handlers[-1].stream = out  # type: ignore[attr-defined] # a handler with a stream
    logger.info(message, **fields)
    line: dict[str, object] = json.loads(out.getvalue())
    return line


@pytest.mark.parametrize(
    "message",
    [
        f"Authorization: Bearer {TOKEN}",
        f"GET /v1/alerts/stream?token={TOKEN}&channel=alerts",
        f"wss://x/?token={KEY}",
        f"X-Api-Key: {KEY}",
        "postgresql://premium_app:hunter2@db:5432/premium",
        "rediss://:hunter2@cache:6379/1",
        "host=db user=a password=hunter2 dbname=x",
        "https://rpc.example/v2?api_key=hunter2",
        "https://s3/x?X-Amz-Signature=hunter2&y=1",
    ],
)
def test_texts(message: str) -> None:
    line = json.dumps(logged(message))
    assert not [secret for secret in SECRETS if secret in line]


@pytest.mark.parametrize(
    "name",
    ["authorization", "Authorization", "X-Api-Key", "api_key", "apiKey", "password", "token", "access_token", "cookie",
     "set-cookie", "client_secret", "private_key", "jwt", "webhook_secret", "key_hash"],
)  # fmt: skip
def test_fields_at_any_depth(name: str) -> None:
    line = json.dumps(logged("x", event={"headers": [{name: "hunter2", "inside": {name: ["hunter2"]}}]}))
    assert "hunter2" not in line


def test_what_is_no_secret_stays() -> None:
    line = logged("ok", token_address="0xabc", key_id="k1", tokens=3, prefix="pdk_Ab12Cd34", error_code="X")
    assert (line["token_address"], line["key_id"], line["tokens"], line["prefix"]) == ("0xabc", "k1", 3, "pdk_Ab12Cd34")
