"""Time-weighted returns: gaps, flows, first deposits; end = start + flows + profit to the last digit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.returns.drawdowns import Drawdown, deepest
from premium.returns.errors import Unanswerable
from premium.returns.linked import DayReturn, Flow, Gap, Value, annual, link

pytestmark = pytest.mark.unit
START = datetime(2024, 1, 1, tzinfo=UTC)


def at(days: float) -> datetime:
    return START + timedelta(days=days)


def values(*rows: tuple[float, str]) -> list[Value]:
    return [Value(at(day), Decimal(usd)) for day, usd in rows]


def flows(*rows: tuple[float, str]) -> list[Flow]:
    return [Flow(at(day), Decimal(usd)) for day, usd in rows]


def test_a_deposit_at_a_valued_instant_is_exact() -> None:
    """+10 %, then 500 come in, then -5 %."""
    found = link(values((0, "1000"), (1, "1100"), (2, "1520")), flows((1, "500")))
    assert (found.twr, found.is_exact) == (Decimal("0.045"), True)
    assert (found.profit, found.net_flows) == (Decimal(20), Decimal(500))


def test_a_deposit_between_two_values_is_weighted_by_the_time_it_stayed() -> None:
    found = link(values((0, "1000"), (1, "1575")), flows((0.5, "500")))
    assert (found.twr, found.is_exact) == (Decimal("0.06"), False)
    assert found.modified_dietz == found.twr


def test_the_first_deposit_starts_the_series_with_a_day_of_nothing() -> None:
    found = link(values((0.75, "1010"), (1.5, "1111")), flows((0.5, "1000")))
    assert found.days == (DayReturn(date(2024, 1, 1), Decimal(0)), DayReturn(date(2024, 1, 2), Decimal("0.1")))
    assert (found.profit, found.start.usd) == (Decimal(111), Decimal(0))


def test_when_all_is_withdrawn_the_series_ends_and_may_start_again() -> None:
    path = values((0, "100"), (1, "110"), (2, "0"), (5, "0"), (8, "240"))
    found = link(path, flows((1, "-110"), (6, "200")))
    assert [day.value for day in found.days] == [Decimal("0.1"), Decimal(0), Decimal("0.2")]
    assert found.twr == Decimal("0.32")
    assert not found.gaps


def test_a_base_that_is_next_to_nothing_earns_nothing_and_is_told() -> None:
    path = values((0, "2000000"), (1, "2000000"), (2, "0.75"), (3, "1999998.5"))
    found = link(path, flows((1, "-1999998.5"), (2, "1999998")))
    assert found.gaps == (Gap(at(1), at(2), "tiny_base"),)
    assert found.twr is not None
    assert abs(found.twr) < Decimal("1E-6")


def test_a_value_in_doubt_ends_no_interval() -> None:
    found = link(values((0, "100"), (2, "130")), [], [at(1)])
    assert (found.twr, found.gaps) == (Decimal("0.3"), (Gap(at(0), at(2), "no_value"),))


def test_one_value_has_no_return() -> None:
    found = link(values((0, "100")), [])
    assert (found.twr, found.modified_dietz, annual(found)) == (None, None, None)


def test_what_comes_after_all_was_withdrawn_starts_anew_without_a_value_between() -> None:
    """10 %, all of it withdrawn, four days of nothing, then 20 %: nothing of the 200 was there in those days."""
    found = link(values((0, "100"), (1, "110"), (6, "240")), flows((1, "-110"), (5, "200")))
    assert (found.twr, found.profit, found.gaps) == (Decimal("0.32"), Decimal(50), ())
    spoken = link(values((0, "100"), (1, "110"), (5, "0"), (6, "240")), flows((1, "-110"), (5, "200")))
    assert (spoken.twr, spoken.profit) == (found.twr, found.profit)


def test_what_is_there_out_of_nothing_is_a_gap_and_no_return() -> None:
    found = link(values((0, "100"), (1, "110"), (2, "50"), (3, "55")), flows((1, "-110")))
    assert (found.twr, found.profit) == (Decimal("0.21"), Decimal(65))
    assert found.gaps == (Gap(at(1), at(2), "tiny_base"),)


def test_an_empty_account_has_no_return() -> None:
    found = link(values((0, "0"), (1, "0"), (2, "0")), [])
    assert (found.twr, found.roi, found.modified_dietz, found.days) == (None, None, None, ())


def test_two_values_of_one_instant_must_agree() -> None:
    assert link(values((0, "1"), (0, "1")), []).profit == 0
    with pytest.raises(Unanswerable, match="2024-01-01T00:00:00"):
        link(values((0, "100"), (0, "101")), [])


def test_a_loss_of_more_than_all_is_no_return_of_a_year() -> None:
    found = link(values((0, "100"), (365, "-20")), [])
    assert (found.twr, annual(found)) == (Decimal("-1.2"), None)


money = st.integers(0, 10**9).map(lambda cents: Decimal(cents) / 100)
moments = st.integers(0, 10**6)


@given(
    st.lists(st.tuples(moments, money), min_size=1, max_size=20, unique_by=lambda row: row[0]),
    st.lists(st.tuples(moments, st.integers(-(10**8), 10**8)), max_size=20),
    st.randoms(use_true_random=False),
)
def test_the_end_is_the_start_and_what_came_and_what_was_earned(
    rows: list[tuple[int, Decimal]], paid: list[tuple[int, int]], random: object
) -> None:
    known = [Value(START + timedelta(seconds=second), usd) for second, usd in rows]
    moved = [Flow(START + timedelta(seconds=second), Decimal(usd) / 100) for second, usd in paid]
    found = link(known, moved)
    assert found.end.usd == found.start.usd + found.net_flows + found.profit
    random.shuffle(known)  # type: ignore[attr-defined] # hypothesis's randoms
    random.shuffle(moved)  # type: ignore[attr-defined] # hypothesis's randoms
    assert link(known, moved) == found


@given(st.lists(st.integers(-99, 300), min_size=1, max_size=30), st.lists(st.integers(-500, 10**6), max_size=30))
def test_flows_at_valued_instants_move_no_return(percents: list[int], paid: list[int]) -> None:
    """The same prices with and without deposits: one return."""
    level, value, path, moved = Decimal(1), Decimal(1000), [Value(at(0), Decimal(1000))], list[Flow]()
    for day, percent in enumerate(percents):
        factor = Decimal(100 + percent) / 100
        flow = Decimal(paid[day]) if day < len(paid) and value + paid[day] > 1000 else Decimal(0)
        moved.append(Flow(at(day), flow))
        value, level = (value + flow) * factor, level * factor
        path.append(Value(at(day + 1), value))
    found = link(path, moved)
    if not found.gaps:
        assert found.twr is not None
        assert abs(found.twr + 1 - level) <= abs(level) * Decimal("1E-25")


def test_the_deepest_fall_names_its_days() -> None:
    days = [DayReturn(date(2024, 1, 2 + number), Decimal(value)) for number, value in
            enumerate(("0.1", "-0.2", "0.1", "0.2", "-0.1"))]  # fmt: skip
    assert deepest(days, date(2024, 1, 1)) == Drawdown(date(2024, 1, 2), date(2024, 1, 3), date(2024, 1, 5))
    assert deepest(days[:3], date(2024, 1, 1)).recovered is None
    assert deepest(days[1:2], date(2024, 1, 2)) == Drawdown(date(2024, 1, 2), date(2024, 1, 3), None)
    assert deepest(days[:1], date(2024, 1, 1)) == Drawdown(None, None, None)
