"""Read and write users.

Lookups before the user is known go through narrow functions, all else through row-level security.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from uuid import UUID, uuid4

import psycopg
from psycopg import Connection
from psycopg.rows import DictRow, class_row

from premium.accounts.model import Activity, Profile, SessionOwner, Standing
from premium.errors import Conflict, InvalidInput, NotFound
from premium.notifications.model import Notice, Target
from premium.notifications.service import confirmed, notify, require_confirmed, set_account_email
from premium.storage.postgres import Database
from premium.tiers import Tier

_PROFILE = """
    id, external_id, email, name, country, wallet_address, time_zone, tier, kyc_status, is_restricted, created_at,
    updated_at
"""
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

_STANDING = """
    SELECT s.*, agreed_requests(s.id) AS agreed, c.claimed_tier, c.claimed_at
    FROM user_standing(%s) s LEFT JOIN LATERAL claim_standing(s.id) c ON true
"""
_SET_EMAIL = "UPDATE premium_users SET email = %s, updated_at = now() WHERE id = %s"
_HAS_PASSWORD = "SELECT FROM user_credentials WHERE user_id = %s AND kind = 'password'"  # noqa: S105 - a statement
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


def find(connection: Connection[DictRow], reference: str) -> UUID | None:
    """Return the user of an id of ours or the free platform's."""
    try:
        own = UUID(reference)
    except ValueError:
        own = None
    statement = "SELECT id FROM premium_users WHERE id = %(own)s OR (%(own)s::uuid IS NULL AND external_id = %(ref)s)"
    row = connection.execute(statement, {"own": own, "ref": reference}).fetchone()
    return None if row is None else row["id"]


def every_user(database: Database) -> Iterator[UUID]:
    """Yield the ids of all users, by the worker's role."""
    after = UUID(int=0)
    while True:
        with database.transaction() as connection:
            statement = "SELECT id FROM premium_users WHERE id > %s AND erased_at IS NULL ORDER BY id LIMIT 10000"
            rows = connection.execute(statement, [after]).fetchall()
        if not rows:
            return
        yield from (row["id"] for row in rows)
        after = rows[-1]["id"]


def tiers(connection: Connection[DictRow], users: Collection[UUID]) -> dict[UUID, Tier]:
    """Return the tiers of users; who is not there is not in it."""
    rows = connection.execute("SELECT id, tier FROM premium_users WHERE id = ANY (%s)", [list(users)])
    return {row["id"]: Tier(row["tier"]) for row in rows}


def agreed(connection: Connection[DictRow], user_id: UUID) -> int | None:
    """Return the requests a month that were agreed with a user."""
    row = connection.execute("SELECT agreed_requests(%s) AS agreed", [user_id]).fetchone()
    return None if row is None else row["agreed"]


def settle_agreed(connection: Connection[DictRow], user_id: UUID, best: Tier | None, number: int | None) -> bool:
    """Write down what was agreed with a user for his tier; tell whether it changed."""
    values = [user_id, best and best.value, number]
    row = connection.execute("SELECT settle_agreed(%s, %s, %s) AS changed", values).fetchone()
    return bool(row and row["changed"])


def settle(
    connection: Connection[DictRow], user_id: UUID, best: Tier | None, *, is_kept: bool
) -> tuple[Tier, Tier] | None:
    """Write down a user's tier; return what it was and is where it changed."""
    values = [user_id, best and best.value, is_kept]
    row = connection.execute("SELECT settle_tier(%s, %s, %s) AS changed", values).fetchone()
    if row is None or row["changed"] is None:
        return None
    before, _, after = row["changed"].partition(">")
    return Tier(before), Tier(after)


class AccountStore:
    """The SQL of users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_external_id(self, external_id: str) -> Standing | None:
        """Return the user with the free platform's id."""
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(Standing)) as cursor:
            return cursor.execute(_STANDING, [external_id]).fetchone()

    def by_session(self, session_id: UUID) -> SessionOwner | None:
        """Return the user of a session, revoked or not."""
        with (
            self._database.transaction() as connection,
            connection.cursor(row_factory=class_row(SessionOwner)) as cursor,
        ):
            return cursor.execute(
                "SELECT s.*, agreed_requests(s.id) AS agreed FROM session_standing(%s) s", [session_id]
            ).fetchone()

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

    def erased_since(self, external_id: str) -> datetime | None:
        """Return when a user of the free platform was erased, within the last week."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT erased_since(%s) AS at", [external_id]).fetchone()
        return row["at"] if row else None

    def set_tier(self, user_id: UUID, tier: Tier, issued_at: datetime | None) -> None:
        """Write down the tier that a token claims, unless a newer one's is there.

        Judged by the database, because two processes may be shown two tokens at once (`Standing.outdated_by`).
        """
        values = {"id": user_id, "tier": tier.value, "at": issued_at, "order": [each.value for each in Tier]}
        with self._database.as_user(user_id) as connection:
            connection.execute(_SET_TIER, values)
            connection.execute("SELECT claim_tier(%(id)s, %(tier)s, %(at)s)", values)

    def user_seen(self, user_id: UUID) -> None:
        """Write down that the user is active now."""
        with self._database.as_user(user_id) as connection:
            connection.execute("UPDATE premium_users SET last_active = now() WHERE id = %s", [user_id])

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

    def set_names(self, user_id: UUID, names: Mapping[str, str | None]) -> None:
        """Change or remove what is given of name and country."""
        statement = """UPDATE premium_users SET updated_at = now(),
                           name = CASE WHEN %(has_name)s THEN %(name)s::text ELSE name END,
                           country = CASE WHEN %(has_country)s THEN %(country)s::text ELSE country END
                       WHERE id = %(id)s"""
        given = {"has_name": "name" in names, "has_country": "country" in names}
        values = {"id": user_id, "name": None, "country": None, **given, **names}
        with self._database.as_user(user_id) as connection:
            connection.execute(statement, values)

    def ask_email(self, user_id: UUID, email: str) -> bool:
        """Have a code sent to an address that is to be the user's.

        False where it is his already.         Conflict when another user has it.
        """
        with self._database.as_user(user_id) as connection:
            if _current_email(connection, user_id) == email:
                return False
            if connection.execute("SELECT FROM login_by_email(%s)", [email]).fetchone() is not None:
                raise _taken()
            require_confirmed(connection, user_id, [("email", email)])
        return True

    def confirm_email(self, user_id: UUID, email: str, code: str | None) -> None:
        """Take an address that its owner confirms; the one of before is told.

        InvalidInput for a wrong code, Conflict when another user has the address.
        """
        with self._database.as_user(user_id) as connection:
            is_right = confirmed(connection, user_id, email, code)
        if not is_right:  # after the commit, which keeps that a try was used
            raise InvalidInput.about("code", "is not valid, or not any more: ask for a new one")
        try:
            with self._database.as_user(user_id) as connection:
                before = _current_email(connection, user_id)
                connection.execute(_SET_EMAIL, [email, user_id])
                if before is not None and before != email:
                    notify(connection, [_moved(user_id, before)])
                set_account_email(connection, user_id, email, is_confirmed=True)
        except psycopg.errors.UniqueViolation:
            raise _taken() from None

    def remove_email(self, user_id: UUID) -> None:
        """Remove the address; Conflict where the user logs in by a password, which needs one."""
        with self._database.as_user(user_id) as connection:
            if connection.execute(_HAS_PASSWORD, [user_id]).fetchone() is not None:
                raise Conflict("You log in by this address and a password", details={"email": "needed"})
            connection.execute(_SET_EMAIL, [None, user_id])
            set_account_email(connection, user_id, None)

    def activity(self, now: datetime) -> Activity:
        """Count active users and cohorts up to this moment.

        By the worker role, which sees all users.
        """
        cohorts = [_COHORT.format(days=days, made=_MADE.format(days=days, more=days + 1)) for days in (1, 7, 30)]
        statement = f"{_ACTIVITY}{''.join(cohorts)} FROM premium_users"
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(Activity)) as cursor:
            (row,) = cursor.execute(statement, {"now": now}).fetchall()
        return row


def _current_email(connection: Connection[DictRow], user_id: UUID) -> str | None:
    row = connection.execute("SELECT email FROM premium_users WHERE id = %s", [user_id]).fetchone()
    return None if row is None else row["email"]


def _moved(user_id: UUID, before: str) -> Notice:
    return Notice(
        user=user_id,
        kind="accounts.email",
        key=str(uuid4()),
        title="Your e-mail address was changed",
        text="Mail of your account goes to another address from now on. If this was not you, write to support.",
        targets=(Target("email", before),),
    )


def _taken() -> Conflict:
    return Conflict("This email address belongs to another user", details={"email": "taken"})
