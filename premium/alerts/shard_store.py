"""The SQL of one shard: its lease, its rules and their changes, its batches, and what the matcher remembers.

By the worker role. What one batch changes is written in one transaction, which the lease's number fences: a matcher
that lost its shard cannot commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from premium.alerts.memory import Changes
from premium.storage.plain import to_json
from premium.storage.postgres import Database

LEASE_SECONDS = 5
REPLAYED = "30 minutes"
"""How far back matched batches are read after a restart: longer than an event may be late, and its batch be queued."""
_LOAD_TIMEOUT_MS = 600_000
_PAGE = 10_000

Rows = Connection[DictRow]


class LeaseLost(Exception):
    """Another matcher serves the shard now; nothing of this one's transaction is kept."""


class ShardStore:
    def __init__(self, database: Database, shard: int) -> None:
        self._database = database
        self.shard = shard
        self.epoch = 0

    def claim(self, owner: str) -> bool:
        """Whether the shard is ours from now on: it was free, its owner silent for too long, or us before a restart."""
        with self._database.transaction() as connection:
            connection.execute("INSERT INTO alert_shards (shard) VALUES (%s) ON CONFLICT DO NOTHING", (self.shard,))
            values = {"shard": self.shard, "owner": owner, "seconds": LEASE_SECONDS}
            row = connection.execute(_CLAIM, values).fetchone()
        self.epoch = row["epoch"] if row else 0
        return row is not None

    def fence(self, connection: Rows) -> None:
        """Renew the lease and hold its row to the end of the transaction, so that nobody claims it meanwhile."""
        values = {"shard": self.shard, "epoch": self.epoch, "seconds": LEASE_SECONDS}
        if connection.execute(_RENEW, values).rowcount == 0:
            raise LeaseLost(f"shard {self.shard} is another matcher's")

    def renew(self) -> None:
        with self._database.transaction() as connection:
            self.fence(connection)

    def release(self) -> None:
        """The next matcher need not wait for the lease to run out."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE alert_shards SET expires_at = '-infinity' WHERE shard = %s AND epoch = %s",
                (self.shard, self.epoch),
            )

    def position(self) -> int:
        """Of the newest change: read it before the rules, then follow from it."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT coalesce(max(position), 0) AS at FROM alert_rule_changes").fetchone()
        return int(row["at"]) if row else 0

    def rules(self) -> Iterator[DictRow]:
        """Every enabled rule, a page at a time."""
        with (
            self._database.transaction(statement_timeout_ms=_LOAD_TIMEOUT_MS) as connection,
            connection.cursor(name="rules") as cursor,
        ):
            cursor.itersize = _PAGE
            yield from cursor.execute(f"SELECT {_RULE} FROM alert_rules WHERE enabled")  # noqa: S608 - constant columns

    def changes(self, position: int) -> tuple[int, list[UUID], list[DictRow]]:
        """A page of changes after `position`: the new position, the rules they name, and these as they are now."""
        with self._database.transaction() as connection:
            rows = connection.execute(_CHANGES, {"at": position, "most": _PAGE}).fetchall()
            named = list({row["rule_id"] for row in rows})
            if not named:
                return position, [], []
            query = f"SELECT {_RULE} FROM alert_rules WHERE enabled AND id = ANY (%s)"  # noqa: S608 - constant columns
            return rows[-1]["position"], named, connection.execute(query, (named,)).fetchall()

    def transaction(self) -> Any:
        return self._database.transaction()

    def overlooked(self, seconds: float, most: int) -> list[UUID]:
        """Batches that have waited this long: Redis may have lost their jobs."""
        with self._database.transaction() as connection:
            rows = connection.execute(_WAITING, {"shard": self.shard, "seconds": seconds, "most": most}).fetchall()
        return [row["id"] for row in rows]

    def prune(self) -> None:
        """Batches that nobody reads again."""
        with self._database.transaction() as connection:
            connection.execute("SELECT prune_alert_batches()")

    def take(self, connection: Rows, batches: Sequence[UUID]) -> Mapping[UUID, str]:
        """The events of those that nobody has matched yet; to be matched in this transaction."""
        rows = connection.execute(_TAKE, {"batches": list(batches), "shard": self.shard}).fetchall()
        return {row["id"]: row["events"] for row in rows}

    def fail(self, batch: UUID, reason: str) -> None:
        """It is matched no more until an operator asks for it again."""
        with self._database.transaction() as connection:
            self.fence(connection)
            connection.execute(
                "UPDATE alert_batches SET failed_at = now(), error = %s WHERE id = %s AND matched_at IS NULL",
                (reason[:500], batch),
            )

    def matched(self) -> Iterator[str]:
        """Events of the batches matched lately, in that order."""
        with (
            self._database.transaction(statement_timeout_ms=_LOAD_TIMEOUT_MS) as connection,
            connection.cursor(name="matched") as cursor,
        ):
            cursor.itersize = 100
            for row in cursor.execute(_MATCHED, {"shard": self.shard, "past": REPLAYED}):
                yield row["events"]

    def retract(self, connection: Rows, events: Sequence[tuple[str, datetime, str]]) -> None:
        """(id, time, kind) of events that the chain took back: those that have not come yet are known when they do."""
        connection.execute(_RETRACT, _columns(events))

    def fresh(self, connection: Rows, events: Sequence[tuple[str, datetime, str]]) -> set[tuple[str, datetime]]:
        """(id, time) of those that come for the first time; the others have been dealt with, or were taken back."""
        rows = connection.execute(_FRESH, _columns(events)).fetchall()
        return {(row["event_id"], row["event_time"]) for row in rows}

    def save(self, connection: Rows, changes: Changes) -> None:
        if changes.levels:
            keys = sorted(changes.levels)
            kinds, series = [key[0] for key in keys], [key[1] for key in keys]
            events = [to_json(changes.levels[key]) for key in keys]
            connection.execute(_LEVELS, {"kinds": kinds, "series": series, "events": events})
        if changes.fired:
            rules = sorted(changes.fired)
            times = [changes.fired[rule] for rule in rules]
            connection.execute(_FIRED, {"rules": rules, "times": times})
        for disarmed, query in ((True, _DISARM), (False, _ARM)):
            pairs = sorted(pair for pair, state in changes.disarmed.items() if state is disarmed)
            if pairs:
                connection.execute(query, {"rules": [pair[0] for pair in pairs], "series": [pair[1] for pair in pairs]})

    def remembered(self) -> tuple[list[str], dict[str, float], list[tuple[str, str]]]:
        """Of all shards: levels' events, cooldowns' (rule, time), and (rule, series) that are disarmed."""
        with self._database.transaction(statement_timeout_ms=_LOAD_TIMEOUT_MS) as connection:
            levels = [row["event"] for row in connection.execute("SELECT event FROM alert_levels")]
            fired = connection.execute("SELECT rule_id, fired_at FROM alert_cooldowns")
            disarmed = connection.execute("SELECT rule_id, series FROM alert_disarmed")
            return (
                levels,
                {str(row["rule_id"]): row["fired_at"] for row in fired},
                [(str(row["rule_id"]), row["series"]) for row in disarmed],
            )


def _columns(events: Iterable[tuple[str, datetime, str]]) -> dict[str, list[Any]]:
    # In one order everywhere: two transactions that insert the same rows crosswise would wait for each other.
    rows = sorted(set(events))
    return {"ids": [row[0] for row in rows], "times": [row[1] for row in rows], "kinds": [row[2] for row in rows]}


_RULE = "id, type, conditions, enabled, cooldown_seconds, trigger, hysteresis"
_CLAIM = """
UPDATE alert_shards SET owner = %(owner)s, epoch = epoch + 1, expires_at = now() + make_interval(secs => %(seconds)s)
WHERE shard = %(shard)s AND (expires_at < now() OR owner = %(owner)s)
RETURNING epoch
"""
_RENEW = """
UPDATE alert_shards SET expires_at = clock_timestamp() + make_interval(secs => %(seconds)s)
WHERE shard = %(shard)s AND epoch = %(epoch)s
"""
_CHANGES = """
SELECT position, rule_id FROM alert_rule_changes WHERE position > %(at)s ORDER BY position LIMIT %(most)s
"""
_WAITING = """
SELECT id FROM alert_batches
WHERE shard = %(shard)s AND matched_at IS NULL AND failed_at IS NULL
  AND created_at < now() - make_interval(secs => %(seconds)s)
ORDER BY created_at LIMIT %(most)s
"""
_TAKE = """
UPDATE alert_batches SET matched_at = clock_timestamp(), failed_at = NULL, error = NULL
WHERE id = ANY (%(batches)s) AND shard = %(shard)s AND matched_at IS NULL
RETURNING id, events
"""
_MATCHED = """
SELECT events FROM alert_batches
WHERE shard = %(shard)s AND matched_at > now() - %(past)s::interval ORDER BY matched_at, created_at, id
"""
_EVENTS = "SELECT * FROM unnest(%(ids)s::text[], %(times)s::timestamptz[], %(kinds)s::text[])"
_RETRACT = f"""
INSERT INTO alert_events (event_id, event_time, kind, retracted_at)
SELECT e.*, now() FROM ({_EVENTS}) AS e (event_id, event_time, kind)
ON CONFLICT (event_id, event_time) DO UPDATE SET retracted_at = coalesce(alert_events.retracted_at, now())
"""  # noqa: S608 - constant text
_FRESH = f"""
INSERT INTO alert_events (event_id, event_time, kind) {_EVENTS} ON CONFLICT DO NOTHING RETURNING event_id, event_time
"""
_LEVELS = """
INSERT INTO alert_levels (kind, series, event)
SELECT * FROM unnest(%(kinds)s::text[], %(series)s::text[], %(events)s::text[])
ON CONFLICT (kind, series) DO UPDATE SET event = excluded.event
"""
_FIRED = """
INSERT INTO alert_cooldowns (rule_id, fired_at) SELECT * FROM unnest(%(rules)s::uuid[], %(times)s::float8[])
ON CONFLICT (rule_id) DO UPDATE SET fired_at = greatest(alert_cooldowns.fired_at, excluded.fired_at)
"""
_DISARM = """
INSERT INTO alert_disarmed (rule_id, series) SELECT * FROM unnest(%(rules)s::uuid[], %(series)s::text[])
ON CONFLICT DO NOTHING
"""
_ARM = """
DELETE FROM alert_disarmed d USING unnest(%(rules)s::uuid[], %(series)s::text[]) AS a (rule_id, series)
WHERE d.rule_id = a.rule_id AND d.series = a.series
"""
