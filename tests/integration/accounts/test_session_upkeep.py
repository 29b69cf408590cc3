"""Sessions that ended long ago are deleted, and operators end those of a user."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from local.postgres import SUPERUSER
from premium.accounts.store import SessionStore
from premium.storage.postgres import Database
from tests.fixtures.postgres import Databases

pytestmark = pytest.mark.integration


@pytest.fixture
def store(postgres: Databases) -> Iterator[SessionStore]:
    database = Database(lambda: postgres.url("premium", "premium_worker"))
    yield SessionStore(database)
    database.close()


def sql(postgres: Databases, statement: str, *values: Any) -> list[Any]:
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        cursor = connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def user(postgres: Databases) -> UUID:
    return UUID(
        str(sql(postgres, "INSERT INTO premium_users (external_id) VALUES (%s) RETURNING id", uuid4().hex)[0][0])
    )


def session(postgres: Databases, of: UUID, *, ends: str, revoked: str | None = None) -> UUID:
    """One with a token; its times are intervals from now."""
    statement = """INSERT INTO sessions (user_id, amr, created_at, expires_at, revoked_at, reason)
                   VALUES (%s, '{wallet}', now() - interval '100 days', now() + %s::interval, now() + %s::interval,
                           CASE WHEN %s::text IS NULL THEN NULL ELSE 'logout' END) RETURNING id"""
    made = UUID(str(sql(postgres, statement, of, ends, revoked, revoked)[0][0]))
    sql(
        postgres,
        "INSERT INTO session_tokens (user_id, session_id, refresh_hash, expires_at) VALUES (%s, %s, sha256(%s), now())",
        of, made, made.bytes,
    )  # fmt: skip
    return made


def test_what_ended_over_thirty_days_ago_goes_with_its_tokens(store: SessionStore, postgres: Databases) -> None:
    of = user(postgres)
    kept = {
        session(postgres, of, ends="1 day"),
        session(postgres, of, ends="-29 days"),
        session(postgres, of, ends="1 day", revoked="-29 days"),
    }
    for _ in range(3):
        session(postgres, of, ends="-31 days")
        session(postgres, of, ends="1 day", revoked="-31 days")
    assert [store.purge(4), store.purge(4), store.purge(4)] == [4, 2, 0]
    assert {row[0] for row in sql(postgres, "SELECT id FROM sessions WHERE user_id = %s", of)} == kept
    assert {row[0] for row in sql(postgres, "SELECT session_id FROM session_tokens WHERE user_id = %s", of)} == kept


def test_the_worker_deletes_no_session_that_lives(postgres: Databases) -> None:
    live = session(postgres, user(postgres), ends="1 day")
    with psycopg.connect(postgres.url("premium", "premium_worker")) as connection:
        assert connection.execute("DELETE FROM sessions").rowcount == 0
    assert sql(postgres, "SELECT count(*) FROM sessions WHERE id = %s", live) == [(1,)]


def test_an_operator_ends_those_of_one_user(store: SessionStore, postgres: Databases) -> None:
    one, other = user(postgres), user(postgres)
    mine = {session(postgres, one, ends="1 day") for _ in range(2)}
    session(postgres, one, ends="-1 day")
    theirs = session(postgres, other, ends="1 day")
    assert store.revoke(one, "revoked") == mine
    assert store.revoke(one, "revoked") == set()
    assert sql(postgres, "SELECT revoked_at FROM sessions WHERE id = %s", theirs) == [(None,)]
