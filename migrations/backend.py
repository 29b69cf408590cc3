"""yoyo's PostgreSQL backend, made atomic and safe to kill: docs/decisions/0002-migrations.md has the reasons."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from yoyo.backends.core.postgresql import PostgresqlPsycopgBackend
from yoyo.connections import parse_uri

from migrations.errors import MigrationError
from migrations.files import WholeFile

LOCK_KEY = 0x7072656D69756D  # "premium" in ASCII: one lock a database, since advisory locks are kept by database
_SESSION = """
    SET client_min_messages = warning;
    SET lock_timeout = '10s';
    SET statement_timeout = 0;
    SET client_connection_check_interval = '1s';
    SET search_path = public
"""
_BOOK = """
    CREATE TABLE IF NOT EXISTS _yoyo_script (
        migration_id TEXT PRIMARY KEY,
        checksum TEXT NOT NULL,
        layout TEXT,
        applied_at TIMESTAMPTZ NOT NULL DEFAULT now()
    )
"""


class Backend(PostgresqlPsycopgBackend):  # type: ignore[misc]  # yoyo has no types
    """A connection that holds the migrations' lock and runs each in one transaction.

    The mark of a migration is written in that transaction too.

    The lock belongs to the session: a killed process loses it with its connection, which the server checks
    every second even while a statement runs.
    """

    _is_locked: bool
    _internal_schema_updated: bool

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        super().__init__(parse_uri("postgresql+psycopg://"), "_yoyo_migration")

    def connect(self, _uri: Any) -> psycopg.Connection[Any]:
        connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=10, application_name="migrations")
        connection.execute(_SESSION)
        return connection

    @contextmanager
    def lock(self, timeout: float = 600) -> Iterator[None]:
        """Waits for another run to end, `timeout` seconds at most."""
        if self._is_locked:
            yield
            return
        self._take_lock(timeout)
        self._is_locked = True
        try:
            yield
        finally:
            self._is_locked = False
            if not self.connection.broken:
                self.execute("SELECT pg_advisory_unlock(:key)", {"key": LOCK_KEY})

    def ensure_internal_schema_updated(self) -> None:
        """yoyo's tables and ours, once a connection: not again within a migration's transaction."""
        if not self._internal_schema_updated:
            super().ensure_internal_schema_updated()
            self.execute(_BOOK)
            self._internal_schema_updated = True

    def apply_one(self, migration: WholeFile, force: bool = False, mark: bool = True) -> None:  # noqa: ARG002 - yoyo's signature
        """All of it or nothing: the script, its mark and its checksum."""
        migration.load()
        if not migration.use_transactions:
            migration.process_steps(self, "apply", force=force)
        with self.transaction():
            if migration.use_transactions:
                migration.process_steps(self, "apply", force=force)
            self.mark_one(migration)
            script = migration.script
            self.execute(
                "INSERT INTO _yoyo_script (migration_id, checksum, layout) VALUES (:id, :checksum, :layout)",
                {"id": script.id, "checksum": script.checksum, "layout": script.layout},
            )

    def rollback_one(self, migration: WholeFile, force: bool = False) -> None:
        """All of it or nothing, the other way."""
        with self.transaction():
            migration.process_steps(self, "rollback", force=force)
            self.unmark_one(migration)
            self.execute("DELETE FROM _yoyo_script WHERE migration_id = :id", {"id": migration.script.id})

    def applied(self) -> dict[str, tuple[str, str | None]]:
        """Return checksum and layout of each applied migration, in order of ids.

        Empty where nothing ever was.
        """
        if self.execute("SELECT to_regclass('_yoyo_script')").fetchone()[0] is None:
            return {}
        rows = self.execute("SELECT migration_id, checksum, layout FROM _yoyo_script ORDER BY migration_id").fetchall()
        return {name: (checksum, layout) for name, checksum, layout in rows}

    def get_log_data(self, migration: WholeFile | None = None, operation: str = "apply") -> dict[str, Any]:
        """Return who applied it.

        Without asking for a login name or a DNS entry: a container may have neither.
        """
        return {
            "id": str(uuid.uuid4()),
            "migration_id": migration.id if migration else None,
            "migration_hash": migration.hash if migration else None,
            "username": self.connection.info.user,
            "hostname": socket.gethostname(),
            "created_at_utc": datetime.now(UTC).replace(tzinfo=None),
            "operation": operation,
        }

    def _take_lock(self, timeout: float) -> None:
        try:
            with self.transaction():
                self.execute(f"SET LOCAL lock_timeout = {int(timeout * 1000)}")
                self.execute("SELECT pg_advisory_lock(:key)", {"key": LOCK_KEY})
        except psycopg.errors.LockNotAvailable:
            raise MigrationError(
                f"another migration has been running for {timeout:.0f} s; see it in pg_locks"
            ) from None
