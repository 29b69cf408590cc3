"""Plans cover everybody once; what chunks hand on comes back as it was; costs follow from what was measured."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premium.chains.model import Balance, ChainReading, Searched
from premium.chains.reading.parts import Apart, Collectible, Note
from premium.portfolio import runs
from premium.portfolio.fleet.costs import ASSUMED, Fleet, dollars, simulate
from premium.portfolio.run_model import Read, planned, quote_of, quote_told
from premium.prices.model import Price, Quality, Quote

pytestmark = pytest.mark.unit
AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
CHAINS = ("base", "ethereum", "polygon")


@given(
    st.dictionaries(
        st.uuids(), st.lists(st.tuples(st.sampled_from("abcdef"), st.sets(st.sampled_from(CHAINS))), max_size=3),
        max_size=40,
    ),
    st.integers(1, 7),
    st.integers(1, 4),
)  # fmt: skip
def test_blocks_hold_each_user_once_and_reads_each_wallet_that_is_due(
    wallets: dict[UUID, list[tuple[str, set[str]]]], size: int, group: int
) -> None:
    blocks = planned(wallets, size, group)
    assert sum(block.users for block in blocks) == len(wallets)
    users = sorted(wallets)
    for block, other in pairwise(blocks):
        assert block.first <= block.last < other.first
    for chain in CHAINS:
        reads = [
            (block.first, block.reads[chain][1], block.reads[chain][0]) for block in blocks if chain in block.reads
        ]
        asked = any(chain in chains for mine in wallets.values() for _, chains in mine)
        for user in users:
            assert sum(first <= user <= last for first, last, _ in reads) == asked
        for first, last, cells in reads:
            mine = {name for u in users if first <= u <= last for name, on in wallets[u] if chain in on}
            assert cells == len(mine)


def test_a_quote_comes_back_with_all_that_its_json_leaves_out() -> None:
    one = Price(key="a:1", usd=Decimal("1.50"), confidence=Decimal("0.9"), at=AT, source="provider", depth=Decimal(7))
    other = one.model_copy(update={"source": "feed", "heartbeat": 3600, "usd": Decimal(2)})
    for quote in (
        Quote(price=one, quality=Quality.DISPUTED, said=(one, other)),
        Quote(price=None, quality=Quality.UNAVAILABLE),
        Quote(price=None, quality=Quality.UNKNOWN, said=(other,)),
    ):
        assert quote_of(quote_told(quote)) == quote


def test_what_a_chunk_read_comes_back_by_wallet() -> None:
    rows = tuple(
        Balance(wallet=wallet, key="base:0x1", symbol="X", decimals=None, units=2**255 + n, category="token")
        for n, wallet in enumerate("ab")
    )
    said = ChainReading(
        chain="base", block=5, block_hash="0x5", block_time=AT, read_at=AT, balances=rows, unreadable=("base:0x2",),
        searched={w: Searched(low=0, high=5, tokens=frozenset({"0x1"})) for w in "ab"}, unused=frozenset("b"),
        apart=tuple(Apart(wallet=w, kind="stake", name=w, parts=((1, "free"),)) for w in "ab"),
        notes=(Note("of_all", "all"), *(Note("not_read", w, w) for w in "ab")),
        collectibles=tuple(
            Collectible(wallet=w, contract="0x1", number=2**256 - 1, standard="erc721", units=1, name=None)
            for w in "ab"
        ),
    )  # fmt: skip
    assert Read.unpacked(Read(outcome=said).packed()).outcome == said
    mine = Read(outcome=said).of_wallets({"a"}).outcome
    assert isinstance(mine, ChainReading)
    assert (mine.balances, set(mine.searched), mine.unused) == (rows[:1], {"a"}, frozenset())
    told = [each.wallet for part in (mine.apart, mine.notes, mine.collectibles or ()) for each in part]
    assert told == ["a", None, "a", "a"], "nothing of another's wallet"
    assert Read.unpacked(Read(outcome="it hangs").packed()).outcome == "it hangs"


def test_costs_follow_from_users_chains_and_what_was_measured() -> None:
    assert dollars(calls=1_000_000, cpu_seconds=3600) == Decimal("5.0405")
    told = simulate(Fleet(users=125_000), ASSUMED, workers=8, wallets_a_read=2_500)
    # 162,500 wallets of 26 reads each, and a 24th of 94 chains that they never used; chunks as they are really cut.
    assert told["reads"] == "4861458.33"
    assert 1_000 < Decimal(told["readsACall"]) <= 1_500
    assert Decimal(told["callsARun"]) == sum(
        Decimal(told[f"callsOf{name}"]) for name in ("Balances", "Emptiness", "Logs", "Chunks")
    )
    assert Decimal(told["callsAMonth"]) < 10_000_000
    assert told["staleCells"] == "19500"
    more = simulate(Fleet(users=250_000), ASSUMED, workers=8, wallets_a_read=2_500)
    assert Decimal(more["seconds"]) > Decimal(told["seconds"])


def test_what_alarms_watch_of_a_run_are_shares_of_what_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, float] = {}
    monkeypatch.setattr(runs, "observe", lambda name, value, _: told.update({name: value}))
    report: dict[str, Any] = {
        "users": 40, "written": 35, "before": 3, "cells": {"fresh": 60, "stale": 15, "unread": 5, "dormant": 900},
        "unread": ["base"], "assets": 200, "pricesSilent": 3, "equationsOpen": 2, "lines": 1_000, "spamHeld": 355,
    }  # fmt: skip
    runs._measure(report)
    assert told == {"RunUndone": 2, "RunStale": 25.0, "ChainsUnread": 1, "PricesSilent": 1.5, "EquationsOpen": 5.0,
                    "SpamHeld": 35.5}  # fmt: skip
    nothing = dict.fromkeys(("users", "written", "before", "assets", "pricesSilent", "equationsOpen", "lines"), 0)
    runs._measure(nothing | {"cells": {}, "unread": [], "spamHeld": 0})
    assert set(told.values()) == {0}, "a run over nobody divides by nothing"
