"""What a refresh reads, of the wallets and of what was there before."""

from __future__ import annotations

from uuid import UUID

import pytest

from premium.portfolio.model import Wallet
from premium.portfolio.valuation.assembly import assemble
from premium.portfolio.valuation.summary import summary
from premium.portfolio.valuation.watchlist import watchlist
from tests.unit.portfolio.examples import ALICE, BOB, JOB, START, balance, key, quote, reading

pytestmark = pytest.mark.unit

NONE = frozenset[str]()


def wallet(address: str, *chains: str) -> Wallet:
    return Wallet(id=UUID(int=1), address=address, label=None, chains=chains, created_at=START)


def test_a_wallet_that_names_no_chains_is_read_on_every_active_one() -> None:
    found = watchlist([wallet(ALICE), wallet(BOB, "one", "gone")], ["one", "two"], None)
    assert found == {"one": {ALICE: NONE, BOB: NONE}, "two": {ALICE: NONE}}
    assert watchlist([wallet(BOB, "gone")], ["one"], None) == {}


def test_tokens_of_the_snapshot_before_are_read_again() -> None:
    token, native = key("one", 7), key("one")
    read = reading(
        "one", balance(ALICE, token, 1), balance(BOB, token, 1), balance(ALICE, native, 1, category="native")
    )
    before = assemble(
        job_id=JOB,
        timestamp=START,
        outcomes={"one": read},
        quotes={token: quote("1", asset=token)},
        watched={"one": {ALICE, BOB}},
        previous=None,
    )
    assert watchlist([wallet(ALICE)], ["one"], before) == {"one": {ALICE: {token.partition(":")[2]}}}
    assert set(before.prices) == {token} == {price.key for price in before.good_prices}


def test_a_summary_counts_chains_that_were_not_read() -> None:
    made = assemble(
        job_id=JOB,
        timestamp=START,
        outcomes={"one": reading("one"), "two": "down"},
        quotes={},
        watched={},
        previous=None,
    )
    assert summary(made) == {
        "complete": False,
        "totalValueUsd": "0",
        "uncertainValueUsd": "0",
        "asOf": START.isoformat(),
        "isStale": True,
        "assets": 0,
        "chainsRead": 1,
        "chainsFailed": 1,
    }
