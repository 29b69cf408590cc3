"""The slow reference: exact fractions, lists scanned from the start, the rules written down once more and plainly.

Gains by transaction (by day for the UK's); nothing of the product's code is used.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Gains = dict[str, Fraction]
IN = ("buy", "income")


def ordered(rows: list[Row]) -> list[Row]:
    rank = {"buy": 0, "income": 0, "transfer": 1}
    return sorted(
        rows, key=lambda r: (datetime.fromisoformat(r["timestamp"]), rank.get(r["type"], 2), int(r["id"][1:]))
    )


def amount(row: Row) -> Fraction:
    return Fraction(row["amount"])


def value(row: Row) -> Fraction:
    return amount(row) * Fraction(row["price"])


def fee(row: Row) -> Fraction:
    return Fraction(row.get("fee", "0"))


def burnt(row: Row) -> Fraction:
    return Fraction(row.get("fee_in_kind", "0"))


def lots(rows: list[Row], method: str, *, per_wallet: bool) -> tuple[Gains, dict[Any, tuple[Fraction, Fraction]]]:
    """Gains, and what is left as (amount, basis) by queue. A lot is [date, number, amount, basis, unit cost]."""
    queues: dict[Any, list[list[Any]]] = defaultdict(list)
    made: Gains = defaultdict(Fraction)

    def pick(queue: list[list[Any]]) -> list[Any]:
        keys = {
            "fifo": lambda lot: (lot[0], lot[1]),
            "lifo": lambda lot: (-lot[0].timestamp(), -lot[1]),
            "hifo": lambda lot: (-lot[4], lot[0], lot[1]),
            "lofo": lambda lot: (lot[4], lot[0], lot[1]),
        }
        return min(queue, key=keys[method])

    def take(key: Any, wanted: Fraction) -> list[list[Any]]:
        taken = []
        while wanted and queues[key]:
            lot = pick(queues[key])
            part = min(wanted, lot[2])
            cost = lot[3] * part / lot[2]
            taken.append([lot[0], lot[1], part, cost, lot[4]])
            lot[2] -= part
            lot[3] -= cost
            wanted -= part
            if not lot[2]:
                queues[key].remove(lot)
        return taken

    for number, row in enumerate(ordered(rows)):
        key = (row["wallet"], row["asset"]) if per_wallet else row["asset"]
        if row["type"] in IN:
            cost = value(row) + fee(row)
            queues[key].append(
                [datetime.fromisoformat(row["timestamp"]), number, amount(row), cost, cost / amount(row)]
            )
        elif row["type"] == "transfer":
            if burnt(row):
                made[row["id"]] = burnt(row) * Fraction(row["price"]) - sum(p[3] for p in take(key, burnt(row)))
            if per_wallet:
                queues[row["to_wallet"], row["asset"]] += take(key, amount(row) - burnt(row))
        else:
            made[row["id"]] = value(row) - fee(row) - sum(p[3] for p in take(key, amount(row)))
    left = {key: (sum(lot[2] for lot in q), sum(lot[3] for lot in q)) for key, q in queues.items() if q}
    return made, left


def average(rows: list[Row]) -> Gains:
    """One pool an asset."""
    pool: dict[str, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
    made: Gains = {}
    for row in ordered(rows):
        units, cost = pool[row["asset"]]
        if row["type"] in IN:
            pool[row["asset"]] = [units + amount(row), cost + value(row) + fee(row)]
            continue
        out = burnt(row) if row["type"] == "transfer" else amount(row)
        if not out:
            continue
        taken = cost * min(out, units) / units if units else Fraction(0)
        pool[row["asset"]] = [units - min(out, units), cost - taken]
        proceeds = out * Fraction(row["price"]) - (Fraction(0) if row["type"] == "transfer" else fee(row))
        made[row["id"]] = proceeds - taken
    return made


def kingdom(rows: list[Row], *, company: bool) -> dict[tuple[str, str], Fraction]:
    """Gains by (asset, London day): same day, then 30 days after or ten before, then the pool."""
    made: dict[tuple[str, str], Fraction] = {}
    for asset in {row["asset"] for row in rows}:
        bought: dict[Any, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
        sold: dict[Any, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
        for row in (r for r in rows if r["asset"] == asset):
            day = datetime.fromisoformat(row["timestamp"]).astimezone(ZoneInfo("Europe/London")).date()
            if row["type"] in IN:
                bought[day] = [bought[day][0] + amount(row), bought[day][1] + value(row) + fee(row)]
            else:
                out = burnt(row) if row["type"] == "transfer" else amount(row)
                got = out * Fraction(row["price"]) - (Fraction(0) if row["type"] == "transfer" else fee(row))
                if out:
                    sold[day] = [sold[day][0] + out, sold[day][1] + got]
        made |= {(asset, str(day)): gain for day, gain in _identify(bought, sold, company=company).items()}
    return made


def _identify(bought: Any, sold: Any, *, company: bool) -> dict[Any, Fraction]:
    left = {day: units for day, (units, _) in sold.items()}
    free = {day: units for day, (units, _) in bought.items()}
    cost: dict[Any, Fraction] = defaultdict(Fraction)

    def match(out: Any, into: Any) -> None:
        units = min(left[out], free.get(into, Fraction(0)))
        if units:
            cost[out] += bought[into][1] * units / bought[into][0]
            left[out] -= units
            free[into] -= units

    for day in sorted(sold):
        match(day, day)
    for day in sorted(sold):
        window = range(-10, 0) if company else range(1, 31)
        for step in window:
            match(day, day + timedelta(days=step))
    pool = [Fraction(0), Fraction(0)]
    for day in sorted({*sold, *bought}):
        if day in bought:
            pool[0] += free[day]
            pool[1] += bought[day][1] * free[day] / bought[day][0]
        if left.get(day):
            units = min(left[day], pool[0])
            drawn = pool[1] * units / pool[0] if pool[0] else Fraction(0)
            cost[day] += drawn
            pool[0] -= units
            pool[1] -= drawn
    return {day: proceeds - cost[day] for day, (_, proceeds) in sold.items()}
