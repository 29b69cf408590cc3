"""The SQL of users' destinations: where a notice goes that names none itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow


def of_user(connection: Connection[DictRow], user_id: UUID) -> Mapping[str, str]:
    """Return the user's destinations by channel; the account's email where he named no other."""
    return {row["channel"]: row["destination"] for row in connection.execute(_OF_USER, {"user": user_id})}


def important(connection: Connection[DictRow], user_id: UUID) -> list[str]:
    """Return the channels whose destinations the user marked as important."""
    rows = connection.execute(_IMPORTANT, {"user": user_id}).fetchall()
    return [row["channel"] for row in rows]


def replace(
    connection: Connection[DictRow],
    user_id: UUID,
    given: Mapping[str, str],
    secret: str,
    important_ones: Collection[str] = (),
) -> bool:
    """Keep these destinations and no others; the account's email stays what it is.

    What goes to the `important_ones` (channels) is tried for a day.
    `secret` signs the notices to a webhook from now on, unless it has a secret already; whether it was taken.
    """
    values = {
        "user": user_id, "channels": list(given), "destinations": list(given.values()), "secret": secret,
        "important": list(important_ones),
    }  # fmt: skip
    # Of two requests at once the later one's destinations hold, as a whole.
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"destinations:{user_id}",))
    connection.execute(_REMOVE_OTHERS, values)
    is_taken = any(row["is_taken"] for row in connection.execute(_ADD, values))
    connection.execute(_MARK, values)
    return is_taken


def set_account_email(connection: Connection[DictRow], user_id: UUID, email: str | None) -> None:
    """Keep the account's email as a destination, or none."""
    if email is None:
        connection.execute("DELETE FROM notification_destinations WHERE user_id = %s AND is_account", (user_id,))
        return
    connection.execute(_SET_EMAIL, {"user": user_id, "email": email})


_OF_USER = """
SELECT DISTINCT ON (channel) channel, destination FROM notification_destinations
WHERE user_id = %(user)s
ORDER BY channel, is_account
"""
_IMPORTANT = """
SELECT DISTINCT channel FROM notification_destinations WHERE user_id = %(user)s AND important ORDER BY channel
"""
_MARK = """
UPDATE notification_destinations SET important = channel = ANY (%(important)s::text[]) WHERE user_id = %(user)s
"""
_REMOVE_OTHERS = """
DELETE FROM notification_destinations d
WHERE d.user_id = %(user)s AND NOT d.is_account AND NOT EXISTS (
    SELECT FROM unnest(%(channels)s::text[], %(destinations)s::text[]) AS g (channel, destination)
    WHERE g.channel = d.channel AND g.destination = d.destination)
"""
_ADD = """
INSERT INTO notification_destinations AS d (user_id, channel, destination, signing_secret)
SELECT %(user)s, g.channel, g.destination, CASE g.channel WHEN 'webhook' THEN %(secret)s END
FROM unnest(%(channels)s::text[], %(destinations)s::text[]) AS g (channel, destination)
ON CONFLICT (user_id, channel, is_account)
    DO UPDATE SET signing_secret = coalesce(d.signing_secret, excluded.signing_secret)
RETURNING d.signing_secret IS NOT DISTINCT FROM %(secret)s AS is_taken
"""
_SET_EMAIL = """
INSERT INTO notification_destinations (user_id, channel, destination, is_account)
VALUES (%(user)s, 'email', %(email)s, true)
ON CONFLICT (user_id, channel, is_account) DO UPDATE SET destination = excluded.destination
"""
