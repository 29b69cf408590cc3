"""What the catalogue says of a database, and rows for tables that the test has never heard of."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

Connection = psycopg.Connection[Any]
POLICY = "(user_id = (NULLIF(current_setting('app.current_user_id'::text, true), ''::text))::uuid)"

_TABLES = """
    SELECT c.relname, c.relispartition
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id'
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""
_COLUMNS = """
    SELECT a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a
    WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    AND a.attidentity <> 'a' ORDER BY a.attnum
"""


_REFERENCES = """
    SELECT a.attname, (
        SELECT confrelid::regclass::text FROM pg_constraint f
        WHERE f.contype = 'f' AND f.conrelid = a.attrelid AND a.attnum = ANY (f.conkey) LIMIT 1
    ) FROM pg_attribute a
    WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
    AND a.atttypid = 'uuid'::regtype AND a.attname NOT IN ('id', 'user_id')
"""
_FOREIGN_KEYS = """
    SELECT f.conrelid::regclass::text, f.confrelid::regclass::text, pg_get_constraintdef(f.oid),
        EXISTS (
            SELECT FROM unnest(f.conkey, f.confkey) AS pair (here, there)
            JOIN pg_attribute h ON h.attrelid = f.conrelid AND h.attnum = here AND h.attname = 'user_id'
            JOIN pg_attribute t ON t.attrelid = f.confrelid AND t.attnum = there AND t.attname = 'user_id'
        )
    FROM pg_constraint f WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace
"""


@dataclass(frozen=True)
class Table:
    """A table with a `user_id`; a partition's rows are written through its parent."""

    name: str
    is_partition: bool


def tables_of_users(connection: Connection) -> list[Table]:
    return [Table(*row) for row in connection.execute(_TABLES)]


def references(connection: Connection, table: str) -> dict[str, str | None]:
    """Columns that hold ids of other rows, and the table of each: by its foreign key, else by its name."""
    named = {f"{table.name.removesuffix('s')}_id": table.name for table in tables_of_users(connection)}
    return {name: target or named.get(name) for name, target in connection.execute(_REFERENCES, (table,))}


def foreign_keys(connection: Connection) -> list[tuple[str, str, str, bool]]:
    """From, to, definition, and whether `user_id` is the same on both sides."""
    return [(str(a), str(b), str(c), bool(d)) for a, b, c, d in connection.execute(_FOREIGN_KEYS)]


def loosen(connection: Connection) -> None:
    """Rights and CHECKs gone, so that row-level security alone stands between a user and another's rows."""
    connection.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO premium_app")
    checks = connection.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        " WHERE contype = 'c' AND conislocal AND connamespace = 'public'::regnamespace"
    ).fetchall()
    for table, name in checks:
        statement = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
        connection.execute(statement.format(sql.SQL(table), sql.Identifier(name)))


def insert(connection: Connection, table: str, user_id: uuid.UUID, **given: Any) -> None:
    """A row of `user_id` with something in each column."""
    columns = connection.execute(_COLUMNS, (table,)).fetchall()
    given = {"user_id": user_id, **given}
    values = [given[name] if name in given else something(type_) for name, type_ in columns]
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns),
        sql.SQL(", ").join(sql.Placeholder() * len(columns)),
    )
    connection.execute(statement, values)


def something(type_: str) -> Any:
    """A value of the type; those that may be unique differ each time."""
    if type_.endswith("[]"):
        return []
    known: dict[str, Any] = {
        "uuid": uuid.uuid4(),
        "text": uuid.uuid4().hex,
        "character varying": uuid.uuid4().hex,
        "bytea": uuid.uuid4().bytes,
        "jsonb": "{}",
        "boolean": False,
        "timestamp with time zone": "2026-01-02T03:04:05Z",
        "date": "2026-01-02",
    }
    return known.get(type_, 1)
