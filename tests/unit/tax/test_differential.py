"""The engine against the slow reference, over random histories: every gain the same, to 60 digits."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings

from tests.unit.tax import reference
from tests.unit.tax.histories import Row, gains, histories, result

pytestmark = pytest.mark.unit
_CLOSE = Fraction(1, 10**60)


def same(ours: Fraction | str, theirs: Fraction) -> bool:
    return abs(Fraction(ours) - theirs) <= _CLOSE * max(1, abs(theirs))


def assert_same(ours: dict[Any, Fraction], theirs: dict[Any, Fraction]) -> None:
    assert ours.keys() == theirs.keys()
    for name, gain in theirs.items():
        assert same(ours[name], gain), (name, ours[name], float(gain))


@pytest.mark.parametrize("scope", ["universal", "per_wallet"])
@pytest.mark.parametrize("method", ["fifo", "lifo", "hifo", "lofo"])
@given(rows=histories(covered=False))
@settings(max_examples=40, deadline=None)
def test_lot_methods(method: str, scope: str, rows: list[Row]) -> None:
    out = result("generic", rows, method=method, lot_scope=scope)
    made, left = reference.lots(rows, method, per_wallet=scope == "per_wallet")
    assert_same(gains(out), made)
    for holding in out["remaining"]:
        key = holding["asset"] if scope == "universal" else (holding["wallet"], holding["asset"])
        units, basis = left.pop(key)
        assert Fraction(holding["amount"]) == units
        assert same(holding["cost_basis"], basis)
    assert left == {}


@given(rows=histories(covered=False))
@settings(max_examples=60, deadline=None)
def test_average_cost(rows: list[Row]) -> None:
    assert_same(gains(result("generic", rows, method="average")), reference.average(rows))


@pytest.mark.parametrize("method", ["section_104", "section_104_company"])
@given(rows=histories(covered=False))
@settings(max_examples=100, deadline=None)
def test_share_identification(method: str, rows: list[Row]) -> None:
    ours: dict[Any, Fraction] = defaultdict(Fraction)
    for row in result("GB", rows, method=method)["disposals"]:
        ours[row["asset"], row["date"]] += Fraction(row["gain"])
    assert_same(ours, reference.kingdom(rows, company=method == "section_104_company"))


@given(rows=histories(covered=False))
@settings(max_examples=80, deadline=None)
def test_irelands_four_weeks(rows: list[Row]) -> None:
    assert_same(gains(result("IE", rows)), reference.ireland(rows))


@given(rows=histories(covered=False))
@settings(max_examples=150, deadline=None)
def test_canadas_superficial_losses(rows: list[Row]) -> None:
    out = result("CA", rows)
    made, denied = reference.canada(rows)
    assert_same(gains(out), made)
    ours: dict[Any, Fraction] = defaultdict(Fraction)
    for row in out["disposals"]:
        ours[row["transaction"]] += Fraction(row["denied_loss"])
    assert_same(ours, denied)


@given(rows=histories(covered=False))
@settings(max_examples=60, deadline=None)
def test_japans_total_average(rows: list[Row]) -> None:
    assert_same(gains(result("JP", rows)), reference.total_average(rows))
