"""Histories in the neutral format, written short; and hypothesis strategies for random ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import strategies as st

from premium.tax.calculation import calculate
from premium.tax.reports.result import document

Row = dict[str, Any]


def tx(name: str, when: str, what: str, amount: str, value: str | None = None, **fields: Any) -> Row:
    """`when` is a date (at noon UTC) or a full time; `value` is the fiat total."""
    row = {"id": name, "timestamp": f"{when}T12:00:00Z" if len(when) == 10 else when, "type": what, "amount": amount}
    row |= {"asset": "BTC", "wallet": "main"} | fields
    return row if value is None else row | {"value": value}


def result(jurisdiction: str, rows: list[Row], **options: Any) -> Row:
    """The neutral document out.

    Of a taxpayer whose days are UTC's, unless the test says otherwise: where nobody says, each report tells of it.
    """
    if jurisdiction in ("US", "CA"):
        options = {"time_zone": "UTC", **options}
    method = options.pop("method", None)
    return document(calculate({"jurisdiction": jurisdiction, "method": method, "transactions": rows}, **options))


def gains(out: Row) -> dict[str, Fraction]:
    """Gain by transaction (by the first of a merged day)."""
    made: dict[str, Fraction] = {}
    for row in out["disposals"]:
        name = row.get("transaction") or row["transactions"][0]
        made[name] = made.get(name, Fraction(0)) + Fraction(row["gain"])
    return made


def rounded(value: str, places: str = "1") -> Decimal:
    return Decimal(value).quantize(Decimal(places))


START = datetime(2022, 1, 1, tzinfo=UTC)
_ASSETS, _WALLETS = ("AAA", "BBB"), ("hot", "cold")


def histories(*, least: int = 2, most: int = 24, covered: bool = True) -> st.SearchStrategy[list[Row]]:
    """Buys, sells, income and transfers in order; `covered` histories never sell or move more than a wallet holds.

    Made from a seed: drawing each field by hypothesis itself takes fifty times as long.
    """
    seeds = st.integers(0, 2**32)
    return st.builds(lambda seed, count: history(Random(seed), count, covered=covered), seeds, st.integers(least, most))


def history(random: Random, count: int, *, covered: bool = True) -> list[Row]:
    rows: list[Row] = []
    held: dict[tuple[str, str], int] = {}
    minute = 0
    for number in range(count):
        minute += random.choice((1, 60, 1440, 7 * 1440, 40 * 1440))
        asset, wallet = random.choice(_ASSETS), random.choice(_WALLETS)
        kind = random.choice(("buy", "buy", "income", "sell", "sell", "fee", "transfer"))
        units, there = random.choice((1, random.randint(1, 99), random.randint(1, 10**7))), held.get((wallet, asset), 0)
        if kind in ("sell", "fee", "transfer") and covered:
            kind, units = (kind, min(units, there)) if there else ("buy", units)
        rows.append(_row(random, number, minute, kind, asset, wallet, units, held))
    return rows


def _row(  # noqa: PLR0917 - the loop's own state
    random: Random, number: int, minute: int, kind: str, asset: str, wallet: str, units: int, held: dict[Any, int]
) -> Row:
    row = {
        "id": f"t{number}",
        "timestamp": (START + timedelta(minutes=minute)).isoformat(),
        "type": kind,
        "asset": asset,
        "wallet": wallet,
        "amount": str(Decimal(units).scaleb(-6)),
        "price": str(Decimal(random.randint(1, 10**6)).scaleb(-2)),
    }
    if kind in ("buy", "sell"):
        row["fee"] = str(Decimal(random.randint(0, 300)).scaleb(-2))
    sign = 1 if kind in ("buy", "income") else -1
    held[wallet, asset] = held.get((wallet, asset), 0) + sign * units
    if kind == "transfer":
        other = _WALLETS[wallet == _WALLETS[0]]
        burnt = random.randint(0, units // 2)
        row |= {"to_wallet": other, "fee_in_kind": str(Decimal(burnt).scaleb(-6))}
        held[other, asset] = held.get((other, asset), 0) + units - burnt
    return row
