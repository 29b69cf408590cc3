"""The SQL of deliveries, by the worker role: an attempt is claimed for a minute, and its end is written once.

Time is the database's, so that processes need not agree on theirs.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from premium.jobs.model import RETRY_SECONDS
from premium.notifications.lanes import REST_SECONDS
from premium.notifications.model import Delivery, End, Outcome
from premium.storage.postgres import Database

LEASE_SECONDS = 60
"""A claimed attempt that has not ended by then is made again: its process is dead."""
GRACE_SECONDS = 2
"""A new delivery is on its way by its job; one that is still there after this has lost it."""
PUT_OFF_SECONDS = 1.0
_MOST_REST = 60.0
_REST_OF_AGE = 0.25
"""The longer a destination is away, the more wait for it, and the less often each asks."""
JITTER = 0.25
"""Of the pause: it keeps a thousand failures of one moment from coming back in one moment."""


class DeliveryStore:
    """`retry_seconds` are the pauses before the second, third, … attempt; `rest` the shortest while none is made."""

    def __init__(
        self, database: Database, *, retry_seconds: Sequence[float] = RETRY_SECONDS, rest: float = REST_SECONDS
    ) -> None:
        self._database = database
        self._pauses = tuple(retry_seconds)
        self._rest = rest

    def claim(self, deliveries: Sequence[tuple[UUID, datetime]], held: Sequence[UUID] = ()) -> list[Delivery]:
        """Those of these (by id and event time) that are due and that nobody holds: `held` are the caller's own."""
        values = {"ids": [one for one, _ in deliveries], "times": [time for _, time in deliveries]}
        return self._claimed(_NAMED, values | {"held": list(held)})

    def claim_due(self, most: int, held: Sequence[UUID] = ()) -> list[Delivery]:
        """Whose pause is over, whose process died, whose job was lost; the longest overdue first, but not `held`."""
        return self._claimed(_DUE, {"most": most, "grace": GRACE_SECONDS, "held": list(held)})

    def renew(self, deliveries: Sequence[Delivery]) -> int:
        """Hold these for another minute from now; how many nobody else had claimed."""
        if not deliveries:
            return 0
        values = {"id": [one.id for one in deliveries], "time": [one.event_time for one in deliveries],
                  "attempts": [one.attempts for one in deliveries], "lease": LEASE_SECONDS}  # fmt: skip
        with self._database.transaction() as connection:
            return connection.execute(_RENEW, values).rowcount

    def settle(self, outcomes: Sequence[Outcome]) -> int:
        """Write how attempts ended; how many counted: one that was claimed anew meanwhile does not."""
        rows = [self._row(outcome) for outcome in outcomes]
        values = {name: [row[name] for row in rows] for name in ("id", "time", "attempts", "status", "error", "pause")}
        values["used"] = [row["used"] for row in rows]
        with self._database.transaction() as connection:
            return connection.execute(_SETTLE, values).rowcount

    def _claimed(self, due: str, values: dict[str, Any]) -> list[Delivery]:
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(Delivery)) as rows:
            return rows.execute(_CLAIM.replace("{due}", due).encode(), values | {"lease": LEASE_SECONDS}).fetchall()

    def _row(self, outcome: Outcome) -> dict[str, Any]:
        delivery, attempts = outcome.delivery, outcome.delivery.attempts
        status, pause = outcome.end.value, 0.0
        if outcome.end is End.RETRY or outcome.end.is_untried:
            status, pause = ("dead", 0.0) if outcome.is_given_up else ("pending", self._pause(outcome))
        used = attempts - outcome.end.is_untried
        error = outcome.error and outcome.error[:500]
        return {"id": delivery.id, "time": delivery.event_time, "attempts": attempts, "used": used,
                "status": status, "error": error, "pause": pause}  # fmt: skip

    def _pause(self, outcome: Outcome) -> float:
        match outcome.end:
            case End.PUT_OFF:
                return PUT_OFF_SECONDS
            case End.RESTING:
                pause = max(self._rest, min(_MOST_REST, _REST_OF_AGE * outcome.delivery.age))
            case _:
                pause = self._pauses[outcome.delivery.attempts - 1]
        return float(pause) * (1 + JITTER * random.random())  # noqa: S311 - spreads load, guards nothing


_NAMED = """
SELECT d.id, d.event_time FROM unnest(%(ids)s::uuid[], %(times)s::timestamptz[]) AS w (id, event_time)
JOIN notification_deliveries d ON d.id = w.id AND d.event_time = w.event_time
WHERE d.status = 'pending' AND d.next_attempt_at <= now() AND d.id <> ALL(%(held)s::uuid[])
ORDER BY d.id
FOR UPDATE OF d SKIP LOCKED
"""
_DUE = """
SELECT d.id, d.event_time FROM notification_deliveries d
WHERE d.status = 'pending' AND d.next_attempt_at <= now()
  AND (d.attempts > 0 OR d.next_attempt_at <= now() - make_interval(secs => %(grace)s))
  AND d.id <> ALL(%(held)s::uuid[])
ORDER BY d.next_attempt_at
LIMIT %(most)s
FOR UPDATE OF d SKIP LOCKED
"""
_CLAIM = """
WITH due AS ({due}), claimed AS (
    UPDATE notification_deliveries d
    SET attempts = d.attempts + 1, next_attempt_at = now() + make_interval(secs => %(lease)s)
    FROM due WHERE d.id = due.id AND d.event_time = due.event_time
    RETURNING d.*
)
SELECT c.id, c.event_time, c.attempts, c.notice, c.channel, c.destination, c.template, c.user_id,
       h.id AS alert_id, h.alert_rule_id AS rule_id, h.rule_name, h.rule_type, h.event_id, h.event_data, h.triggered_at,
       h.retracted_at, h.is_test, r.id IS NOT NULL AS rule_exists, r.signing_secret,
       extract(epoch FROM c.give_up_at - now())::float8 AS seconds_left
FROM claimed c
JOIN alert_history h ON h.id = c.history_id AND h.event_time = c.event_time
LEFT JOIN alert_rules r ON r.id = h.alert_rule_id
"""
_RENEW = """
UPDATE notification_deliveries d SET next_attempt_at = now() + make_interval(secs => %(lease)s)
FROM unnest(%(id)s::uuid[], %(time)s::timestamptz[], %(attempts)s::int[]) AS o (id, event_time, attempts)
WHERE d.id = o.id AND d.event_time = o.event_time AND d.status = 'pending' AND d.attempts = o.attempts
"""
_SETTLE = """
UPDATE notification_deliveries d
SET status = o.status, attempts = o.used, last_error = o.error,
    next_attempt_at = now() + make_interval(secs => o.pause),
    ended_at = CASE WHEN o.status <> 'pending' THEN now() END
FROM unnest(%(id)s::uuid[], %(time)s::timestamptz[], %(attempts)s::int[], %(used)s::int[], %(status)s::text[],
            %(error)s::text[], %(pause)s::float8[]) AS o (id, event_time, attempts, used, status, error, pause)
WHERE d.id = o.id AND d.event_time = o.event_time AND d.status = 'pending' AND d.attempts = o.attempts
"""
