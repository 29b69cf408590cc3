"""A process as a deployed stage tells it: passwords from Secrets Manager, and connections that went without a word."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import boto3
import pytest

from local.aws import Aws
from local.redis import Redis
from tests.fixtures.postgres import Databases


class _Gone(BaseHTTPRequestHandler):
    """API Gateway's answer of a connection that is no more."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(410)
        self.send_header("Content-Length", "2")
        self.send_header("x-amzn-ErrorType", "GoneException")
        self.end_headers()
        self.wfile.write(b"{}")

    do_DELETE = do_POST  # noqa: N815 - the library's name

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def gone() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Gone)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def role() -> str:
    """The database role of the process."""
    return "premium_app"


@pytest.fixture
def variables(aws: Aws, postgres: Databases, redis_server: Redis, role: str, gone: str) -> dict[str, str]:
    """ARNs in the place of addresses, as a stage tells them."""
    stores = {
        "DATABASE": _postgres(postgres.url("premium", role)),
        "TIMESERIES": _postgres(postgres.url("timeseries", role)),
        "REDIS": _redis(redis_server.url),
        "SESSION": {"value": uuid4().hex + uuid4().hex},
        "CREDENTIAL": {"value": uuid4().hex + uuid4().hex},
        "STRIPE_WEBHOOK": {"value": uuid4().hex},
        "PADDLE_WEBHOOK": {"value": uuid4().hex},
    }
    make = boto3.client("secretsmanager").create_secret
    arns = {
        f"{name}_SECRET_ARN": make(Name=f"{name}-{uuid4().hex}", SecretString=json.dumps(value))["ARN"]
        for name, value in stores.items()
    }
    names = {"PREMIUM_STAGE": "local", "WEBSOCKET_ENDPOINT": gone, "JOB_LEASE_SECONDS": "2"}
    return names | {"CORS_ORIGINS": "https://app.example.org"} | arns


def _postgres(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    signed = {"username": unquote(parts.username or ""), "password": unquote(parts.password or "")}
    at = {"host": str(parts.hostname), "port": str(parts.port), "dbname": parts.path.lstrip("/"), "sslmode": "prefer"}
    return {**signed, **at}


def _redis(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    return {"host": str(parts.hostname), "port": str(parts.port), "password": parts.password or "", "tls": "false"}
