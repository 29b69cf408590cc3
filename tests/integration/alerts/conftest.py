"""Both roles of the premium database, and users with rules in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from premium.storage.postgres import Database
from tests.fixtures.postgres import Databases

MakeRule = Callable[..., UUID]
WHALE = [{"field": "amount_usd", "operator": "gte", "value": 1000000}]


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
