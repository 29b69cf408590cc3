"""Summaries are sums of what they print: cents or whole units of each line come to the line that adds them."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest

from premium.tax.calculation import calculate
from premium.tax.reports.countries.items import Item
from premium.tax.reports.countries.summaries import items
from tests.unit.tax.histories import history, tx

pytestmark = pytest.mark.unit


def of(code: str, rows: list[dict[str, object]]) -> list[Item]:
    return items(calculate({"jurisdiction": code, "transactions": rows}))


def figures(made: list[Item], *texts: str) -> list[Decimal]:
    return [Decimal(next(item.value for item in made if item.text.startswith(text))) for text in texts]


@pytest.mark.parametrize("seed", range(6))
def test_lines_come_to_their_sum(seed: int) -> None:
    rows = [row for row in history(Random(seed), 120) if row["timestamp"] < "2023"]
    sale, cost, gain = figures(of("DE", rows), "Veräußerungspreis", "Anschaffungskosten", "Gewinn oder Verlust")
    assert sale - cost == gain
    sale, cost, denied, gain = figures(of("CA", rows), "Total proceeds", "Adjusted cost", "Superficial", "Gain or loss")
    assert sale - cost + denied == gain
    made = of("JP", rows)
    sales = sum(Decimal(item.value) for item in made if item.text == "Sales")
    costs = sum(Decimal(item.value) for item in made if item.text == "Cost of sales")
    (gain,) = figures(made, "Income from sales")
    assert sales - costs == gain


def test_australia_applies_earlier_losses_before_the_discount() -> None:
    rows = [
        tx("a", "2020-01-01", "buy", "1", "10000.005"),
        tx("b", "2020-01-01", "buy", "1", "10000", asset="ETH"),
        tx("l", "2020-08-01", "sell", "1", "5000", asset="ETH"),
        tx("s", "2022-08-01", "sell", "1", "18000"),
    ]
    made = of("AU", rows)[-10:]
    assert [(item.box, item.value) for item in made] == [
        ("", "8000.00"),
        ("", "8000.00"),
        ("", "0.00"),
        ("", "5000.00"),
        ("", "1500.00"),
        ("", "1500.00"),
        ("18 H", "7999"),
        ("18 A", "1499"),
        ("18 V", "0"),
        ("24", "0"),
    ]
