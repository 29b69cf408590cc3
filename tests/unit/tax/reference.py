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


def ireland(rows: list[Row]) -> Gains:
    """Lots of the 28 days before a sale first, then the oldest; days are Dublin's."""
    lots: dict[str, list[list[Any]]] = defaultdict(list)
    made: Gains = {}

    def day(row: Row) -> Any:
        return datetime.fromisoformat(row["timestamp"]).astimezone(ZoneInfo("Europe/Dublin")).date()

    for row in ordered(rows):
        if row["type"] in IN:
            lots[row["asset"]].append([day(row), amount(row), value(row) + fee(row)])
            continue
        out = burnt(row) if row["type"] == "transfer" else amount(row)
        if not out:
            continue
        got = out * Fraction(row["price"]) - (Fraction(0) if row["type"] == "transfer" else fee(row))
        recent = [lot for lot in lots[row["asset"]] if lot[0] >= day(row) - timedelta(days=28)]
        for lot in [*recent, *lots[row["asset"]]]:
            part = min(out, lot[1])
            if part:
                cost = lot[2] * part / lot[1]
                got -= cost
                lot[1] -= part
                lot[2] -= cost
                out -= part
        made[row["id"]] = got
    return made


def canada(rows: list[Row]) -> tuple[Gains, Gains]:
    """(gain after denial, denied loss) by CRA's min(S, P, B) / S; what is denied goes to the units that replace."""
    made: Gains = {}
    denied: Gains = {}
    for asset in {row["asset"] for row in rows}:
        events = [_event(row) for row in ordered(rows) if row["asset"] == asset]
        units, cost = Fraction(0), Fraction(0)
        waiting: list[list[Fraction]] = []
        for index, (day, name, change, money) in enumerate(events):
            if change > 0:
                units, cost = units + change, cost + money
                for item in waiting:
                    part = min(change, item[0])
                    given = item[1] * part / item[0] if item[0] else Fraction(0)
                    cost += given
                    item[0] -= part
                    item[1] -= given
                continue
            if not change:
                continue
            sold = min(-change, units)
            drawn = cost * sold / units if units else Fraction(0)
            share = money * sold / -change
            units, cost = units - sold, cost - drawn
            made[name], denied[name] = money - drawn, Fraction(0)
            loss = drawn - share
            if sold and loss > 0:
                near = [e for e in events if e[2] > 0 and abs((e[0] - day).days) <= 30]
                before = sum((e[2] for e in near if events.index(e) < index), Fraction(0))
                matched = min(sold, sum((e[2] for e in near), Fraction(0)), _held(events, day + timedelta(days=30)))
                denied[name] = loss * matched / sold
                made[name] += denied[name]
                at_once = min(matched, before, units)
                cost += denied[name] * at_once / matched if matched else 0
                if matched > at_once:
                    waiting.append([matched - at_once, denied[name] * (matched - at_once) / matched])
    return made, denied


def _event(row: Row) -> tuple[Any, str, Fraction, Fraction]:
    day = datetime.fromisoformat(row["timestamp"]).date()
    if row["type"] in IN:
        return day, row["id"], amount(row), value(row) + fee(row)
    out = burnt(row) if row["type"] == "transfer" else amount(row)
    got = out * Fraction(row["price"]) - (Fraction(0) if row["type"] == "transfer" else fee(row))
    return day, row["id"], -out, got


def _held(events: list[tuple[Any, str, Fraction, Fraction]], until: Any) -> Fraction:
    held = Fraction(0)
    for day, _, change, _ in events:
        if day <= until:
            held = max(held + change, Fraction(0))
    return held


def total_average(rows: list[Row]) -> Gains:
    """A Tokyo year's sales at the average of its opening and all it acquired."""
    made: Gains = {}

    def year(row: Row) -> int:
        return datetime.fromisoformat(row["timestamp"]).astimezone(ZoneInfo("Asia/Tokyo")).year

    for asset in {row["asset"] for row in rows}:
        units, cost = Fraction(0), Fraction(0)
        mine = [row for row in ordered(rows) if row["asset"] == asset]
        for now in sorted({year(row) for row in mine}):
            of_year = [row for row in mine if year(row) == now]
            for row in (r for r in of_year if r["type"] in IN):
                units, cost = units + amount(row), cost + value(row) + fee(row)
            unit = cost / units if units else Fraction(0)
            for row in (r for r in of_year if r["type"] not in IN):
                _, name, change, money = _event(row)
                if change:
                    sold = min(-change, units)
                    made[name] = money - sold * unit
                    units, cost = units - sold, cost - sold * unit
    return made
