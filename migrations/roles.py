"""Make the database roles, with the passwords that Secrets Manager generated.

It is the first step of a deployment on AWS.

On one machine `local.postgres` makes them; where no administrator's connection is given, they must be there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql

from migrations.errors import MigrationError
from premium.storage.roles import hold_roles, password_clause

OWNER = "premium_owner"
ROLES = (OWNER, "premium_app", "premium_worker")
ALTERNATES = {f"{role}_alternate": role for role in ROLES[1:]}
"""Roles that stand in for the role that they are members of, in turns.

So a password changes while nobody uses it (premium.rotation).
"""
_ATTRIBUTES = "LOGIN INHERIT NOCREATEDB NOCREATEROLE"
BOUNDS = {
    OWNER: {"idle_in_transaction_session_timeout": "60s", "lock_timeout": "30s", "statement_timeout": "0"},
    "premium_app": {"idle_in_transaction_session_timeout": "15s", "lock_timeout": "5s", "statement_timeout": "15s"},
    "premium_worker": {"idle_in_transaction_session_timeout": "30s", "lock_timeout": "5s", "statement_timeout": "90s"},
}
"""What a session of each role carries, wherever it comes from; transactions of the product say their own.

Migrations and their backfills take as long as they take.
"""


_OPEN = """
    SELECT datname, pg_has_role(datdba, 'USAGE') AS ours FROM pg_database d
    WHERE datallowconn AND (datacl IS NULL OR EXISTS (SELECT FROM aclexplode(d.datacl) WHERE grantee = 0)) ORDER BY 1
"""
"""Databases that every role may enter: as they are made, with temporary tables too."""


def make_roles(admin: str, read: Callable[[], Sequence[Mapping[str, str]]], say: Callable[[str], None]) -> None:
    """Make or update the roles, which may enter this database alone, its owner's.

    `read` returns mappings with `username` and `password`; it is asked while no rotation changes one.

    Never a superuser, and none bypasses row-level security: RDS's administrator could not grant it either.
    """
    try:
        with psycopg.connect(admin, connect_timeout=10) as connection, hold_roles(connection):
            passwords = _passwords(read())
            for role in sorted(passwords, key=ALTERNATES.__contains__):
                _make(connection, role, passwords[role])
            _hand_over(connection)
            left = _shut(connection)
            connection.commit()
    except psycopg.Error as error:
        reason = (error.diag.message_primary or str(error)).splitlines()[0]
        raise MigrationError(f"the database roles could not be made: {reason}") from error
    say(f"roles: {', '.join(passwords)}")
    if left:
        say(f"databases of others that every role may enter: {', '.join(left)}")


def _passwords(secrets: Sequence[Mapping[str, str]]) -> dict[str, str]:
    passwords = {fields.get("username", ""): fields.get("password", "") for fields in secrets}
    known = (*ROLES, *ALTERNATES)
    strange = set(passwords) - set(known)
    if strange or not all(passwords.values()):
        raise MigrationError(f"the role secrets must each hold the password of one of {', '.join(known)}")
    return passwords


def _make(connection: psycopg.Connection[Any], role: str, password: str) -> None:
    """Make an alternate a member of the role that it stands in for.

    Grants and policies are that one's.
    """
    known = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is not None
    clause = password_clause(connection, role, password)
    verb = sql.SQL("ALTER" if known else "CREATE")
    connection.execute(sql.SQL("{} ROLE {} {} {}").format(verb, sql.Identifier(role), sql.SQL(_ATTRIBUTES), clause))
    if role in ALTERNATES:
        stands_for, stands_in = sql.Identifier(ALTERNATES[role]), sql.Identifier(role)
        connection.execute(sql.SQL("GRANT {} TO {}").format(stands_for, stands_in))
    for name, value in BOUNDS[ALTERNATES.get(role, role)].items():
        bound = sql.SQL("ALTER ROLE {} SET {} = {}")
        connection.execute(bound.format(sql.Identifier(role), sql.Identifier(name), sql.Literal(value)))


def _hand_over(connection: psycopg.Connection[Any]) -> None:
    """Schema public belongs to the database's owner (PostgreSQL 15), so this is all the owner role needs."""
    database = sql.Identifier(connection.info.dbname)
    connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(OWNER)))
    connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, sql.Identifier(OWNER)))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    roles = sql.SQL(", ").join(map(sql.Identifier, ROLES))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, roles))
    # Bulk rows pass through a temporary table (premium.storage.timeseries.copy_rows).
    connection.execute(sql.SQL("GRANT TEMPORARY ON DATABASE {} TO premium_worker").format(database))


def _shut(connection: psycopg.Connection[Any]) -> list[str]:
    """Let nobody enter the server's databases without a grant; return those of other owners.

    Our roles have no grant but for their own databases, so they neither look into others nor leave tables there.
    """
    left = []
    for name, ours in connection.execute(_OPEN).fetchall():
        if ours:
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        else:
            left.append(str(name))
    return left
