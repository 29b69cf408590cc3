"""Money-weighted rates: all of them, without bounds, by whatever order and scale."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from premium.returns.rates import money_weighted

pytestmark = pytest.mark.unit
START = datetime(2020, 1, 1, tzinfo=UTC)
WIDE = Context(prec=60, Emax=10**9, Emin=-(10**9))


def yearly(*amounts: int | str) -> list[tuple[datetime, Decimal]]:
    return [(START + timedelta(days=365 * year), Decimal(amount)) for year, amount in enumerate(amounts)]


def near(one: Decimal, other: Decimal) -> bool:
    """Equal to 9 digits of the factor, as far as a rate is known that is only touched."""
    if one == other:
        return True
    plus, factor = WIDE.add(one, Decimal(1)), WIDE.add(other, Decimal(1))
    return WIDE.subtract(WIDE.divide(plus, factor), Decimal(1)).copy_abs() < Decimal("1E-6")


def thirty(values: Iterable[Decimal]) -> list[Decimal]:
    return [Context(prec=30).plus(value) for value in values]


def test_one_payment_and_what_became_of_it() -> None:
    found = money_weighted(yearly(-1000, 1100))
    assert (thirty(found.roots), found.unique) == ([Decimal("0.1")], True)


def test_two_rates_are_both_found_and_the_nearest_to_nothing_is_first() -> None:
    """-100 + 230/q - 132/q² is 0 at q = 1.1 and at q = 1.2."""
    found = money_weighted(yearly(-100, 230, -132))
    assert thirty(found.roots) == [Decimal("0.1"), Decimal("0.2")]
    assert not found.unique


def test_no_rate_is_too_high_or_too_low() -> None:
    second = [(START, Decimal(-1)), (START + timedelta(seconds=1), Decimal(2))]
    high = money_weighted(second).nearest
    assert high is not None
    assert high.adjusted() == 9_493_281, "2^31536000"
    assert thirty(money_weighted(yearly(-1, "1E+75")).roots) == [Decimal("1E+75")]
    low = money_weighted(yearly(-1, "1E-30")).nearest
    assert low is not None
    assert abs(Context(prec=60).add(Decimal(1), low) - Decimal("1E-30")) < Decimal("1E-38")


@pytest.mark.parametrize("amounts", [(), (5,), (-5,), (-5, 0), (5, 6, 7), (0, 0)])
def test_payments_in_one_direction_have_none(amounts: tuple[int, ...]) -> None:
    found = money_weighted(yearly(*amounts))
    assert (found.nearest, found.unique, found.why) == (None, False, "the payments do not change their sign")


def test_payments_of_one_second_are_added() -> None:
    found = money_weighted([(START, Decimal(-5)), (START + timedelta(microseconds=5), Decimal(9))])
    assert found.roots == ()


def test_payments_that_no_rate_makes_worth_nothing_say_so() -> None:
    found = money_weighted(yearly(100, -100, 100))
    assert (found.roots, found.why) == ((), "no rate makes the payments worth nothing")


def test_a_rate_that_is_only_touched_counts() -> None:
    """(q - 1.25)²."""
    found = money_weighted(yearly("-1", "2.5", "-1.5625"))
    assert len(found.roots) == 1
    assert abs(found.roots[0] - Decimal("0.25")) < Decimal("1E-6")


def test_a_rate_of_nothing_that_is_only_touched_is_nothing() -> None:
    assert money_weighted(yearly(-1, 2, -1)).roots == (Decimal(0),)


def test_a_thousand_changes_of_sign_end_in_seconds_and_say_what_is_not_sure() -> None:
    """Derivatives one by one would take hours, and a stack that Python does not have."""
    day, amounts = timedelta(days=1), [Decimal((n * 31) % 11 - 5) for n in range(2_000)]
    wild = [(START + n * day, amount) for n, amount in enumerate(amounts)]
    found = money_weighted(wild)
    assert (found.is_all, found.unique) == (False, False)
    # A rate that is there is found: one large payment in, and what it became at 10 %.
    long = [*wild, (START - 365 * day, Decimal(-1000)), (START + 3650 * day, Decimal(1000) * Decimal("1.1") ** 11)]
    assert any(abs(rate - Decimal("0.1")) < Decimal("0.02") for rate in money_weighted(long).roots)


rates = st.lists(st.integers(-90, 400).map(lambda percent: Fraction(percent, 100)), min_size=1, max_size=5, unique=True)


@settings(max_examples=60, deadline=None)
@given(rates)
def test_every_rate_that_was_put_in_is_found(rates: list[Fraction]) -> None:
    """A product of (q - (1 + rate)) has those rates and no others."""
    # Nearer ones need more digits than amounts have.
    near = [one for one, two in pairwise(sorted(rates)) if two - one < Fraction(1, 20)]
    rates = [rate for rate in rates if rate not in near]
    amounts = [Fraction(1)]
    for rate in rates:
        amounts = [a - (1 + rate) * b for a, b in zip([*amounts, Fraction(0)], [Fraction(0), *amounts], strict=True)]
    exact = [Decimal(amount.numerator) / Decimal(amount.denominator) for amount in amounts]
    found = money_weighted([(START + timedelta(days=365 * year), amount) for year, amount in enumerate(exact)])
    # Of two roots as far from nothing as each other, the digits that were left out decide which stands first.
    assert sorted(round(float(root), 9) for root in found.roots) == sorted(float(rate) for rate in rates)
    assert [round(abs(float(root)), 9) for root in found.roots] == sorted(abs(float(rate)) for rate in rates)


flows = st.lists(
    st.tuples(st.integers(0, 3000 * 86_400), st.integers(-(10**9), 10**9)), min_size=2, max_size=40,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(flows, st.randoms(use_true_random=False), st.sampled_from([Decimal("1E-12"), Decimal("1E+20"), Decimal(-1)]))
def test_order_and_scale_change_no_rate(flows: list[tuple[int, int]], random: object, scale: Decimal) -> None:
    given_ = [(START + timedelta(seconds=at), Decimal(amount)) for at, amount in flows]
    turned = [(at, amount * scale) for at, amount in given_]
    random.shuffle(turned)  # type: ignore[attr-defined] # hypothesis's randoms
    one, other = money_weighted(given_).roots, money_weighted(turned).roots
    assert len(one) == len(other)
    assert all(near(root, twin) for root, twin in zip(one, other, strict=True))


@settings(max_examples=60, deadline=None)
@given(flows)
def test_the_payments_are_worth_nothing_at_each_rate(flows: list[tuple[int, int]]) -> None:
    payments = [(START + timedelta(seconds=at), Decimal(amount)) for at, amount in flows]
    for root in money_weighted(payments).roots:
        if not Decimal("-0.999999") < root < 10**6:  # floats check no more
            continue
        years = [(at - START) / timedelta(days=365) for at, _ in payments]
        worth = [float(amount) * float(1 + root) ** -year for (_, amount), year in zip(payments, years, strict=True)]
        assert abs(sum(worth)) <= 1e-7 * sum(map(abs, worth))
