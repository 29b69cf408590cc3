"""Partitions of the history: made ahead with their policies, dropped when they are old, in any order of things."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from local.postgres import SUPERUSER
from premium.alerts.model import Firing
from premium.alerts.store.firings import record_firings
from premium.storage.postgres import Database
from tests.fixtures.databases import UrlOf
from tests.integration.rls.catalogue import tables_of_users

pytestmark = pytest.mark.integration
HOOK = '[{"type": "webhook", "destination": "https://example.org", "template": null}]'


def at(year: int, month: int) -> datetime:
    return datetime(year, month, 15, tzinfo=UTC)


def test_partitions_come_and_go_with_the_clock(copy_of: object) -> None:
    assert callable(copy_of)
    url: UrlOf = copy_of("premium")
    worker = Database(lambda: url("premium_worker"))
    with psycopg.connect(url(SUPERUSER)) as connection:
        connection.execute("INSERT INTO premium_users (external_id, tier) VALUES ('ada', 'pro')")
        made = connection.execute(
            "INSERT INTO alert_rules (user_id, name, type, conditions, actions)"  # noqa: S608 - constants
            f" SELECT id, 'x', 'gas', '[{{}}]', '{HOOK}' FROM premium_users RETURNING id"
        ).fetchone()
    assert made is not None
    for turn, moment in enumerate((at(2031, 1), at(2031, 1), at(2031, 3))):
        with worker.transaction() as connection:
            connection.execute("SELECT maintain_alerts(%s)", (moment,))
            record_firings(connection, [Firing(made[0], f"{turn}", each, {}) for each in (moment, at(2040, 1))])
    partitions = _partitions(url)
    assert {"alert_history_2031_04", "alert_history_2031_06", "alert_history_default"} <= partitions
    assert "alert_history_2026_11" not in partitions, "over 13 months"
    with worker.transaction() as connection:  # its month has rows in the default partition already: they stay there
        connection.execute("SELECT maintain_alerts(%s)", (at(2040, 1),))
    assert "alert_history_2040_01" not in _partitions(url)
    assert {"alert_history_2040_02", "alert_history_default"} <= _partitions(url)
    assert _count(url) == 3, "2031 is dropped"
    worker.close()


def _partitions(url: UrlOf) -> set[str]:
    with psycopg.connect(url(SUPERUSER)) as connection:
        parts = {table.name for table in tables_of_users(connection) if table.is_partition}
        unguarded = connection.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY (%s) AND NOT (relrowsecurity AND relforcerowsecurity)",
            (sorted(parts),),
        ).fetchall()
    assert unguarded == []
    return parts


def _count(url: UrlOf) -> int:
    with psycopg.connect(url(SUPERUSER)) as connection:
        row = connection.execute("SELECT count(*) FROM alert_history").fetchone()
    assert row is not None
    return int(row[0])
