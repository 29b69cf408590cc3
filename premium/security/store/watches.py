"""The SQL of what users hold or have approved.

And what the last look found there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from premium.storage.postgres import Database


class Watched(NamedTuple):
    """A user's watch of one contract."""

    id: UUID
    user_id: UUID
    facts: dict[str, Any]


class WatchStore:
    """Watches of users; by the worker role."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, user_id: UUID, chain: str, targets: Sequence[str], reason: str) -> None:
        """Watch contracts (checksummed) for a user; those that are watched already stay as they are."""
        values = {"user": user_id, "chain": chain, "targets": list(targets), "reason": reason}
        with self._database.as_user(user_id) as connection:
            connection.execute(_ADD, values)

    def due(self, before: datetime, limit: int) -> list[tuple[str, str]]:
        """Return chains and targets that nobody has looked at since, the longest first."""
        with self._database.transaction() as connection:
            rows = connection.execute(_DUE, {"before": before, "limit": limit}).fetchall()
        return [(row["chain"], row["target"]) for row in rows]

    def holds(self, user_id: UUID, tokens: Mapping[str, Sequence[str]]) -> int:
        """Watch what a user holds now, by chain, and no longer what he held.

        Return how many are new.
        """
        places = [(chain, target) for chain, targets in tokens.items() for target in targets]
        values = {"user": user_id, "chains": [one for one, _ in places], "targets": [one for _, one in places]}
        with self._database.as_user(user_id) as connection:
            connection.execute(_FORGET, values)
            return connection.execute(_HOLD, values).rowcount

    def holds_nothing_but(self, users: Sequence[UUID]) -> int:
        """Forget what all others held; return how many watches that were."""
        with self._database.transaction() as connection:
            return connection.execute(_FORGET_OTHERS, {"users": list(users)}).rowcount

    def watchers(self, chain: str, target: str) -> list[UUID]:
        """Return who watches a contract."""
        with self._database.transaction() as connection:
            rows = connection.execute(_WATCHERS, {"chain": chain, "target": target}).fetchall()
        return [row["user_id"] for row in rows]

    def looked(
        self, connection: Connection[DictRow], chain: str, target: str, now: datetime,
        facts: Callable[[Watched], dict[str, Any]],
    ) -> list[Watched]:  # fmt: skip
        """Write what a look found, for each who watches.

        Return them with what was known before. In the caller's transaction, so that a change and its notice are one.
        """
        rows = connection.execute(_OF, {"chain": chain, "target": target}).fetchall()
        known = [Watched(row["id"], row["user_id"], row["facts"]) for row in rows]
        for each in known:
            connection.execute(_SET, {"id": each.id, "facts": Jsonb(facts(each)), "now": now})
        return known


_ADD = """
INSERT INTO security_watches (user_id, chain, target, reason)
SELECT %(user)s, %(chain)s, target, %(reason)s FROM unnest(%(targets)s::text[]) AS given (target)
ON CONFLICT (user_id, chain, target) DO NOTHING
"""
_DUE = """
SELECT chain, target FROM security_watches WHERE checked_at IS NULL OR checked_at < %(before)s
GROUP BY chain, target ORDER BY min(checked_at) NULLS FIRST LIMIT %(limit)s
"""
_OF = """
SELECT id, user_id, facts FROM security_watches WHERE chain = %(chain)s AND target = %(target)s ORDER BY id FOR UPDATE
"""
_SET = "UPDATE security_watches SET facts = %(facts)s, checked_at = %(now)s WHERE id = %(id)s"
_WATCHERS = "SELECT DISTINCT user_id FROM security_watches WHERE chain = %(chain)s AND target = %(target)s"
_FORGET = """
DELETE FROM security_watches WHERE user_id = %(user)s AND reason = 'held' AND (chain, target) NOT IN (
    SELECT * FROM unnest(%(chains)s::text[], %(targets)s::text[])
)
"""
_FORGET_OTHERS = "DELETE FROM security_watches WHERE reason = 'held' AND NOT user_id = ANY (%(users)s)"
_HOLD = """
INSERT INTO security_watches (user_id, chain, target, reason)
SELECT %(user)s, chain, target, 'held' FROM unnest(%(chains)s::text[], %(targets)s::text[]) AS given (chain, target)
ON CONFLICT (user_id, chain, target) DO NOTHING
"""
