"""Who serves a shard, who stands in, and who is about to.

One process owns a shard for as long as it gives signs of life. Its number (`epoch`) rises with each owner and is
checked in every transaction, so that who lost the shard commits nothing. A deputy serves for another: the shard's own
matcher takes over at once. Whoever loads a shard's rules to serve it is its heir, so that no second one loads them too.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import Connection
from psycopg.rows import DictRow

from premium.storage.postgres import Database

LEASE_SECONDS = 3.0
HEIR_SECONDS = 15.0
"""A loading process says so more often than this."""
SILENT_SECONDS = 1.0
"""An owner gives signs of life several times a second: one that was silent for this long is probably gone."""


class LeaseLost(Exception):
    """Another matcher serves the shard now; nothing of this one's transaction is kept."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One shard as others may see it."""

    is_lapsed: bool
    """Nobody serves it."""
    wants_owner: bool
    """Nobody serves it, or probably nobody, or a deputy; and nobody is about to."""


class Lease:
    """One process and one shard; `owner` names the process, `epoch` is 0 while the shard is not ours."""

    def __init__(self, database: Database, shard: int, owner: str) -> None:
        self._database = database
        self._names = {"shard": shard, "owner": owner, "lease": LEASE_SECONDS, "heir": HEIR_SECONDS}
        self.shard = shard
        self.epoch = 0

    @property
    def is_held(self) -> bool:
        """As far as we know: `fence` knows."""
        return self.epoch > 0

    def inherit(self) -> bool:
        """Whether we are the heir for a while: the shard wants an owner, and nobody else is about to be it."""
        with self._database.transaction() as connection:
            connection.execute(_MAKE, self._names)
            return connection.execute(_INHERIT, self._names).rowcount > 0

    def claim(self, *, as_deputy: bool = False) -> bool:
        """Whether the shard is ours from now on: free, its owner silent for too long, a deputy's, or ours before."""
        with self._database.transaction() as connection:
            connection.execute(_MAKE, self._names)
            row = connection.execute(_CLAIM, self._names | {"deputy": as_deputy}).fetchone()
        self.epoch = row["epoch"] if row else 0
        return row is not None

    def fence(self, connection: Connection[DictRow]) -> None:
        """Renew, and hold the row to the end of the transaction, so that nobody claims it meanwhile."""
        if connection.execute(_RENEW, self._names | {"epoch": self.epoch}).rowcount == 0:
            self.epoch = 0
            raise LeaseLost(f"shard {self.shard} is another matcher's")

    def renew(self) -> None:
        with self._database.transaction() as connection:
            self.fence(connection)

    def release(self) -> None:
        """The next matcher need not wait for the lease to run out."""
        with self._database.transaction() as connection:
            connection.execute(_RELEASE, self._names | {"epoch": self.epoch})
        self.epoch = 0


def standings(database: Database, shards: int, owner: str) -> dict[int, Standing]:
    """Of every shard, as `owner` sees it."""
    values = {"shards": shards, "owner": owner, "lease": LEASE_SECONDS, "silent": SILENT_SECONDS}
    with database.transaction() as connection:
        rows = connection.execute(_STANDINGS, values).fetchall()
    return {row["shard"]: Standing(row["is_lapsed"], row["wants_owner"]) for row in rows}


_MAKE = "INSERT INTO alert_shards (shard) VALUES (%(shard)s) ON CONFLICT DO NOTHING"
_INHERIT = """
UPDATE alert_shards SET heir = %(owner)s, heir_until = clock_timestamp() + make_interval(secs => %(heir)s)
WHERE shard = %(shard)s AND (heir = %(owner)s OR heir_until < clock_timestamp())
"""
_CLAIM = """
UPDATE alert_shards SET owner = %(owner)s, epoch = epoch + 1, is_deputy = %(deputy)s,
    expires_at = clock_timestamp() + make_interval(secs => %(lease)s),
    heir = CASE WHEN heir = %(owner)s THEN NULL ELSE heir END,
    heir_until = CASE WHEN heir = %(owner)s THEN '-infinity' ELSE heir_until END
WHERE shard = %(shard)s
  AND (expires_at < clock_timestamp() OR owner = %(owner)s OR (is_deputy AND NOT %(deputy)s))
RETURNING epoch
"""
_RENEW = """
UPDATE alert_shards SET expires_at = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE shard = %(shard)s AND epoch = %(epoch)s
"""
_RELEASE = "UPDATE alert_shards SET expires_at = '-infinity' WHERE shard = %(shard)s AND epoch = %(epoch)s"
_STANDINGS = """
SELECT wanted.shard, coalesce(s.expires_at < clock_timestamp(), true) AS is_lapsed,
       coalesce((s.expires_at < clock_timestamp() + make_interval(secs => %(lease)s - %(silent)s)
                 OR s.is_deputy AND s.owner <> %(owner)s) AND (s.heir_until < clock_timestamp() OR s.heir = %(owner)s),
                true) AS wants_owner
FROM generate_series(0, %(shards)s - 1) AS wanted (shard) LEFT JOIN alert_shards s USING (shard)
ORDER BY wanted.shard
"""
