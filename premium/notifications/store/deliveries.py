"""The SQL of deliveries: attempts are claimed, their ends written once.

A claim lasts a minute. Time is the database's, so that processes need not agree on theirs.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.rows import args_row, class_row

from premium.notifications import kinds
from premium.notifications.model import (
    CONFIRMATION,
    CONFIRMED_CHANNELS,
    REST_SECONDS,
    RETRY_SECONDS,
    Delivery,
    DueDelivery,
    End,
    Outcome,
)
from premium.notifications.store import ends
from premium.storage.postgres import Database

LEASE_SECONDS = 60
"""A claimed attempt that has not ended by then is made again: its process is dead."""
GRACE_SECONDS = 2
"""A new delivery is on its way by its job; one that is still there after this has lost it."""
PUT_OFF_SECONDS = 1.0
WINDOW = 2_000
"""Due deliveries that one look reads: their users' shares of it are claimed."""
_MOST_REST = 60.0
_LIMITED_JITTER = 1.0
_REST_OF_AGE = 0.25
"""The longer a destination is away, the more wait for it, and the less often each asks."""
JITTER = 0.25
"""Of the pause: it keeps a thousand failures of one moment from coming back in one moment."""


class DeliveryStore:
    """Claims and ends of attempts, by the worker role.

    `retry_seconds` are the pauses before the second, third, … attempt, of which the last repeats; `rest` the shortest
    while none is made.
    """

    def __init__(
        self, database: Database, *, retry_seconds: Sequence[float] = RETRY_SECONDS, rest: float = REST_SECONDS
    ) -> None:
        self._database = database
        self._pauses = tuple(retry_seconds)
        self._rest = rest

    def claim(self, deliveries: Sequence[tuple[UUID, UUID]], held: Sequence[UUID] = ()) -> list[Delivery]:
        """Claim those of these (by id and user) that are due.

        `held` are the caller's own already.
        """
        values = {"ids": [one for one, _ in deliveries], "users": [user for _, user in deliveries]}
        return self._claimed(values | {"held": list(held)})

    def due(self, after: DueDelivery | None = None) -> list[DueDelivery]:
        """Return what is due from the position on, the longest overdue first.

        `WINDOW` at most of what nobody works on any more.

        Its pause is over, its process died, or its job was lost.
        """
        at, place = (after.next_attempt_at, after.id) if after else (None, None)
        values = {"at": at, "id": place, "grace": GRACE_SECONDS, "most": WINDOW}
        with (
            self._database.transaction() as connection,
            connection.cursor(row_factory=args_row(DueDelivery)) as rows,
        ):
            return rows.execute(_DUE, values).fetchall()

    def claim_due(self, most: int) -> list[Delivery]:
        """Claim what is due, the longest overdue first, whoever's it is."""
        return self.claim([(one.id, one.user_id) for one in self.due()[:most]])

    def renew(self, deliveries: Sequence[Delivery]) -> int:
        """Hold these for another minute from now; how many nobody else had claimed."""
        if not deliveries:
            return 0
        values = {"id": [one.id for one in deliveries], "user": [one.user_id for one in deliveries],
                  "attempts": [one.attempts for one in deliveries], "lease": LEASE_SECONDS}  # fmt: skip
        with self._database.transaction() as connection:
            return connection.execute(_RENEW, values).rowcount

    def settle(self, outcomes: Sequence[Outcome]) -> int:
        """Write how attempts ended and tell their senders; how many counted.

        One that was claimed anew meanwhile does not count.
        """
        rows = [self._row(outcome) for outcome in outcomes]
        names = ("id", "user", "attempts", "used", "status", "error", "pause")
        values = {name: [row[name] for row in rows] for name in names}
        with self._database.transaction() as connection:
            written = {row["id"] for row in connection.execute(_SETTLE, values)}
            ended = [outcome.delivery for outcome, row in zip(outcomes, rows, strict=True)
                     if outcome.delivery.id in written and row["status"] != "pending"]  # fmt: skip
            ends.tell_senders(connection, [one for one in ended if kinds.find(one.kind).ended is not None])
        return len(written)

    def _claimed(self, values: dict[str, Any]) -> list[Delivery]:
        with self._database.transaction() as connection:
            with connection.cursor(row_factory=class_row(Delivery)) as rows:
                found = rows.execute(_CLAIM, values | _CONSTANT).fetchall()
            # What an operator stopped goes nowhere, whatever its sender says.
            stopped = [one for one in found if one.refusal is not None]
            return stopped + kinds.permitted(connection, [one for one in found if one.refusal is None])

    def _row(self, outcome: Outcome) -> dict[str, Any]:
        delivery, attempts = outcome.delivery, outcome.delivery.attempts
        status, pause = outcome.end.value, 0.0
        if outcome.end is End.RETRY or outcome.end.is_untried:
            # The last attempt is made when its time is over.
            pause = min(self._pause(outcome), max(delivery.seconds_left, 0.0))
            status = "dead" if outcome.is_given_up else "pending"
        used = attempts - outcome.end.is_untried
        error = outcome.error and outcome.error[:500]
        return {"id": delivery.id, "user": delivery.user_id, "attempts": attempts, "used": used,
                "status": status, "error": error, "pause": pause}  # fmt: skip

    def _pause(self, outcome: Outcome) -> float:
        spread = random.random()  # noqa: S311 - spreads load, guards nothing
        of_age = min(_MOST_REST, _REST_OF_AGE * outcome.delivery.age)
        match outcome.end:
            case End.PUT_OFF:
                pause = max(PUT_OFF_SECONDS, of_age)
            case End.LIMITED:
                return max(outcome.wait or self._rest, of_age) + _LIMITED_JITTER * spread
            case End.RESTING:
                pause = max(self._rest, of_age)
            case _:
                pause = self._pauses[min(outcome.delivery.attempts, len(self._pauses)) - 1]
        return float(pause) * (1 + JITTER * spread)


_DUE = """
SELECT d.id, d.user_id, d.next_attempt_at FROM notification_deliveries d
WHERE d.status = 'pending' AND d.next_attempt_at <= now()
  AND (%(at)s::timestamptz IS NULL OR (d.next_attempt_at, d.id) > (%(at)s::timestamptz, %(id)s::uuid))
  AND (d.attempts > 0 OR d.next_attempt_at <= now() - make_interval(secs => %(grace)s))
ORDER BY d.next_attempt_at, d.id
LIMIT %(most)s
"""
_CONSTANT = {"lease": LEASE_SECONDS, "confirmed": sorted(CONFIRMED_CHANNELS), "confirmation": CONFIRMATION}
_CLAIM = """
WITH due AS (
    SELECT d.id, d.user_id FROM unnest(%(ids)s::uuid[], %(users)s::uuid[]) AS w (id, user_id)
    JOIN notification_deliveries d ON d.id = w.id AND d.user_id = w.user_id
    WHERE d.status = 'pending' AND d.next_attempt_at <= now() AND d.id <> ALL(%(held)s::uuid[])
    ORDER BY d.id
    FOR UPDATE OF d SKIP LOCKED
), claimed AS (
    UPDATE notification_deliveries d
    SET attempts = d.attempts + 1, next_attempt_at = now() + make_interval(secs => %(lease)s)
    FROM due WHERE d.id = due.id AND d.user_id = due.user_id
    RETURNING d.*
)
SELECT c.id, c.user_id, c.notice_id, n.kind, n.key, n.title, coalesce(c.text, n.text) AS text, n.data, c.channel,
       c.destination, c.attempts, extract(epoch FROM c.give_up_at - now())::float8 AS seconds_left, c.kept_seconds,
       c.of_profile, p.signing_secret, n.withdrawn_at,
       CASE WHEN off_user.target IS NOT NULL THEN 'an operator switched the user off'
            WHEN off_place.target IS NOT NULL THEN 'an operator switched the destination off'
            WHEN user_is_restricted(c.user_id) THEN 'the account is switched off'
            WHEN c.channel = ANY (%(confirmed)s) AND n.kind <> %(confirmation)s AND NOT EXISTS (
                SELECT FROM notification_confirmations f
                WHERE f.user_id = c.user_id AND f.channel = c.channel AND f.confirmed_at IS NOT NULL
                  AND f.destination = CASE c.channel WHEN 'email' THEN lower(c.destination) ELSE c.destination END)
            THEN 'the address is not confirmed: enter the code that was sent to it'
            WHEN c.of_profile AND p.channel IS NULL THEN 'the destination was removed before this was sent'
       END AS refusal
FROM claimed c
LEFT JOIN switched_off('user') off_user ON off_user.target = c.user_id::text
LEFT JOIN switched_off('destination') off_place ON off_place.target = c.destination
JOIN notices n ON n.id = c.notice_id AND n.user_id = c.user_id
LEFT JOIN LATERAL (
    SELECT d.channel, d.signing_secret FROM notification_destinations d
    WHERE d.user_id = c.user_id AND d.channel = c.channel AND d.destination = c.destination
    ORDER BY d.is_account LIMIT 1
) p ON true
"""
_RENEW = """
UPDATE notification_deliveries d SET next_attempt_at = now() + make_interval(secs => %(lease)s)
FROM unnest(%(id)s::uuid[], %(user)s::uuid[], %(attempts)s::int[]) AS o (id, user_id, attempts)
WHERE d.id = o.id AND d.user_id = o.user_id AND d.status = 'pending' AND d.attempts = o.attempts
"""
_SETTLE = """
UPDATE notification_deliveries d
SET status = o.status, attempts = o.used, last_error = o.error,
    next_attempt_at = now() + make_interval(secs => o.pause),
    ended_at = CASE WHEN o.status <> 'pending' THEN now() END
FROM unnest(%(id)s::uuid[], %(user)s::uuid[], %(attempts)s::int[], %(used)s::int[], %(status)s::text[],
            %(error)s::text[], %(pause)s::float8[]) AS o (id, user_id, attempts, used, status, error, pause)
WHERE d.id = o.id AND d.user_id = o.user_id AND d.status = 'pending' AND d.attempts = o.attempts
RETURNING d.id
"""
