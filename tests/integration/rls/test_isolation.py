"""A user reaches nothing of another's, in every table that has a `user_id`: found in the catalogue, not listed here."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import sql

from local.postgres import SUPERUSER
from tests.integration.rls.catalogue import POLICY, Connection, Table, insert, loosen, tables_of_users

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Stage:
    """Two users with a row each in every table, in a database where row-level security alone guards."""

    url: Callable[[str], str]
    tables: list[Table]
    mine: uuid.UUID
    theirs: uuid.UUID

    @contextmanager
    def as_user(self, user: uuid.UUID | None) -> Iterator[Connection]:
        with psycopg.connect(self.url("premium_app")) as connection:
            connection.execute("SELECT set_config('app.current_user_id', %s, true)", (str(user) if user else "",))
            yield connection
            connection.rollback()


@pytest.fixture(scope="module")
def stage(copy_of: Callable[[str], Callable[[str], str]]) -> Stage:
    url = copy_of("premium")
    with psycopg.connect(url(SUPERUSER)) as connection:
        loosen(connection)
        stage = Stage(url, tables_of_users(connection), uuid.uuid4(), uuid.uuid4())
        connection.execute("SET session_replication_role = replica")  # references need not hold here
        for user in (stage.mine, stage.theirs):
            connection.execute("INSERT INTO premium_users (id, external_id) VALUES (%s, %s)", (user, str(user)))
            for table in stage.tables:
                if not table.is_partition:
                    insert(connection, table.name, user)
    return stage


def test_the_tables_of_the_first_services_are_found(stage: Stage) -> None:
    found = {table.name for table in stage.tables if not table.is_partition}
    assert found >= {
        "api_keys",
        "portfolio_wallets",
        "portfolio_assets",
        "tax_transactions",
        "tax_reports",
        "security_scans",
        "alert_rules",
        "alert_history",
        "notices",
        "notification_deliveries",
        "notification_destinations",
    }


def test_every_table_forces_exactly_the_policy(stage: Stage) -> None:
    query = """
        SELECT c.relrowsecurity, c.relforcerowsecurity,
               array(SELECT pg_get_expr(polqual, polrelid) || ' / ' || pg_get_expr(polwithcheck, polrelid)
                     || polpermissive FROM pg_policy WHERE polrelid = c.oid AND polcmd = '*' AND polroles = '{0}')
        FROM pg_class c WHERE c.oid = %s::regclass
    """
    with psycopg.connect(stage.url(SUPERUSER)) as connection:
        for table in stage.tables:
            found = connection.execute(query, (table.name,)).fetchone()
            want = (True, True, [f"{POLICY} / {POLICY}true"])
            assert found == want, table.name


def test_no_policy_but_the_users_own_applies_to_the_application(stage: Stage) -> None:
    """A second permissive policy would be joined by OR: for everybody there is one, other roles are named."""
    query = """
        SELECT c.relname, p.polname, r.rolname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
        LEFT JOIN pg_roles r ON r.oid = ANY (p.polroles)
        WHERE p.polname <> c.relname || '_own' AND (p.polroles = '{0}' OR pg_has_role('premium_app', r.oid, 'MEMBER'))
    """
    with psycopg.connect(stage.url(SUPERUSER)) as connection:
        assert connection.execute(query).fetchall() == []


def test_a_user_reads_his_own_rows_alone(stage: Stage) -> None:
    with stage.as_user(stage.mine) as connection:
        for table in stage.tables:
            owners = {row[0] for row in connection.execute(everything(table, "user_id"))}
            assert owners == {stage.mine} or (table.is_partition and owners <= {stage.mine}), table.name


def test_nobody_reads_nothing(stage: Stage) -> None:
    with stage.as_user(None) as connection:
        for table in stage.tables:
            assert connection.execute(everything(table, "1")).fetchall() == [], table.name


def test_after_a_users_transaction_the_connection_reads_nothing(stage: Stage) -> None:
    """The setting is '' then, not NULL: what a pooled connection carries over must be nobody."""
    with psycopg.connect(stage.url("premium_app"), autocommit=True) as connection:
        with connection.transaction():
            connection.execute("SELECT set_config('app.current_user_id', %s, true)", (str(stage.mine),))
        for table in stage.tables:
            assert connection.execute(everything(table, "1")).fetchall() == [], table.name


@pytest.mark.parametrize(
    "verb", ["UPDATE {} SET user_id = user_id WHERE user_id = %s", "DELETE FROM {} WHERE user_id = %s"]
)
def test_a_user_changes_nothing_of_anothers(stage: Stage, verb: str) -> None:
    with stage.as_user(stage.mine) as connection:
        for table in stage.tables:
            statement = sql.SQL(verb).format(sql.Identifier(table.name))
            assert connection.execute(statement, (stage.theirs,)).rowcount == 0, table.name
            if not table.is_partition:
                assert connection.execute(statement, (stage.mine,)).rowcount == 1, f"{table.name}: the test itself"


def test_a_user_inserts_nothing_for_another(stage: Stage) -> None:
    for table in stage.tables:
        if not table.is_partition:
            with stage.as_user(stage.mine) as connection, refused():
                insert(connection, table.name, stage.theirs)


def test_a_user_gives_no_row_to_another(stage: Stage) -> None:
    for table in stage.tables:
        statement = sql.SQL("UPDATE {} SET user_id = %s").format(sql.Identifier(table.name))
        if not table.is_partition:
            with stage.as_user(stage.mine) as connection, refused():
                connection.execute(statement, (stage.theirs,))


def test_a_user_sees_and_changes_himself_alone(stage: Stage) -> None:
    with stage.as_user(stage.mine) as connection:
        assert connection.execute("SELECT id FROM premium_users").fetchall() == [(stage.mine,)]
        for statement in (
            "UPDATE premium_users SET tier = 'pro' WHERE id = %s",
            "DELETE FROM premium_users WHERE id = %s",
        ):
            assert connection.execute(statement, (stage.theirs,)).rowcount == 0
    with stage.as_user(stage.mine) as connection, refused():
        connection.execute("INSERT INTO premium_users (id, external_id) VALUES (%s, 'another')", (uuid.uuid4(),))


def everything(table: Table, what: str) -> sql.Composed:
    return sql.SQL("SELECT {} FROM {}").format(sql.SQL(what), sql.Identifier(table.name))


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        yield
