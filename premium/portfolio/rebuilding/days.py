"""Values each day before the first snapshot, and the flows of these days.

A day is good where all that counts has an amount and a price. What never had a price is left out and named, unless
something was given for it: then the days on which it was held are not good. No doubt becomes a gain or a loss.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from premium.money import EXACT, ZERO, from_base_units, plain
from premium.portfolio.flow_model import COUNTED, FlowRow
from premium.portfolio.flows.booked import ENDS, Booked
from premium.portfolio.model import to_places
from premium.portfolio.rebuilding.model import Asset, Close, Gap, Line, Past, Rebuilt, end_of
from premium.portfolio.rebuilding.timeline import Timeline
from premium.prices.model import KnownPrice

NEAR = timedelta(minutes=15)
"""How far from a flow its price may be."""
CLOSE = timedelta(hours=2)
"""How far from a day's end its price may be."""
STEP = timedelta(microseconds=1)
Moment = tuple[str, datetime]
"""An asset, and when its price is asked."""


class Prices:
    """What assets cost, as far as it is known."""

    def __init__(self, known: Iterable[KnownPrice], assets: Mapping[str, Asset]) -> None:
        self._by_asset = defaultdict[str, list[tuple[datetime, Decimal]]](list)
        self._assets = assets
        for price in sorted(known):
            self._by_asset[price.asset].append((price.at, price.usd))
        for series in self._by_asset.values():
            series.sort()

    def has(self, asset: str) -> bool:
        """Tell whether any past price is known."""
        return asset in self._by_asset

    def near(self, asset: str, at: datetime, within: timedelta) -> Decimal | None:
        """Return the price nearest to a time; None where none is near."""
        series = self._by_asset.get(asset, [])
        place = bisect_left(series, (at, ZERO))
        around = [each for each in series[max(0, place - 1) : place + 1] if abs(each[0] - at) <= within]
        return min(around, key=lambda each: (abs(each[0] - at), each[0]))[1] if around else None

    def of_flow(self, asset: str, at: datetime) -> Decimal | None:
        """Return the price of a flow's instant, else the next one that is known.

        From then on it counts: what it was worth in between is neither a gain nor a loss.
        """
        price = self.near(asset, at, NEAR)
        if price is not None:
            return price
        series = self._by_asset.get(asset, [])
        place = bisect_right(series, at, key=lambda each: each[0])
        return series[place][1] if place < len(series) else self._assets[asset].price


def asked(told: Timeline, assets: Mapping[str, Asset], until: datetime) -> list[Moment]:
    """Return the prices that rebuilding needs.

    Of each flow's instant, and of what was held at each day's end.
    """
    found = {(row.asset, row.at) for row in told.rows if row.kind != "phantom"}
    times = [*map(end_of, _days(told, until)), until]
    for at, held in zip(times, told.held(times), strict=True):
        found |= {(asset, at) for _, _, asset in held}
    return sorted(pair for pair in found if not assets[pair[0]].is_left_out)


def rebuild(  # noqa: PLR0917 - what is known of a past
    told: Timeline,
    pasts: Sequence[Past],
    assets: Mapping[str, Asset],
    prices: Prices,
    until: datetime,
    doubts: Sequence[Gap] = (),
) -> Rebuilt:
    """Return days and flows up to `until`, the first snapshot's time.

    `doubts`: what could not be read at all.
    """
    gaps = [*doubts, *told.gaps, *_left_out(told, assets, prices)]
    gaps += [Gap(*pair, None, "position", since) for pair, since in sorted(told.apart.items())]
    spoils = [gap for gap in gaps if _spoils(gap, told, assets, prices)]
    times = [*map(end_of, _days(told, until)), until]
    *held, last = told.held(times)
    closes = [_close(at, mine, told, assets, prices, spoils) for at, mine in zip(times, held, strict=False)]
    late = {(past.wallet, past.chain) for past in pasts if past.is_late}
    rows = [_flow(row, assets, prices) for row in told.rows if not assets[row.asset].is_left_out]
    ended = (_ends(line, units, assets, prices, until) for line, units in last.items() if line[:2] in late)
    rows += [row for row in ended if row is not None]
    lines = {(row.wallet, row.chain, row.asset) for row in told.rows} - told.open
    return Rebuilt(closes=closes, flows=rows, gaps=gaps, closed=sorted(lines))


def _days(told: Timeline, until: datetime) -> list[date]:
    """Return the UTC days from the first flow to the one before the first snapshot's."""
    if not told.rows:
        return []
    first, count = told.rows[0].at.date(), (until.date() - told.rows[0].at.date()).days
    return [first + timedelta(days=number) for number in range(count)]


def _counts(asset: str, told: Timeline, assets: Mapping[str, Asset], prices: Prices) -> bool:
    """Tell whether something of an asset's worth would be missed without it."""
    known = assets[asset]
    if known.is_left_out:
        return False
    return known.is_receipt or known.price is not None or asset in told.traded or prices.has(asset)


def _left_out(told: Timeline, assets: Mapping[str, Asset], prices: Prices) -> list[Gap]:
    lines = {(row.wallet, row.chain, row.asset): row.at for row in reversed(told.rows) if row.kind != "phantom"}
    found = list[Gap]()
    for line, since in sorted(lines.items()):
        known = assets[line[2]]
        if known.is_left_out:
            continue
        if known.is_receipt:
            found.append(Gap(*line, "position", since))
        elif not prices.has(line[2]):
            found.append(Gap(*line, "no_price", since))
        elif known.decimals is None:
            found.append(Gap(*line, "no_scale", since))
    return found


def _spoils(gap: Gap, told: Timeline, assets: Mapping[str, Asset], prices: Prices) -> bool:
    """Tell whether a gap makes days doubtful from its time on, however little is held then."""
    if gap.asset is None:
        return True
    return gap.why == "open" and _counts(gap.asset, told, assets, prices)


def _close(  # noqa: PLR0917 - what is known of a day
    at: datetime,
    held: Mapping[Line, int],
    told: Timeline,
    assets: Mapping[str, Asset],
    prices: Prices,
    spoils: Sequence[Gap],
) -> Close:
    sums = defaultdict[str, defaultdict[str, Decimal]](lambda: defaultdict(Decimal))
    is_good = all(gap.since is not None and gap.since > at for gap in spoils)
    total = ZERO
    for (wallet, chain, asset), units in held.items():
        known = assets[asset]
        price = None if known.is_receipt or known.is_left_out else prices.near(asset, at, CLOSE)
        if price is None or known.decimals is None:
            is_good = is_good and not _counts(asset, told, assets, prices)
            continue
        usd = to_places(EXACT.multiply(from_base_units(units, known.decimals), price))
        total = EXACT.add(total, usd)
        parts = {"wallet": wallet, "chain": chain, "asset": asset, "held": asset, "category": known.category}
        for name, key in parts.items():
            sums[name][key] = EXACT.add(sums[name][key], usd)
    splits = {name: {key: plain(usd) for key, usd in sorted(mine.items())} for name, mine in sorted(sums.items())}
    return Close(at, total, is_good, splits)


def _usd(asset: str, units: int, at: datetime, assets: Mapping[str, Asset], prices: Prices) -> Decimal | None:
    known, price = assets[asset], prices.of_flow(asset, at)
    if price is None or known.decimals is None or known.is_receipt:
        return None
    return to_places(EXACT.multiply(from_base_units(units, known.decimals), price))


def _flow(row: Booked, assets: Mapping[str, Asset], prices: Prices) -> FlowRow:
    usd = None if row.kind == "phantom" else _usd(row.asset, row.units, row.at, assets, prices)
    return FlowRow(wallet=row.wallet, chain=row.chain, tx=row.tx, place=row.place, asset=row.asset,
                   units=Decimal(row.units), decimals=assets[row.asset].decimals, kind=row.kind, usd=usd,
                   block=row.block, at=row.at, counted_at=row.at)  # fmt: skip


def _ends(line: Line, units: int, assets: Mapping[str, Asset], prices: Prices, until: datetime) -> FlowRow | None:
    """End the counting of what is rebuilt but in no snapshot until it was added: it begins there as a deposit."""
    asset, usd = line[2], _usd(line[2], units, until, assets, prices)
    if not usd or assets[asset].is_left_out:
        return None
    return FlowRow(wallet=line[0], chain=line[1], tx=f"{COUNTED}rebuilt", place=ENDS, asset=asset, units=Decimal(0),
                   decimals=assets[asset].decimals, kind="withdrawal", usd=-usd, block=0, at=until,
                   counted_at=until - STEP)  # fmt: skip
