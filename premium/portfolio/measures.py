"""Measures portfolios and their parts, by what workers have stored of them.

The whole by its snapshots (each hour of 90 days, then each day); a part by the days' closes and the newest statement.
Flows are read anew, so that a correction counts at once; figures that need every daily return are the workers'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from premium.entitlements import quota_of
from premium.errors import InvalidInput, NotFound, TierRequired
from premium.portfolio.model import Interval, Point, Statement, Worth, total
from premium.portfolio.rebuilding.told import with_rebuilt
from premium.portfolio.snapshots.points import in_zone, with_parts
from premium.portfolio.store import Stores
from premium.portfolio.store.flows import Paid
from premium.portfolio.valuation.asked import Asked, Measured, Part, Scope
from premium.portfolio.valuation.performance import Performance, disturbed, measure, measured_kinds, with_instants
from premium.portfolio.valuation.positions import total_name
from premium.portfolio.valuation.splits import split
from premium.prices.store import StoredPrices
from premium.tiers import Tier

if TYPE_CHECKING:
    from premium.bootstrap import Platform
    from premium.clock import Clock

PERIODS = {
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
    "1y": timedelta(days=365),
    "all": timedelta(days=36_500),
}
MAX_POINTS = 2_200
"""Every hour of 90 days."""
MOST_PARTS = 100
"""Of one answer, the most valuable; each is measured where it is named."""
_SPLIT = {"asset": "held"}
_PRICE_AGE = timedelta(days=2)
_A_DAY = timedelta(days=1)
_A_WEEK, _HOURS = timedelta(days=7), timedelta(days=90, hours=1)
_MOST_BENCHMARK = timedelta(days=3_660)


class _Span(NamedTuple):
    since: datetime
    until: datetime
    booked: datetime


@dataclass(frozen=True, kw_only=True)
class Measures:
    """Performance of users' portfolios."""

    stores: Stores
    prices: StoredPrices
    clock: Clock

    @classmethod
    def of(cls, platform: Platform) -> Measures:
        """Return the measures as the application's role sees them."""
        return cls(stores=Stores.of(platform), prices=StoredPrices(platform.timeseries), clock=platform.clock)

    def measured(self, user_id: UUID, tier: Tier, asked: Asked) -> Measured:
        """Measure what is asked.

        NotFound where there is no value, InvalidInput for a wrong time, TierRequired for one that the tier has not.
        """
        statement = self.stores.statements.get(user_id)
        span = self._span(tier, asked, statement)
        paid = self.stores.flows.paid(user_id, span.since, span.until)
        parts, left = self._parts(user_id, asked, span, statement, paid)
        figures = parts[0].figures if asked.part is not None else self._whole(user_id, asked, span, paid)
        told = self._statistics(user_id, asked) if asked.scope == "all" or asked.part is None else None
        return Measured(figures, [] if asked.part is not None else parts, left, *(told or (None, None))[::-1])

    def whole(self, user_id: UUID, tier: Tier, asked: Asked) -> Performance:
        """Measure the whole alone; errors as those of `measured`."""
        span = self._span(tier, asked, self.stores.statements.get(user_id))
        return self._whole(user_id, asked, span, self.stores.flows.paid(user_id, span.since, span.until))

    def _statistics(self, user_id: UUID, asked: Asked) -> tuple[datetime, Mapping[str, Any]] | None:
        named = asked.since is None and asked.until is None
        return self.stores.metrics.figures(user_id, asked.window) if named else None

    def _span(self, tier: Tier, asked: Asked, statement: Statement | None) -> _Span:
        now = self.clock.now()
        booked = statement.booked_since if statement and statement.booked_since else now
        if asked.since is None and asked.until is None:
            length = PERIODS[asked.window]
            if asked.window == "all":
                length = min(length, timedelta(days=quota_of(tier, "history_days").most))
            self.check_reach(tier, now - length)
            return _Span(now - length, now, booked)
        until = asked.until or now
        since = asked.since or until - PERIODS["30d"]
        self.check_span(tier, since, until)
        return _Span(since, until, booked)

    def _whole(self, user_id: UUID, asked: Asked, span: _Span, paid: Sequence[Paid]) -> Performance:
        values = self.stores.worth(user_id, span.since, span.until, span.booked)
        values = with_instants(values, self.stores.flows.worth(user_id, span.since, span.until))
        good = [value.at for value in values if value.is_good]
        if not good:
            raise NotFound("there is no snapshot in this period: POST /v1/portfolio/refresh")
        told, counted = self.stores.flows.realised(user_id, good[0], good[-1], asked.basis)
        realised = total(usd for *_, usd in told) if counted else None
        found = self._measured("all", values, paid, realised, asked.benchmark)
        assert found is not None  # noqa: S101 - there are good values
        return with_rebuilt(found, self.stores.backfills.get(user_id), span.since)

    def _measured(
        self,
        scope: Scope,
        values: Sequence[Worth],
        paid: Sequence[Paid],
        realised: Decimal | None,
        benchmark: str | None,
    ) -> Performance | None:
        good = [value.at for value in values if value.is_good]
        if not good:
            return None
        kinds, sums = measured_kinds(scope), defaultdict[str, Decimal](Decimal)
        mine = [each for each in paid if good[0] < each.at <= good[-1]]
        for each in mine:
            sums[each.kind] += each.usd
        flows = [(each.at, each.usd) for each in mine if each.kind in kinds]
        against = None if benchmark is None else (benchmark, self._closes(benchmark, good[0], good[-1]))
        return measure(values, flows, sums, realised=realised, benchmark=against)

    def _closes(self, asset: str, first: datetime, last: datetime) -> Mapping[date, Decimal]:
        """Return an asset's price at the end of each day; InvalidInput for one of which none is stored."""
        if asset not in self.prices.kept([asset]):
            raise InvalidInput.about("benchmark", "no price of this asset is stored: one that is held has them")
        start = max(first - _A_DAY, last - _MOST_BENCHMARK).date()
        days = [start + timedelta(days=n) for n in range((last.date() - start).days + 1)]
        ends = {day: min(datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=last.tzinfo), last) for day in days}
        rows = self.prices.before([(asset, end) for end in ends.values()], _PRICE_AGE)
        found: dict[date, Decimal] = {}
        for day, end in ends.items():
            known = [row for row in rows if end - _PRICE_AGE <= row.at <= end]
            if known:
                found[day] = max(known, key=lambda row: row.at).usd
        return found

    def _parts(
        self, user_id: UUID, asked: Asked, span: _Span, statement: Statement | None, paid: Sequence[Paid]
    ) -> tuple[list[Part], int]:
        """Return the part that is asked for, or all of its scope, the most valuable first."""
        if asked.scope == "all":
            return [], 0
        by = _SPLIT.get(asked.scope, asked.scope)
        rows = self._closed(user_id, by, span.since, span.until, statement)
        if not rows:
            raise NotFound("there is no snapshot in this period: POST /v1/portfolio/refresh")
        known = {key for *_, parts in rows for key in parts}
        names = self._named(user_id, asked, known)
        worth = {key: [Worth(at=at, usd=Decimal(p.get(key, 0)), is_good=ok) for at, ok, p in rows] for key in names}
        ranked = sorted(names, key=lambda key: (-worth[key][-1].usd, key))
        told, counted = self.stores.flows.realised(user_id, rows[0][0], rows[-1][0], asked.basis)
        found = []
        for key in ranked[:MOST_PARTS]:
            realised = total(usd for *place, usd in told if _is_of(asked.scope, key, place)) if counted else None
            mine = [each for each in paid if _is_of(asked.scope, key, each[1:4])]
            figures = self._part(user_id, asked, key, worth[key], mine, realised)
            found += [Part(key, figures)] if figures is not None else []
        if asked.part is not None and not found:
            raise NotFound(f"there is no value of this {asked.scope} in this period")
        return found, max(len(ranked) - MOST_PARTS, 0)

    def _part(  # noqa: PLR0917 - a part, and what is known of it
        self,
        user_id: UUID,
        asked: Asked,
        key: str,
        values: Sequence[Worth],
        paid: Sequence[Paid],
        realised: Decimal | None,
    ) -> Performance | None:
        if asked.scope != "position":
            return self._measured(asked.scope, values, paid, realised, asked.benchmark)
        wallet, chain, *_ = key.split("/")
        touched = self.stores.flows.touched(user_id, wallet, chain, self._assets(user_id, key))
        flows, gaps = disturbed(values, touched)
        found = measure(values, flows, {})
        return None if found is None else found.model_copy(update={"gaps": (*gaps, *found.gaps)})

    def _named(self, user_id: UUID, asked: Asked, known: Collection[str]) -> list[str]:
        if asked.part is None:
            return sorted(known)
        part = asked.part
        if asked.scope == "position":
            try:
                part = self.stores.positions.get(user_id, UUID(part)).found.key
            except ValueError:
                raise InvalidInput.about("id", "is a position's id: GET /v1/portfolio/positions lists them") from None
        same = [key for key in known if key.lower() == part.lower()]
        if not same:
            raise NotFound(f"there is no value of this {asked.scope} in this period")
        return same

    def _names(self, user_id: UUID) -> dict[str, str]:
        return {total_name(each): each.key for each in self.stores.positions.found(user_id)}

    def _assets(self, user_id: UUID, key: str) -> list[str]:
        """Return the assets whose flows change a position; none where it is there no more: any may have."""
        mine = [each for each in self.stores.positions.found(user_id) if each.key == key]
        return sorted({asset.partition("#")[0] for each in mine for asset in (*each.receipts, *each.holds)})

    def history(  # noqa: PLR0917 - what is asked for
        self,
        user_id: UUID,
        tier: Tier,
        interval: Interval,
        since: datetime | None,
        until: datetime | None,
        by: str | None = None,
        zone: ZoneInfo | None = None,
    ) -> list[Point]:
        """Return the value over time, oldest first, by default of the last 30 days.

        `by` splits days and weeks of UTC; days of another time zone are made of hours, which are kept for 90 days.
        InvalidInput for a range that is empty or too long, TierRequired for days that the tier has not.
        """
        end = until or self.clock.now()
        start = since or end - PERIODS["30d"]
        self.check_span(tier, start, end)
        local = zone is not None and zone.key != "UTC" and interval != "hour"
        if by is not None and (interval == "hour" or local):
            raise InvalidInput.about("split", "is by days and weeks of UTC: they are closed with their parts")
        if local and self.clock.now() - start > _HOURS:
            raise InvalidInput.about("timeZone", "days of a time zone are made of hours, which are kept for 90 days")
        points = self._points(user_id, "hour" if local else interval, start, end)
        if len(points) > MAX_POINTS:
            raise InvalidInput.about("from", f"more than {MAX_POINTS} points at this interval: shorten the range")
        if zone is not None and local:
            return in_zone(points, interval, zone)
        if by is None:
            return points
        closes = self._closed(user_id, by, start - _A_WEEK, end + _A_WEEK, self.stores.statements.get(user_id))
        return with_parts(points, [(at, parts) for at, _, parts in closes], interval)

    def _points(self, user_id: UUID, interval: Interval, since: datetime, until: datetime) -> list[Point]:
        """Return the snapshots' points, behind those of rebuilt days: hours are not rebuilt."""
        points = self.stores.snapshots.history(user_id, interval, since, until, MAX_POINTS + 1)
        if interval == "hour":
            return points
        rebuilt = self.stores.backfills.points(user_id, interval, since, until, MAX_POINTS + 1)
        known = {point.at for point in points}  # a week of both is the snapshots'
        return [*(point for point in rebuilt if point.at not in known), *points]

    def _closed(
        self, user_id: UUID, by: str, since: datetime, until: datetime, statement: Statement | None
    ) -> list[tuple[datetime, bool, Mapping[str, str]]]:
        """Return the days' closes with their parts, and the newest statement."""
        rows = [*self.stores.backfills.parts(user_id, by, since, until),
                *self.stores.metrics.parts(user_id, by, since, until)]  # fmt: skip
        if statement is None or not since <= statement.as_of <= until:
            return rows
        newest = (statement.as_of, not statement.answer.get("gaps"), split(statement.answer, self._names(user_id))[by])
        return [*(row for row in rows if row[0] < statement.as_of), newest]

    def check_span(self, tier: Tier, since: datetime, until: datetime) -> None:
        """Refuse a time that is empty, or begins before the days that the tier has."""
        if since >= until:
            raise InvalidInput.about("from", f"must lie before `to`, which is {until:%Y-%m-%dT%H:%M:%SZ}")
        self.check_reach(tier, since)

    def check_reach(self, tier: Tier, start: datetime) -> None:
        """Refuse, as TierRequired, a time that begins before the days that the tier has."""
        quota = quota_of(tier, "history_days")
        # An hour is left to clocks, and to whoever asks for exactly so many days.
        if self.clock.now() - start > timedelta(days=quota.most, hours=1):
            raise TierRequired(quota.refusal, details=quota.details)


def _is_of(scope: Scope, key: str, place: Sequence[Any]) -> bool:
    """Say whether a wallet, chain and asset belong to a part."""
    return dict(zip(("wallet", "chain", "asset"), place, strict=True)).get(scope) == key
