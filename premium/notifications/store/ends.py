"""The SQL of how deliveries ended, for senders and operators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow, class_row

from premium.notifications import kinds
from premium.notifications.model import (
    Delivery,
    DeliveryRow,
    EndedNotice,
)
from premium.storage.postgres import Database


class UnsentDeliveries:
    """Deliveries that ended without having arrived, for operators."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def requeue(self, deliveries: Sequence[UUID]) -> list[UUID]:
        """Make these pending again, with all their time; which ones could be."""
        values = {"ids": list(deliveries)}
        with self._database.transaction() as connection:
            return [row["id"] for row in connection.execute(_REQUEUE, values)]


def of_notices(
    connection: Connection[DictRow], user_id: UUID, kind_names: Sequence[str], keys: Sequence[str]
) -> Mapping[str, Sequence[DeliveryRow]]:
    """Return the deliveries of a user's notices by the notices' keys.

    In the order in which they were made.
    """
    found: dict[str, list[DeliveryRow]] = defaultdict(list)
    with connection.cursor(row_factory=class_row(DeliveryRow)) as rows:
        for row in rows.execute(_OF_KEYS, {"user": user_id, "kinds": list(kind_names), "keys": list(keys)}):
            found[row.key].append(row)
    return found


def tell_senders(connection: Connection[DictRow], deliveries: Sequence[Delivery]) -> None:
    """Tell the senders of notices that have no pending delivery any more.

    The notices are locked: of two transactions that end the last two deliveries of one, the second sees both.
    """
    if not deliveries:
        return
    values = {"ids": [one.notice_id for one in deliveries], "users": [one.user_id for one in deliveries]}
    connection.execute(_LOCK, values)
    notices: dict[tuple[UUID, str, str], list[DeliveryRow]] = defaultdict(list)
    for row in connection.execute(_OF_ENDED, values):
        user_id = row.pop("user_id")
        notices[user_id, row["kind"], row["key"]].append(DeliveryRow.model_validate(row))
    ended = [
        EndedNotice(user_id=user_id, kind=kind, key=key, deliveries=tuple(rows))
        for (user_id, kind, key), rows in notices.items() if all(row.status != "pending" for row in rows)
    ]  # fmt: skip
    kinds.tell_senders(connection, ended)


_LOCK = """
SELECT FROM notices n
WHERE (n.id, n.user_id) IN (SELECT * FROM unnest(%(ids)s::uuid[], %(users)s::uuid[]))
ORDER BY n.id
FOR NO KEY UPDATE
"""
_DELIVERY = """
d.id, n.kind, n.key, d.channel, d.destination, d.status, d.attempts, d.last_error, d.ended_at,
CASE WHEN d.status = 'pending' THEN d.next_attempt_at END AS next_attempt_at
"""
_OF_ENDED = f"""
SELECT n.user_id, {_DELIVERY}
FROM notices n JOIN notification_deliveries d ON d.notice_id = n.id AND d.user_id = n.user_id
WHERE (n.id, n.user_id) IN (SELECT * FROM unnest(%(ids)s::uuid[], %(users)s::uuid[]))
ORDER BY n.id, d.place
"""  # noqa: S608 - constant columns
_OF_KEYS = f"""
SELECT {_DELIVERY}
FROM notices n JOIN notification_deliveries d ON d.notice_id = n.id AND d.user_id = n.user_id
WHERE n.user_id = %(user)s AND n.kind = ANY (%(kinds)s) AND n.key = ANY (%(keys)s)
ORDER BY d.created_at, d.place
"""  # noqa: S608 - constant columns
_IS_UNSENT = """d.status IN ('dead', 'failed') AND d.destination IS NOT NULL
  AND n.id = d.notice_id AND n.user_id = d.user_id AND n.withdrawn_at IS NULL"""
"""News that was taken back before it arrived is none any more."""
_REQUEUE = f"""
UPDATE notification_deliveries d
SET status = 'pending', attempts = 0, next_attempt_at = now(), ended_at = NULL,
    give_up_at = now() + make_interval(secs => d.kept_seconds)
FROM notices n
WHERE d.id = ANY (%(ids)s) AND {_IS_UNSENT}
RETURNING d.id
"""  # noqa: S608 - a constant condition
