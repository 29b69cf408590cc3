"""The two logins of the product beside the owner that migrates: on RDS the migration task makes the same."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql

OWNER = "premium_owner"
LOGINS = ("premium_app", "premium_worker")


def create_roles(url: str, passwords: Mapping[str, str]) -> None:
    """Each role with its password; those that are there get the password. `url`: a role that may make roles.

    They own nothing and cannot step around row-level security; what they may do is granted by the migrations.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role, password in passwords.items():
            verb = "ALTER" if role in known else "CREATE"
            statement = sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}")
            connection.execute(statement.format(sql.Identifier(role), sql.Literal(password)))
