"""The addresses of the databases, from ARNs of secrets or from URLs.

The deployment's task is given ARNs, a developer's machine URLs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from psycopg.conninfo import make_conninfo

from migrations.errors import MigrationError
from premium.storage.conninfo import transport

DATABASES = {"premium": "MIGRATION_DATABASE", "timeseries": "MIGRATION_TIMESERIES"}
ReadSecret = Callable[[str], Mapping[str, str]]


@dataclass(frozen=True)
class Target:
    """One database: `owner` migrates; `admin`, where given, first makes the roles whose secrets are named."""

    name: str
    owner: str
    admin: str | None
    role_secrets: tuple[str, ...]


def target(name: str, environ: Mapping[str, str], read: ReadSecret) -> Target:
    """MigrationError names the variable that is missing."""
    prefix = DATABASES[name]
    owner = _conninfo(prefix, environ, read)
    if owner is None:
        raise MigrationError(f"{prefix}_SECRET_ARN is not set, nor is {prefix}_URL: where is the {name} database?")
    arns = environ.get(f"{prefix}_ROLE_SECRET_ARNS", "")
    return Target(
        name=name,
        owner=owner,
        admin=_conninfo(f"{prefix}_ADMIN", environ, read),
        role_secrets=tuple(arn.strip() for arn in arns.split(",") if arn.strip()),
    )


def _conninfo(prefix: str, environ: Mapping[str, str], read: ReadSecret) -> str | None:
    if arn := environ.get(f"{prefix}_SECRET_ARN"):
        encrypted = transport(environ.get(f"{prefix.removesuffix('_ADMIN')}_SSLMODE"))
        return _from_secret(read(arn), arn, environ.get(f"{prefix}_HOST"), encrypted)
    return environ.get(f"{prefix}_URL") or None


def _from_secret(fields: Mapping[str, str], arn: str, host: str | None, encrypted: Mapping[str, str]) -> str:
    """`<PREFIX>_HOST` overrides: a migration needs a session of its own, so it goes round the pooler."""
    missing = [name for name in ("username", "password", "dbname") if not fields.get(name)]
    if missing or not (host or fields.get("host")):
        raise MigrationError(f"the secret {arn} has no field {(missing or ['host'])[0]!r}")
    return make_conninfo(
        "",
        host=host or fields["host"],
        port=fields.get("port", "5432"),
        dbname=fields["dbname"],
        user=fields["username"],
        password=fields["password"],
        **(transport(fields["sslmode"], fields.get("sslrootcert")) if fields.get("sslmode") else encrypted),
    )
