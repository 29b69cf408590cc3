"""Read and write API keys, each user's own through row-level security.

Two requests at once could each find room for the last key, make one of a key that is being revoked, or widen one while
what it made is read: whoever changes keys holds a lock on all of their user's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow, class_row

from premium.accounts.model import ApiKey, KeyOwner, Rights, WatchedKey
from premium.entitlements import Quota
from premium.errors import Conflict, Forbidden, NotFound
from premium.storage.postgres import Database

_KEY = "id, name, prefix, scopes, networks, alerts_enabled, expires_at, revoked_at, last_used_at, created_at, parent_id"
_OWN = f"SELECT {_KEY} FROM api_keys WHERE user_id = %(user)s"  # noqa: S608 - a constant of ours
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_LIVE = "SELECT count(*) AS keys FROM api_keys WHERE user_id = %s AND revoked_at IS NULL"
_BEFORE = """
    SELECT count(*) AS keys FROM api_keys
    WHERE user_id = %(user)s AND revoked_at IS NULL AND (created_at, id) < (%(at)s, %(id)s)
"""
_ADD = f"""
    INSERT INTO api_keys (user_id, name, prefix, key_hash, scopes, expires_at, networks, parent_id, alerts_enabled)
    VALUES (%s, %s, %s, %s, %s, %s, %s::cidr[], %s, %s) RETURNING {_KEY}
"""  # noqa: S608 - a constant of ours
_CHANGE = f"""
    UPDATE api_keys SET name = %(name)s, scopes = %(scopes)s, expires_at = %(expires_at)s,
           networks = %(networks)s::cidr[], alerts_enabled = %(alerts_enabled)s
    WHERE id = %(id)s RETURNING {_KEY}
"""  # noqa: S608 - a constant of ours
_REVOKE = """
    WITH RECURSIVE made AS (
        SELECT id FROM api_keys WHERE id = %(key)s AND user_id = %(user)s
        UNION SELECT k.id FROM api_keys k JOIN made ON k.parent_id = made.id
    )
    UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE id IN (SELECT id FROM made)
    RETURNING id
"""
_SHOWN = 10


class KeyStore:
    """The SQL of API keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_hash(self, key_hash: bytes) -> KeyOwner | None:
        """Return the owner of the key with this hash, revoked or not."""
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(KeyOwner)) as cursor:
            return cursor.execute(
                "SELECT s.*, agreed_requests(s.id) AS agreed FROM api_key_standing(%s) s", [key_hash]
            ).fetchone()

    def ids(self, user_id: UUID) -> list[UUID]:
        """Return the ids of a user's live keys, the oldest first."""
        with self._database.as_user(user_id) as connection:
            statement = "SELECT id FROM api_keys WHERE user_id = %s AND revoked_at IS NULL ORDER BY created_at, id"
            return [row["id"] for row in connection.execute(statement, [user_id])]

    def seen(self, user_id: UUID, key_id: UUID) -> None:
        """Write down that the key is used now."""
        with self._database.as_user(user_id) as connection:
            connection.execute("UPDATE api_keys SET last_used_at = now() WHERE id = %s", [key_id])

    def add(
        self,
        user_id: UUID,
        *,
        name: str,
        prefix: str,
        key_hash: bytes,
        rights: Rights,
        room: Quota,
        parent: UUID | None,
        alerts_enabled: bool = True,
    ) -> ApiKey:
        """Add a key; Conflict where the user has `room` live keys already.

        What is left open of a key that another makes is that one's; Forbidden where it is more.
        """
        with self._changing(user_id) as connection:
            if parent is not None:
                maker = self._live(connection, user_id, parent)
                if maker is None:
                    raise Forbidden("The key that asks for this is revoked")
                rights = _filled(rights, maker)
                if beyond := rights.beyond(maker.rights):
                    raise Forbidden("A key makes no key that may more than itself", details=beyond)
            live = connection.execute(_LIVE, [user_id]).fetchone()
            if live is not None and live["keys"] >= room.most:
                raise Conflict(f"{room.refusal}; revoke one first", details=room.details)
            values = [user_id, name, prefix, key_hash, sorted(rights.scopes), rights.expires_at, _sent(rights), parent]
            values.append(alerts_enabled)
            with connection.cursor(row_factory=class_row(ApiKey)) as cursor:
                row = cursor.execute(_ADD, values).fetchone()
        if row is None:
            raise NotFound("There is no such user")
        return row

    def change(self, user_id: UUID, key_id: UUID, changes: dict[str, Any], *, by: UUID | None, room: Quota) -> ApiKey:
        """Change what is given of name, scopes, expires_at, networks and alerts_enabled; return the key.

        NotFound for another's. Conflict for one that is revoked, one beyond `room`, whose oldest live keys count, and
        where keys that it made would have more than it.
        Forbidden for more than the key that asks has, or the one that made it.
        """
        with self._changing(user_id) as connection:
            row = self._one(connection, user_id, key_id)
            if row is None:
                raise NotFound("There is no such API key")
            if row.revoked_at is not None:
                raise Conflict("This API key is revoked: nothing of it changes any more")
            before = connection.execute(_BEFORE, {"user": user_id, "at": row.created_at, "id": key_id}).fetchone()
            if before is not None and before["keys"] >= room.most:
                raise Conflict(room.read_only, details=room.details)
            changed = row.model_copy(update=changes)
            for maker in {by, row.parent_id} - {None, key_id}:
                holder = self._live(connection, user_id, maker)
                if holder is None:
                    raise Forbidden("The key that asks for this is revoked")
                if beyond := changed.rights.beyond(holder.rights):
                    raise Forbidden("A key gives no key more than it may itself", details=beyond)
            if by == key_id and (beyond := changed.rights.beyond(row.rights)):
                raise Forbidden("A key gives itself nothing", details=beyond)
            self._check_made(connection, user_id, changed)
            sent = {"scopes": sorted(changed.scopes), "networks": _sent(changed.rights)}
            with connection.cursor(row_factory=class_row(ApiKey)) as cursor:
                (row,) = cursor.execute(_CHANGE, changed.model_dump() | sent).fetchall()
        return row

    def all(self, user_id: UUID, *, after: tuple[datetime, UUID] | None = None, limit: int = 201) -> list[ApiKey]:
        """Return a user's keys, newest first, revoked ones too."""
        statement = f"""{_OWN} AND (%(at)s::timestamptz IS NULL OR (created_at, id) < (%(at)s, %(id)s))
                        ORDER BY created_at DESC, id DESC LIMIT %(limit)s"""
        created_at, key_id = after or (None, None)
        with self._database.as_user(user_id) as connection, connection.cursor(row_factory=class_row(ApiKey)) as cursor:
            return cursor.execute(
                statement, {"user": user_id, "at": created_at, "id": key_id, "limit": limit}
            ).fetchall()

    def live(self, user_id: UUID, key_id: UUID, now: datetime) -> ApiKey | None:
        """Return a user's key unless it is revoked or has ended."""
        with self._database.as_user(user_id) as connection:
            row = self._live(connection, user_id, key_id)
        return row if row is not None and (row.expires_at is None or now < row.expires_at) else None

    def revoke(self, user_id: UUID, key_id: UUID) -> tuple[ApiKey, set[UUID]]:
        """Return the key, revoked now or before, and the ids of all that it made.

        NotFound for another's.
        """
        with self._changing(user_id) as connection:
            revoked = {each["id"] for each in connection.execute(_REVOKE, {"user": user_id, "key": key_id})}
            row = self._one(connection, user_id, key_id)
        if row is None:
            raise NotFound("There is no such API key")
        return row, revoked

    def drop_scope(self, user_id: UUID, scope: str) -> set[UUID]:
        """Take a scope from all keys of a user; return which had it."""
        statement = """UPDATE api_keys SET scopes = array_remove(scopes, %(scope)s)
                       WHERE user_id = %(user)s AND %(scope)s = ANY (scopes) RETURNING id"""
        with self._changing(user_id) as connection:
            return {row["id"] for row in connection.execute(statement, {"user": user_id, "scope": scope})}

    @contextmanager
    def _changing(self, user_id: UUID) -> Iterator[Connection[Any]]:
        with self._database.as_user(user_id) as connection:
            connection.execute(_LOCK, [f"api_keys:{user_id}"])
            yield connection

    def _one(self, connection: Connection[Any], user_id: UUID, key_id: UUID | None) -> ApiKey | None:
        with connection.cursor(row_factory=class_row(ApiKey)) as cursor:
            return cursor.execute(f"{_OWN} AND id = %(id)s", {"user": user_id, "id": key_id}).fetchone()

    def _live(self, connection: Connection[Any], user_id: UUID, key_id: UUID | None) -> ApiKey | None:
        row = self._one(connection, user_id, key_id)
        return row if row is not None and row.revoked_at is None else None

    def _check_made(self, connection: Connection[Any], user_id: UUID, maker: ApiKey) -> None:
        """Conflict where a key that this one made would have more than it."""
        statement = f"{_OWN} AND parent_id = %(maker)s AND revoked_at IS NULL ORDER BY created_at"
        with connection.cursor(row_factory=class_row(ApiKey)) as cursor:
            made = cursor.execute(statement, {"user": user_id, "maker": maker.id}).fetchall()
        if wider := [each.prefix for each in made if each.rights.beyond(maker.rights)]:
            details = {"keys": wider[:_SHOWN]}
            raise Conflict("Keys that this one made may more: change or revoke them first", details=details)


def _filled(rights: Rights, maker: ApiKey) -> Rights:
    return Rights(
        scopes=rights.scopes,
        expires_at=rights.expires_at or maker.expires_at,
        networks=maker.networks if rights.networks is None else rights.networks,
    )


def _sent(rights: Rights) -> list[str] | None:
    """Return networks as text, which the statement casts.

    The driver has no type for a list of both families.
    """
    return None if rights.networks is None else [str(each) for each in rights.networks]


def watched(connection: Connection[DictRow], key_id: UUID) -> WatchedKey | None:
    """Return what tells a key's owner of its use; None where it is gone."""
    with connection.cursor(row_factory=class_row(WatchedKey)) as cursor:
        return cursor.execute("SELECT prefix, alerts_enabled FROM api_keys WHERE id = %s", [key_id]).fetchone()


def keep_level(connection: Connection[DictRow], key_id: UUID, level: int, month: str) -> None:
    """Write down the last level of the quota that a key reached."""
    connection.execute("UPDATE api_keys SET alert_level = %s, alert_month = %s WHERE id = %s", [level, month, key_id])
