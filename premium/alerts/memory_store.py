"""The SQL of what a matcher remembers beyond its batches: levels, cooldowns, and rules that are not armed.

What is read is of all shards: the reader knows which rules and series are his.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg import Connection
from psycopg.rows import DictRow

from premium.alerts.memory import Changes
from premium.storage.plain import to_json
from premium.storage.postgres import Database

_LOAD_TIMEOUT_MS = 600_000

Rows = Connection[DictRow]


class MemoryStore:
    def __init__(self, database: Database) -> None:
        self._database = database

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

    def last_fired(self, connection: Rows, rules: Sequence[str]) -> dict[str, float]:
        """Of rules that fire in several shards, held to the end of the transaction: others wait and see ours."""
        rows = connection.execute(_LAST_FIRED, {"rules": sorted(rules)}).fetchall()
        return {str(row["rule_id"]): row["fired_at"] for row in rows}

    def give_back(self, connection: Rows, rules: Sequence[str]) -> dict[str, float]:
        """When these rules last fired as far as it was not taken back, -inf for never; written, too."""
        rows = connection.execute(_GIVE_BACK, {"rules": sorted(rules)}).fetchall()
        return {str(row["rule_id"]): row["fired_at"] for row in rows}

    def levels(self) -> list[str]:
        """The newest event of every series; `null` where it was taken back."""
        with self._database.transaction(statement_timeout_ms=_LOAD_TIMEOUT_MS) as connection:
            return [row["event"] for row in connection.execute("SELECT event FROM alert_levels")]

    def cooldowns(self, since: datetime | None) -> tuple[datetime, dict[str, float]]:
        """When rules fired, where that changed since (None: ever); and the moment to ask from next."""
        with self._database.transaction(statement_timeout_ms=_LOAD_TIMEOUT_MS) as connection:
            now = connection.execute("SELECT now() - interval '1 minute' AS now").fetchone()
            rows = connection.execute(_COOLDOWNS, {"since": since})
            assert now is not None  # noqa: S101 - it is always now
            return now["now"], {str(row["rule_id"]): row["fired_at"] for row in rows}

    def disarmed(self) -> dict[str, set[str]]:
        """The series for which rules are not armed."""
        found: dict[str, set[str]] = {}
        with self._database.transaction(statement_timeout_ms=_LOAD_TIMEOUT_MS) as connection:
            for row in connection.execute("SELECT rule_id, series FROM alert_disarmed"):
                found.setdefault(str(row["rule_id"]), set()).add(row["series"])
        return found


_LEVELS = """
INSERT INTO alert_levels (kind, series, event)
SELECT * FROM unnest(%(kinds)s::text[], %(series)s::text[], %(events)s::text[])
ON CONFLICT (kind, series) DO UPDATE SET event = excluded.event
"""
_FIRED = """
INSERT INTO alert_cooldowns (rule_id, fired_at) SELECT * FROM unnest(%(rules)s::uuid[], %(times)s::float8[])
ON CONFLICT (rule_id) DO UPDATE
SET fired_at = greatest(alert_cooldowns.fired_at, excluded.fired_at), changed_at = excluded.changed_at
"""
_LAST_FIRED = """
INSERT INTO alert_cooldowns (rule_id, fired_at) SELECT rule, '-Infinity' FROM unnest(%(rules)s::uuid[]) AS r (rule)
ON CONFLICT (rule_id) DO UPDATE SET fired_at = alert_cooldowns.fired_at
RETURNING rule_id, fired_at
"""
_GIVE_BACK = """
UPDATE alert_cooldowns c SET changed_at = clock_timestamp(), fired_at = coalesce((
    SELECT extract(epoch FROM max(h.event_time))::float8 FROM alert_history h
    WHERE h.alert_rule_id = c.rule_id AND h.retracted_at IS NULL AND NOT h.is_test
), '-Infinity')
WHERE c.rule_id = ANY (%(rules)s::uuid[])
RETURNING c.rule_id, c.fired_at
"""
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
