"""Keeps the newest snapshot of each user in Redis, for an hour."""

from __future__ import annotations

from uuid import UUID

from pydantic import ValidationError

from premium.portfolio.model import Snapshot
from premium.storage.cache import Cache

TTL_SECONDS = 3600


class NewestSnapshots:
    """Snapshots by user, in a cache that may lose them."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def get(self, user_id: UUID) -> Snapshot | None:
        """Return the user's snapshot.

        None for what is absent, and for what another release wrote in another form.
        """
        value = self._cache.get(str(user_id))
        try:
            return None if value is None else Snapshot.model_validate(value)
        except ValidationError:
            return None

    def put(self, user_id: UUID, snapshot: Snapshot) -> None:
        """Keep the snapshot, unless a later refresh was faster."""
        there = self.get(user_id)
        if there is None or there.timestamp <= snapshot.timestamp:
            self._cache.set(str(user_id), snapshot.model_dump(mode="json"), ttl_seconds=TTL_SECONDS)
