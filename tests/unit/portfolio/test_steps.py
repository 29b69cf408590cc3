"""What begins and ends to be counted between two answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from premium.portfolio.flow_model import Opening, Openings
from premium.portfolio.valuation.steps import LONGEST_GAP, Step, step

pytestmark = pytest.mark.unit

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LINE = ("me", "one", "one:gold")
MOVED: dict[tuple[str, str, str], Decimal] = {}


def answer(usd: str | None = None, *, why: str | None = None, units: str = "5", **more: Any) -> dict[str, Any]:
    row = {"wallet": "me", "chain": "one", "asset": "one:gold", "units": units, "value_usd": usd, "why": why,
           "counted": usd is not None}  # fmt: skip
    covered = [{"wallet": "me", "chain": "one", "status": "fresh", "at": "then"}]
    return {"holdings": [row], "coverage": covered} | more


def nothing(*wallets: str) -> dict[str, Any]:
    return {"holdings": [], "coverage": [{"wallet": each, "chain": "one", "at": "then"} for each in wallets]}


def gapped(step_: Step, usd: str | None = None) -> dict[str, Any]:
    return answer(usd, why="no_price", gaps=step_.gaps)


def test_what_was_and_is_counted_begins_and_ends_nothing() -> None:
    assert step(answer("10"), answer("12"), MOVED, NOW) == Step()
    assert step(None, answer("12"), MOVED, NOW) == Step()
    assert step(nothing("me"), answer("12"), MOVED, NOW).changes == [], "a new asset came by a transfer"
    assert step(answer("10"), nothing("me"), MOVED, NOW).changes == [], "and one that is gone left by one"


def test_a_new_wallet_begins_and_one_that_is_gone_ends() -> None:
    assert step(nothing("other"), answer("12"), MOVED, NOW).changes == [(LINE, 12)]
    assert step(answer("12"), nothing("other"), MOVED, NOW).changes == [(LINE, -12)]


def test_an_asset_that_has_a_price_at_last_begins_without_what_came_since() -> None:
    found = step(answer(why="no_price"), answer("12"), {LINE: Decimal(4)}, NOW)
    assert found.changes == [(LINE, 8)]


def test_a_price_that_is_missing_is_waited_for() -> None:
    first = step(answer("10"), answer(why="too_old"), MOVED, NOW)
    assert (first.changes, first.is_good) == ([], False)
    second = step(gapped(first), gapped(first), MOVED, NOW + timedelta(hours=1))
    assert (second.gaps, second.changes) == (first.gaps, [])
    back = step(gapped(second), answer("30"), MOVED, NOW + timedelta(hours=2))
    assert (back.changes, back.is_good) == ([], True)
    late = step(gapped(second), gapped(second), MOVED, NOW + LONGEST_GAP)
    assert (late.changes, late.is_good) == ([(LINE, -10)], True)


def test_what_is_hidden_ends_at_once_and_begins_again() -> None:
    assert step(answer("10"), answer(why="hidden"), MOVED, NOW).changes == [(LINE, -10)]
    assert step(answer(why="hidden"), answer("11"), MOVED, NOW).changes == [(LINE, 11)]


def test_readings_that_are_final_give_way_and_others_stay() -> None:
    def at(block: int, units: int) -> Opening:
        return Opening(block, {"a": units})

    openings = Openings((at(10, 1),)).after(at(50, 2), 64).after(at(90, 3), 64)
    assert [each.block for each in openings.readings] == [10, 50, 90]
    assert [each.block for each in openings.after(at(120, 4), 64).readings] == [50, 90, 120]
    assert [each.block for each in openings.after(at(500, 4), 64).readings] == [90, 500]
    assert [each.block for each in openings.after(at(500, 4), None).readings] == [10, 50, 90, 500]
    still = Openings((at(10, 1), at(50, 2))).after(at(60, 2), 64).after(at(70, 2), 64)
    assert [each.block for each in still.readings] == [10, 50, 70]
    many = openings
    for block in range(100, 400):
        many = many.after(at(block, block), 10_000)
    assert len(many.readings) == 20
    assert (many.first.block, many.last.block) == (10, 399)


def test_a_price_that_the_user_sets_or_takes_back_is_no_gain() -> None:
    mine = answer("20")
    mine["holdings"][0] |= {"source": "override", "price_usd": "4"}
    assert step(answer("10"), mine, MOVED, NOW).changes == [(LINE, 10)]
    assert step(mine, answer("12"), {LINE: Decimal(2)}, NOW).changes == [(LINE, -10)]
    assert step(mine, mine, MOVED, NOW).changes == []
