"""The pool under what happens to pools: other users, errors, dead sessions, a stopped server, forks, new passwords."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from local.postgres import SUPERUSER
from premium.errors import UpstreamUnavailable
from premium.storage.postgres import Database
from tests.fixtures.postgres import Databases

pytestmark = pytest.mark.integration
USER = "SELECT current_setting('app.current_user_id', true) AS who"


def one(database: Database, query: str, *values: object) -> object:
    with database.transaction() as connection:
        row = connection.execute(query, values).fetchone()
    assert row is not None
    return next(iter(row.values()))


def test_the_user_holds_for_one_transaction_of_a_shared_connection(app: Database) -> None:
    user = uuid.uuid4()
    with app.as_user(user) as connection:
        first = connection.info.backend_pid
        assert connection.execute(USER).fetchone() == {"who": str(user)}
    with app.transaction() as connection:
        assert connection.info.backend_pid == first
        assert connection.execute(USER).fetchone() == {"who": ""}


def test_an_error_takes_back_the_whole_transaction(app: Database) -> None:
    user = uuid.uuid4()
    insert = "INSERT INTO premium_users (id, external_id) VALUES (%s, 'twice')"
    with pytest.raises(psycopg.errors.UniqueViolation), app.as_user(user) as connection:
        [connection.execute(insert, (user,)) for _ in range(2)]
    with app.as_user(user) as connection:
        assert connection.execute("SELECT * FROM premium_users").fetchall() == []


def test_a_statement_that_takes_too_long_is_stopped(app: Database) -> None:
    with pytest.raises(UpstreamUnavailable, match="too long"), app.transaction(statement_timeout_ms=50) as connection:
        connection.execute("SELECT pg_sleep(5)")
    assert one(app, "SELECT 1") == 1


def test_times_come_back_in_utc(app: Database) -> None:
    with app.transaction() as connection:
        row = connection.execute("SELECT now() AS at").fetchone()
    assert row is not None
    assert row["at"].utcoffset() == UTC.utcoffset(None)


def test_sessions_that_the_server_ended_are_replaced_unnoticed(app: Database, postgres: Databases) -> None:
    with app.transaction() as connection:
        pid = connection.info.backend_pid
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    assert one(app, "SELECT pg_backend_pid()") != pid


def test_a_session_that_dies_in_the_middle_is_an_outage(app: Database, postgres: Databases) -> None:
    kill = "SELECT pg_terminate_backend(%s, 5000)"
    with (
        psycopg.connect(postgres.url("premium", SUPERUSER)) as killer,
        pytest.raises(UpstreamUnavailable, match="not available"),
        app.transaction() as connection,
    ):
        [each.execute(kill, (connection.info.backend_pid,)) for each in (killer, connection)]
    assert one(app, "SELECT 1") == 1


def test_no_server_is_an_outage_within_the_wait() -> None:
    database = Database(lambda: "host=127.0.0.1 port=1 dbname=none user=nobody", wait_seconds=0.5)
    began = time.monotonic()
    with pytest.raises(UpstreamUnavailable, match="the database is not available"), database.transaction():
        raise AssertionError("there is no server")
    assert time.monotonic() - began < 3
    database.close()


def test_a_server_that_comes_back_is_used_again(postgres: Databases) -> None:
    """After an outage longer than the pool's own attempts, too."""
    place = {"conninfo": "host=127.0.0.1 port=1 dbname=none user=nobody"}
    database = Database(lambda: place["conninfo"], wait_seconds=0.3, max_size=1)
    for _ in range(4):
        with pytest.raises(UpstreamUnavailable):
            database.check()
    place["conninfo"] = postgres.url("premium", "premium_app")
    began = time.monotonic()
    while True:
        try:
            assert one(database, "SELECT 1") == 1
            break
        except UpstreamUnavailable:
            assert time.monotonic() - began < 5
    database.close()


def test_more_callers_than_connections_wait_their_turn(postgres: Databases) -> None:
    database = Database(lambda: postgres.url("premium", "premium_app"), max_size=2)
    seen: list[object] = []
    threads = [threading.Thread(target=lambda: seen.append(one(database, "SELECT pg_backend_pid()"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    database.close()
    assert len(seen) == 8
    assert len(set(seen)) <= 2


def test_a_forked_child_uses_connections_of_its_own(app: Database) -> None:
    """An RQ work horse is a fork: sharing its parent's socket would mix their answers."""
    mine = one(app, "SELECT pg_backend_pid()")
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.write(writing, str(one(app, "SELECT pg_backend_pid()")).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    theirs = int(os.read(reading, 20))
    os.close(reading)
    os.close(writing)
    assert theirs != mine
    assert one(app, "SELECT pg_backend_pid()") == mine


@pytest.fixture
def login(postgres: Databases) -> Iterator[Callable[[str], str]]:
    """A role of the test's own: `login(password)` sets its password and gives the conninfo with it."""
    role = f"login_{uuid.uuid4().hex[:12]}"

    def administer(statement: str, *words: str) -> None:
        with psycopg.connect(postgres.url("premium", SUPERUSER), autocommit=True) as connection:
            database = sql.Identifier(connection.info.dbname)
            parts = [sql.Literal(word) for word in words]
            connection.execute(sql.SQL(statement).format(*parts, role=sql.Identifier(role), database=database))

    def set_password(password: str) -> str:
        administer("ALTER ROLE {role} PASSWORD {}", password)
        return make_conninfo(postgres.url("premium", SUPERUSER), user=role, password=password)

    administer("CREATE ROLE {role} LOGIN")
    administer("GRANT CONNECT ON DATABASE {database} TO {role}")
    yield set_password
    administer("REVOKE ALL ON DATABASE {database} FROM {role}")
    administer("DROP ROLE {role}")


def test_a_rotated_password_is_read_again_once(login: Callable[[str], str]) -> None:
    known = {"conninfo": login("old")}
    current = dict(known)
    asked: list[str] = []

    def renewed() -> str:
        asked.append("renewed")
        known.update(current)
        return known["conninfo"]

    database = Database(lambda: known["conninfo"], renewed=renewed, max_size=1)
    assert one(database, "SELECT 1") == 1
    assert asked == [], "a password that is taken is not asked for again"
    current["conninfo"] = login("new")
    database.close()
    assert one(database, "SELECT 1") == 1
    assert asked == ["renewed"]
    database.close()


def test_a_password_that_stays_wrong_is_an_outage_without_it(login: Callable[[str], str]) -> None:
    right = login("right")
    database = Database(lambda: make_conninfo(right, password="wrong"), wait_seconds=0.5)
    with pytest.raises(UpstreamUnavailable) as caught, database.transaction():
        raise AssertionError("the password is wrong")
    assert "wrong" not in str(caught.value)
    database.close()
