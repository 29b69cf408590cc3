"""Tables of users' portfolios, in the bucket of exports for 30 days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from premium.entitlements import quota_of
from premium.errors import InvalidInput, NotFound
from premium.jobs.model import JobRecord, JobStatus
from premium.portfolio.jobs import EXPORT, ExportPayload
from premium.portfolio.manifest import EXPORTS
from premium.portfolio.measures import PERIODS, Measures
from premium.portfolio.store import Stores
from premium.portfolio.valuation.asked import Asked
from premium.prices.store import StoredPrices

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.principal import Principal

LINK_SECONDS = 300
KEPT = timedelta(days=30)
"""The bucket ends them then."""
TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_A_PAGE = 1_000
_MADE = {"since": timedelta(days=30), "longest": timedelta(days=3_660)}


@dataclass(frozen=True, kw_only=True)
class PortfolioExports:
    """Use cases of exports."""

    platform: Platform

    @classmethod
    def of(cls, platform: Platform) -> PortfolioExports:
        """Return the use cases of a process."""
        return cls(platform=platform)

    def start(
        self,
        by: Principal,
        what: Any,
        form: Any,
        since: datetime | None,
        until: datetime | None,
        *,
        request_id: str,
        idempotency_key: str | None,
    ) -> JobRecord:
        """Start writing a table, by default of the last 30 days.

        InvalidInput for a time that is empty, TierRequired for one that the tier has not, RateLimited where the day's
        exports are used up.
        """
        now = self.platform.clock.now()
        end = min(until or now, now)
        start = since or end - _MADE["since"]
        if end - start > _MADE["longest"]:
            raise InvalidInput.about("from", "must lie at most ten years before `to`")
        Measures.of(self.platform).check_span(by.tier, start, end)
        payload = ExportPayload(what=what, form=form, since=start, until=end, tier=by.tier)
        return self.platform.jobs.start(
            EXPORT,
            payload,
            user_id=by.user_id,
            request_id=request_id,
            idempotency_key=idempotency_key,
            quota=quota_of(by.tier, "exports_a_day"),
        )

    def again(self, user_id: UUID, job_id: UUID) -> JobRecord:
        """Return an export, made or not; NotFound for none, and after 30 days."""
        record = self.platform.jobs.get(user_id, job_id)
        if record.kind != EXPORT.name:
            raise NotFound(f"there is no export {job_id}")
        if record.created_at + KEPT <= self.platform.clock.now():
            raise NotFound("this export was kept for 30 days; ask for another")
        return record

    def link(self, by: Principal, record: JobRecord) -> str | None:
        """Return a short-lived link to an export, None while it is not made.

        It ends no later than the credential that asks.
        """
        if record.status is not JobStatus.DONE or record.result is None:
            return None
        seconds = by.seconds_left(LINK_SECONDS, self.platform.clock.now())
        form, what = record.result["format"], record.result["what"]
        key = export_key(by.user_id, record.id, form)
        return self.platform.bucket("exports").presigned_get(key, seconds, filename=f"{what}.{form}")

    def rows(self, user_id: UUID, payload: ExportPayload) -> Iterator[Mapping[str, Any]]:
        """Yield the rows of a table; worker role."""
        made = {"holdings": self._holdings, "positions": self._positions, "history": self._history,
                "flows": self._flows, "performance": self._performance}  # fmt: skip
        return made[payload.what](user_id, Stores.of_worker(self.platform), payload)

    @staticmethod
    def _holdings(user_id: UUID, stores: Stores, _: ExportPayload) -> Iterator[Mapping[str, Any]]:
        statement = stores.statements.get(user_id)
        yield from statement.answer["holdings"] if statement is not None else ()

    @staticmethod
    def _positions(user_id: UUID, stores: Stores, _: ExportPayload) -> Iterator[Mapping[str, Any]]:
        after = None
        while page := stores.positions.page(user_id, _A_PAGE, after):
            for each in page:
                told = each.model_dump(include={"id", "value_usd", "debts_usd", "locked_usd", "claimable_usd",
                                                "is_stale", "as_of"})  # fmt: skip
                yield told | each.found.model_dump(include={"wallet", "chain", "protocol", "kind", "name"})
            after = (page[-1].value_usd, page[-1].id)

    @staticmethod
    def _history(user_id: UUID, stores: Stores, payload: ExportPayload) -> Iterator[Mapping[str, Any]]:
        for each in stores.snapshots.worth(user_id, payload.since, payload.until, payload.since):
            yield each.model_dump()

    @staticmethod
    def _flows(user_id: UUID, stores: Stores, payload: ExportPayload) -> Iterator[Mapping[str, Any]]:
        after: tuple[datetime, UUID] | None = (payload.until, UUID(int=(1 << 128) - 1))
        while page := stores.flows.page(user_id, _A_PAGE, after, kinds=[], asset=None):
            for each in page:
                if each.at < payload.since:
                    return
                yield each.model_dump() | {"index": each.place, "amount": each.amount}
            after = (page[-1].at, page[-1].id) if page[-1].id is not None else None

    def _performance(self, user_id: UUID, stores: Stores, payload: ExportPayload) -> Iterator[Mapping[str, Any]]:
        measures = Measures(stores=stores, prices=StoredPrices(self.platform.timeseries), clock=self.platform.clock)
        spans = {f"to {window}": Asked(since=payload.until - length, until=payload.until)
                 for window, length in PERIODS.items() if length <= payload.until - payload.since}  # fmt: skip
        for name, asked in {**spans, "whole": Asked(since=payload.since, until=payload.until)}.items():
            try:
                figures = measures.whole(user_id, payload.tier, asked)
            except NotFound:
                continue
            told = figures.model_dump(exclude={"flows", "gaps", "why", "benchmark", "pnl"})
            yield told | {"window": name, **figures.pnl.model_dump(exclude={"income", "costs"})}


def export_key(user_id: UUID, job_id: UUID, form: str) -> str:
    """Return under which key an export stands."""
    return f"{EXPORTS}{user_id}/{job_id}.{form}"
