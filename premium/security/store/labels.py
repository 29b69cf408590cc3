"""The SQL of labels.

What each list says, since when, until when, and by which import.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import DictRow

from premium.errors import Conflict, NotFound
from premium.security.labels.label import BadList, Label, ListRead
from premium.storage.postgres import Database

_MILLIS = 300_000
_FORM = "address, kind, name, chain_id, confidence, code_hash, listed_from AS since, until"


class Imported(NamedTuple):
    """What an import did."""

    id: UUID
    listed: int
    added: int
    ended: int


class Standing(NamedTuple):
    """A label of an address with its list, as it stands."""

    label: Label
    source: str
    version: str | None
    imported_at: datetime
    is_opinion: bool

    def in_force(self, now: datetime) -> bool:
        """Whether it holds at a moment."""
        since, until = self.label.since, self.label.until
        return (since is None or since <= now) and (until is None or until > now)


class LabelStore:
    """Labels by list; an import takes the place of the list's last one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(
        self, source: str, shape: str, digest: bytes, found: ListRead, now: datetime, *, fewer: bool = False
    ) -> Imported:
        """Import a list whole: new labels stand, those it no longer has end.

        BadList where it is a fifth shorter than its last import, unless `fewer`.
        """
        with self._database.transaction(statement_timeout_ms=_MILLIS) as connection:
            _lock(connection, source)
            before = _last(connection, source)
            if before is not None and not fewer and len(found.labels) * 5 <= before["listed"] * 4:
                counts = f"{len(found.labels)} labels, and {before['listed']} at the last import"
                raise BadList(f"{source}: the list has {counts}: a fifth fewer is refused unless it is agreed to")
            return _write(connection, (source, shape, digest), found, now)

    def undo(self, source: str, now: datetime) -> Imported:
        """Take back a list's last import: what it added goes, what it ended stands again.

        NotFound where the list has none.
        """
        with self._database.transaction(statement_timeout_ms=_MILLIS) as connection:
            _lock(connection, source)
            last = _last(connection, source)
            if last is None:
                raise NotFound(f"there is no import of {source} to undo")
            ended = connection.execute(
                "UPDATE address_labels SET until = until_before, ended_by = NULL, until_before = NULL"
                " WHERE ended_by = %s",
                (last["id"],),
            ).rowcount
            added = connection.execute("DELETE FROM address_labels WHERE import_id = %s", (last["id"],)).rowcount
            gone = connection.execute(
                "UPDATE label_imports SET undone_at = %s WHERE id = %s AND undone_at IS NULL", (now, last["id"])
            ).rowcount
            if not gone:
                raise Conflict(f"the import of {source} was undone already")
        return Imported(last["id"], last["listed"], added, ended)

    def of(self, addresses: Iterable[str], chain_id: int | None) -> list[Standing]:
        """Return what all lists say of addresses or domains (lower case) on a chain.

        Ended labels too.
        """
        asked = sorted(set(addresses))
        with self._database.transaction() as connection:
            rows = connection.execute(_OF, {"addresses": asked, "chain": chain_id}).fetchall()
        return [_standing(row) for row in rows]

    def of_codes(self, hashes: Iterable[bytes], chain_id: int) -> list[Standing]:
        """Return what lists say of addresses whose code has one of these hashes.

        Ended labels too.
        """
        asked = sorted(set(hashes))
        with self._database.transaction() as connection:
            rows = connection.execute(_OF_CODES, {"hashes": asked, "chain": chain_id}).fetchall()
        return [_standing(row) for row in rows]

    def imports(self) -> list[dict[str, Any]]:
        """Return the newest standing import of each list, by source."""
        with self._database.transaction() as connection:
            return connection.execute(_NEWEST).fetchall()


def _lock(connection: Connection[DictRow], source: str) -> None:
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('labels:' || %s, 0))", (source,))


def _last(connection: Connection[DictRow], source: str) -> dict[str, Any] | None:
    return connection.execute(
        "SELECT id, listed FROM label_imports WHERE source = %s AND undone_at IS NULL ORDER BY created_at DESC LIMIT 1",
        (source,),
    ).fetchone()


def _write(connection: Connection[DictRow], file: tuple[str, str, bytes], found: ListRead, now: datetime) -> Imported:
    source, shape, digest = file
    stands = {_key(row): row for row in connection.execute(_STANDING, (source,)).fetchall()}
    wanted = {_key(each._asdict()): each for each in found.labels}
    ended = [row["id"] for key, row in stands.items() if key not in wanted]
    added = [each for key, each in wanted.items() if key not in stands]
    made = Imported(uuid4(), len(found.labels), len(added), len(ended))
    connection.execute(
        "INSERT INTO label_imports (id, source, shape, version, digest, is_harm, listed, added, ended, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (made.id, source, shape, found.version, digest, found.is_harm, made.listed, made.added, made.ended, now),
    )
    connection.execute(_END, {"ids": ended, "now": now, "import": made.id})
    connection.execute(_ADD, _columns(added, source, made.id, found, now))
    return made


def _key(said: dict[str, Any]) -> tuple[Any, ...]:
    """A label as its list tells it; another name, hash or end makes another label."""
    return tuple(said[name] for name in ("address", "chain_id", "kind", "name", "confidence", "code_hash", "until"))


def _columns(labels: Sequence[Label], source: str, import_id: UUID, found: ListRead, now: datetime) -> dict[str, Any]:
    columns: dict[str, Any] = {name: [getattr(each, name) for each in labels] for name in Label._fields}
    columns["since"] = [each.since or now for each in labels]
    return columns | {"source": source, "import": import_id, "opinion": found.is_opinion, "now": now}


def _standing(row: dict[str, Any]) -> Standing:
    label = Label(**{name: row[name] for name in Label._fields})
    return Standing(label, row["source"], row["version"], row["imported_at"], row["is_opinion"])


_STANDING = """
SELECT id, address, chain_id, kind, name, confidence, code_hash, until FROM address_labels
WHERE source = %s AND ended_by IS NULL
"""
_END = """
UPDATE address_labels SET until_before = until, until = %(now)s, ended_by = %(import)s WHERE id = ANY(%(ids)s)
"""
_ADD = """
INSERT INTO address_labels
    (import_id, address, kind, name, chain_id, confidence, code_hash, listed_from, until, source, is_opinion,
     created_at)
SELECT %(import)s, address, kind, name, chain_id, confidence, code_hash, since, until, %(source)s, %(opinion)s, %(now)s
FROM unnest(%(address)s::text[], %(kind)s::text[], %(name)s::text[], %(chain_id)s::bigint[], %(confidence)s::numeric[],
            %(code_hash)s::bytea[], %(since)s::timestamptz[], %(until)s::timestamptz[])
    AS given (address, kind, name, chain_id, confidence, code_hash, since, until)
"""
_OF = f"""
SELECT {_FORM}, l.source, i.version, i.created_at AS imported_at, l.is_opinion
FROM address_labels l JOIN label_imports i ON i.id = l.import_id
WHERE l.address = ANY(%(addresses)s) AND (l.chain_id IS NULL OR %(chain)s::bigint IS NULL OR l.chain_id = %(chain)s)
ORDER BY l.address, l.source, l.kind, l.created_at
"""  # noqa: S608 - constant columns
_OF_CODES = f"""
SELECT {_FORM}, l.source, i.version, i.created_at AS imported_at, l.is_opinion
FROM address_labels l JOIN label_imports i ON i.id = l.import_id
WHERE l.code_hash = ANY(%(hashes)s) AND (l.chain_id IS NULL OR l.chain_id = %(chain)s)
ORDER BY l.address, l.source, l.kind, l.created_at LIMIT 50
"""  # noqa: S608 - constant columns
_NEWEST = """
SELECT DISTINCT ON (source) source, shape, version, is_harm, listed, added, ended, created_at, digest
FROM label_imports WHERE undone_at IS NULL ORDER BY source, created_at DESC
"""
