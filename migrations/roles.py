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

OWNER = "premium_owner"
ROLES = (OWNER, "premium_app", "premium_worker")
_ATTRIBUTES = "LOGIN NOCREATEDB NOCREATEROLE"


def make_roles(admin: str, secrets: Sequence[Mapping[str, str]], say: Callable[[str], None]) -> None:
    """Make or update the roles and give the database to the owner role.

    `secrets` are mappings with `username` and `password`.

    Never a superuser, and none bypasses row-level security: RDS's administrator could not grant it either.
    """
    passwords = _passwords(secrets)
    try:
        with psycopg.connect(admin, connect_timeout=10) as connection:
            for role, password in passwords.items():
                _make(connection, role, password)
            _hand_over(connection)
    except psycopg.Error as error:
        reason = (error.diag.message_primary or str(error)).splitlines()[0]
        raise MigrationError(f"the database roles could not be made: {reason}") from error
    say(f"roles: {', '.join(passwords)}")


def _passwords(secrets: Sequence[Mapping[str, str]]) -> dict[str, str]:
    passwords = {fields.get("username", ""): fields.get("password", "") for fields in secrets}
    strange = set(passwords) - set(ROLES)
    if strange or not all(passwords.values()):
        raise MigrationError(f"the role secrets must each hold the password of one of {', '.join(ROLES)}")
    return passwords


def _make(connection: psycopg.Connection[Any], role: str, password: str) -> None:
    """The password goes as a SCRAM verifier, so that no log of statements can hold it."""
    known = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is not None
    verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    statement = sql.SQL("{} ROLE {} {} PASSWORD {}").format(
        sql.SQL("ALTER" if known else "CREATE"), sql.Identifier(role), sql.SQL(_ATTRIBUTES), sql.Literal(verifier)
    )
    connection.execute(statement)


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
