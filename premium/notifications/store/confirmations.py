"""The SQL of confirmed addresses.

An email or a number gets nothing but a code before its owner has given it back. The code is made when its message is
sent, and kept as a hash alone.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from premium.notifications.model import AskedCode, Delivery, Permit

CODE_MINUTES = 30
CODE_TRIES = 5
REST_SECONDS = 60
"""Between two messages to one address."""
A_DAY = 10
"""Messages that one user may ask for, to all addresses together."""
AN_ADDRESS_A_DAY = 5
"""Messages a day to one address, of all users together.

More are asked for in vain; nobody is told, since that would tell who else asked.
"""
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: none that is read as another."""
_LENGTH = 8


def address_of(channel: str, destination: str) -> str:
    """Return an address as it is compared: emails without regard to case."""
    return destination.lower() if channel == "email" else destination


def vouch(connection: Connection[DictRow], user_id: UUID, channel: str, destination: str) -> None:
    """Keep an address as confirmed, for somebody else has."""
    connection.execute(_VOUCH, {"user": user_id, "channel": channel, "address": address_of(channel, destination)})


def are_confirmed(connection: Connection[DictRow], user_id: UUID, addresses: Sequence[tuple[str, str]]) -> list[bool]:
    """Say of each channel and destination whether its owner has confirmed it."""
    values = {"user": user_id, "channels": [channel for channel, _ in addresses],
              "addresses": [address_of(*one) for one in addresses]}  # fmt: skip
    return [row["is_confirmed"] for row in connection.execute(_ARE_CONFIRMED, values)]


def standing(connection: Connection[DictRow], user_id: UUID, channel: str, destination: str) -> AskedCode:
    """Return what is known of an address, and whether a code may be sent there."""
    values = {"user": user_id, "channel": channel, "address": address_of(channel, destination), "rest": REST_SECONDS,
              "a_day": A_DAY, "an_address": AN_ADDRESS_A_DAY}  # fmt: skip
    row = connection.execute(_STANDING, values).fetchone()
    assert row is not None  # noqa: S101 - the query has one row always
    return AskedCode.model_validate(row)


def ask(connection: Connection[DictRow], user_id: UUID, channel: str, destination: str) -> AskedCode:
    """Count a message with a code, if one may be sent.

    The caller then has it sent.
    """
    # Two requests at once would both find room.
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"confirmations:{user_id}",))
    asked = standing(connection, user_id, channel, destination)
    if asked.wait_seconds == 0 and not asked.is_confirmed:
        address = address_of(channel, destination)
        connection.execute(_COUNT, {"user": user_id, "channel": channel, "address": address})
    return asked


def confirm(connection: Connection[DictRow], user_id: UUID, channel: str, destination: str, code: str) -> bool:
    """Take a code, and say whether it was right.

    Each wrong one costs a try, and the last of them the code.
    """
    address = address_of(channel, destination)
    values = {"user": user_id, "channel": channel, "address": address}
    row = connection.execute(_TRY, values).fetchone()
    if row is None or not hmac.compare_digest(bytes(row["code_hash"]), _hash(user_id, channel, address, code)):
        return False
    connection.execute(_CONFIRM, values)
    return True


def permits(connection: Connection[DictRow], deliveries: Sequence[Delivery]) -> Mapping[UUID, Permit]:
    """Return the text of each message, with a new code.

    It is about to be sent; an earlier code ends.
    """
    return {one.id: _permit(connection, one) for one in deliveries}


def _permit(connection: Connection[DictRow], delivery: Delivery) -> Permit:
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    address = address_of(delivery.channel, delivery.destination)
    values = {"user": delivery.user_id, "channel": delivery.channel, "address": address, "minutes": CODE_MINUTES,
              "tries": CODE_TRIES, "hash": _hash(delivery.user_id, delivery.channel, address, code)}  # fmt: skip
    if connection.execute(_NEW_CODE, values).fetchone() is None:
        return Permit(refusal="the address is confirmed, or was never asked for")
    return Permit(
        text=f"Your code is {code[:4]}-{code[4:]}. It confirms that this address is yours and may be sent to, and is"
        f" valid for {CODE_MINUTES} minutes. If you did not ask for this, do nothing: nothing more will be sent."
    )


def _hash(user_id: UUID, channel: str, address: str, code: str) -> bytes:
    plain = "".join(code.upper().replace("O", "0").replace("I", "1").replace("L", "1").split()).replace("-", "")
    return hashlib.sha256(f"{user_id}\n{channel}\n{address}\n{plain}".encode()).digest()


_OWN = "user_id = %(user)s AND channel = %(channel)s AND destination = %(address)s"
_VOUCH = """
INSERT INTO notification_confirmations (user_id, channel, destination, confirmed_at)
VALUES (%(user)s, %(channel)s, %(address)s, now())
ON CONFLICT (user_id, channel, destination)
    DO UPDATE SET confirmed_at = coalesce(notification_confirmations.confirmed_at, now())
"""
_ARE_CONFIRMED = """
SELECT c.confirmed_at IS NOT NULL AS is_confirmed
FROM unnest(%(channels)s::text[], %(addresses)s::text[]) WITH ORDINALITY AS w (channel, address, place)
LEFT JOIN notification_confirmations c
    ON c.user_id = %(user)s AND c.channel = w.channel AND c.destination = w.address
ORDER BY w.place
"""
_STANDING = f"""
SELECT coalesce(own.confirmed_at IS NOT NULL, false) AS is_confirmed,
       own.asked_at IS NOT NULL AS is_known,
       greatest(
           coalesce(ceil(extract(epoch FROM own.asked_at + make_interval(secs => %(rest)s) - now())), 0),
           CASE WHEN everything.asked >= %(a_day)s
                THEN ceil(extract(epoch FROM everything.since + interval '1 day' - now())) ELSE 0 END,
           0
       )::int AS wait_seconds,
       confirmations_asked(%(channel)s, %(address)s) < %(an_address)s AS is_sent
FROM (VALUES (1)) AS one
LEFT JOIN LATERAL (SELECT confirmed_at, asked_at FROM notification_confirmations WHERE {_OWN}) own ON true
CROSS JOIN LATERAL (
    SELECT coalesce(sum(asked), 0) AS asked, min(asked_since) AS since FROM notification_confirmations
    WHERE user_id = %(user)s AND asked > 0 AND asked_since > now() - interval '1 day'
) everything
"""  # noqa: S608 - a constant condition
_COUNT = """
INSERT INTO notification_confirmations AS c (user_id, channel, destination, asked, asked_at)
VALUES (%(user)s, %(channel)s, %(address)s, 1, now())
ON CONFLICT (user_id, channel, destination) DO UPDATE SET
    asked = CASE WHEN c.asked_since > now() - interval '1 day' THEN c.asked + 1 ELSE 1 END,
    asked_since = CASE WHEN c.asked_since > now() - interval '1 day' THEN c.asked_since ELSE now() END,
    asked_at = now()
"""
_TRY = f"""
WITH before AS (
    SELECT code_hash FROM notification_confirmations
    WHERE {_OWN} AND code_until > now() AND tries_left > 0 FOR UPDATE
)
UPDATE notification_confirmations SET tries_left = tries_left - 1
FROM before WHERE {_OWN}
RETURNING before.code_hash
"""  # noqa: S608 - a constant condition
_CONFIRM = f"""
UPDATE notification_confirmations SET confirmed_at = coalesce(confirmed_at, now()), code_hash = NULL, code_until = NULL
WHERE {_OWN}
"""  # noqa: S608 - a constant condition
_NEW_CODE = f"""
UPDATE notification_confirmations
SET code_hash = %(hash)s, code_until = now() + make_interval(mins => %(minutes)s), tries_left = %(tries)s
WHERE {_OWN} AND confirmed_at IS NULL
RETURNING user_id
"""  # noqa: S608 - a constant condition
