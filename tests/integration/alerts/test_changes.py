"""The change feed: in the order of commits, nothing missed, nothing that is no concern of the matcher."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Any
from uuid import UUID

import psycopg
import pytest

from premium.storage.postgres import Database
from tests.fixtures.platform import AddUser
from tests.fixtures.postgres import Databases
from tests.integration.alerts.conftest import MakeRule

pytestmark = pytest.mark.integration


def feed(worker: Database, after: int = 0) -> list[dict[str, Any]]:
    with worker.transaction() as connection:
        query = "SELECT position, rule_id, operation FROM alert_rule_changes WHERE position > %s ORDER BY position"
        return list(connection.execute(query, (after,)))


def test_changes_are_told_in_order_and_idle_ones_not(
    app: Database, worker: Database, add_user: AddUser, rule: MakeRule
) -> None:
    owner = add_user()
    made = rule(owner)
    for change in ("enabled = false", "name = 'other'", "enabled = false", "cooldown_seconds = 5"):
        with app.as_user(owner) as connection:
            connection.execute(f"UPDATE alert_rules SET {change}")  # noqa: S608 - constants
    with app.as_user(owner) as connection:
        connection.execute("DELETE FROM alert_rules")
    told = feed(worker)
    assert [row["operation"] for row in told] == ["insert", "update", "update", "delete"]
    assert {row["rule_id"] for row in told} == {made}


def test_a_position_never_appears_below_one_that_was_seen(
    postgres: Databases, worker: Database, add_user: AddUser
) -> None:
    """Eight writers of transactions of different length against a reader that goes forward only."""
    owner = add_user()
    writers = [Thread(target=_write, args=(postgres, owner, n)) for n in range(8)]
    for writer in writers:
        writer.start()
    seen: list[UUID] = []
    position = 0
    while any(writer.is_alive() for writer in writers):
        position = _read(worker, position, seen.append)
    _read(worker, position, seen.append)
    assert len(seen) == len(set(seen)) == 8 * 10 * 2


def _write(postgres: Databases, owner: UUID, turn: int) -> None:
    with psycopg.connect(postgres.url("premium", "premium_app"), autocommit=True) as connection:
        for _ in range(10):
            with connection.transaction():
                connection.execute("SELECT set_config('app.current_user_id', %s, true)", (str(owner),))
                for _ in range(2):
                    connection.execute(_INSERT, (owner,))
                    connection.execute("SELECT pg_sleep(%s)", (0.002 * turn,))


def _read(worker: Database, position: int, see: Callable[[UUID], None]) -> int:
    for row in feed(worker, position):
        see(row["rule_id"])
        position = row["position"]
    return position


def test_a_listener_is_woken_by_a_commit(postgres: Databases, add_user: AddUser, rule: MakeRule) -> None:
    with psycopg.connect(postgres.url("premium", "premium_worker"), autocommit=True) as connection:
        connection.execute("LISTEN alert_rules")
        rule(add_user())
        assert [note.channel for note in connection.notifies(timeout=5, stop_after=1)] == ["alert_rules"]


_INSERT = """
INSERT INTO alert_rules (user_id, name, type, conditions)
VALUES (%s, 'x', 'gas', '[{"field": "gas_gwei", "operator": "lt", "value": 5}]')
"""
