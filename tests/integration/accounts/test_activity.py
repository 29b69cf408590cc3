"""The daily figures: who was active in 1, 7 and 30 days, and which new users came back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from local.postgres import SUPERUSER
from premium.accounts.store import AccountStore
from premium.storage.postgres import Database
from tests.fixtures.postgres import Databases

pytestmark = pytest.mark.integration
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def store(postgres: Databases) -> Iterator[AccountStore]:
    database = Database(lambda: postgres.url("premium", "premium_worker"))
    yield AccountStore(database)
    database.close()


def add(postgres: Databases, *users: tuple[float, float | None]) -> None:
    """Each made so many days ago, and last active so many days ago."""
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        for number, (made, active) in enumerate(users):
            seen = None if active is None else NOW - timedelta(days=active)
            connection.execute(
                "INSERT INTO premium_users (external_id, created_at, last_active) VALUES (%s, %s, %s)",
                (f"user_{number}", NOW - timedelta(days=made), seen),
            )


def test_nobody_gives_zeros(store: AccountStore) -> None:
    assert set(store.activity(NOW).model_dump().values()) == {0}


def test_active_users_by_window(store: AccountStore, postgres: Databases) -> None:
    add(postgres, (100, 0.5), (100, 0.99), (100, 1.01), (100, 6.9), (100, 29), (100, 31), (100, None))
    counted = store.activity(NOW)
    assert (counted.active_day, counted.active_week, counted.active_month) == (2, 4, 5)


def test_a_cohort_returned_where_it_was_active_n_days_after_its_beginning(
    store: AccountStore, postgres: Databases
) -> None:
    add(
        postgres,
        (1.5, 0.2), (1.5, 0.6), (1.5, None), (2, 0.5), (1, 0), (2.1, 0),  # day 1: made between 2 and 1 days ago
        (7.5, 0.4), (7.5, 0.6), (8.1, 0),
        (30.5, 0.1), (30.2, 20), (31.5, 0),
    )  # fmt: skip
    assert store.activity(NOW).model_dump(exclude={"active_day", "active_week", "active_month"}) == {
        "cohort_1": 4, "returned_1": 2, "cohort_7": 2, "returned_7": 1, "cohort_30": 2, "returned_30": 1,
    }  # fmt: skip
