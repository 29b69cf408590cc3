"""What a portfolio was worth just before a flow, by prices of that instant, or that nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from premium.portfolio.flow_model import FlowRow
from premium.portfolio.flows.instants import Held, Instant, held_before, instants, revalued, worth_before

pytestmark = pytest.mark.unit
AS_OF = datetime(2026, 1, 1, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return AS_OF + timedelta(minutes=minutes)


def flow(minutes: int, units: int, kind: str = "deposit", *, asset: str = "c:a", usd: str | None = None) -> FlowRow:
    return FlowRow(wallet="w", chain="c", tx=f"t{minutes}", place=0, asset=asset, units=Decimal(units), decimals=0,
                   kind=kind, usd=Decimal(units if usd is None else usd), block=minutes, at=at(minutes),
                   counted_at=at(minutes))  # fmt: skip


def line(asset: str, units: int, price: str | None, **more: Any) -> dict[str, Any]:
    usd = None if price is None else str(units * Decimal(price))
    known = {"price_usd": price, "value_usd": usd, "quality": "good", "counted": price is not None, "why": None}
    return (
        {"wallet": "w", "chain": "c", "asset": asset, "units": str(units), "decimals": 0, "role": "held"} | known | more
    )


def answer(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    whole = sum(Decimal(each["value_usd"] or 0) for each in lines if each["counted"])
    coverage = [{"wallet": "w", "chain": "c", "block": 0}]
    return {"total_value_usd": str(whole), "holdings": list(lines), "coverage": coverage} | more


def worth(before: dict[str, Any], rows: list[FlowRow], minutes: int, **prices: str) -> Decimal | None:
    held = held_before(before, before, rows, Instant(at(minutes), at(minutes)))
    told = {name.replace("_", ":"): Decimal(price) for name, price in prices.items()}
    return None if held is None else worth_before(held, told)


def test_flows_of_a_thousandth_and_more_are_valued_the_largest_first() -> None:
    before = answer(line("c:a", 1000, "1"))
    rows = [flow(1, 1), flow(2, 500), flow(3, -600, "withdrawal"), flow(4, 700, "exchange"), flow(5, 0, usd="0.99")]
    assert [each.at for each in instants(before, AS_OF, rows)] == [at(3), at(2), at(1)]
    both = [flow(5, 1, usd="0.6"), flow(5, 1, usd="0.6", asset="c:b")]
    assert len(instants(before, AS_OF, both)) == 1, "what counts at one time is one flow"
    assert instants(before, at(9), rows) == [], "what the answer before holds already"
    assert instants(answer(line("c:a", 1000, "1"), gaps={"w|c|b": {}}), AS_OF, rows) == []
    assert instants(None, AS_OF, rows) == instants(answer(), AS_OF, rows) == []
    many = [flow(n, 100 + n) for n in range(1, 40)]
    assert [each.at for each in instants(before, AS_OF, many)] == [at(n) for n in range(39, 19, -1)]


def test_what_moved_before_the_instant_is_in_the_value_and_what_moves_at_it_is_not() -> None:
    before = answer(line("c:a", 100, "2"), line("c:b", 10, "5"))
    swap = [flow(1, -50, "exchange"), flow(1, 20, "exchange", asset="c:b"), flow(1, -1, "gas")]
    rows = [*swap, flow(2, 30), flow(3, 7), flow(4, 9)]
    assert worth(before, rows, 3, c_a="3", c_b="7") == 3 * (100 - 50 - 1 + 30) + 7 * (10 + 20)
    assert worth(before, [*rows, flow(1, 10**9, "phantom")], 3, c_a="3", c_b="7") == 447
    old = flow(2, 30).model_copy(update={"block": 0})
    assert worth(before, [old], 3, c_a="3", c_b="7") == 370, "the reading before has it"


def test_debts_count_below_nothing_and_what_does_not_count_is_left_out() -> None:
    before = answer(line("c:a", 100, "2"), line("c:d", -50, "1", role="debt"), line("c:s", 9, "9", counted=False))
    rows = [flow(1, 5, asset="c:s")]
    assert worth(before, rows, 2, c_a="4", c_d="2", c_s="1000") == 300


def test_a_price_that_is_missing_makes_it_unknown_unless_it_is_a_thousandth() -> None:
    before = answer(line("c:a", 999_000, "1"), line("c:b", 999, "1"))
    assert worth(before, [], 1, c_a="1") == 999_999
    assert worth(before, [], 1, c_b="1") is None
    assert worth(before, [], 1, c_a="20", c_b="1") is None, "twenty times its former price is none of that instant"
    assert worth(before, [flow(1, 10, asset="c:new")], 2, c_a="1", c_b="1") == 999_999, "what counts nowhere"
    user = answer(line("c:a", 100, "1"), line("c:b", 100, "1", source="override"))
    assert worth(user, [], 1, c_a="1", c_b="1") is None


def test_a_position_that_changed_on_the_way_is_not_guessed() -> None:
    before = answer(line("c:a", 100, "2"), line("c:p", 10, "5", role="asset", position="w/c/x"))
    assert worth(before, [flow(1, -5, "exchange")], 2, c_a="2", c_p="5") is None
    assert worth(before, [flow(1, -5, "withdrawal")], 2, c_a="2", c_p="6") == 250


def test_flows_of_the_instant_have_its_price_and_the_value_before() -> None:
    rows = [flow(1, 5), flow(2, 5), flow(2, -3, "gas"), flow(2, 4, asset="c:unknown"), flow(2, 9, "phantom")]
    held = Held({"c:a": Decimal(10)}, {"c:a": Decimal(1)}, Decimal(0))
    found = revalued(answer(), rows, Instant(at(2), at(2)), Decimal(70), held, {"c:a": Decimal("1.5")})
    assert [(each.usd, each.worth_before) for each in found] == [
        (5, None), (Decimal("7.5"), 70), (Decimal("-4.5"), 70), (4, 70), (9, None),
    ]  # fmt: skip
