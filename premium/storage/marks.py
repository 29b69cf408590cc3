"""Marks in Redis that tell every process that a user's standing changed.

An authorizer knows users for half a minute, and reads a user's mark with each request, in the script that counts it.
Whoever changes a tier, a restriction, a key or a session sets another mark after the commit; who sees it asks the
database again. So a change is in force everywhere with the next request, without a round trip of its own.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from uuid import UUID

from redis.exceptions import RedisError

from premium.observability import logger

if TYPE_CHECKING:
    from redis import Redis

DATABASE = 2
"""That of the rate limits, whose script reads the marks."""
KEPT_SECONDS = 120
"""Longer than any process knows a user; after it there is nobody left to tell."""


def mark_name(user_id: UUID) -> str:
    """Return the name of a user's mark."""
    return f"standing:{user_id}"


def mark_changed(redis: Redis, user_id: UUID) -> bool:
    """Tell every process that a user's standing changed; call it after the commit.

    False where Redis does not answer: then no process trusts what it knows for longer than half a second.
    """
    try:
        redis.set(mark_name(user_id), secrets.token_hex(8), ex=KEPT_SECONDS)
    except RedisError as error:
        logger.warning("a change of a user's standing was not marked", error=type(error).__name__)
        return False
    return True
