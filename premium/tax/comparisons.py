"""Ask for comparisons of a country's methods, and read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from premium.accounts.service import Accounts
from premium.clock import Clock
from premium.entitlements import quota_of
from premium.errors import NotFound
from premium.jobs.model import JobRecord
from premium.jobs.service import JobService
from premium.tax.asked import settled
from premium.tax.jobs import COMPARISON, ComparisonPayload
from premium.tax.model import ComparisonRow
from premium.tax.setup import setup_of
from premium.tax.store.comparisons import ComparisonStore
from premium.tiers import Tier

if TYPE_CHECKING:
    from premium.bootstrap import Platform


@dataclass(frozen=True, kw_only=True)
class TaxComparisons:
    """Comparisons of methods: the jobs that make them, and what was made."""

    store: ComparisonStore
    jobs: JobService
    accounts: Accounts
    clock: Clock

    @classmethod
    def of(cls, platform: Platform) -> TaxComparisons:
        """Return the use cases over the request's database."""
        return cls(
            store=ComparisonStore(platform.database),
            jobs=platform.jobs,
            accounts=Accounts.of(platform),
            clock=platform.clock,
        )

    def start(
        self, user_id: UUID, tier: Tier, payload: ComparisonPayload, *, request_id: str, idempotency_key: str | None
    ) -> JobRecord:
        """Start a comparison, which counts as a report of the day.

        RateLimited where those are used up.
        """
        return self.jobs.start(
            COMPARISON,
            settled(payload, user_id, self.accounts, self.clock),
            user_id=user_id,
            request_id=request_id,
            idempotency_key=idempotency_key,
            quota=quota_of(tier, "reports_a_day"),
        )

    def newest(self, user_id: UUID, year: int, jurisdiction: str | None) -> ComparisonRow:
        """Return the newest comparison of a year; NotFound says how to get one."""
        code = None if jurisdiction is None else setup_of(jurisdiction).rules.code
        found = self.store.newest(user_id, year, code)
        if found is None:
            raise NotFound(f"no comparison of {year} was made yet; POST /v1/tax/compare makes one")
        return found
