"""What disposals realise by lots, from booked flows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from premium.portfolio.flow_model import FlowRow
from premium.portfolio.flows.profits import FirstHeld, realised, realised_told

pytestmark = pytest.mark.unit

START = datetime(2026, 1, 1, tzinfo=UTC)
A, B, SHARE = "x:0xa", "x:0xb", "x:0xc"


def flow(day: float, asset: str, units: int, usd: str | None, kind: str, **more: Any) -> FlowRow:
    at = START + timedelta(days=day)
    told = {"tx": f"{day}:{kind}", "place": 0, "wallet": "w", "chain": "x", "decimals": 0, "block": 1} | more
    return FlowRow(id=uuid4(), asset=asset, units=Decimal(units), usd=None if usd is None else Decimal(usd), kind=kind,
                   at=at, counted_at=at, **told)  # fmt: skip


def by(flows: list[FlowRow], first: list[FirstHeld] | None = None, method: str = "fifo") -> list[Decimal | None]:
    found = realised(reversed(flows), first or [])
    return [found[_id(each)].get(method) for each in flows]  # type: ignore[call-overload]


def _id(each: FlowRow) -> UUID:
    assert each.id is not None
    return each.id


def test_each_method_takes_its_own_lots() -> None:
    flows = [
        flow(1, A, 10, "100", "deposit"),
        flow(2, A, 10, "300", "deposit"),
        flow(3, A, 10, "150", "airdrop"),
        flow(4, A, -10, "-200", "withdrawal"),
    ]
    assert by(flows) == [None, None, None, 100]
    assert by(flows, method="lifo")[-1] == 50
    assert by(flows, method="hifo")[-1] == -100
    assert by(flows, method="average")[-1] == Decimal("16.66666667")


def test_what_was_first_held_goes_first_and_what_has_no_basis_gains_nothing() -> None:
    flows = [
        flow(1, A, 10, "200", "deposit"),
        flow(2, A, -5, "-150", "exchange"),
        flow(3, A, -10, "-300", "withdrawal"),
    ]
    assert by(flows, [FirstHeld(A, 5, Decimal(50))]) == [None, 100, 100]
    assert by(flows, [FirstHeld(A, 5, None)]) == [None, 50, 50], "half of the last has no basis"
    assert by([flow(1, A, -5, "-150", "withdrawal")]) == [0]


def test_gas_is_sold_and_own_transfers_and_phantoms_are_nothing() -> None:
    flows = [
        flow(1, A, 100, "100", "deposit"),
        flow(2, A, -40, "-40", "own"),
        flow(2, A, 40, "40", "own", wallet="v"),
        flow(3, A, 7, None, "phantom"),
        flow(4, A, -10, "-30", "gas"),
        flow(5, A, -10, "-30", "withdrawal", corrected="own"),
    ]
    assert by(flows) == [None, None, None, None, 20, None]


def test_a_share_carries_the_basis_there_and_back() -> None:
    """10 units of cost 100 into a vault's share, which has no price, and 12 out of it that are worth 180."""
    flows = [
        flow(1, A, 10, "100", "deposit"),
        flow(2, A, -10, "-150", "exchange", tx="in"),
        flow(2, SHARE, 5, None, "exchange", tx="in", place=1),
        flow(3, SHARE, -5, None, "exchange", tx="out"),
        flow(3, A, 12, "180", "exchange", tx="out", place=1),
    ]
    assert by(flows) == [None, 0, None, 80, None]
    half = [*flows[:3], flow(3, SHARE, -1, None, "exchange", tx="out"), flow(3, A, 3, "45", "exchange", tx="out")]
    assert by(half)[3] == 25


def test_an_exchange_of_two_prices_is_a_sale_and_a_purchase() -> None:
    flows = [
        flow(1, A, 10, "100", "deposit"),
        flow(2, A, -10, "-150", "exchange", tx="t"),
        flow(2, B, 3, "149", "exchange", tx="t", place=1),
        flow(3, B, -3, "-160", "withdrawal"),
    ]
    assert by(flows) == [None, 50, None, 11]


def test_what_is_realised_and_what_is_left_is_all_that_was_earned() -> None:
    """Random flows: proceeds - what came + cost of what is left = realised, whatever the method."""
    for seed in range(30):
        random, flows, held, paid = Random(seed), [], 0, Decimal(0)
        for day in range(40):
            units = random.randrange(-held, 50) if held else random.randrange(1, 50)
            usd = Decimal(random.randrange(1, 10_000)) * (1 if units >= 0 else -1)
            if units:
                flows.append(flow(day, A, units, str(usd), "deposit" if units > 0 else "withdrawal"))
                held, paid = held + units, paid + usd
        if held:
            flows.append(flow(99, A, -held, "-5000", "withdrawal"))
            paid -= 5000
        for method in ("fifo", "lifo", "hifo", "average"):
            gained = sum((Fraction(each) for each in by(flows, method=method) if each is not None), Fraction(0))
            assert abs(gained + Fraction(paid)) < Fraction(1, 10**6), (seed, method)


def test_it_is_written_without_exponents() -> None:
    assert realised_told({"fifo": Decimal("1E-8"), "lifo": Decimal(-3)}) == {"fifo": "0.00000001", "lifo": "-3"}
