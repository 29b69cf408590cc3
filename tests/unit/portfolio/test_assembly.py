"""Sums agree whatever happened, and one bad chain changes nothing of the others."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.chains.model import Balance, Outcome
from premium.portfolio.model import Snapshot, Status, total
from premium.portfolio.valuation.assembly import assemble
from premium.prices.model import Quality, Quote
from tests.unit.portfolio.examples import ALICE, BOB, JOB, START, balance, key, quote, reading

pytestmark = pytest.mark.unit

LATER = START + timedelta(hours=1)
WATCHED = {name: frozenset({ALICE, BOB}) for name in ("one", "two", "three")}


def make(
    outcomes: dict[str, Outcome],
    quotes: dict[str, Quote] | None = None,
    previous: Snapshot | None = None,
    **more: object,
) -> Snapshot:
    watched = more.get("watched", WATCHED)
    assert isinstance(watched, dict)
    return assemble(
        job_id=JOB, timestamp=LATER, outcomes=outcomes, quotes=quotes or {}, watched=watched, previous=previous
    )


def test_wallets_of_one_user_are_one_holding_and_its_value_is_exact() -> None:
    asset = key("one")
    made = make(
        {"one": reading("one", balance(ALICE, asset, 10**40 + 1), balance(BOB, asset, 2))}, {asset: quote("0.5")}
    )
    (holding,) = made.holdings
    assert holding.units == {ALICE: 10**40 + 1, BOB: 2}
    assert made.total_value == Decimal("5" + "0" * 37 + ".015")


balances = st.builds(
    lambda wallet, number, units, decimals, category: balance(
        wallet, key("one", number), units, decimals=decimals, category=category
    ),
    st.sampled_from([ALICE, BOB]),
    st.integers(0, 5),
    st.integers(0, 2**256 - 1),
    st.none() | st.integers(0, 77),
    st.sampled_from(["native", "token", "stablecoin"]),
)
prices = st.none() | st.decimals(0, 10**9, places=18)


@given(st.lists(balances, unique_by=lambda b: (b.wallet, b.key)), st.lists(prices, min_size=6, max_size=6))
def test_total_equals_the_sum_by_asset_chain_and_category(found: list[Balance], usd: list[Decimal | None]) -> None:
    quotes = {key("one", n): quote(None if p is None else str(p)) for n, p in enumerate(usd)}
    made = make({"one": reading("one", *found), "two": reading("two"), "three": "down"}, quotes)
    assert made.total_value == total(made.value_by_chain.values()) == total(made.value_by_category.values())
    assert set(made.value_by_chain) == {"one", "two", "three"}


def test_a_failed_chain_keeps_its_part_with_its_time_and_the_rest_is_new() -> None:
    a, b = key("one"), key("two")
    first = make(
        {"one": reading("one", balance(ALICE, a, 100)), "two": reading("two", balance(ALICE, b, 200))},
        {a: quote("1"), b: quote("1")},
    )
    second = make({"one": "one hangs", "two": reading("two", balance(ALICE, b, 300), at=LATER)}, {b: quote("2")}, first)
    assert second.total_value == Decimal(1) + Decimal(6)
    assert (second.is_stale, second.chains["one"].status, second.chains["one"].as_of) == (True, Status.STALE, START)
    assert [(h.key, h.stale, h.as_of) for h in second.holdings] == [(b, False, LATER), (a, True, START)]
    third = make({"one": "still hangs", "two": reading("two", at=LATER)}, {}, second)
    assert third.chains["one"].as_of == START
    assert third.total_value == Decimal(1)


def test_a_chain_never_read_is_said_to_be_missing() -> None:
    made = make({"one": "down"})
    assert (made.is_stale, made.chains["one"].status, made.chains["one"].reason) == (True, Status.UNAVAILABLE, "down")


def test_a_token_that_did_not_answer_keeps_its_last_balance() -> None:
    a, b = key("one", 1), key("one", 2)
    quotes = {a: quote("1"), b: quote("1")}
    first = make({"one": reading("one", balance(ALICE, a, 100), balance(ALICE, b, 100))}, quotes)
    second = make({"one": reading("one", balance(ALICE, a, 500), unreadable=(b,), at=LATER)}, quotes, first)
    assert [(h.key, h.stale) for h in second.holdings] == [(a, False), (b, True)]
    assert second.total_value == Decimal(6)
    assert second.is_stale


def test_the_stale_part_leaves_out_wallets_no_longer_watched() -> None:
    a = key("one")
    first = make({"one": reading("one", balance(ALICE, a, 100), balance(BOB, a, 900))}, {a: quote("1")})
    second = make({"one": "down"}, {}, first, watched={"one": frozenset({ALICE})})
    assert second.total_value == Decimal(1)
    assert first.of_wallets(frozenset({BOB})).total_value == Decimal(9)
    assert first.of_wallets(frozenset()).holdings == ()


@pytest.mark.parametrize("quality", [Quality.LOW_CONFIDENCE, Quality.TOO_OLD])
def test_a_doubtful_price_is_shown_and_not_counted(quality: Quality) -> None:
    a, b = key("one", 1), key("one", 2)
    quotes = {a: quote("3", quality=quality), b: quote("1")}
    made = make({"one": reading("one", balance(ALICE, a, 100), balance(ALICE, b, 100))}, quotes)
    assert (made.total_value, made.uncertain_value) == (Decimal(1), Decimal(3))
    assert made.is_stale is (quality is Quality.TOO_OLD)


def test_a_token_without_a_credible_scale_has_no_value() -> None:
    a = key("one")
    made = make({"one": reading("one", balance(ALICE, a, 2**256 - 1, decimals=None))}, {a: quote("1")})
    assert (made.total_value, made.holdings[0].value, made.holdings[0].amount) == (
        Decimal(0),
        None,
        Decimal(2**256 - 1),
    )


def test_it_survives_its_own_json() -> None:
    a = key("one")
    made = make({"one": reading("one", balance(ALICE, a, 2**255)), "two": "down"}, {a: quote("0.1")})
    assert Snapshot.model_validate_json(made.model_dump_json()) == made
