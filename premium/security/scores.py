"""Scores of addresses: told while fresh, then stale while a job renews them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from premium.entitlements import quota_of
from premium.jobs.model import SYSTEM, JobRecord
from premium.security.jobs import SCORE, ScorePayload
from premium.security.model import ScoreRow
from premium.security.places import Asked, place_of
from premium.security.store.scores import ScoreStore

if TYPE_CHECKING:
    from premium.bootstrap import Platform

FRESH = timedelta(minutes=15)


@dataclass(frozen=True)
class Scores:
    """The risk scores of addresses."""

    platform: Platform

    @classmethod
    def of(cls, platform: Platform) -> Scores:
        """Return the scores of this process's platform."""
        return cls(platform)

    def anew(self, *, chain: str, address: str, request_id: str) -> JobRecord:
        """Start the job that explores and scores an address anew.

        For operators: whatever is kept of it counts for nothing. InvalidInput names chain or address.
        """
        payload = ScorePayload(**place_of(self.platform.chains, chain, address), anew=True)
        return self.platform.jobs.start(SCORE, payload, user_id=SYSTEM, request_id=request_id)

    def outdated(self, most: int) -> list[tuple[str, str]]:
        """Return chains and addresses of scores that an earlier engine made.

        The oldest first; by the worker role.
        """
        return ScoreStore(self.platform.worker_database).outdated(most)

    def current(self, by: Asked, *, chain: str, address: str) -> tuple[ScoreRow | None, JobRecord | None]:
        """Return the last score.

        It comes with the job that makes a new one where it is none or not fresh.
        InvalidInput names chain or address; RateLimited where the day's scans are used up.
        """
        where = place_of(self.platform.chains, chain, address)
        row = ScoreStore(self.platform.database).get(**where)
        now = self.platform.clock.now()
        if row is not None and now - row.updated_at < FRESH:
            return row, None
        # One job a quarter of an hour, however often it is asked.
        window = int(now.timestamp()) // int(FRESH.total_seconds())
        job = self.platform.jobs.start(
            SCORE,
            ScorePayload(**where),
            user_id=by.user_id,
            request_id=by.request_id,
            idempotency_key=f"{where['chain']}:{where['address']}:{window}",
            quota=quota_of(by.tier, "scans_a_day"),
        )
        return row, job
