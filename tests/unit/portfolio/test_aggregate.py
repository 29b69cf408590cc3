"""A total is the sum of its lines, and says what it does not know."""

from __future__ import annotations

import json
import random
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from premium.cases import answer
from premium.cli.portfolio import portfolio
from premium.portfolio.totals.cases import kinds

pytestmark = pytest.mark.unit
NOW, READ, PRICED = "2026-11-01T12:00:00Z", "2026-11-01T11:59:00Z", "2026-11-01T11:58:00Z"
E18 = 10**18
MOST = 2**256 - 1


def one(case: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer(json.dumps(case), kinds(explain=True)))
    assert "error" not in found, found
    _adds_up(found)
    return found


def _adds_up(found: dict[str, Any]) -> None:
    """Every sum equals its lines exactly, counted again the naive way."""
    with localcontext(prec=300):
        counted = [Decimal(row["value_usd"]) for row in found["holdings"] if row["counted"]]
        assets, debts = (sum((usd for usd in counted if (usd > 0) is up), Decimal(0)) for up in (True, False))
        assert Decimal(found["total_value_usd"]) == assets + debts
        assert (Decimal(found["assets_usd"]), Decimal(found["debts_usd"])) == (assets, -debts)
        doubt = sum((Decimal(row["uncertain_value_usd"]) for row in found["holdings"]), Decimal(0))
        assert Decimal(found["uncertain_value_usd"]) == doubt
        lines = [row["sign"] * Decimal(row["value_usd"]) for row in found["lines"] if row["counted"]]
        assert sum(lines, Decimal(0)) == assets + debts
        for rows in found["allocation"].values():
            assert sum((Decimal(row["usd"]) for row in rows), Decimal(0)) == assets
            assert sum((Decimal(row["share"]) for row in rows), Decimal(0)) == (1 if assets else 0)
        low, high = (None if end is None else Decimal(end) for end in found["bounds"].values())
        assert low is None or low <= assets + debts
        assert high is None or high >= assets + debts


def held(asset: str, units: int | str, decimals: int | None = 0, **more: Any) -> dict[str, Any]:
    return {"wallet": "w", "asset": asset, "units": units, "decimals": decimals, "symbol": asset} | more


def price(asset: str, usd: str, **more: Any) -> dict[str, Any]:
    return {"asset": asset, "usd": usd, "at": PRICED, "source": "defillama"} | more


def read(*balances: dict[str, Any], chain: str = "eth", **more: Any) -> dict[str, Any]:
    block = {"number": 10, "hash": "0xa"}
    return {"chain": chain, "block": block, "at": READ, "balances": list(balances)} | more


def case(*readings: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "now": NOW, "wallets": [{"id": "w", "kind": "evm", "address": "0x1"}],
        "chains": [{"name": "eth", "kind": "evm"}],
        "readings": list(readings), "prices": [price("ETH", "3000"), price("USDC", "1"), price("A", "2")],
        "token_decimals": {"USDC": 0, "ETH": 0},
    } | more  # fmt: skip


def rows(found: dict[str, Any], *names: str) -> dict[str, Any]:
    picked = {row["asset"]: tuple(row[name] for name in names) for row in found["holdings"]}
    return {asset: each[0] if len(names) == 1 else each for asset, each in picked.items()}


TWO_CHAINS = [{"name": "eth", "kind": "evm"}, {"name": "base", "kind": "evm"}]


def test_a_dead_chain_keeps_its_part_however_long() -> None:
    """One dead chain halved a recorded net worth for twelve days (rotki 12795)."""
    good = case(read(held("ETH", 1)), read(held("A", 1500), chain="base"), chains=TWO_CHAINS)
    first = one(good)
    assert (first["total_value_usd"], first["complete"]) == ("6000", True)
    before = first
    for day in range(2, 14):
        now = f"2026-11-{day:02}T12:00:00Z"
        fresh = [price("ETH", "3000", at=now)]
        dead = {"chain": "base", "error": "hanging"}
        before = one(good | {"now": now, "readings": [read(held("ETH", 1)), dead], "prices": fresh, "previous": before})
        assert (before["total_value_usd"], before["complete"]) == ("6000", False)
    kept = next(row for row in before["holdings"] if row["asset"] == "A")
    assert (kept["stale"], kept["as_of"], kept["price_usd"]) == (True, READ, "2")
    assert before["coverage"][0] | {} == {
        "wallet": "w", "chain": "base", "status": "stale", "at": READ, "block": 10, "reason": "hanging",
    }  # fmt: skip
    priced = good | {"readings": [{"chain": "base", "error": "dead"}], "previous": first,
                     "prices": [price("A", "3"), price("ETH", "3000")]}  # fmt: skip
    assert rows(one(priced), "value_usd") == {"A": "4500", "ETH": "3000"}, "a price that is known is used"


def test_a_chain_that_never_answered_is_unread_and_opens_the_bounds() -> None:
    found = one(case(read(held("ETH", 1)), {"chain": "base", "error": "429"}, chains=TWO_CHAINS))
    assert (found["complete"], found["bounds"]) == (False, {"low": None, "high": None})
    assert [row["status"] for row in found["coverage"]] == ["unread", "fresh"]


@pytest.mark.parametrize(
    ("wallet", "status", "reason"),
    [
        ({"chains": ["eth", "moon"]}, "unsupported", "unknown chain"),
        ({"chains": ["eth", "off"]}, "unsupported", "the chain is not active"),
        ({"chains": ["eth", "sol"]}, "unsupported", "a chain of kind solana, a wallet of kind evm"),
        ({"chains": ["eth", "base"]}, "unread", "not read"),
        ({"chains": ["eth"], "added": NOW}, "fresh", None),
    ],
)
def test_a_wallet_on_a_chain_that_is_not_read_makes_the_total_incomplete(
    wallet: dict[str, Any], status: str, reason: str | None
) -> None:
    chains = [*TWO_CHAINS, {"name": "off", "kind": "evm", "active": False}, {"name": "sol", "kind": "solana"}]
    found = one(case(read(held("ETH", 1)), chains=chains, wallets=[{"id": "w", "kind": "evm"} | wallet]))
    last = found["coverage"][-1] if status == "unsupported" else found["coverage"][0]
    assert (last["status"], last["reason"]) == (status, reason)
    assert found["complete"] is (status == "fresh")
    assert found["total_value_usd"] == "3000"


def test_a_wallet_added_since_is_pending_and_not_empty() -> None:
    wallets = [{"id": "w"}, {"id": "new", "added": NOW}]
    found = one(case(read(held("ETH", 1)), wallets=wallets))
    assert [(row["wallet"], row["status"]) for row in found["coverage"]] == [("new", "pending"), ("w", "fresh")]
    assert not found["complete"]


LP = {"wallet": "w", "protocol": "uniswap", "kind": "lp", "receipts": ["LP"], "assets": [{"asset": "A", "units": 10}]}
GAUGE = {
    "wallet": "w",
    "protocol": "curve",
    "kind": "gauge",
    "receipts": ["G"],
    "assets": [{"asset": "LP", "units": 5}],
}


def test_what_a_position_explains_is_counted_once() -> None:
    """V3 positions, staked tokens, gauges counted two or three times (rotki 7276, 4077, 9534)."""
    prices = [price(asset, "2") for asset in ("A", "LP", "G")]
    balances = [held("LP", 0), held("G", 5), held("A", 1)]
    found = one(case(read(*balances, positions=[GAUGE, LP]), prices=prices, token_decimals={"A": 0}))
    assert found["total_value_usd"] == "22"
    whys = {(row["asset"], row["role"]): row["why"] for row in found["holdings"]}
    assert whys[("LP", "asset")] == whys[("G", "held")] == whys[("LP", "held")] == "receipt"
    alone = one(case(read(held("LP", 3), positions=[GAUGE, LP]), prices=prices, token_decimals={"A": 0, "LP": 0}))
    assert alone["total_value_usd"] == "30", "the wallet's own share is explained, the staked one counts"
    again = LP | {"protocol": "sushi"}
    twice = one(case(read(held("LP", 5), positions=[LP, again, LP]), prices=prices, token_decimals={"A": 0}))
    assert (twice["total_value_usd"], [row["code"] for row in twice["findings"]]) == ("20", ["receipt_twice"])


def test_debts_are_no_wealth_and_one_without_a_price_is_told() -> None:
    """Debts as wealth (rotki 9052)."""
    loan = {"wallet": "w", "protocol": "aave", "kind": "lending", "receipts": ["aUSDC", "debtETH"],
            "assets": [{"asset": "USDC", "units": 100}], "debts": [{"asset": "ETH", "units": 1}]}  # fmt: skip
    reading = read(held("aUSDC", 100), held("debtETH", 1), positions=[loan])
    found = one(case(reading))
    assert (found["total_value_usd"], found["assets_usd"], found["debts_usd"]) == ("-2900", "100", "3000")
    assert (found["complete"], found["positions"][0]["value_usd"]) == (True, "-2900")
    unpriced = one(case(reading, prices=[price("USDC", "1")]))
    assert (unpriced["complete"], unpriced["bounds"]) == (False, {"low": None, "high": "100"})
    assert unpriced["findings"][0]["code"] == "debt_without_price"
    doubtful = one(case(reading, prices=[price("USDC", "1"), price("ETH", "3000", confidence="0.5")]))
    assert (doubtful["total_value_usd"], doubtful["uncertain_value_usd"]) == ("100", "-3000")
    assert doubtful["bounds"] == {"low": "-2900", "high": "100"}


def test_one_asset_under_two_names_counts_once() -> None:
    """CELO and Arc's USDC twice (blockscout-rs 1626, MetaMask core 9277)."""
    prices = [price("CELO", "1"), price("0x471", "1")]
    pair = (held("CELO", 7), held("0x471", 7, mirror_of="CELO"))
    assert one(case(read(*pair), prices=prices))["total_value_usd"] == "7"
    alone = one(case(read(pair[1]), prices=prices))
    assert alone["total_value_usd"] == "7", "without the original the mirror counts"
    both = (held("CELO", 7, mirror_of="0x471"), pair[1])
    assert one(case(read(*both), prices=prices))["total_value_usd"] == "7"


def test_a_placeholder_balance_counts_no_more_than_lies_behind_its_price() -> None:
    """Tempo's placeholder of 4·10^57 (tempo 1499)."""
    found = one(case(read(held("USD", str(4242 * 10**54), 18)), prices=[price("USD", "1", depth_usd="5000")]))
    assert (found["total_value_usd"], rows(found, "counted", "why")) == ("5000", {"USD": (True, "thin")})
    assert Decimal(found["uncertain_value_usd"]) == 4242 * 10**36 - 5000


def test_depth_is_shared_by_wallets() -> None:
    wallets = [{"id": "w"}, {"id": "v"}]
    both = read(held("A", 2000), held("A", 1000) | {"wallet": "v"})
    found = one(case(both, wallets=wallets, prices=[price("A", "2", depth_usd="5000")]))
    assert found["total_value_usd"] == "5000"
    assert [(row["wallet"], row["value_usd"], row["why"]) for row in found["holdings"]] == [
        ("w", "4000", None), ("v", "1000", "thin"),
    ]  # fmt: skip


def test_a_price_that_jumps_tenfold_waits_for_a_second_source_or_the_next_reading() -> None:
    """A fake price's spike (rotki 12072)."""
    first = one(case(read(held("A", 10))))
    spike = case(read(held("A", 10)), prices=[price("A", "2000")], previous=first)
    held_back = one(spike)
    assert (held_back["total_value_usd"], held_back["uncertain_value_usd"]) == ("20", "19980")
    assert rows(held_back, "price_usd", "counted", "why") == {"A": ("2", True, "held_back")}
    assert held_back["bounds"] == {"low": "20", "high": "20000"}
    assert one(spike | {"previous": held_back})["total_value_usd"] == "20000"
    second = [price("A", "2000"), price("A", "2010", source="coingecko")]
    assert one(spike | {"prices": second})["total_value_usd"] == "20000"
    later = one(spike | {"now": "2026-11-01T14:00:00Z", "prices": [price("A", "2000", at="2026-11-01T14:00:00Z")]})
    assert later["total_value_usd"] == "20000"


def test_a_large_new_asset_waits_too_but_not_that_of_a_new_wallet() -> None:
    first = one(case(read(held("ETH", 1))))
    more = case(read(held("ETH", 1), held("A", 1000)), previous=first)
    found = one(more)
    assert (found["total_value_usd"], rows(found, "why")["A"]) == ("3000", "held_back")
    assert one(more | {"previous": found})["total_value_usd"] == "5000"
    small = case(read(held("ETH", 1), held("A", 100)), previous=first)
    assert one(small)["total_value_usd"] == "3200"
    other = read(held("ETH", 1), held("A", 1000) | {"wallet": "v"})
    assert one(case(other, wallets=[{"id": "w"}, {"id": "v"}], previous=first))["total_value_usd"] == "5000"


@pytest.mark.parametrize(
    ("prices", "why", "quality"),
    [
        ([], "no_price", "unknown"),
        ([price("X", "5", confidence="0.89")], "low_confidence", "low_confidence"),
        ([price("X", "5", at="2026-11-01T10:59:00Z")], "too_old", "too_old"),
        ([price("X", "5", at="2026-11-01T10:59:00Z", heartbeat_seconds=86400)], None, "good"),
        ([price("X", "5", heartbeat_seconds=60)], "too_old", "too_old"),
        ([price("X", "5"), price("X", "5.26", source="coingecko")], "disputed", "disputed"),
        ([price("X", "5"), price("X", "5.25", source="coingecko")], None, "good"),
        ([price("X", "5"), price("X", "9", source="coingecko", confidence="0.1")], None, "good"),
        ([price("X", "5"), price("X", "9", at="2026-11-01T11:00:00Z")], None, "good"),
    ],
)
def test_only_good_prices_count(prices: list[dict[str, Any]], why: str | None, quality: str) -> None:
    found = one(case(read(held("X", 2)), prices=prices))
    assert rows(found, "why", "quality") == {"X": (why, quality)}
    assert found["total_value_usd"] == ("0" if why else "10")
    if why is None:
        assert rows(found, "price_usd") == {"X": "5"}
    assert found["complete"] is True
    assert (found["bounds"]["high"] is None) is (why == "no_price")


def test_a_stablecoin_is_what_it_trades_at() -> None:
    """Bridged dollars held at $1 after the bridge fell (dimension-adapters 664)."""
    found = one(case(read(held("mUSDC", 100, category="stablecoin")), prices=[price("mUSDC", "0.13")]))
    assert (found["total_value_usd"], [row["code"] for row in found["findings"]]) == ("13", ["depeg"])
    apart = [price("mUSDC", "1"), price("mUSDC", "1.02", source="coingecko")]
    assert rows(one(case(read(held("mUSDC", 100, category="stablecoin")), prices=apart)), "why") == {
        "mUSDC": "disputed"
    }


def test_one_token_that_does_not_answer_keeps_its_line_and_spoils_no_other() -> None:
    """One token that fails a batch of 100 (nautilus_trader 3086)."""
    first = one(case(read(held("ETH", 1), held("A", 5))))
    found = one(case(read(held("ETH", 2), unreadable=["A"]), previous=first))
    assert rows(found, "units", "stale") == {"ETH": ("2", False), "A": ("5", True)}
    assert (found["complete"], found["coverage"][0]["reason"]) == (False, "unreadable: A")
    never = one(case(read(held("ETH", 2), unreadable=["A"])))
    assert (never["bounds"]["high"], never["complete"]) == (None, False)


def test_spam_hidden_no_scale_and_the_users_word() -> None:
    balances = [held(asset, 1) for asset in ("S", "H", "P", "N")] + [held("Z", 1, None)]
    words = {"H": {"hidden": True}, "P": {"usd": "7", "category": "gem"}, "N": {"spam": False}}
    found = one(case(read(*balances), prices=[price(asset, "3") for asset in "SHNZ"], overrides=words,
                     spam={"S": ["a link in its name"], "N": ["unsolicited"]}))  # fmt: skip
    assert rows(found, "why") == {"S": "spam", "H": "hidden", "P": None, "N": None, "Z": "no_scale"}
    assert (found["total_value_usd"], rows(found, "category")["P"]) == ("10", "gem")


def test_locked_identities_and_another_currency() -> None:
    lock = {"wallet": "w", "protocol": "ve", "assets": [{"asset": "A", "units": 1}], "locked_until": "2027-01-01"}
    found = one(case(read(held("ETH", 1), held("wETH", 2), positions=[lock]), token_decimals={"A": 0},
                     prices=[price("ETH", "10"), price("wETH", "10"), price("A", "3")], currency="EUR", rate="0.9",
                     identities={"Ether": ["ETH", "wETH"]}))  # fmt: skip
    assert (found["total_value_usd"], found["locked_usd"]) == ("33", "3")
    assert found["allocation"]["asset"][0] == {"key": "Ether", "usd": "30", "share": "0.90909091"}
    assert [row["key"] for row in found["allocation"]["protocol"]] == ["wallet", "ve"]
    assert found["in_currency"]["total_value"] == "29.7"


def test_the_newest_reading_counts_and_parts_of_one_block_are_put_together() -> None:
    old = read(held("ETH", 9)) | {"block": {"number": 9, "hash": "0x9"}}
    parts = [read(held("ETH", 1)), read(held("A", 1)), read(held("A", 1))]
    found = one(case(old, *parts))
    assert found["total_value_usd"] == "3002"
    assert found["findings"][0]["code"] == "superseded_reading"


def test_the_largest_amounts_are_exact() -> None:
    found = one(case(read(held("X", str(MOST), 77), held("Y", str(MOST), 0)),
                     prices=[price("X", "1e-119"), price("Y", "9" * 119)]))  # fmt: skip
    with localcontext(prec=300):
        assert Decimal(found["total_value_usd"]) == Decimal(MOST) * int("9" * 119)


@given(st.integers(0, 10**6))
def test_order_and_duplicates_change_nothing_and_each_line_is_its_own_product(seed: int) -> None:
    draw = random.Random(seed)
    assets = [f"t{n}" for n in range(12)]
    prices = [
        price(asset, f"{draw.randrange(10**9)}e-{draw.randint(0, 12)}") for asset in assets if draw.random() < 0.9
    ]
    readings = [
        read(*(held(asset, str(draw.randrange(10**30)), 18, wallet=draw.choice("vw"), category=draw.choice("xyz"))
               for asset in draw.sample(assets, 6)), chain=chain)
        for chain in ("eth", "base")
    ]  # fmt: skip
    made = case(*readings, prices=prices, chains=TWO_CHAINS, wallets=[{"id": "w"}, {"id": "v"}])
    found = one(made)
    for row in found["holdings"]:
        if row["counted"]:
            with localcontext(prec=200):
                exact = Decimal(row["units"]).scaleb(-18) * Decimal(row["price_usd"])
                assert Decimal(row["value_usd"]) == exact.quantize(Decimal("1e-8"), ROUND_HALF_EVEN)
    mixed = json.loads(json.dumps(made))
    for name in ("prices", "readings", "chains", "wallets"):
        mixed[name] += draw.sample(mixed[name], 1)
        draw.shuffle(mixed[name])
    for reading in mixed["readings"]:
        draw.shuffle(reading["balances"])
    assert one(mixed) == found


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"now": None}, "now: must be a date and time"),
        ({"now": "soon"}, "now: not a date or time: 'soon'"),
        ({"wallets": [{"kind": "evm"}]}, "wallets.0.id: is required"),
        ({"wallets": [{"id": "w"}, {"id": "w", "kind": "bitcoin"}]}, "wallets.1: another wallet has this id"),
        ({"chains": [{"name": "eth", "active": "perhaps"}]}, "chains.0.active: must be true or false"),
        ({"readings": [{"chain": "eth"}]}, "readings.0: either error, or block and at, is asked for"),
        ({"readings": [read(held("A", -1))]}, "readings.0.balances.0.units: must be 0 at least"),
        ({"readings": [read(held("A", 1.5))]}, "readings.0.balances.0.units: a quantity is a string"),
        ({"readings": [read(held("A", str(2**256)))]}, "readings.0.balances.0.units: must be 1157"),
        ({"readings": [read(held("A", 1, 256))]}, "readings.0.balances.0.decimals: must be 255 at most"),
        ({"readings": [read(held("A", 1), held("A", 2))]}, "readings.0.balances.1: differs from another of this block"),
        ({"readings": [read(held("A", 1) | {"wallet": "?"})]}, "readings.0.balances.0.wallet: is none of wallets"),
        (
            {"readings": [read(), read(block={"number": 10, "hash": "0xb"})]},
            "readings: two blocks 10 of eth differ in their hash",
        ),
        ({"prices": [price("A", "-1")]}, "prices.0.usd: must be 0 at least"),
        ({"prices": [price("A", "NaN")]}, "prices.0.usd: must be finite"),
        ({"prices": [{"asset": "A", "usd": "1"}]}, "prices.0.at: is required"),
        ({"prices": [price("A", "1", confidence="1.5")]}, "prices.0.confidence: must be 1 at most"),
        ({"identities": {"x": ["A"], "y": ["A"]}}, "identities.y: A is one of x, too"),
        ({"currency": "EUR"}, "rate is required with currency"),
        ({"rate": "0", "currency": "EUR"}, "rate: must be greater than 0"),
        ({"previous": []}, "previous: must be a JSON object"),
        ({"surprise": 1}, "surprise: is no field here"),
    ],
)
def test_a_wrong_field_is_its_own_cases_error(wrong: dict[str, Any], words: str) -> None:
    good = case(read(held("A", 1)))
    bad, fine = json.loads(answer(json.dumps([good | wrong | {"id": "bad"}, good]), kinds()))
    assert bad["id"] == "bad"
    assert bad["error"]["message"].startswith(words), bad
    assert fine["total_value_usd"] == "2"


def test_the_command_takes_its_own_answer_as_the_one_before(tmp_path: Path) -> None:
    given_file = tmp_path / "in.json"
    given_file.write_text(json.dumps(case(read(held("ETH", 1)))))
    first = CliRunner().invoke(portfolio, ["aggregate", "--input", str(given_file), "--explain"])
    assert first.exit_code == 0, first.output
    found = json.loads(first.output)
    assert found["lines"][0]["id"] == "w/eth/ETH"
    given_file.write_text(json.dumps(case({"chain": "eth", "error": "dead"}, previous=found, prices=[])))
    second = CliRunner().invoke(portfolio, ["aggregate", "--input", str(given_file)])
    assert "lines" not in json.loads(second.output)
    assert json.loads(second.output)["total_value_usd"] == "3000"
