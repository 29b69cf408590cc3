"""Read and write the second factors of users."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from premium.errors import Conflict, NotFound, Unauthenticated
from premium.storage.postgres import Database

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_TOTP = "SELECT secret, last_step, confirmed_at FROM user_credentials WHERE user_id = %s AND kind = 'totp'"
_REMOVE = "DELETE FROM user_credentials WHERE user_id = %s AND kind = ANY (%s)"
_ADD = "INSERT INTO user_credentials (user_id, kind, secret) VALUES (%s, %s, %s)"
_SHOWN = "UPDATE sessions SET second_factor_at = clock_timestamp() WHERE id = %s AND user_id = %s"
Judge = Callable[[bytes, int | None], tuple[int, bytes]]
"""Judges a code by the stored secret and the last step.

Returns the step of a right code, and the secret as it is to be kept.
"""


class SecondFactorStore:
    """The SQL of second factors; whoever changes a user's holds a lock on them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, user_id: UUID, secret: bytes) -> None:
        """Keep a secret that is not confirmed yet, in place of another such.

        Conflict where there is one that is confirmed.
        """
        with self._database.as_user(user_id) as connection:
            connection.execute(_LOCK, [f"second_factor:{user_id}"])
            row = connection.execute(_TOTP, [user_id]).fetchone()
            if row is not None and row["confirmed_at"] is not None:
                raise Conflict("There is a second factor already; remove it first")
            connection.execute(_REMOVE, [user_id, ["totp"]])
            connection.execute(_ADD, [user_id, "totp", secret])

    def confirm(self, user_id: UUID, session_id: UUID, judge: Judge, recovery: Sequence[bytes]) -> None:
        """Confirm the secret by its first code, and keep the hashes of recovery codes.

        NotFound where none was begun, Conflict where it is confirmed; what `judge` raises goes through.
        """
        with self._database.as_user(user_id) as connection:
            connection.execute(_LOCK, [f"second_factor:{user_id}"])
            row = connection.execute(_TOTP, [user_id]).fetchone()
            if row is None:
                raise NotFound("There is no second factor to confirm; begin with POST /v1/auth/totp")
            if row["confirmed_at"] is not None:
                raise Conflict("The second factor is confirmed already")
            step, kept = judge(bytes(row["secret"]), row["last_step"])
            statement = """UPDATE user_credentials SET confirmed_at = now(), last_step = %s, secret = %s
                           WHERE user_id = %s AND kind = 'totp'"""
            connection.execute(statement, [step, kept, user_id])
            connection.execute(_REMOVE, [user_id, ["recovery"]])
            for each in recovery:
                connection.execute(_ADD, [user_id, "recovery", each])
            connection.execute(_SHOWN, [session_id, user_id])

    def show(self, user_id: UUID, session_id: UUID, judge: Judge) -> None:
        """Write down that a session showed a right code, which counts once.

        NotFound where the user has no second factor; what `judge` raises goes through.
        """
        with self._database.as_user(user_id) as connection:
            connection.execute(_LOCK, [f"second_factor:{user_id}"])
            row = connection.execute(_TOTP, [user_id]).fetchone()
            if row is None or row["confirmed_at"] is None:
                raise NotFound("There is no second factor")
            step, kept = judge(bytes(row["secret"]), row["last_step"])
            statement = "UPDATE user_credentials SET last_step = %s, secret = %s WHERE user_id = %s AND kind = 'totp'"
            connection.execute(statement, [step, kept, user_id])
            connection.execute(_SHOWN, [session_id, user_id])

    def recover(self, user_id: UUID, session_id: UUID, hashed: bytes) -> int:
        """Take a recovery code away, for which the session counts; return how many are left.

        Unauthenticated for one that is none or was used.
        """
        with self._database.as_user(user_id) as connection:
            connection.execute(_LOCK, [f"second_factor:{user_id}"])
            statement = "DELETE FROM user_credentials WHERE user_id = %s AND kind = 'recovery' AND secret = %s"
            if not connection.execute(statement, [user_id, hashed]).rowcount:
                raise Unauthenticated("The code is not right, or was used", details={"code": "wrong"})
            connection.execute(_SHOWN, [session_id, user_id])
            left = "SELECT count(*) AS codes FROM user_credentials WHERE user_id = %s AND kind = 'recovery'"
            row = connection.execute(left, [user_id]).fetchone()
        return int(row["codes"]) if row else 0

    def remove(self, user_id: UUID) -> None:
        """Remove the second factor and its recovery codes; NotFound where there is none."""
        with self._database.as_user(user_id) as connection:
            connection.execute(_LOCK, [f"second_factor:{user_id}"])
            if not connection.execute(_REMOVE, [user_id, ["totp", "recovery"]]).rowcount:
                raise NotFound("There is no second factor")
