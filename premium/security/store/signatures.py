"""The SQL of imported signatures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from premium.errors import NotFound
from premium.security.calldata.dumps import DumpRead
from premium.storage.postgres import Database

_MILLIS = 600_000
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('signatures', 0))"


class Dump(NamedTuple):
    """Whose dump it is, of which day, under which licence."""

    source: str
    licence: str
    as_of: date
    digest: bytes


class Taken(NamedTuple):
    """What an import did."""

    id: UUID
    listed: int
    added: int
    refused: int


class SignatureStore:
    """Signatures of functions beside the shipped ones."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, dump: Dump, found: DumpRead, now: datetime) -> Taken:
        """Add what is new; the first import that names a signature keeps it."""
        made = uuid4()
        with self._database.transaction(statement_timeout_ms=_MILLIS) as connection:
            connection.execute(_LOCK)
            values = (made, *dump, len(found.signatures), found.refused, now)
            connection.execute(_IMPORT, values)
            columns = {"import": made, "selectors": [each for each, _ in found.signatures]}
            added = connection.execute(_ADD, columns | {"texts": [each for _, each in found.signatures]}).rowcount
            connection.execute("UPDATE signature_imports SET added = %s WHERE id = %s", (added, made))
        return Taken(made, len(found.signatures), added, found.refused)

    def undo(self, source: str, now: datetime) -> Taken:
        """Take back a source's last import: what it added goes; NotFound where it has none."""
        with self._database.transaction(statement_timeout_ms=_MILLIS) as connection:
            connection.execute(_LOCK)
            last = connection.execute(_LAST, (source,)).fetchone()
            if last is None:
                raise NotFound(f"there is no import of {source} to undo")
            gone = connection.execute("DELETE FROM imported_signatures WHERE import_id = %s", (last["id"],)).rowcount
            connection.execute("UPDATE signature_imports SET undone_at = %s WHERE id = %s", (now, last["id"]))
        return Taken(last["id"], last["listed"], gone, last["refused"])

    def of(self, selector: bytes) -> tuple[str, ...]:
        """Return the signatures of a selector, in alphabetical order, eight at most."""
        with self._database.transaction() as connection:
            rows = connection.execute(_OF, (selector,)).fetchall()
        return tuple(row["signature"] for row in rows)

    def imports(self) -> list[dict[str, Any]]:
        """Return the imports that stand, the newest first."""
        with self._database.transaction() as connection:
            return connection.execute(_IMPORTS).fetchall()


_IMPORT = """
INSERT INTO signature_imports (id, source, licence, as_of, digest, listed, added, refused, created_at)
VALUES (%s, %s, %s, %s, %s, %s, 0, %s, %s)
"""
_ADD = """
INSERT INTO imported_signatures (import_id, selector, signature)
SELECT %(import)s, selector, signature
FROM unnest(%(selectors)s::bytea[], %(texts)s::text[]) AS given (selector, signature)
ON CONFLICT (selector, signature) DO NOTHING
"""
_LAST = """
SELECT id, listed, refused FROM signature_imports WHERE source = %s AND undone_at IS NULL
ORDER BY created_at DESC LIMIT 1
"""
_OF = "SELECT signature FROM imported_signatures WHERE selector = %s ORDER BY signature LIMIT 8"
_IMPORTS = """
SELECT source, licence, as_of, listed, added, refused, created_at FROM signature_imports WHERE undone_at IS NULL
ORDER BY created_at DESC
"""
