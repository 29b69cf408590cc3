"""Count names and sort places that are too many for memory.

Each stands in a database of SQLite without a name, which goes with the process.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter

_CACHE_KIB = 16 << 10
"""Memory of each database."""


def _database(table: str) -> sqlite3.Connection:
    made = sqlite3.connect("", isolation_level=None)
    for setting in ("journal_mode = OFF", f"cache_size = -{_CACHE_KIB}", "temp_store = FILE"):
        made.execute(f"PRAGMA {setting}")
    made.execute(f"CREATE TABLE {table} WITHOUT ROWID")
    made.execute("BEGIN")
    return made


class NamesOnDisk:
    """A number for each of any count of names."""

    def __init__(self) -> None:
        self._store = _database("names (name BLOB PRIMARY KEY, value INTEGER NOT NULL)")

    def first(self, name: str, value: int) -> int:
        """Return the value that a name was first given: this one, unless it is known."""
        key = _key(name)
        if self._store.execute("INSERT OR IGNORE INTO names VALUES (?, ?)", (key, value)).rowcount:
            return value
        return int(self._store.execute("SELECT value FROM names WHERE name = ?", (key,)).fetchone()[0])

    def count(self, name: str) -> int:
        """Return how often a name has been counted, this time included."""
        query = "INSERT INTO names VALUES (?, 1) ON CONFLICT DO UPDATE SET value = value + 1 RETURNING value"
        return int(self._store.execute(query, (_key(name),)).fetchone()[0])


def _key(name: str) -> bytes:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class PlacesOnDisk:
    """Places by the number of their part."""

    def __init__(self) -> None:
        self._store = _database("places (part INTEGER, place INTEGER, PRIMARY KEY (part, place))")

    def add(self, part: int, place: int) -> None:
        """Add a place to a part, once."""
        self._store.execute("INSERT INTO places VALUES (?, ?)", (part, place))

    def parts(self) -> Iterator[list[int]]:
        """Yield the places of each part, both in order."""
        rows = self._store.execute("SELECT part, place FROM places ORDER BY part, place")
        for _, group in groupby(rows, key=itemgetter(0)):
            yield [place for _, place in group]
