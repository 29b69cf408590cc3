"""The SQL of shard leases: the owner of a shard, its deputy, and its heir.

One process owns a shard for as long as it gives signs of life. Its number (`epoch`) rises with each owner and is
checked in every transaction, so that whoever lost the shard commits nothing. A deputy serves for another: the shard's
own matcher takes over at once. The heir is loading the shard's rules to serve it, so that no second process loads them.
"""

from __future__ import annotations

from psycopg import Connection
from psycopg.rows import DictRow

from premium.alerts.shards.ownership import HEIR_SECONDS, LEASE_SECONDS, SILENT_SECONDS, ShardLost, Standing
from premium.storage.postgres import Database


class ShardLease:
    """The hold of one process on one shard; `epoch` is 0 while it has none."""

    def __init__(self, database: Database, shard: int, owner: str) -> None:
        self._database = database
        self._names = {"shard": shard, "owner": owner, "lease": LEASE_SECONDS, "heir": HEIR_SECONDS}
        self.shard = shard
        self.epoch = 0

    @property
    def is_held(self) -> bool:
        """Whether the process held the shard when it last asked; `fence` makes sure."""
        return self.epoch > 0

    def inherit(self) -> bool:
        """Become the shard's heir for a while; return False where another process is."""
        with self._database.transaction() as connection:
            connection.execute(_MAKE, self._names)
            return connection.execute(_INHERIT, self._names).rowcount > 0

    def claim(self, *, as_deputy: bool = False) -> bool:
        """Take the shard if it may be taken; return whether we hold it.

        It may where it is free, lapsed, a deputy's, or ours before.
        """
        with self._database.transaction() as connection:
            connection.execute(_MAKE, self._names)
            row = connection.execute(_CLAIM, self._names | {"deputy": as_deputy}).fetchone()
        self.epoch = row["epoch"] if row else 0
        return row is not None

    def fence(self, connection: Connection[DictRow]) -> None:
        """Renew the lease and lock it until the transaction ends.

        ShardLost: another process has it.
        """
        if connection.execute(_RENEW, self._names | {"epoch": self.epoch}).rowcount == 0:
            self.epoch = 0
            raise ShardLost(f"shard {self.shard} is another matcher's")

    def renew(self) -> None:
        """Renew the lease; ShardLost where another process has it."""
        with self._database.transaction() as connection:
            self.fence(connection)

    def release(self) -> None:
        """Give the shard up, so that the next matcher need not wait."""
        with self._database.transaction() as connection:
            connection.execute(_RELEASE, self._names | {"epoch": self.epoch})
        self.epoch = 0


def standings(database: Database, shards: int, owner: str) -> dict[int, Standing]:
    """Return the standing of every shard as one process sees it."""
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
