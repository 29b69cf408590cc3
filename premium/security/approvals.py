"""Open allowances of a wallet.

Told for ten minutes, then while a job reads them anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from premium.entitlements import quota_of
from premium.jobs.model import JobRecord
from premium.security.jobs import APPROVALS, ApprovalsPayload
from premium.security.places import Asked, place_of
from premium.storage.cache import Cache

if TYPE_CHECKING:
    from premium.bootstrap import Platform

FRESH = timedelta(minutes=10)
KEPT_SECONDS = 3600


@dataclass(frozen=True)
class Approvals:
    """What wallets let others take."""

    platform: Platform

    @classmethod
    def of(cls, platform: Platform) -> Approvals:
        """Return the approvals of this process's platform."""
        return cls(platform)

    def current(self, by: Asked, *, chain: str, wallet: str) -> tuple[dict[str, Any] | None, JobRecord | None]:
        """Return what was read last.

        It comes with the job that reads anew where it is nothing or not fresh.
        InvalidInput names chain or address; RateLimited where the day's scans are used up.
        """
        where = place_of(self.platform.chains, chain, wallet)
        kept = Cache(self.platform.redis(3), "security").get(cache_key(where["chain"], where["address"]))
        now = self.platform.clock.now()
        if isinstance(kept, dict) and now - datetime.fromisoformat(kept["at"]) < FRESH:
            return kept, None
        # One job in ten minutes, however often it is asked.
        window = int(now.timestamp()) // int(FRESH.total_seconds())
        job = self.platform.jobs.start(
            APPROVALS,
            ApprovalsPayload(**where),
            user_id=by.user_id,
            request_id=by.request_id,
            idempotency_key=f"{where['chain']}:{where['address']}:{window}",
            quota=quota_of(by.tier, "scans_a_day"),
        )
        return kept if isinstance(kept, dict) else None, job


def cache_key(chain: str, wallet: str) -> str:
    """Return the name under which a wallet's allowances are kept."""
    return f"approvals:{chain}:{wallet.lower()}"
