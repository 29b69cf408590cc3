"""The security service with real stores and a node: this process as handler and as worker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import boto3
import psycopg
import pytest

from local.aws import Aws
from local.evm import CHAIN_ID, Evm
from local.redis import Redis
from premium import bootstrap
from premium.bootstrap import Platform
from stacks.tables import creation
from tests.factories.contracts import Compiled, corpus
from tests.fixtures.postgres import Databases


@pytest.fixture(scope="package")
def built() -> dict[str, Compiled]:
    return {one.name: one for one in corpus() if one.build == "optimized"}


@pytest.fixture
def platform(
    aws: Aws, redis_server: Redis, postgres: Databases, *, evm: Evm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Platform]:
    """Tables of its own, and the node as the chain `local`."""
    suffix = uuid4().hex[:12]
    dynamodb = boto3.client("dynamodb")
    for name in ("jobs", "idempotency"):
        dynamodb.create_table(TableName=f"{name}-{suffix}", **creation(name))
    chain = {"name": "local", "title": "Local", "chain_id": CHAIN_ID, "native": {"symbol": "ETH", "decimals": 18}}
    chains = tmp_path / "chains.json"
    chains.write_text(json.dumps({"active": ["local"], "chains": [{**chain, "rpc": [evm.url]}]}))
    values = {
        "PREMIUM_STAGE": "local",
        "JOBS_TABLE": f"jobs-{suffix}",
        "IDEMPOTENCY_TABLE": f"idempotency-{suffix}",
        "REDIS_URL": redis_server.url,
        "DATABASE_URL": postgres.url("premium", "premium_app"),
        "WORKER_DATABASE_URL": postgres.url("premium", "premium_worker"),
        "WEBSOCKET_ENDPOINT": "http://127.0.0.1:1",
        "CHAINS_FILE": str(chains),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    bootstrap.platform.cache_clear()
    made = bootstrap.platform()
    yield made
    made.close()
    bootstrap.platform.cache_clear()


@pytest.fixture
def user(postgres: Databases) -> UUID:
    return add_user(postgres)


def add_user(postgres: Databases) -> UUID:
    with psycopg.connect(postgres.url("premium", "postgres")) as connection:
        row = connection.execute(
            "INSERT INTO premium_users (external_id, tier) VALUES (%s, 'pro') RETURNING id", (f"user_{uuid4().hex}",)
        ).fetchone()
    assert row is not None
    return UUID(str(row[0]))
