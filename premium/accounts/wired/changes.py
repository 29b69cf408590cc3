"""What every process is told when a user's tier, keys or sessions change."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from premium.bootstrap import Platform

_PATIENCE = 2.0
"""Seconds; what Redis does not answer until then, the next look in the database tells."""


def standing_changed(
    platform: Platform, user_id: UUID, *, keys: Collection[UUID] = (), sessions: Collection[UUID] = ()
) -> None:
    """Have every process ask anew how a user stands.

    The streams of these keys and sessions end. For whoever changes a tier, a restriction, a key or a session, after
    the commit.
    """
    from premium.storage.marks import DATABASE, mark_changed  # noqa: PLC0415 - Redis, which most who enter here need not
    from premium.storage.redis_client import impatient  # noqa: PLC0415 - comes with it

    mark_changed(impatient(platform.redis(DATABASE), _PATIENCE), user_id)
    if keys or sessions:
        end_streams(platform, user_id, {*keys, *sessions})


def end_streams(platform: Platform, user_id: UUID, credentials: Collection[UUID] | None = None) -> int:
    """Close a user's streams, or those of some keys and sessions.

    Returns how many there were. For whoever restricts a user or revokes a key, after the commit. What it cannot reach
    says nothing any more, and is closed by the sweep of the next minute.
    """
    return platform.streams.close_of(user_id, credentials) if platform.has_streams else 0


def shut_out(platform: Platform, user_id: UUID, keys: Collection[UUID]) -> None:
    """End all sessions and streams of a user who is restricted now."""
    end_sessions(platform, user_id)
    standing_changed(platform, user_id, keys=keys)
    end_streams(platform, user_id)


def end_sessions(platform: Platform, user_id: UUID) -> int:
    """End all sessions of a user by an operator's rights; return how many there were."""
    from premium.accounts.store import SessionStore  # noqa: PLC0415 - an operator's command alone needs it

    ended = SessionStore(platform.worker_database).revoke(user_id, "revoked")
    standing_changed(platform, user_id, sessions=ended)
    return len(ended)
