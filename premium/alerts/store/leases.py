"""The SQL of shard leases: the owner of a shard, its deputy, and its heir.

One process owns a shard for as long as it gives signs of life. Its number (`epoch`) rises with each owner and is
checked in every transaction, so that whoever lost the shard commits nothing. A deputy serves for another: the shard's
own matcher takes over at once. The heir is loading the shard's rules to serve it, so that no second process loads them.
"""

from __future__ import annotations

from psycopg import Connection
from psycopg.rows import DictRow

from premium.alerts.shards.ownership import (
    FROZEN_SECONDS,
    HEIR_SECONDS,
    LEASE_SECONDS,
    SILENT_SECONDS,
    ShardLost,
    Standing,
)
from premium.storage.postgres import Database


class ShardLease:
    """The hold of one process on one shard; `epoch` is 0 while it has none."""

    def __init__(self, database: Database, shard: int, owner: str) -> None:
        self._database = database
        self._names = {"shard": shard, "owner": owner, "lease": LEASE_SECONDS, "heir": HEIR_SECONDS,
                       "frozen": FROZEN_SECONDS}  # fmt: skip
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

        It may where it is free, lapsed, a deputy's, or ours before. Nobody is waited for: an owner that froze within a
        transaction holds the row until its session is ended.
        """
        with self._database.transaction() as connection:
            connection.execute(_END_FROZEN, self._names)
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


# Only where there is no row: the insertion would wait for a transaction that has changed the row and not ended.
_MAKE = """
INSERT INTO alert_shards (shard) SELECT %(shard)s
WHERE NOT EXISTS (SELECT FROM alert_shards WHERE shard = %(shard)s) ON CONFLICT DO NOTHING
"""
_INHERIT = """
WITH free AS (
    SELECT shard FROM alert_shards
    WHERE shard = %(shard)s AND (heir = %(owner)s OR heir_until < clock_timestamp()) FOR UPDATE SKIP LOCKED
)
UPDATE alert_shards s SET heir = %(owner)s, heir_until = clock_timestamp() + make_interval(secs => %(heir)s)
FROM free WHERE s.shard = free.shard
"""
# Our role may end its own sessions. One that is between two statements, or whose client takes no answer, for so long,
# while its lease has lapsed, is of a process that is stopped, or on a machine that is gone.
_END_FROZEN = """
SELECT pg_terminate_backend(l.pid) FROM alert_shards s
JOIN pg_locks l ON l.locktype = 'transactionid' AND l.granted AND l.transactionid = s.xmax
JOIN pg_stat_activity a ON a.pid = l.pid
WHERE s.shard = %(shard)s AND s.expires_at < clock_timestamp() AND l.pid <> pg_backend_pid()
  AND pg_has_role(a.usesysid, 'USAGE') AND (a.state = 'idle in transaction' OR a.wait_event_type = 'Client')
  AND a.state_change < clock_timestamp() - make_interval(secs => %(frozen)s)
"""
_CLAIM = """
WITH free AS (
    SELECT shard FROM alert_shards
    WHERE shard = %(shard)s
      AND (expires_at < clock_timestamp() OR owner = %(owner)s OR (is_deputy AND NOT %(deputy)s))
    FOR UPDATE SKIP LOCKED
)
UPDATE alert_shards s SET owner = %(owner)s, epoch = epoch + 1, is_deputy = %(deputy)s,
    expires_at = clock_timestamp() + make_interval(secs => %(lease)s),
    heir = CASE WHEN heir = %(owner)s THEN NULL ELSE heir END,
    heir_until = CASE WHEN heir = %(owner)s THEN '-infinity' ELSE heir_until END
FROM free WHERE s.shard = free.shard
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
