"""Both roles of the premium database, and users with rules in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from psycopg.sql import SQL, Identifier, Placeholder
from psycopg.types.json import Jsonb
from redis import Redis

from local.evm import Evm
from local.market import Market, build
from local.redis import Redis as RedisService
from premium.storage.postgres import Database
from tests.fixtures.platform import AddUser
from tests.fixtures.postgres import Databases
from tests.integration.alerts.line import ABOVE, ACTION, Beginning, Line
from tests.integration.alerts.sources import Source
from tests.integration.portfolio.platforms import platform

MakeRule = Callable[..., UUID]
WHALE = [{"field": "amount_usd", "operator": "gte", "value": 1000000}]


@pytest.fixture(autouse=True)
def beginning() -> None:
    """Events' times count from each test's own beginning."""
    Beginning.now()


@pytest.fixture
def app(postgres: Databases) -> Iterator[Database]:
    yield from _opened(postgres, "premium_app")


@pytest.fixture
def worker(postgres: Databases) -> Iterator[Database]:
    yield from _opened(postgres, "premium_worker")


def _opened(postgres: Databases, role: str) -> Iterator[Database]:
    database = Database(lambda: postgres.url("premium", role))
    yield database
    database.close()


@pytest.fixture
def rule(app: Database) -> MakeRule:
    """`rule(user_id, actions=[…], enabled=False)`: a whale rule, written by its owner."""

    def make(owner: UUID, **columns: Any) -> UUID:
        values = {"name": "whales", "type": "whale", "conditions": WHALE, "actions": [], "enabled": True} | columns
        with app.as_user(owner) as connection:
            row = connection.execute(
                "INSERT INTO alert_rules (user_id, name, type, conditions, actions, enabled, signing_secret)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING id",
                (
                    owner, values["name"], values["type"], Jsonb(values["conditions"]), Jsonb(values["actions"]),
                    values["enabled"], values.get("signing_secret"),
                ),
            ).fetchone()  # fmt: skip
        assert row is not None
        made: UUID = row["id"]
        return made

    return make


@pytest.fixture(scope="session")
def market(evm_session: Evm) -> Market:
    return build(evm_session.url)


@pytest.fixture
def source(
    postgres: Databases, redis_server: RedisService, evm: Evm, market: Market, tmp_path: Path
) -> Iterator[Source]:
    chains = tmp_path / "chains.json"
    chains.write_text(json.dumps(market.chains_file(evm.url)))
    made = platform(postgres, redis_server, chains, "premium_worker")
    yield Source(made)
    made.close()


@pytest.fixture
def source_of(
    postgres: Databases, redis_server: RedisService, market: Market, tmp_path: Path
) -> Iterator[Callable[..., Source]]:
    """`source_of(url, …)` reads the market's chain through these endpoints."""
    made: list[Source] = []

    def make(*urls: str) -> Source:
        chains = tmp_path / f"chains-{len(made)}.json"
        file = json.loads(json.dumps(market.chains_file(urls[0])))
        file["chains"][0]["rpc"] = list(urls)
        chains.write_text(json.dumps(file))
        made.append(Source(platform(postgres, redis_server, chains, "premium_worker")))
        return made[-1]

    yield make
    for source in made:
        source.platform.close()


@pytest.fixture
def client(redis_server: RedisService) -> Iterator[Redis]:
    with Redis.from_url(redis_server.url, db=1) as made:
        yield made


@pytest.fixture
def line(app: Database, worker: Database, client: Redis) -> Line:
    return Line(app, worker, client)


@pytest.fixture
def above(add_user: AddUser, app: Database) -> Callable[..., UUID]:
    """A rule on the price of ETH with a webhook; columns may be given."""

    def make(**columns: Any) -> UUID:
        owner = add_user()
        values = {"user_id": owner, "name": "above", "type": "price", "conditions": ABOVE, "actions": ACTION} | columns
        written = {name: Jsonb(value) if isinstance(value, list) else value for name, value in values.items()}
        query = SQL("INSERT INTO alert_rules ({}) VALUES ({}) RETURNING id").format(
            SQL(", ").join(map(Identifier, written)), SQL(", ").join(Placeholder() * len(written))
        )
        with app.as_user(owner) as connection:
            row = connection.execute(query, list(written.values())).fetchone()
        assert row is not None
        return UUID(str(row["id"]))

    return make
