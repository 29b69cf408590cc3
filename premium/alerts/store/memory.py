"""The SQL of a matcher's memory: levels, cooldowns, and rules that are not armed.

Reads give all shards: the reader picks its own rules and series.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from psycopg import Connection
from psycopg.rows import DictRow

from premium.alerts.matcher.levels.past import WINDOW
from premium.alerts.matcher.memory import Changes
from premium.alerts.store.batches import REPLAYED
from premium.storage.plain import to_json
from premium.storage.postgres import Database

_LOAD_TIMEOUT_MS = 600_000

Rows = Connection[DictRow]


class LevelRow(NamedTuple):
    """The newest event of a series as JSON, `null` where it was retracted.

    `earlier`: what stood before the last gap of more than a window; `is_whole`: whether the series is so young that
    its events are all among the batches that are replayed.
    """

    event: str
    earlier: str | None
    is_whole: bool


class MemoryStore:
    """The memory of all matchers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, connection: Rows, changes: Changes) -> None:
        """Write what a transaction's events changed."""
        if changes.levels:
            keys = sorted(changes.levels)
            kinds, series = [key[0] for key in keys], [key[1] for key in keys]
            events = [to_json(changes.levels[key]) for key in keys]
            earlier = [to_json(changes.earlier[key]) if key in changes.earlier else None for key in keys]
            values = {"kinds": kinds, "series": series, "events": events, "earlier": earlier}
            connection.execute(_LEVELS, values)
        if changes.fired:
            rules = sorted(changes.fired)
            times = [changes.fired[rule] for rule in rules]
            connection.execute(_FIRED, {"rules": rules, "times": times})
        for disarmed, query in ((True, _DISARM), (False, _ARM)):
            pairs = sorted(pair for pair, state in changes.disarmed.items() if state is disarmed)
            if pairs:
                connection.execute(query, {"rules": [pair[0] for pair in pairs], "series": [pair[1] for pair in pairs]})

    def fired(self, connection: Rows, spans: Mapping[str, tuple[float, float]]) -> dict[str, list[float]]:
        """Return when rules fired within a span of each, in order of time.

        The rules are locked to the end of the transaction: other shards wait, and then see ours.
        """
        rules = sorted(spans)
        connection.execute(_LOCK_RULES, {"rules": rules})
        values = {"rules": rules, "low": [spans[each][0] for each in rules], "high": [spans[each][1] for each in rules]}
        found: dict[str, list[float]] = {rule: [] for rule in rules}
        for row in connection.execute(_FIRED_WITHIN, values):
            found[str(row["rule_id"])].append(row["at"])
        return found

    def undo_cooldowns(self, connection: Rows, rules: Iterable[str]) -> None:
        """Set rules back to their last firing that was not retracted."""
        connection.execute(_UNDO_COOLDOWNS, {"rules": sorted(rules)})

    def levels(self) -> list[LevelRow]:
        """Return the newest event of every series."""
        with self._database.transaction(statement_timeout_ms=_LOAD_TIMEOUT_MS) as connection:
            rows = connection.execute(_ALL_LEVELS, {"past": REPLAYED})
            return [LevelRow(row["event"], row["earlier"], is_whole=row["is_whole"]) for row in rows]

    def cooldowns(self, since: datetime | None) -> tuple[datetime, dict[str, list[float]]]:
        """Return the moment to ask from next, and firings of rules since.

        Rules that fired since (None: ever), their firings in order. Each rule's last firing, and those before
        it as far as a late event may fall between two.
        """
        with self._database.transaction(statement_timeout_ms=_LOAD_TIMEOUT_MS) as connection:
            now = connection.execute("SELECT now() - interval '1 minute' AS now").fetchone()
            assert now is not None  # noqa: S101 - it is always now
            found: dict[str, list[float]] = {}
            for row in connection.execute(_EARLIER, {"since": since, "window": WINDOW}):
                found.setdefault(str(row["rule_id"]), []).append(row["at"])
            for row in connection.execute(_COOLDOWNS, {"since": since}):
                found.setdefault(str(row["rule_id"]), []).append(row["fired_at"])
        return now["now"], found

    def fired_when_made(self, rules: Iterable[str]) -> dict[str, list[float]]:
        """Return when rules fired that were made just now.

        Those that held already, and were asked to fire at once.
        """
        found: dict[str, list[float]] = {}
        with self._database.transaction() as connection:
            for row in connection.execute(_FIRED_WHEN_MADE, {"rules": sorted(rules)}):
                found.setdefault(str(row["rule_id"]), []).append(row["at"])
        return found

    def disarmed(self) -> dict[str, set[str]]:
        """Return the series for which rules are not armed, by rule."""
        found: dict[str, set[str]] = {}
        with self._database.transaction(statement_timeout_ms=_LOAD_TIMEOUT_MS) as connection:
            for row in connection.execute("SELECT rule_id, series FROM alert_disarmed"):
                found.setdefault(str(row["rule_id"]), set()).add(row["series"])
        return found


_LEVELS = """
INSERT INTO alert_levels (kind, series, event, earlier)
SELECT * FROM unnest(%(kinds)s::text[], %(series)s::text[], %(events)s::text[], %(earlier)s::text[])
ON CONFLICT (kind, series) DO UPDATE
SET event = excluded.event, earlier = coalesce(excluded.earlier, alert_levels.earlier)
"""
_ALL_LEVELS = """
SELECT event, earlier, created_at > now() - %(past)s::interval AS is_whole FROM alert_levels
"""
_FIRED = """
INSERT INTO alert_cooldowns (rule_id, fired_at) SELECT * FROM unnest(%(rules)s::uuid[], %(times)s::float8[])
ON CONFLICT (rule_id) DO UPDATE
SET fired_at = greatest(alert_cooldowns.fired_at, excluded.fired_at), changed_at = excluded.changed_at
"""
_LOCK_RULES = """
INSERT INTO alert_cooldowns (rule_id, fired_at) SELECT rule, '-Infinity' FROM unnest(%(rules)s::uuid[]) AS r (rule)
ON CONFLICT (rule_id) DO UPDATE SET fired_at = alert_cooldowns.fired_at
"""
# A changed rule begins anew with a row of its own: its earlier alerts do not count.
_HISTORY = """
h.alert_rule_id = c.rule_id AND h.triggered_at >= c.created_at AND h.retracted_at IS NULL AND NOT h.is_test
"""
# The row's own time counts too: a transaction that began before another shard made the row fires before `created_at`.
_FIRED_WITHIN = f"""
WITH held AS (
    SELECT c.*, low, high
    FROM unnest(%(rules)s::uuid[], %(low)s::float8[], %(high)s::float8[]) AS span (rule_id, low, high)
    JOIN alert_cooldowns c USING (rule_id)
)
SELECT c.rule_id, extract(epoch FROM h.event_time)::float8 AS at
FROM held c JOIN alert_history h ON {_HISTORY} AND h.event_time BETWEEN to_timestamp(low) AND to_timestamp(high)
UNION
SELECT rule_id, fired_at FROM held WHERE fired_at BETWEEN low AND high
ORDER BY at
"""  # noqa: S608 - constants
_EARLIER = f"""
SELECT c.rule_id, extract(epoch FROM h.event_time)::float8 AS at
FROM alert_cooldowns c
JOIN alert_rules r ON r.id = c.rule_id AND r.cooldown_seconds BETWEEN 1 AND %(window)s
JOIN alert_history h ON {_HISTORY}
    AND h.event_time BETWEEN to_timestamp(c.fired_at - %(window)s - r.cooldown_seconds) AND to_timestamp(c.fired_at)
WHERE c.fired_at > 0 AND c.changed_at > coalesce(%(since)s::timestamptz, now() - interval '1 hour')
ORDER BY at
"""  # noqa: S608 - constants
_FIRED_WHEN_MADE = """
SELECT r.id AS rule_id, extract(epoch FROM h.event_time)::float8 AS at
FROM alert_rules r JOIN alert_history h ON h.alert_rule_id = r.id AND NOT h.is_test AND h.retracted_at IS NULL
WHERE r.id = ANY (%(rules)s::uuid[]) AND r.version = 1 AND r.created_at > now() - interval '1 minute'
  AND h.triggered_at = r.created_at
"""
_UNDO_COOLDOWNS = f"""
UPDATE alert_cooldowns c SET changed_at = clock_timestamp(), fired_at = coalesce((
    SELECT extract(epoch FROM max(h.event_time))::float8 FROM alert_history h WHERE {_HISTORY}
), '-Infinity')
WHERE c.rule_id = ANY (%(rules)s::uuid[])
"""  # noqa: S608 - constants
_COOLDOWNS = """
SELECT rule_id, fired_at FROM alert_cooldowns WHERE %(since)s::timestamptz IS NULL OR changed_at > %(since)s
"""
_DISARM = """
INSERT INTO alert_disarmed (rule_id, series) SELECT * FROM unnest(%(rules)s::uuid[], %(series)s::text[])
ON CONFLICT DO NOTHING
"""
_ARM = """
DELETE FROM alert_disarmed d USING unnest(%(rules)s::uuid[], %(series)s::text[]) AS a (rule_id, series)
WHERE d.rule_id = a.rule_id AND d.series = a.series
"""
