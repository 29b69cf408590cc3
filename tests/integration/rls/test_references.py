"""No row of a user's can name a row of another's: tried for every pair of tables in the catalogue."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import sql

from local.postgres import SUPERUSER
from tests.integration.rls.catalogue import Connection, foreign_keys, insert, loosen, references, tables_of_users

pytestmark = pytest.mark.integration
ELSEWHERE = {
    "job_id": "records of jobs are in DynamoDB",
    "parent_id": None,
    "scan_id": "scans go after 13 months, a month at a time; a dispute stays, and looked its user's scan up before",
}
"""Ids that name no row of these tables; those of None have a foreign key."""
Rows = dict[str, uuid.UUID]


@dataclass(frozen=True)
class Stage:
    """Two users with a row each in every table, whose references hold; rights and CHECKs are gone."""

    url: Callable[[str], str]
    tables: list[str]
    me: uuid.UUID
    mine: Rows
    theirs: Rows
    columns: dict[str, dict[str, str | None]]
    """By table: which columns hold ids of other rows, and of which table."""

    @contextmanager
    def as_me(self) -> Iterator[Connection]:
        with psycopg.connect(self.url("premium_app")) as connection:
            connection.execute("SELECT set_config('app.current_user_id', %s, true)", (str(self.me),))
            yield connection
            connection.rollback()

    def own(self, table: str) -> Rows:
        """What the columns of a row of mine name: other rows of mine."""
        return {name: self.mine[target] for name, target in self.columns[table].items() if target}


@pytest.fixture(scope="module")
def stage(copy_of: Callable[[str], Callable[[str], str]]) -> Stage:
    url = copy_of("premium")
    with psycopg.connect(url(SUPERUSER)) as connection:
        loosen(connection)
        tables = [table.name for table in tables_of_users(connection) if not table.is_partition]
        columns = {table: references(connection, table) for table in tables}
        connection.execute("SET session_replication_role = replica")  # in whichever order the tables come
        users = {uuid.uuid4(): {table: uuid.uuid4() for table in tables} for _ in range(2)}
        for user, rows in users.items():
            connection.execute("INSERT INTO premium_users (id, external_id) VALUES (%s, %s)", (user, str(user)))
            for table in tables:
                named = {name: rows[target] for name, target in columns[table].items() if target}
                insert(connection, table, user, id=rows[table], **named)
    (me, mine), (_, theirs) = users.items()
    return Stage(url, tables, me, mine, theirs, columns)


def test_every_column_that_names_a_row_says_of_which_table(stage: Stage) -> None:
    lost = {
        f"{table}.{name}"
        for table, names in stage.columns.items()
        for name, target in names.items()
        if target is None and not ELSEWHERE.get(name)
    }
    assert lost == set(), "give it a foreign key with user_id, or say here why it names no row of these tables"
    assert stage.columns["notification_deliveries"] == {"notice_id": "notices"}
    assert stage.columns["alert_history"] == {"alert_rule_id": "alert_rules"}


def test_every_foreign_key_between_rows_of_users_carries_the_user(stage: Stage) -> None:
    with psycopg.connect(stage.url(SUPERUSER)) as connection:
        found = foreign_keys(connection)
        partitions = {table.name for table in tables_of_users(connection)}
    between = [key for key in found if key[0] in partitions and key[1] in partitions]
    assert [key for key in between if not key[3]] == []
    assert between, "the test itself"


def test_no_row_of_mine_names_a_row_of_theirs(stage: Stage) -> None:
    """Each column that holds ids is given each table's row: what its own table's row is accepted by is a way across."""
    crossed, tried = set(), 0
    for table in stage.tables:
        for name, target in stage.columns[table].items():
            for other in stage.tables if target else ():
                tried += 1
                accepted = _inserted(stage, table, **{name: stage.theirs[other]})
                accepted += _updated(stage, table, name, stage.theirs[other])
                if accepted and other == target:
                    crossed.add(f"{table}.{name} → {other}: {accepted}")
    assert crossed == set()
    assert tried >= len(stage.tables), "the test itself"


def test_rows_of_mine_name_each_other(stage: Stage) -> None:
    """What refuses another's row refuses no own one, so that the test above proves what it says."""
    for table in stage.tables:
        if any(stage.columns[table].values()):
            assert _inserted(stage, table) == ["insert"], table
            for name, row in stage.own(table).items():
                assert _updated(stage, table, name, row) == ["update"], table


def _inserted(stage: Stage, table: str, **given: uuid.UUID) -> list[str]:
    """`["insert"]` where a new row of mine that names these rows is taken."""
    with stage.as_me() as connection:
        try:
            insert(connection, table, stage.me, **(stage.own(table) | given))
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except psycopg.errors.ForeignKeyViolation:
            return []
        except psycopg.errors.UniqueViolation:
            return ["insert"]  # the reference itself was no obstacle
    return ["insert"]


def _updated(stage: Stage, table: str, name: str, row: uuid.UUID) -> list[str]:
    """`["update"]` where my row is let to name this one."""
    statement = sql.SQL("UPDATE {} SET {} = %s WHERE id = %s").format(sql.Identifier(table), sql.Identifier(name))
    with stage.as_me() as connection:
        try:
            assert connection.execute(statement, (row, stage.mine[table])).rowcount == 1
        except psycopg.errors.ForeignKeyViolation:
            return []
    return ["update"]
