"""The time-series database: the same transactions as PostgreSQL, and rows in bulk by COPY.

TimescaleDB refuses row-level security beside compression, so the application role is granted only
security-barrier views and functions that filter by `app.current_user_id`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.sql import SQL, Identifier

from premium.storage.postgres import Database


class TimeSeries(Database):
    """The time-series database."""


def copy_rows(
    connection: Connection[DictRow], table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Append rows by COPY and return how many were new.

    `rows` hold values in the order of `columns`; those whose unique key is there are left out. COPY knows no ON
    CONFLICT, so they pass through a temporary table of the transaction.
    """
    names = SQL(", ").join(map(Identifier, columns))
    connection.execute(
        SQL("CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
            names, Identifier(table)
        )
    )
    with connection.cursor() as cursor:
        with cursor.copy(SQL("COPY incoming ({}) FROM STDIN").format(names)) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            SQL("INSERT INTO {} ({}) SELECT {} FROM incoming ON CONFLICT DO NOTHING").format(
                Identifier(table), names, names
            )
        )
        written = cursor.rowcount
        cursor.execute("DROP TABLE incoming")
    return written
