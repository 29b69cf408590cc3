"""The newest snapshot of each user in Redis, for an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import ValidationError

from premium.portfolio.model import Snapshot
from premium.storage.cache import Cache

if TYPE_CHECKING:
    from premium.bootstrap import Platform

TTL_SECONDS = 3600
_CACHES = 3


def of(platform: Platform) -> Cache:
    return Cache(platform.redis(_CACHES), "portfolio")


def get(cache: Cache, user_id: UUID) -> Snapshot | None:
    """None for what is absent, and for what another release wrote in another form."""
    value = cache.get(str(user_id))
    try:
        return None if value is None else Snapshot.model_validate(value)
    except ValidationError:
        return None


def put(cache: Cache, user_id: UUID, snapshot: Snapshot) -> None:
    """Unless a later refresh was faster."""
    there = get(cache, user_id)
    if there is None or there.timestamp <= snapshot.timestamp:
        cache.set(str(user_id), snapshot.model_dump(mode="json"), ttl_seconds=TTL_SECONDS)
