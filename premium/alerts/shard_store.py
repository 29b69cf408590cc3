"""The SQL of one shard's work: its rules and their changes, its batches and their events.

By the worker role. What one batch changes is written in one transaction, which the lease fences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow, tuple_row

from premium.alerts.reading import RuleText
from premium.alerts.sharding import buckets_of
from premium.storage.plain import to_json
from premium.storage.postgres import Database

REPLAYED = "15 minutes"
"""How far back matched batches are read after a restart: longer than an event may be late, and its batch be queued."""
_LOAD_TIMEOUT_MS = 600_000
_PAGE = 10_000

Rows = Connection[DictRow]


class Taken(NamedTuple):
    """A batch that is ours to match; `matched_at` is that of all batches of the transaction."""

    id: UUID
    shard: int
    matched_at: datetime
    events: str


class ShardStore:
    def __init__(self, database: Database, shard: int, shards: int = 1) -> None:
        self._database = database
        self.shard = shard
        self.shards = shards
        self._names = {"shard": shard, "shards": shards, "buckets": buckets_of(shard, shards)}

    def position(self) -> int:
        """Of the newest change: read it before the rules, then follow from it."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT coalesce(max(position), 0) AS at FROM alert_rule_changes").fetchone()
        return int(row["at"]) if row else 0

    def rules(self) -> Iterator[RuleText]:
        """Every enabled rule of the shard."""
        with (
            self._database.transaction(statement_timeout_ms=_LOAD_TIMEOUT_MS) as connection,
            connection.cursor(name="rules", row_factory=tuple_row) as cursor,
        ):
            cursor.itersize = _PAGE
            yield from map(RuleText._make, cursor.execute(_RULES, self._names))

    def changes(self, position: int) -> tuple[int, list[UUID], list[RuleText]]:
        """A page of changes after `position`: the new position, the rules they name, and those of ours as they are."""
        with self._database.transaction() as connection:
            rows = connection.execute(_CHANGES, {"at": position, "most": _PAGE}).fetchall()
            named = list({row["rule_id"] for row in rows})
            if not named:
                return position, [], []
            found = connection.execute(_CHANGED, self._names | {"named": named}).fetchall()
        return rows[-1]["position"], named, [RuleText(**row) for row in found]

    def transaction(self) -> Any:
        return self._database.transaction()

    def overlooked(self, seconds: float, most: int) -> list[UUID]:
        """Batches that have waited this long: Redis may have lost their jobs.

        The first shard's matcher finds those of shards that are no more, too.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(_WAITING, self._names | {"seconds": seconds, "most": most}).fetchall()
        return [row["id"] for row in rows]

    def prune(self) -> None:
        """Batches that nobody reads again."""
        with self._database.transaction() as connection:
            connection.execute("SELECT prune_alert_batches()")

    def take(self, connection: Rows, batches: Sequence[UUID]) -> list[Taken]:
        """Those that nobody has matched yet, the oldest first; to be matched in this transaction."""
        rows = connection.execute(_TAKE, self._names | {"batches": list(batches)}).fetchall()
        rows.sort(key=itemgetter("created_at", "id"))
        return [Taken(row["id"], row["shard"], row["matched_at"], row["events"]) for row in rows]

    def keep_only(self, connection: Rows, batch: UUID, events: Sequence[Mapping[str, Any]]) -> None:
        """Of a batch what was new in it, for whoever reads it again."""
        connection.execute("UPDATE alert_batches SET events = %s WHERE id = %s", (to_json(list(events)), batch))

    def fail(self, connection: Rows, batch: UUID, reason: str) -> None:
        """It is matched no more until an operator asks for it again."""
        connection.execute(
            "UPDATE alert_batches SET failed_at = now(), error = %s WHERE id = %s AND matched_at IS NULL",
            (reason[:500], batch),
        )

    def matched(self, after: datetime | None) -> Iterator[tuple[datetime, list[str]]]:
        """Events of the batches that were matched together, in that order; None: those of the last minutes."""
        with (
            self._database.transaction(statement_timeout_ms=_LOAD_TIMEOUT_MS) as connection,
            connection.cursor(name="matched") as cursor,
        ):
            cursor.itersize = 200
            cursor.execute(_MATCHED, self._names | {"after": after, "past": REPLAYED})
            for moment, rows in groupby(cursor, key=itemgetter("matched_at")):
                yield moment, [row["events"] for row in rows]

    def retract(self, connection: Rows, events: Sequence[tuple[str, datetime, str]]) -> None:
        """(id, time, kind) of events that the chain took back: those that have not come yet are known when they do."""
        connection.execute(_RETRACT, _columns(events))

    def fresh(self, connection: Rows, events: Sequence[tuple[str, datetime, str]]) -> set[tuple[str, datetime]]:
        """(id, time) of those that come for the first time; the others have been dealt with, or were taken back.

        The id decides: one that comes again with another time is the same event.
        """
        first = {event[0]: event for event in reversed(events)}
        rows = connection.execute(_FRESH, _columns(first.values())).fetchall()
        return {(row["event_id"], row["event_time"]) for row in rows}


def _columns(events: Iterable[tuple[str, datetime, str]]) -> dict[str, list[Any]]:
    # In one order everywhere: two transactions that insert the same rows crosswise would wait for each other.
    rows = sorted(set(events))
    return {"ids": [row[0] for row in rows], "times": [row[1] for row in rows], "kinds": [row[2] for row in rows]}


_RULE = "id::text AS id, type, conditions::text AS conditions, cooldown_seconds, trigger, hysteresis"
_OURS = "enabled AND (bucket = ANY (%(buckets)s) OR bucket IS NULL)"
_RULES = f"SELECT {_RULE} FROM alert_rules WHERE {_OURS}"  # noqa: S608 - constants
_CHANGED = f"{_RULES} AND id = ANY (%(named)s)"
_CHANGES = """
SELECT position, rule_id FROM alert_rule_changes WHERE position > %(at)s ORDER BY position LIMIT %(most)s
"""
_SHARD = "(shard = %(shard)s OR (%(shard)s = 0 AND shard >= %(shards)s))"
_WAITING = f"""
SELECT id FROM alert_batches
WHERE {_SHARD} AND matched_at IS NULL AND failed_at IS NULL
  AND created_at < now() - make_interval(secs => %(seconds)s)
ORDER BY created_at LIMIT %(most)s
"""  # noqa: S608 - constants
# One moment for all: it tells which batches were matched together, whose order is then that of their making.
_TAKE = f"""
UPDATE alert_batches SET matched_at = statement_timestamp(), failed_at = NULL, error = NULL
WHERE id = ANY (%(batches)s) AND {_SHARD} AND matched_at IS NULL
RETURNING id, shard, created_at, matched_at, events
"""  # noqa: S608 - constants
_MATCHED = """
SELECT matched_at, events FROM alert_batches
WHERE shard = %(shard)s AND matched_at > coalesce(%(after)s::timestamptz, now() - %(past)s::interval)
ORDER BY matched_at, created_at, id
"""
_EVENTS = "SELECT * FROM unnest(%(ids)s::text[], %(times)s::timestamptz[], %(kinds)s::text[])"
_RETRACT = f"""
INSERT INTO alert_events (event_id, event_time, kind, retracted_at)
SELECT e.*, now() FROM ({_EVENTS}) AS e (event_id, event_time, kind)
ON CONFLICT (event_id, event_time) DO UPDATE SET retracted_at = coalesce(alert_events.retracted_at, now())
"""  # noqa: S608 - constant text
_FRESH = f"""
INSERT INTO alert_events (event_id, event_time, kind)
SELECT e.* FROM ({_EVENTS}) AS e (event_id, event_time, kind)
WHERE NOT EXISTS (SELECT FROM alert_events known WHERE known.event_id = e.event_id)
ON CONFLICT DO NOTHING RETURNING event_id, event_time
"""  # noqa: S608 - constant text
