"""Figures in sentences for a person have at most eighteen decimals, in every country and method."""

from __future__ import annotations

import re
from random import Random

import pytest

from tests.unit.tax.histories import history, result, tx

pytestmark = pytest.mark.unit
LONG = re.compile(r"\d\.\d{19,}")


@pytest.mark.parametrize("country", ["US", "GB", "DE", "CA", "AU", "FR", "IE", "JP", "generic"])
def test_no_warning_has_a_figure_that_nobody_can_read(country: str) -> None:
    random = Random(country)
    for _ in range(10):
        rows = history(random, 20, covered=False)
        rows += [
            tx("swap", "2023-05-01", "swap", "3", to_asset="NEW", to_amount="7"),
            tx("part", "2023-05-02", "sell", "1", "10", asset="NEW"),
            tx("eur", "2023-05-03", "swap", "0.7", to_asset="CHF", to_amount="33.3"),
        ]
        for each in result(country, rows)["warnings"]:
            assert LONG.search(each["message"]) is None, each


def test_a_portfolio_worth_a_third_of_something_is_said_shortly() -> None:
    rows = [
        tx("a", "2024-01-02", "buy", "3", "10"),
        tx("b", "2024-01-03", "buy", "7", "10", asset="ETH"),
        tx("s", "2024-02-02", "sell", "1", "5"),
    ]
    (told,) = [each["message"] for each in result("FR", rows)["warnings"] if each["code"] == "portfolio_value_filled"]
    assert LONG.search(told) is None
