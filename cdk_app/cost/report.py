"""The bill as a person reads it, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from cdk_app.cost.bill import Bill, Item
from cdk_app.cost.sketches import SKETCHES
from cdk_app.cost.table import READ_ON, STALE_DAYS
from cdk_app.cost.usage import Usage

_SMALL = Decimal("0.5")  # dollars a month; what costs less is summed up in one line


def report(stage: str, region: str, bill: Bill, usage: Usage, today: date) -> str:
    """Return the lines of a stage's bill."""
    return "\n".join(_lines(stage, region, bill, usage, today))


def _lines(stage: str, region: str, bill: Bill, usage: Usage, today: date) -> Iterator[str]:
    yield f"{stage} in {region}, dollars a month; prices of {READ_ON}, on demand, without tax"
    if (age := (today - READ_ON).days) > STALE_DAYS:
        yield f"! These prices are {age} days old: compare cdk_app/cost/prices/{region}.csv with the pages it names."
    yield ""
    yield f"{'total':>12}  {bill.total:10,.2f}"
    yield f"{'fixed':>12}  {bill.floor:10,.2f}   paid although nobody calls"
    yield f"{'usage':>12}  {bill.total - bill.floor:10,.2f}"
    yield from _by_part(bill, usage)
    for title, wanted in (("fixed", True), ("usage", False)):
        yield f"\n{title}"
        yield from _table([item for item in bill.items if item.fixed is wanted])
    for field in ("service", "stack"):
        yield f"\nby {field}"
        yield from (f"  {dollars:10,.2f}  {name}" for name, dollars in bill.by(field) if dollars)
    if usage.assumptions:
        yield "\nassumed"
        yield from (f"  - {line}" for line in usage.assumptions)
    yield f"\nunpriced: {len(bill.unpriced) or 'nothing'}"
    yield from (f"  ! {line}" for line in bill.unpriced)
    yield from _alone(bill)
    yield from _beside(stage, bill)


def _alone(bill: Bill) -> Iterator[str]:
    """Name the prices that no second source was found for, and how much of the bill they are."""
    alone = bill.unchecked
    share = 100 * sum(alone.values(), Decimal(0)) / (bill.total or 1)
    yield f"\nprices without a second source: {share:.0f} % of the bill"
    yield from (f"  {dollars:10,.2f}  {key}" for key, dollars in alone.items() if dollars >= _SMALL)


def _by_part(bill: Bill, usage: Usage) -> Iterator[str]:
    if usage.users:
        yield f"{'a user':>12}  {bill.total / usage.users:10,.4f}"
    if usage.requests:
        yield f"{'1,000 calls':>12}  {1000 * bill.total / usage.requests:10,.4f}"


def _table(items: list[Item]) -> Iterator[str]:
    """Print the items that have one name and price in one line, with their number."""
    lines: dict[tuple[str, str], list[Item]] = {}
    for item in items:
        name = f"{item.stack}/{item.name}" if item.fixed and item.dollars >= 1 else item.name
        alike = name if item.dollars >= 1 or not item.fixed else ""
        lines.setdefault((alike, item.key), []).append(item)
    rows = [(sum((i.dollars for i in each), Decimal(0)), name, each) for (name, _), each in lines.items()]
    rest = Decimal(0)
    for dollars, name, each in sorted(rows, key=lambda row: -row[0]):
        if dollars < _SMALL:
            rest += dollars
            continue
        quantity = sum((item.quantity for item in each), Decimal(0))
        named = name or f"{len(each)} resources of {each[0].service}"
        yield f"  {dollars:10,.2f}  {quantity:16,.2f} {each[0].unit:<12} {each[0].key:<24} {named}"
    if rest:
        yield f"  {rest:10,.2f}  of what costs less than {_SMALL} each"


def _beside(stage: str, bill: Bill) -> Iterator[str]:
    if stage in SKETCHES:
        sketch = SKETCHES[stage]
        yield f"\nbeside the sketch: {sketch.said}; ours {bill.total:,.0f}"
        yield from (f"  - {line}" for line in sketch.why)


def compared(before: Bill, after: Bill, ref: str) -> str:
    """Return what changes from one bill to another, by name and price, the largest first."""
    sums: dict[tuple[str, str, str], Decimal] = {}
    for sign, each in ((-1, before), (1, after)):
        for item in each.items:
            key = (item.stack, item.name, item.key)
            sums[key] = sums.get(key, Decimal(0)) + sign * item.dollars
    changed = sorted((pair for pair in sums.items() if abs(pair[1]) >= Decimal("0.005")), key=lambda p: -abs(p[1]))
    lines = [f"\nagainst {ref}: {before.total:,.2f} -> {after.total:,.2f} ({after.total - before.total:+,.2f})"]
    return "\n".join([*lines, *(f"  {dollars:+10,.2f}  {key[2]:<24} {key[0]}/{key[1]}" for key, dollars in changed)])


def as_json(stage: str, region: str, bill: Bill, before: Bill | None) -> str:
    """Return the bill for programs: numbers are strings of dollars."""
    whole = {
        "stage": stage,
        "region": region,
        "prices": READ_ON.isoformat(),
        "total": f"{bill.total:.2f}",
        "fixed": f"{bill.floor:.2f}",
        "usage": f"{bill.total - bill.floor:.2f}",
        "items": [
            {
                "stack": item.stack, "name": item.name, "service": item.service, "price": item.key,
                "quantity": f"{item.quantity:.4f}", "unit": item.unit, "dollars": f"{item.dollars:.4f}",
            }
            for item in bill.items
        ],
        "unpriced": list(bill.unpriced),
    }  # fmt: skip
    if before is not None:
        whole["before"] = f"{before.total:.2f}"
    return json.dumps(whole, indent=2)
