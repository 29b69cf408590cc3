"""Time-weighted return: what a unit of money became, however much was at work when.

Values cut the time into intervals. In each the gain is the change of value less what was paid in, and the base what was
there at its start and what came since, weighted by the time it stayed (Modified Dietz); their returns are linked. Where
every flow has a value at its instant, that is exact (GIPS). Rules: `docs/returns.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from functools import reduce
from itertools import pairwise
from typing import Literal, NamedTuple

from premium.money import EXACT, ZERO
from premium.returns.errors import Unanswerable

_TINY = Decimal(1)
_TINY_PART = Decimal("1E-6")
_ONE = Decimal(1)
_WORK = Context(prec=80, Emax=10**9, Emin=-(10**9))
"""For ratios; amounts are exact."""


class Value(NamedTuple):
    """What an account was worth, in US dollars.

    At a flow's instant it is the value just before the flow.
    """

    at: datetime
    usd: Decimal


class Flow(NamedTuple):
    """What was paid in, or with a minus out."""

    at: datetime
    usd: Decimal


class Gap(NamedTuple):
    """A time that counts for no return."""

    start: datetime
    end: datetime
    why: Literal["no_value", "tiny_base"]


class DayReturn(NamedTuple):
    """The linked returns of a UTC day's intervals, by the day on which they end."""

    day: date
    value: Decimal


@dataclass(frozen=True)
class Linked:
    """A measured series of values with its flows.

    End = start + net flows + profit, exactly.
    """

    start: Value
    end: Value
    net_flows: Decimal
    paid_in: Decimal
    days: tuple[DayReturn, ...]
    growth: tuple[tuple[datetime, Decimal], ...]
    gaps: tuple[Gap, ...]
    is_exact: bool
    weighted_flows: Decimal
    """Flows, each by the part of the whole time that it stayed."""

    @property
    def profit(self) -> Decimal:
        """In US dollars."""
        return EXACT.subtract(EXACT.subtract(self.end.usd, self.start.usd), self.net_flows)

    @property
    def roi(self) -> Decimal | None:
        """Profit over what was there and what was paid in."""
        base = EXACT.add(self.start.usd, self.paid_in)
        return _WORK.divide(self.profit, base) if base > 0 else None

    @property
    def twr(self) -> Decimal | None:
        """The linked return, None where nothing was there to earn."""
        return _linked(value for _, value in self.growth) if self.growth else None

    @property
    def modified_dietz(self) -> Decimal | None:
        """The whole time as one interval; None where no time passed."""
        if self.end.at == self.start.at:
            return None
        base = _WORK.add(self.start.usd, self.weighted_flows)
        return _WORK.divide(self.profit, base) if base > 0 else None

    @property
    def seconds(self) -> Decimal:
        """From the first value to the last."""
        return _seconds(self.end.at - self.start.at)


def link(values: Sequence[Value], flows: Sequence[Flow], doubtful: Sequence[datetime] = ()) -> Linked:
    """Measure an account by its good values and its flows, in any order.

    At least one value is needed; `doubtful` are times whose value is not known.
    A flow before the first value came into nothing; those at the last value's instant or later come after the end.
    Raises Unanswerable for two values of one instant that differ.
    """
    known = _in_order(values)
    paid = _summed(flows)
    if paid and paid[0].at < known[0].at:
        known.insert(0, Value(paid[0].at, ZERO))
    first, last = known[0], known[-1]
    paid = [flow for flow in paid if first.at <= flow.at < last.at]
    whole = _seconds(last.at - first.at)
    walk = _Walk(_TINY_PART * max(value.usd for value in known))
    place = 0
    for before, after in pairwise(known):
        start = place
        while place < len(paid) and paid[place].at < after.at:
            place += 1
        walk.step(before, after, paid[start:place])
    gaps = [*walk.gaps, *_without_value(known, doubtful)]
    return Linked(
        start=first,
        end=last,
        net_flows=_total(flow.usd for flow in paid),
        paid_in=_total(max(flow.usd, ZERO) for flow in paid),
        days=tuple(DayReturn(day, _linked(returns)) for day, returns in walk.days.items()),
        growth=tuple(walk.growth),
        gaps=tuple(sorted(gaps)),
        is_exact={flow.at for flow in paid} <= {value.at for value in known},
        weighted_flows=_sum(_weighted(flow, last.at, whole) for flow in paid),
    )


def annual(linked: Linked, days: int = 365) -> Decimal | None:
    """Return the linked return as a year would compound it."""
    if linked.twr is None or not linked.seconds or linked.twr < -1:
        return None
    grown = _WORK.add(_ONE, linked.twr)
    exponent = _WORK.divide(Decimal(days * 86_400), linked.seconds)
    return _WORK.subtract(_WORK.power(grown, exponent), _ONE) if grown else -_ONE


class _Walk:
    """Goes from value to value; `days` are returns by the day on which they end."""

    def __init__(self, tiny: Decimal) -> None:
        self._tiny = max(tiny, _TINY)
        self._started: date | None = None
        self.days: dict[date, list[Decimal]] = {}
        self.growth: list[tuple[datetime, Decimal]] = []
        self.gaps: list[Gap] = []

    def step(self, before: Value, after: Value, flows: Sequence[Flow]) -> None:
        """Take one interval; flows lie at its start or within."""
        before, flows = _emptied(before, flows)
        begins = before.usd == 0
        if begins and not flows:
            if after.usd:  # out of nothing: it is profit, and no base earned it
                self.gaps.append(Gap(before.at, after.at, "tiny_base"))
            return
        opens = flows[0].at if begins else before.at
        length = _seconds(after.at - opens)
        base = _WORK.add(before.usd, _sum(_weighted(flow, after.at, length) for flow in flows))
        gain = EXACT.subtract(EXACT.subtract(after.usd, before.usd), _total(flow.usd for flow in flows))
        if not base and not gain:
            return  # all was withdrawn: the series has ended
        if base < self._tiny:
            self.gaps.append(Gap(opens, after.at, "tiny_base"))
            return
        if begins:
            self._started = opens.date()
            self.days.setdefault(self._started, [])
        earned = ZERO if self._started == after.at.date() else _WORK.divide(gain, base)
        self.growth.append((after.at, earned))
        self.days.setdefault(after.at.date(), []).append(earned)


def _emptied(before: Value, flows: Sequence[Flow]) -> tuple[Value, Sequence[Flow]]:
    """Return what an interval begins with: nothing, where all was withdrawn at its start."""
    at_start = _total(flow.usd for flow in flows if flow.at == before.at)
    if not before.usd or EXACT.add(before.usd, at_start):
        return before, flows
    return Value(before.at, ZERO), [flow for flow in flows if flow.at > before.at]


def _in_order(values: Sequence[Value]) -> list[Value]:
    by_time: dict[datetime, Decimal] = {}
    for value in values:
        if by_time.setdefault(value.at, value.usd) != value.usd:
            raise Unanswerable("two_values", f"two values of {value.at.isoformat()} differ")
    return [Value(at, usd) for at, usd in sorted(by_time.items())]


def _summed(flows: Sequence[Flow]) -> list[Flow]:
    sums: dict[datetime, Decimal] = {}
    for flow in flows:
        sums[flow.at] = EXACT.add(sums.get(flow.at, ZERO), flow.usd)
    return [Flow(at, usd) for at, usd in sorted(sums.items()) if usd]


def _without_value(known: Sequence[Value], doubtful: Sequence[datetime]) -> list[Gap]:
    """Times between good values in which there was one that is not known."""
    return [
        Gap(before.at, after.at, "no_value")
        for before, after in pairwise(known)
        if any(before.at < at < after.at for at in doubtful)
    ]


def _weighted(flow: Flow, end: datetime, length: Decimal) -> Decimal:
    """A flow by the part of the time that it stayed."""
    if not length:
        return flow.usd
    return _WORK.divide(_WORK.multiply(flow.usd, _seconds(end - flow.at)), length)


def _linked(returns: Iterable[Decimal]) -> Decimal:
    factor = _ONE
    for value in returns:
        factor = _WORK.multiply(factor, _WORK.add(_ONE, value))
    return _WORK.subtract(factor, _ONE)


def _total(amounts: Iterable[Decimal]) -> Decimal:
    """Exactly."""
    return reduce(EXACT.add, amounts, ZERO)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return reduce(_WORK.add, amounts, ZERO)


def _seconds(span: timedelta) -> Decimal:
    return EXACT.add(Decimal(span.days * 86_400 + span.seconds), Decimal(span.microseconds).scaleb(-6))
