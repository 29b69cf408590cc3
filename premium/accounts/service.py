"""The door of accounts: profiles, API keys, logins, and whose a request is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from premium.accounts.api_keys import ApiKeys
from premium.accounts.model import Granted, Profile, WatchedKey
from premium.accounts.store import AccountStore, KeyStore, users
from premium.accounts.store.keys import keep_level, watched
from premium.accounts.store.users import find, settle, tiers
from premium.accounts.wired.changes import end_sessions, end_streams, shut_out, standing_changed
from premium.accounts.wired.entries import gatekeeper, preload, stream_gate, stream_tokens
from premium.accounts.wired.logins import (
    add_password,
    is_own,
    kept_once,
    login_attempts,
    second_factors,
    sessions,
    wallet_logins,
    ways_in,
)
from premium.zones import zone_of

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.rows import DictRow

    from premium.bootstrap import Platform
    from premium.tiers import Tier

OpenedSession = Granted
"""The tokens of a session, for other services that log users in."""
__all__ = [
    "Accounts",
    "OpenedSession",
    "add_password",
    "agreed_requests",
    "api_keys",
    "end_sessions",
    "end_streams",
    "every_user",
    "find_user",
    "gatekeeper",
    "is_own",
    "keep_alert_level",
    "kept_once",
    "login_attempts",
    "looks_like_key",
    "own_keys",
    "owner_of_key",
    "preload",
    "second_factors",
    "sessions",
    "settle_agreed",
    "settle_tier",
    "shut_out",
    "standing_changed",
    "stream_gate",
    "stream_tokens",
    "tiers_of",
    "wallet_logins",
    "watched_key",
    "ways_in",
]


@dataclass(frozen=True)
class Accounts:
    """What users do with their own accounts."""

    store: AccountStore

    @classmethod
    def of(cls, platform: Platform) -> Accounts:
        """Return the accounts of a platform."""
        return cls(AccountStore(platform.database))

    def profile(self, user_id: UUID) -> Profile:
        """Return a user's profile; NotFound for none."""
        return self.store.profile(user_id)

    def change_email(self, user_id: UUID, email: str | None) -> str | None:
        """Remove the e-mail address, or have a code sent to another.

        That one holds once it is confirmed. Return the address that waits; None where nothing does. Conflict when
        another user has it, and where the user logs in by a password, which needs one.
        """
        if email is None:
            self.store.remove_email(user_id)
            return None
        wanted = email.lower()
        return wanted if self.store.ask_email(user_id, wanted) else None

    def confirm_email(self, user_id: UUID, email: str, code: str | None) -> Profile:
        """Take another address by the code that was sent there.

        Without a code where the user has confirmed it before. InvalidInput for a wrong code.
        """
        self.store.confirm_email(user_id, email.lower(), code)
        return self.store.profile(user_id)

    def change_names(self, user_id: UUID, names: Mapping[str, str | None]) -> None:
        """Change or remove what is given of name and country."""
        if names:
            self.store.set_names(user_id, names)

    def change_time_zone(self, user_id: UUID, time_zone: str | None) -> Profile:
        """Change or remove the zone of the user's days; InvalidInput for no IANA name."""
        self.store.set_time_zone(user_id, None if time_zone is None else zone_of(time_zone))
        return self.store.profile(user_id)


def api_keys(platform: Platform, *, by_operator: bool = False) -> ApiKeys:
    """Return what makes, changes and revokes API keys; operators have the worker's rights."""
    return ApiKeys(
        store=KeyStore(platform.worker_database if by_operator else platform.database),
        clock=platform.clock,
        ended=lambda user_id, keys: standing_changed(platform, user_id, keys=keys),
    )


def own_keys(platform: Platform, user_id: UUID) -> Sequence[UUID]:
    """Return the ids of a user's live API keys, the oldest first."""
    return KeyStore(platform.database).ids(user_id)


def owner_of_key(platform: Platform, key: str) -> str | None:
    """Return the user of an API key, revoked or not; None without."""
    from premium.accounts.credentials.keys import is_key, key_hash  # noqa: PLC0415 - few who enter here need it

    owner = KeyStore(platform.database).by_hash(key_hash(key)) if is_key(key) else None
    return None if owner is None else str(owner.id)


def looks_like_key(text: str) -> bool:
    """Tell whether a text is a whole API key."""
    from premium.accounts.credentials.keys import is_key  # noqa: PLC0415 - few who enter here need it

    return is_key(text)


def find_user(connection: Connection[DictRow], reference: str) -> UUID | None:
    """Return the user of an id of ours or the free platform's.

    In the caller's transaction.
    """
    return find(connection, reference)


def tiers_of(platform: Platform, users: Collection[UUID]) -> Mapping[UUID, Tier]:
    """Return the tiers of users, by the worker's rights."""
    with platform.worker_database.transaction() as connection:
        return tiers(connection, users)


def watched_key(connection: Connection[DictRow], key_id: UUID) -> WatchedKey | None:
    """Return what tells a key's owner of its use; None where it is gone.

    In the caller's transaction, of its owner.
    """
    return watched(connection, key_id)


def keep_alert_level(connection: Connection[DictRow], key_id: UUID, level: int, month: str) -> None:
    """Write down the last level of the quota that a key reached.

    In the caller's transaction, of its owner.
    """
    keep_level(connection, key_id, level, month)


def settle_tier(
    connection: Connection[DictRow], user_id: UUID, best: Tier | None, *, is_kept: bool
) -> tuple[Tier, Tier] | None:
    """Write down a user's tier, and return what it was and is where it changed.

    In the caller's transaction. `best` is what his subscriptions and grants allow; `is_kept`: he once had a
    subscription, and no token's claim counts any more. Call `standing_changed` after the commit.
    """
    return settle(connection, user_id, best, is_kept=is_kept)


def settle_agreed(connection: Connection[DictRow], user_id: UUID, best: Tier | None, requests: int | None) -> bool:
    """Write down what was agreed with a user; tell whether that changed.

    `requests` a month, for the tier that he has. After `settle_tier`, in its transaction.
    """
    return users.settle_agreed(connection, user_id, best, requests)


def agreed_requests(platform: Platform, user_id: UUID) -> int | None:
    """Return the requests a month that were agreed with a user.

    None: what his tier allows.
    """
    with platform.database.as_user(user_id) as connection:
        return users.agreed(connection, user_id)


def every_user(platform: Platform) -> Iterator[UUID]:
    """Yield the ids of all users who are not erased."""
    return users.every_user(platform.worker_database)
