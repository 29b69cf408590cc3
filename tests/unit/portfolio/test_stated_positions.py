"""Positions beside the totals: parts by state, receipts once, findings by prices, figures that are sums of lines."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from premium.amm.constant_product import fair_value_squared
from premium.portfolio.positions.found import Found, Leg, Stated
from premium.portfolio.totals.asked import Aggregate
from premium.portfolio.totals.cases import aggregated
from premium.portfolio.valuation.fair import valued
from premium.portfolio.valuation.positions import asked, stated, told

pytestmark = pytest.mark.unit
NOW = datetime(2026, 11, 30, tzinfo=UTC)
W, ETH, USD, LP, STK = "0x01", "c:eth", "c:usd", "c:lp", "c:stk"


def found(**fields: Any) -> Found:
    kind = {"wallet": W, "chain": "c", "protocol": "p", "kind": "vault", "name": "n", "block": 7, **fields}
    return Found.model_validate(kind)


def answer(*positions: Found, prices: dict[str, str], held: tuple[str, ...] = ()) -> dict[str, Any]:
    case = {
        "now": NOW.isoformat(), "wallets": [{"id": W}], "chains": [{"name": "c"}],
        "readings": [{"chain": "c", "block": {"number": 7}, "at": NOW.isoformat(), "positions": asked(positions),
                      "balances": [{"wallet": W, "asset": asset, "units": "1000", "decimals": 0} for asset in held]}],
        "prices": [{"asset": asset, "usd": usd, "at": NOW.isoformat()} for asset, usd in prices.items()],
        "token_decimals": dict.fromkeys((ETH, USD, LP, STK), 0),
    }  # fmt: skip
    return aggregated(Aggregate.model_validate(case))


def one(position: Found, **case: Any) -> Stated:
    said = answer(position, **case)
    (row,) = stated([position], [], said, NOW)
    counted = [Decimal(line["value_usd"]) for line in row.lines if line["counted"]]
    assert row.value_usd == sum(counted, Decimal(0)) == Decimal(said["total_value_usd"])
    return row


def test_what_is_locked_or_claimable_of_a_position_is_told_apart() -> None:
    legs = (
        Leg(asset=ETH, units=5),
        Leg(asset=ETH, units=3, state="locked"),
        Leg(asset=ETH, units=2, state="claimable"),
    )
    row = one(found(receipts=(LP,), assets=legs), prices={ETH: "10"}, held=(LP,))
    assert (row.value_usd, row.locked_usd, row.claimable_usd, row.debts_usd) == (100, 30, 20, 0)
    said = answer(found(receipts=(LP,), assets=legs), prices={ETH: "10", LP: "1"}, held=(LP,))
    assert (said["total_value_usd"], said["locked_usd"], said["claimable_usd"]) == ("100", "30", "20")


def test_more_owed_than_owned_is_less_than_nothing() -> None:
    loan = found(receipts=(LP,), assets=(Leg(asset=ETH, units=1),), debts=(Leg(asset=USD, units=15),))
    row = one(loan, prices={ETH: "10", USD: "1"}, held=(LP,))
    assert (row.value_usd, row.debts_usd) == (-5, 15)


def test_a_lock_by_its_time_locks_all_of_it() -> None:
    lock = found(receipts=(LP,), assets=(Leg(asset=ETH, units=4),), locked_until=datetime(2027, 1, 1, tzinfo=UTC))
    assert one(lock, prices={ETH: "10"}).locked_usd == 40


def test_what_no_protocol_explains_counts_nothing() -> None:
    stranger = found(protocol="unknown", kind="unknown", is_counted=False, assets=(Leg(asset=ETH, units=4),))
    row = one(stranger, prices={ETH: "10"})
    assert (row.value_usd, row.lines) == (0, ())


@pytest.mark.parametrize(("price", "codes"), [("11", []), ("11.22", []), ("11.3", ["depeg"]), ("10.7", ["depeg"])])
def test_a_staked_token_that_trades_apart_from_its_rate_is_told(price: str, codes: list[str]) -> None:
    staked = found(kind="staked", receipts=(STK,), assets=(Leg(asset=ETH, units=1100),), facts={"units": "1000"})
    said = answer(staked, prices={ETH: "10", STK: price}, held=(STK,))
    rows = stated([staked], [], said, NOW)
    assert [each.code for each in rows[0].found.findings] == codes
    assert [each["code"] for each in told(rows)] == codes


@pytest.mark.parametrize(
    ("reserve", "codes"), [("1000", []), ("1019", []), ("1021", ["off_market"]), ("970", ["off_market"])]
)
def test_a_pool_off_the_market_is_told(reserve: str, codes: list[str]) -> None:
    pair = found(kind="v2_lp", receipts=(LP,), facts={"reserve0": "100", "reserve1": reserve},
                 assets=(Leg(asset=ETH, units=10), Leg(asset=USD, units=100)))  # fmt: skip
    (row,) = stated([pair], [], answer(pair, prices={ETH: "10", USD: "1"}), NOW)
    assert [each.code for each in row.found.findings] == codes


def test_positions_of_a_chain_that_failed_are_kept_where_the_totals_keep_them() -> None:
    kept = found(receipts=(LP,), assets=(Leg(asset=ETH, units=4),))
    before = answer(kept, prices={ETH: "10"})
    case = {
        "now": NOW.isoformat(), "wallets": [{"id": W}], "chains": [{"name": "c"}],
        "readings": [{"chain": "c", "error": "dead"}], "previous": before,
    }  # fmt: skip
    said = aggregated(Aggregate.model_validate(case))
    (row,) = stated([], [kept], said, NOW)
    assert (row.is_stale, row.value_usd) == (True, 40)
    assert stated([], [found(name="other", receipts=("c:x",))], said, NOW) == []


def pair_of(reserves: tuple[int, int], share: int) -> Found:
    paid = tuple(Leg(asset=a, units=r * share // 10**6) for a, r in zip((ETH, USD), reserves, strict=True))
    facts = {"reserve0": str(reserves[0]), "reserve1": str(reserves[1]), "shares": str(share), "supply": str(10**6)}
    return found(kind="v2_lp", receipts=(LP,), assets=paid, facts=facts)


def test_a_pair_whose_price_was_moved_is_valued_as_before() -> None:
    """A loan moves the price as far as it likes: the value stays 2√(k·p₀·p₁), the amounts what burning pays."""
    market = {ETH: Fraction(10), USD: Fraction(1)}
    honest = pair_of((10**9, 10**10), 10**5)
    assert valued(honest, market.get) == honest
    for times in (2, 10, 1000):
        moved = pair_of((10**9 // times, 10**10 * times), 10**5)
        (row,) = asked([moved], market.get)
        units = {part["asset"]: int(part["units"]) for part in row["assets"]}
        assert units == {ETH: 10**8, USD: 10**9}
        assert units != {leg.asset: leg.units for leg in moved.assets}
        fair = fair_value_squared((10**9 // times, 10**10 * times), (Fraction(10), Fraction(1)), Fraction(1, 10))
        assert (units[ETH] * 10 + units[USD]) ** 2 == fair


def test_a_pair_is_valued_by_what_burning_pays_where_a_price_is_in_doubt() -> None:
    moved = pair_of((10**8, 10**11), 10**5)
    assert valued(moved, {ETH: Fraction(10)}.get) == moved
    nested = moved.model_copy(update={"assets": tuple(leg.model_copy(update={"path": (LP,)}) for leg in moved.assets)})
    assert valued(nested, {ETH: Fraction(10), USD: Fraction(1)}.get) == nested
    near = pair_of((1_019_000_000, 10**10), 10**5)
    assert valued(near, {ETH: Fraction(10), USD: Fraction(1)}.get) == near
