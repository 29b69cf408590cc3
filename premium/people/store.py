"""SQL of the people service."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from premium.errors import InvalidInput, NotFound
from premium.people.model import Consent, Person, Preferences
from premium.storage.postgres import Database

_PREFERENCES = "language, theme, notifications_enabled, trading_preferences, updated_at"
_CONSENT = "purpose, version, granted_at, withdrawn_at"
_SET = f"""
    INSERT INTO user_preferences (user_id, language, theme, notifications_enabled, trading_preferences)
    VALUES (%(user)s, %(language)s, %(theme)s, %(notifications_enabled)s, %(trading_preferences)s)
    ON CONFLICT (user_id) DO UPDATE SET language = excluded.language, theme = excluded.theme,
        notifications_enabled = excluded.notifications_enabled, trading_preferences = excluded.trading_preferences,
        updated_at = now()
    RETURNING {_PREFERENCES}
"""  # noqa: S608 - a constant of ours
_WITHDRAW = """
    UPDATE consents SET withdrawn_at = now() WHERE user_id = %s AND purpose = %s AND withdrawn_at IS NULL
    AND version IS DISTINCT FROM %s
"""
_GRANT = """
    INSERT INTO consents (user_id, purpose, version) VALUES (%s, %s, %s)
    ON CONFLICT (user_id, purpose) WHERE withdrawn_at IS NULL DO NOTHING
"""
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_FOUND = "SELECT * FROM users_found(%(query)s, %(tier)s, %(restricted)s, %(time)s, %(id)s, %(limit)s)"


class PeopleStore:
    """What is kept of people, each user's own but for what staff looks up."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def preferences(self, user_id: UUID) -> Preferences:
        """Return a user's preferences; the usual ones where he has none."""
        statement = f"SELECT {_PREFERENCES} FROM user_preferences WHERE user_id = %s"  # noqa: S608 - a constant of ours
        with (
            self._database.as_user(user_id) as connection,
            connection.cursor(row_factory=class_row(Preferences)) as rows,
        ):
            return rows.execute(statement, [user_id]).fetchone() or Preferences()

    def set_preferences(self, user_id: UUID, wanted: Preferences) -> Preferences:
        """Keep a user's preferences; InvalidInput for what the database cannot keep."""
        values = wanted.model_dump() | {"user": user_id, "trading_preferences": Jsonb(wanted.trading_preferences)}
        try:
            with (
                self._database.as_user(user_id) as connection,
                connection.cursor(row_factory=class_row(Preferences)) as rows,
            ):
                (kept,) = rows.execute(_SET, values).fetchall()
        except psycopg.errors.CheckViolation as error:
            if error.diag.constraint_name != "trading_preferences_fit":
                raise
            raise InvalidInput.about("tradingPreferences", "more than 16 KiB of JSON") from None
        except psycopg.errors.UntranslatableCharacter:
            raise InvalidInput.about("tradingPreferences", "a text in it holds the character U+0000") from None
        return kept

    def consents(self, user_id: UUID) -> list[Consent]:
        """Return what a user agreed to, withdrawn ones too, the newest first."""
        statement = f"""SELECT {_CONSENT} FROM consents WHERE user_id = %s
                        ORDER BY granted_at DESC, purpose LIMIT 500"""  # noqa: S608 - a constant of ours
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(Consent)) as rows:
            return rows.execute(statement, [user_id]).fetchall()

    def set_consents(self, user_id: UUID, wanted: Mapping[str, str | None]) -> None:
        """Grant purposes in a version, or withdraw them (None).

        What stands so already stays as it is.
        """
        with self._database.as_user(user_id) as connection:
            connection.execute(_LOCK, [f"consents:{user_id}"])
            for purpose, version in wanted.items():
                connection.execute(_WITHDRAW, [user_id, purpose, version])
                if version is not None:
                    connection.execute(_GRANT, [user_id, purpose, version])

    def found(
        self,
        query: str | None,
        *,
        tier: str | None = None,
        restricted: bool | None = None,
        before: tuple[datetime, UUID] | None = None,
        limit: int = 2,
    ) -> list[Person]:
        """Return users by id, external id, e-mail address or wallet, or all; the newest first."""
        time, user_id = before or (None, None)
        values = {"query": query, "tier": tier, "restricted": restricted, "time": time, "id": user_id, "limit": limit}
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(Person)) as rows:
            return rows.execute(_FOUND, values).fetchall()

    def restrict(self, user_id: UUID, *, restricted: bool) -> bool:
        """Restrict a user or end that; False where he stood so already."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT restrict_user(%s, %s) AS changed", [user_id, restricted]).fetchone()
        return row is not None and bool(row["changed"])

    def change_roles(self, user_id: UUID, *, grant: Collection[str], revoke: Collection[str], by: str) -> set[str]:
        """Give and take roles in one step; return those that changed.

        NotFound for no user.
        """
        changed: set[str] = set()
        try:
            with self._database.as_user(user_id) as connection:
                for role in sorted(grant):
                    statement = """INSERT INTO user_roles (user_id, role, granted_by) VALUES (%s, %s, %s)
                                   ON CONFLICT DO NOTHING"""
                    changed |= {role} if connection.execute(statement, [user_id, role, by]).rowcount else set()
                for role in sorted(revoke):
                    gone = connection.execute(
                        "DELETE FROM user_roles WHERE user_id = %s AND role = %s", [user_id, role]
                    )
                    changed |= {role} if gone.rowcount else set()
        except psycopg.errors.ForeignKeyViolation:
            raise NotFound("There is no such user") from None
        return changed

    def roles(self, user_id: UUID) -> set[str]:
        """Return a user's roles of ours."""
        with self._database.as_user(user_id) as connection:
            return {
                row["role"] for row in connection.execute("SELECT role FROM user_roles WHERE user_id = %s", [user_id])
            }
