"""Store imports: what was brought in, from where, and how to undo it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow, class_row
from psycopg.types.json import Jsonb

from premium.storage.postgres import Database
from premium.tax.model import ImportRow, Origin

_UNDO_MS = 25_000
"""A request lasts no longer; as many rows as an upload may hold are gone in half of it."""
_COLUMNS = "id, kind, name, currency, options, lines, added, known, refused, left_out, created_at, updated_at"


class ImportStore:
    """The table `tax_imports`, one content or wallet of a user a row."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, user_id: UUID, after: tuple[datetime, UUID] | None, limit: int) -> list[ImportRow]:
        """Return a page, newest first; `after` is the last row of the page before."""
        values = {"user": user_id, "limit": limit, "moment": after and after[0], "id": after and after[1]}
        with self._database.as_user(user_id) as connection:
            return connection.cursor(row_factory=class_row(ImportRow)).execute(_PAGE, values).fetchall()

    def undo(self, user_id: UUID, import_id: UUID) -> tuple[int, int] | None:
        """Remove an import with the transactions that no other one states.

        Returns how many went and how many stay by others; None where this user has no such import.
        """
        with self._database.as_user(user_id, statement_timeout_ms=_UNDO_MS) as connection:
            found = connection.execute(_REMOVE, (user_id, import_id)).fetchone()
            if found is None:
                return None
            gone = released(connection, user_id, import_id)
            if found["kind"] == "wallet":
                chain, _, address = found["digest"].partition(":")
                connection.execute(_FORGET_BLOCKS, (user_id, chain, address))
        return gone


def noted(connection: Connection[DictRow], user_id: UUID, origin: Origin) -> tuple[UUID, bool]:
    """Note an import within a transaction of the database, which holds it until its end.

    Returns its id, and whether it replaces itself: the same content read with other options is released first.
    """
    values = {**origin.columns(), "options": Jsonb(dict(origin.options)), "left_out": Jsonb(list(origin.left_out))}
    connection.execute(_NOTE, {"user": user_id, **values})
    known = connection.execute(_HELD, (user_id, origin.digest)).fetchone()
    if known is None:
        raise LookupError(origin.digest)  # it was there a statement ago, under the lock of this transaction
    replaced = dict(known["options"]) != dict(origin.options)
    if replaced:
        released(connection, user_id, known["id"])
    connection.execute(_AGAIN, {"user": user_id, "id": known["id"], "replaced": replaced, **values})
    return known["id"], replaced


def counted(connection: Connection[DictRow], user_id: UUID, import_id: UUID, *, added: int, known: int) -> None:
    """Count what an import has added so far, and what was known."""
    connection.execute(_COUNT, {"user": user_id, "id": import_id, "added": added, "known": known})


def released(connection: Connection[DictRow], user_id: UUID, import_id: UUID) -> tuple[int, int]:
    """Take an import's claim off its transactions; those that nobody else states go."""
    gone = connection.execute(_DELETE, (user_id, [import_id])).rowcount
    kept = connection.execute(_RELEASE, (import_id, user_id, [import_id])).rowcount
    return gone, kept


def options_of(**given: Any) -> Mapping[str, Any]:
    """Return the options that say how a content is read, without those that say nothing."""
    return {name: value for name, value in given.items() if value not in (None, False, "")}


_NOTE = """
    INSERT INTO tax_imports (user_id, kind, name, digest, currency, options, lines, refused, left_out)
    VALUES (%(user)s, %(kind)s, %(name)s, %(digest)s, %(currency)s, %(options)s, %(lines)s, %(refused)s, %(left_out)s)
    ON CONFLICT (user_id, digest) DO NOTHING
"""
_HELD = "SELECT id, options FROM tax_imports WHERE user_id = %s AND digest = %s FOR UPDATE"
_AGAIN = """
    UPDATE tax_imports SET name = %(name)s, currency = %(currency)s, options = %(options)s, lines = %(lines)s,
        refused = %(refused)s, left_out = %(left_out)s, updated_at = now(),
        added = CASE WHEN %(replaced)s THEN 0 ELSE added END
    WHERE user_id = %(user)s AND id = %(id)s
"""
_COUNT = """
    UPDATE tax_imports SET added = added + %(added)s, known = %(known)s
    WHERE user_id = %(user)s AND id = %(id)s
"""
_REMOVE = "DELETE FROM tax_imports WHERE user_id = %s AND id = %s RETURNING kind, digest"
_DELETE = "DELETE FROM tax_transactions WHERE user_id = %s AND imports = %s::uuid[]"
_RELEASE = """
    UPDATE tax_transactions SET imports = array_remove(imports, %s) WHERE user_id = %s AND imports @> %s::uuid[]
"""
_FORGET_BLOCKS = "DELETE FROM tax_wallet_reads WHERE user_id = %s AND chain = %s AND address = %s"
_PAGE = f"""
    SELECT {_COLUMNS} FROM tax_imports
    WHERE user_id = %(user)s AND (%(moment)s::timestamptz IS NULL OR (created_at, id) < (%(moment)s, %(id)s))
    ORDER BY created_at DESC, id DESC LIMIT %(limit)s
"""  # noqa: S608 - the texts are this module's own
