"""The SQL of a shard's rules and their changes, for its matcher."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from psycopg.rows import tuple_row

from premium.alerts.language.forms import RuleText
from premium.alerts.shards.placement import buckets_of
from premium.alerts.store.rule_form import PRESENT_CONDITIONS
from premium.storage.postgres import Database

_LOAD_TIMEOUT_MS = 600_000
_PAGE = 10_000


class ShardRules:
    """The enabled rules of one shard."""

    def __init__(self, database: Database, shard: int, shards: int) -> None:
        self._database = database
        self._names = {"buckets": buckets_of(shard, shards)}

    def position(self) -> int:
        """Return the position of the newest change.

        Read it before the rules, then follow from it.
        """
        with self._database.transaction() as connection:
            row = connection.execute("SELECT coalesce(max(position), 0) AS at FROM alert_rule_changes").fetchone()
        return int(row["at"]) if row else 0

    def all(self) -> Iterator[RuleText]:
        """Yield every enabled rule of the shard."""
        with (
            self._database.transaction(statement_timeout_ms=_LOAD_TIMEOUT_MS) as connection,
            connection.cursor(name="rules", row_factory=tuple_row) as cursor,
        ):
            cursor.itersize = _PAGE
            yield from map(RuleText._make, cursor.execute(_RULES, self._names))

    def changes(self, position: int) -> tuple[int, list[UUID], list[RuleText]]:
        """Return a page of changes of rules.

        The new position, the rules named, and the shard's rules among them as they are.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(_CHANGES, {"at": position, "most": _PAGE}).fetchall()
            named = list({row["rule_id"] for row in rows})
            if not named:
                return position, [], []
            found = connection.execute(_CHANGED, self._names | {"named": named}).fetchall()
        return rows[-1]["position"], named, [RuleText(**row) for row in found]

    def awaiting(self) -> list[RuleText]:
        """Return rules that were asked to fire where they hold, and have not.

        Those of the last ten minutes, unchanged since: later their owner sees by himself what became of them.
        """
        with self._database.transaction() as connection:
            return [RuleText(**row) for row in connection.execute(_AWAITING, self._names)]


_RULE = f"id::text AS id, type, {PRESENT_CONDITIONS}::text AS conditions, cooldown_seconds, trigger, hysteresis"
_OURS = "enabled AND (bucket = ANY (%(buckets)s) OR bucket IS NULL)"
_RULES = f"SELECT {_RULE} FROM alert_rules WHERE {_OURS}"  # noqa: S608 - constants
_CHANGED = f"{_RULES} AND id = ANY (%(named)s)"
_AWAITING = f"""
{_RULES} AND awaits_level AND version = 1 AND created_at > now() - interval '10 minutes'
    AND NOT EXISTS (SELECT 1 FROM alert_history h WHERE h.alert_rule_id = alert_rules.id)
"""  # noqa: S608 - constants
_CHANGES = """
SELECT position, rule_id FROM alert_rule_changes WHERE position > %(at)s ORDER BY position LIMIT %(most)s
"""
