"""Read and write users and API keys.

Lookups before the user is known go through narrow functions, all else through row-level security.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import Connection
from psycopg.rows import class_row

from premium.accounts.model import Activity, ApiKey, KeyOwner, Profile, SessionOwner, Standing
from premium.clock import rfc3339
from premium.errors import Conflict, Forbidden, NotFound
from premium.notifications.service import set_account_email
from premium.storage.postgres import Database
from premium.tiers import Tier

_PROFILE = "id, external_id, email, wallet_address, time_zone, tier, kyc_status, is_restricted, created_at, updated_at"
_KEY = "id, name, prefix, scopes, expires_at, revoked_at, last_used_at, created_at"

_LIVE_KEYS = "SELECT count(*) AS keys FROM api_keys WHERE user_id = %s AND revoked_at IS NULL"

_SET_TIER = """
    UPDATE premium_users
    SET tier = %(tier)s, tier_issued_at = %(at)s, updated_at = CASE WHEN tier = %(tier)s THEN updated_at ELSE now() END
    WHERE id = %(id)s AND (
        tier_issued_at IS NULL
        OR tier_issued_at < %(at)s::timestamptz
        OR tier_issued_at = %(at)s::timestamptz
           AND array_position(%(order)s::text[], tier) > array_position(%(order)s::text[], %(tier)s)
    )
"""

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"

_REVOKE = """
    WITH RECURSIVE made AS (
        SELECT id FROM api_keys WHERE id = %(key)s AND user_id = %(user)s
        UNION SELECT k.id FROM api_keys k JOIN made ON k.parent_id = made.id
    )
    UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE id IN (SELECT id FROM made)
    RETURNING id
"""

_ACTIVITY = """
    SELECT count(*) FILTER (WHERE last_active > %(now)s - interval '1 day') AS active_day,
           count(*) FILTER (WHERE last_active > %(now)s - interval '7 days') AS active_week,
           count(*) FILTER (WHERE last_active > %(now)s - interval '30 days') AS active_month
"""
_COHORT = """
           , count(*) FILTER (WHERE {made}) AS cohort_{days}
           , count(*) FILTER (WHERE {made} AND last_active >= created_at + interval '{days} days') AS returned_{days}
"""
_MADE = "created_at > %(now)s - interval '{more} days' AND created_at <= %(now)s - interval '{days} days'"


def _end_within(connection: Connection[Any], parent: UUID, wanted: datetime | None) -> datetime | None:
    """Return the end of a key that another makes; Forbidden after that one's."""
    statement = "SELECT expires_at FROM api_keys WHERE id = %s AND revoked_at IS NULL"
    found = connection.execute(statement, [parent]).fetchone()
    if found is None:
        raise Forbidden("The key that asks for this is revoked")
    end: datetime | None = found["expires_at"]
    if end is not None and wanted is not None and wanted > end:
        raise Forbidden("A key makes no key that outlives it", details={"expiresAt": f"at most {rfc3339(end)}"})
    return wanted or end


class AccountStore:
    """The SQL of users and API keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_external_id(self, external_id: str) -> Standing | None:
        """Return the user with the free platform's id."""
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(Standing)) as cursor:
            return cursor.execute("SELECT * FROM user_standing(%s)", [external_id]).fetchone()

    def by_key_hash(self, key_hash: bytes) -> KeyOwner | None:
        """Return the owner of the key with this hash, revoked or not."""
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(KeyOwner)) as cursor:
            return cursor.execute("SELECT * FROM api_key_by_hash(%s)", [key_hash]).fetchone()

    def by_session(self, session_id: UUID) -> SessionOwner | None:
        """Return the user of a session, revoked or not."""
        with (
            self._database.transaction() as connection,
            connection.cursor(row_factory=class_row(SessionOwner)) as cursor,
        ):
            return cursor.execute("SELECT * FROM session_standing(%s)", [session_id]).fetchone()

    def add_user(self, external_id: str, email: str | None, tier: Tier, issued_at: datetime | None = None) -> None:
        """Make the user unless there is one.

        Nothing is made where the email is another's or is none: then the caller tries without.
        """
        new = uuid4()
        statement = """INSERT INTO premium_users (id, external_id, email, tier, tier_issued_at)
                       VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""
        try:
            with self._database.as_user(new) as connection:
                added = connection.execute(statement, [new, external_id, email, tier.value, issued_at]).rowcount
                if added and email is not None:
                    set_account_email(connection, new, email, is_confirmed=True)
        except psycopg.errors.CheckViolation:
            if email is None:
                raise

    def set_tier(self, user_id: UUID, tier: Tier, issued_at: datetime | None) -> None:
        """Write down the tier that a token claims, unless a newer one's is there.

        Judged by the database, because two processes may be shown two tokens at once (`Standing.outdated_by`).
        """
        values = {"id": user_id, "tier": tier.value, "at": issued_at, "order": [each.value for each in Tier]}
        with self._database.as_user(user_id) as connection:
            connection.execute(_SET_TIER, values)

    def user_seen(self, user_id: UUID) -> None:
        """Write down that the user is active now."""
        with self._database.as_user(user_id) as connection:
            connection.execute("UPDATE premium_users SET last_active = now() WHERE id = %s", [user_id])

    def key_seen(self, user_id: UUID, key_id: UUID) -> None:
        """Write down that the key is used now."""
        with self._database.as_user(user_id) as connection:
            connection.execute("UPDATE api_keys SET last_used_at = now() WHERE id = %s", [key_id])

    def profile(self, user_id: UUID) -> Profile:
        """Return a user's profile; NotFound for none."""
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(Profile)) as cursor:
            row = cursor.execute(f"SELECT {_PROFILE} FROM premium_users WHERE id = %s", [user_id]).fetchone()  # noqa: S608 - a constant of ours
        if row is None:
            raise NotFound("There is no such user")
        return row

    def set_time_zone(self, user_id: UUID, time_zone: str | None) -> None:
        """Change or remove the zone of the user's days."""
        statement = "UPDATE premium_users SET time_zone = %s, updated_at = now() WHERE id = %s"
        with self._database.as_user(user_id) as connection:
            connection.execute(statement, [time_zone, user_id])

    def set_email(self, user_id: UUID, email: str | None) -> None:
        """Change the email address; Conflict when another user has it."""
        try:
            with self._database.as_user(user_id) as connection:
                connection.execute(
                    "UPDATE premium_users SET email = %s, updated_at = now() WHERE id = %s", [email, user_id]
                )
                set_account_email(connection, user_id, email)
        except psycopg.errors.UniqueViolation:
            raise Conflict("This email address belongs to another user", details={"email": "taken"}) from None

    def add_key(
        self,
        user_id: UUID,
        *,
        name: str,
        prefix: str,
        key_hash: bytes,
        scopes: Sequence[str],
        expires_at: datetime | None,
        room: int,
        parent: UUID | None = None,
    ) -> ApiKey:
        """Add a key; Conflict where the user has `room` live keys already.

        Forbidden where it would outlive the key that makes it; without an end of its own it has that one's.
        """
        statement = f"""INSERT INTO api_keys (user_id, name, prefix, key_hash, scopes, expires_at, parent_id)
                        VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING {_KEY}"""  # noqa: S608 - a constant of ours
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(ApiKey)) as cursor:
            # Two requests at once could each find room for the last key, or make one of a key that is being revoked.
            connection.execute(_LOCK, [f"api_keys:{user_id}"])
            if parent is not None:
                expires_at = _end_within(connection, parent, expires_at)
            live = connection.execute(_LIVE_KEYS, [user_id]).fetchone()
            if live is not None and live["keys"] >= room:
                raise Conflict(f"There are {room} keys already; revoke one first")
            values = [user_id, name, prefix, key_hash, list(scopes), expires_at, parent]
            row = cursor.execute(statement, values).fetchone()
        if row is None:
            raise NotFound("There is no such user")
        return row

    def keys(self, user_id: UUID, *, after: tuple[datetime, UUID] | None = None, limit: int = 201) -> list[ApiKey]:
        """Return a user's keys, newest first, revoked ones too."""
        statement = f"""SELECT {_KEY} FROM api_keys
                        WHERE user_id = %(user)s
                          AND (%(at)s::timestamptz IS NULL OR (created_at, id) < (%(at)s, %(id)s))
                        ORDER BY created_at DESC, id DESC LIMIT %(limit)s"""  # noqa: S608 - a constant of ours
        created_at, key_id = after or (None, None)
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(ApiKey)) as cursor:
            return cursor.execute(
                statement, {"user": user_id, "at": created_at, "id": key_id, "limit": limit}
            ).fetchall()

    def live_key(self, user_id: UUID, key_id: UUID, now: datetime) -> ApiKey | None:
        """Return a user's key unless it is revoked or has ended."""
        statement = f"""SELECT {_KEY} FROM api_keys WHERE id = %s AND user_id = %s
                        AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %s)"""  # noqa: S608 - a constant of ours
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(ApiKey)) as cursor:
            return cursor.execute(statement, [key_id, user_id, now]).fetchone()

    def revoke_key(self, user_id: UUID, key_id: UUID) -> tuple[ApiKey, set[UUID]]:
        """Return the key, revoked now or before, and the ids of all that it made.

        NotFound for another's.
        """
        statement = f"SELECT {_KEY} FROM api_keys WHERE id = %s AND user_id = %s"  # noqa: S608 - a constant of ours
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(ApiKey)) as cursor:
            connection.execute(_LOCK, [f"api_keys:{user_id}"])
            revoked = {each["id"] for each in connection.execute(_REVOKE, {"user": user_id, "key": key_id})}
            row = cursor.execute(statement, [key_id, user_id]).fetchone()
        if row is None:
            raise NotFound("There is no such API key")
        return row, revoked

    def activity(self, now: datetime) -> Activity:
        """Count active users and cohorts up to this moment.

        By the worker role, which sees all users.
        """
        cohorts = [_COHORT.format(days=days, made=_MADE.format(days=days, more=days + 1)) for days in (1, 7, 30)]
        statement = f"{_ACTIVITY}{''.join(cohorts)} FROM premium_users"
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(Activity)) as cursor:
            (row,) = cursor.execute(statement, {"now": now}).fetchall()
        return row
