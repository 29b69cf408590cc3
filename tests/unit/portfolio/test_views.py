"""What is shown of a portfolio: a part with its own sums and bounds, assets together, changes, explanations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from premium.chains.addresses import NATIVE, in_key
from premium.chains.registry import load
from premium.config import Settings
from premium.errors import AppError, InvalidInput, NotFound, UpstreamUnavailable
from premium.portfolio.flow_model import FlowRow
from premium.portfolio.model import AssetRow, ChainState, Holding, Judged, Snapshot, Status, Wallet
from premium.portfolio.recognition.places import RefreshedPart
from premium.portfolio.shown import Shown
from premium.portfolio.totals.asked import Aggregate
from premium.portfolio.totals.cases import aggregated
from premium.portfolio.views.changed import changes
from premium.portfolio.views.explained import of_answer, of_flow, of_snapshot
from premium.portfolio.views.grouped import by_identity, held, identities, of_wallets, page
from premium.portfolio.views.narrowed import is_complete, narrowed, still_fresh
from premium.prices.model import Price, Quality, Quote
from premium.tiers import Tier

pytestmark = pytest.mark.unit
NOW = datetime(2026, 1, 10, 12, tzinfo=UTC)
READ = (NOW - timedelta(minutes=1)).isoformat()


def balance(wallet: str, asset: str, units: int, decimals: int | None = 0) -> dict[str, Any]:
    return {"wallet": wallet, "asset": asset, "units": units, "decimals": decimals, "category": "token"}


def reading(chain: str, *balances: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"chain": chain, "block": {"number": 7}, "at": READ, "balances": list(balances)} | more


def stated(*readings: Mapping[str, Any], prices: Mapping[str, str], **more: Any) -> dict[str, Any]:
    told = [{"asset": asset, "usd": usd, "at": READ, "source": "provider"} for asset, usd in prices.items()]
    case = {
        "now": NOW.isoformat(), "readings": list(readings), "prices": told,
        "wallets": [{"id": name, "added": "2026-01-01"} for name in ("w", "v")],
        "chains": [{"name": name} for name in ("e", "b")],
    } | more  # fmt: skip
    return aggregated(Aggregate.model_validate(case))


def two_chains() -> dict[str, Any]:
    loan = {"wallet": "v", "protocol": "aave", "kind": "lending", "receipts": ["r"],
            "assets": [{"asset": "e:a", "units": 3}], "debts": [{"asset": "e:d", "units": 40}]}  # fmt: skip
    one = reading("e", balance("w", "e:a", 10), balance("v", "e:a", 5), balance("w", "e:n", 9), positions=[loan])
    return stated(one, {"chain": "b", "error": "dead"}, prices={"e:a": "2", "e:d": "1"}, token_decimals={"e:d": 0})


@pytest.mark.parametrize("wallet", ["w", "v"])
@pytest.mark.parametrize("chain", ["e", "b"])
def test_a_part_states_what_the_totals_would_state_of_it_alone(wallet: str, chain: str) -> None:
    part = narrowed(two_chains(), {wallet}, {chain})
    loan = two_chains()["positions"] if (wallet, chain) == ("v", "e") else []
    assert part["positions"] == loan
    case = {"wallets": [{"id": wallet}], "chains": [{"name": chain}]}
    mine = {"w": [balance("w", "e:a", 10), balance("w", "e:n", 9)], "v": [balance("v", "e:a", 5)]}[wallet]
    legs = [{"wallet": "v", "protocol": "aave", "kind": "lending", "receipts": ["r"],
             "assets": [{"asset": "e:a", "units": 3}], "debts": [{"asset": "e:d", "units": 40}]}]  # fmt: skip
    alone = reading("e", *mine, positions=legs if loan else []) if chain == "e" else {"chain": "b", "error": "dead"}
    whole = stated(alone, prices={"e:a": "2", "e:d": "1"}, token_decimals={"e:d": 0}, **case)
    same = ("total_value_usd", "assets_usd", "debts_usd", "uncertain_value_usd", "bounds", "complete", "allocation")
    assert {name: part[name] for name in same} == {name: whole[name] for name in same}
    assert [row["asset"] for row in part["holdings"]] == [row["asset"] for row in whole["holdings"]]


def test_all_is_all_and_a_debt_without_a_price_stays_incomplete() -> None:
    whole = two_chains()
    assert narrowed(whole) == whole
    assert (is_complete(whole), is_complete(narrowed(whole, None, {"e"}))) == (False, True)
    silent = stated(reading("e", positions=[{"wallet": "w", "protocol": "x", "debts": [{"asset": "e:q", "units": 1}]}]),
                    reading("b"), prices={})  # fmt: skip
    part = narrowed(silent, {"w"}, {"e"})
    assert (part["complete"], part["bounds"]["low"]) == (False, None)
    assert narrowed(silent, {"v"})["complete"], "it is another wallet's"


def test_chains_that_were_left_out_are_as_fresh_as_they_were() -> None:
    before = stated(reading("e", balance("w", "e:a", 10)), reading("b", balance("w", "b:a", 4)),
                    prices={"e:a": "1", "b:a": "1"})  # fmt: skip
    after = stated(reading("e", balance("w", "e:a", 11)), {"chain": "b", "error": "left"},
                   prices={"e:a": "1", "b:a": "1"}, previous=before)  # fmt: skip
    assert not after["complete"]
    told = after | still_fresh(after, before, "left", NOW - timedelta(hours=1))
    assert told["complete"]
    assert {row["status"] for row in told["coverage"]} == {"fresh"}
    assert not any(row["stale"] for row in told["holdings"])
    assert told["total_value_usd"] == "15"
    old = after | still_fresh(after, before, "left", NOW)
    assert (old["complete"], old["coverage"]) == (False, after["coverage"])
    dead = after | still_fresh(after, before, "another reason", NOW - timedelta(hours=1))
    assert not dead["complete"]


def row(asset: str, balance: str, value: str | None, number: int = 0, **more: Any) -> AssetRow:
    return AssetRow.model_validate({
        "id": UUID(int=number), "chain": asset.partition(":")[0], "asset": asset, "symbol": "S", "category": "token",
        "decimals": 0, "balance": balance, "price_usd": "1", "price_quality": "good", "value_usd": value,
        "is_stale": False, "as_of": NOW,
    } | more)  # fmt: skip


def test_each_identity_is_a_listed_coin_or_token_of_its_symbol() -> None:
    """A bridged token is an asset of its own, and anybody may call a token USDC."""
    registry, told = load(Settings(premium_stage="dev")), set[str]()
    for asset, name in identities().items():
        chain, _, address = asset.partition(":")
        entry = registry[chain]
        tokens = {in_key(token.address): token.symbol for token in entry.tokens}
        symbol = entry.native.symbol if address == NATIVE else tokens[address]
        assert (symbol, asset) == (name, f"{chain}:{in_key(address)}")
        told.add(name)
    assert told >= {"ETH", "USDC", "USDT"}
    assert "polygon:0x7ceb23fd6bc0add59e62ac25578270cff1b9f619" not in identities()


def test_what_is_one_asset_over_chains_stands_once() -> None:
    usdc = [asset for asset, name in identities().items() if name == "USDC"][:2]
    rows = [row(usdc[0], "5", "5", 1), row("e:x", "1", "9", 2), row(usdc[1], "6", "6.1", 3, is_stale=True),
            row("e:none", "1", None, 4)]  # fmt: skip
    groups = by_identity(rows)
    assert [(each.identity, each.row.value_usd) for each in groups] == [
        ("USDC", Decimal("11.1")),
        (None, 9),
        (None, None),
    ]
    first = groups[0]
    assert (first.row.balance, first.row.chain, first.row.is_stale, first.assets) == (
        Decimal(11),
        "*",
        True,
        tuple(sorted(usdc)),
    )
    assert by_identity(reversed(rows)) == groups
    pages = [page(groups, 1, None), page(groups, 5, (first.row.value_usd, first.row.id))]
    assert [each for one in pages for each in one] == groups
    assert page(groups, 5, (None, groups[-1].row.id)) == []


def test_assets_of_one_wallet_are_what_it_holds_itself() -> None:
    rows = [row("e:a", "15", "30", 1), row("e:n", "9", None, 2), row("e:other", "1", "1", 3)]
    found = of_wallets(rows, two_chains(), ["v"])
    assert [(each.asset, int(each.balance), int(each.value_usd or 0)) for each in found] == [("e:a", 5, 10)]
    assert [each.asset for each in of_wallets(rows, two_chains(), ["w"])] == ["e:a", "e:n"]


def test_positions_stand_under_what_is_held_for_them() -> None:
    told = {each["key"]: each["usd"] for each in held(two_chains())}
    assert told == {"e:a": "30", "r": "6"}
    assert sum(Decimal(each["share"]) for each in held(two_chains())) == 1


def holding(key: str, price: str, **units: int) -> Holding:
    quote = Quote(price=Price(key=key, usd=Decimal(price), confidence=Decimal(1), at=NOW, source="provider"),
                  quality=Quality.GOOD)  # fmt: skip
    return Holding(key=key, symbol="S", decimals=1, category="token", units=units, quote=quote, as_of=NOW)


def snapshot(hours: int, *holdings: Holding, status: Status = Status.FRESH, **more: Any) -> Snapshot:
    chains = {"e": ChainState(status=status, as_of=NOW, block=hours)}
    return Snapshot(job_id=uuid4(), timestamp=NOW + timedelta(hours=hours), holdings=holdings, chains=chains, **more)


def test_changes_are_amounts_by_wallet_and_chains_whose_reading_changed() -> None:
    one = snapshot(0, holding("e:a", "2", w=10, v=5), holding("e:gone", "1", w=3))
    two = snapshot(1, holding("e:a", "3", w=10, v=7), holding("e:new", "1", w=4), status=Status.STALE)
    three = snapshot(2, holding("e:a", "3", w=10, v=7), holding("e:new", "1", w=4), status=Status.STALE)
    found = changes([one, two, three], first=False)
    assert [(each.snapshot_id, each.value_change) for each in found] == [
        (two.job_id, two.total_value - one.total_value), (three.job_id, 0),
    ]  # fmt: skip
    told = [(each.wallet, each.asset, each.before, each.after, each.amount) for each in found[0].assets]
    assert sorted(told) == [("v", "e:a", 5, 7, Decimal("0.2")), ("w", "e:gone", 3, 0, Decimal("-0.3")),
                            ("w", "e:new", 0, 4, Decimal("0.4"))]  # fmt: skip
    assert [each.status for each in found[0].chains] == ["stale"]
    assert (found[1].assets, found[1].chains) == ([], [])
    first = changes([one], first=True)
    assert (first[0].value_change, len(first[0].assets)) == (None, 3)
    assert changes([], first=True) == changes([one], first=False) == []


def test_lines_of_an_asset_a_flow_and_a_past_total_add_up() -> None:
    found = of_answer(two_chains(), "e:a")
    assert found.usd == 36 == sum(Decimal(line["value_usd"]) for line, _ in found.lines if line["counted"])
    assert {block for _, block in found.lines} == {7}
    past = snapshot(3, holding("e:a", "2", w=10, v=5), net=Decimal(10))
    told = of_snapshot(past)
    listed = sum(Decimal(line["value_usd"]) for line, _ in told.lines if line["counted"])
    assert [int(usd) for usd in (told.usd, listed, told.unlisted)] == [10, 3, 7]
    assert {block for _, block in told.lines} == {3}
    doubtful = holding("e:a", "2", w=10).model_copy(update={"judged": Judged(counts=None, rest=Decimal(2), why="thin")})
    ((line, _),) = of_snapshot(snapshot(3, doubtful)).lines
    assert (line["counted"], line["why"]) == (False, "thin")


@pytest.mark.parametrize(
    ("kind", "usd", "value", "why"),
    [("deposit", "30", "30", None), ("gas", "30", "30", "gas"), ("deposit", None, "0", "no_price")],
)
def test_a_flow_has_the_price_that_its_dollars_say(kind: str, usd: str | None, value: str, why: str | None) -> None:
    flow = FlowRow(wallet="w", chain="e", tx="t", place=0, asset="e:a", units=Decimal(40), decimals=1, kind=kind,
                   usd=None if usd is None else Decimal(usd), block=9, at=NOW, counted_at=NOW)  # fmt: skip
    found = of_flow(flow)
    ((line, block),) = found.lines
    assert (found.usd, block, line["why"], line["amount"]) == (Decimal(value), 9, why, "4")
    assert line["price_usd"] == (None if usd is None else "7.5")


def test_a_refresh_of_a_part_reads_the_chains_of_its_wallets() -> None:
    registry = load(Settings(premium_stage="dev"))
    names = [chain.name for chain in registry.active][:3]

    def watched(*chains: str) -> Wallet:
        return Wallet(id=uuid4(), address="0x" + "1" * 40, label=None, chains=chains, created_at=NOW)

    one, two = watched(names[0]), watched(names[1], names[2])
    part = RefreshedPart([two.id], [], registry)
    assert part.of([one, two]) == tuple(sorted(names[1:]))
    assert RefreshedPart([], [names[0]], registry).of([one, two]) == (names[0],)
    assert RefreshedPart([two.id], [names[2], names[0]], registry).of([one, two]) == (names[2],)
    for wrong in (RefreshedPart([uuid4()], [], registry), RefreshedPart([], ["nowhere"], registry),
                  RefreshedPart([one.id], [names[1]], registry)):  # fmt: skip
        with pytest.raises(InvalidInput):
            wrong.of([one, two])
    anywhere = watched()
    assert set(RefreshedPart([anywhere.id], [], registry).of([anywhere])) >= set(names)


@pytest.mark.parametrize("error", [NotFound("no snapshot"), UpstreamUnavailable("the database is not available")])
def test_the_overview_stands_without_values_of_the_last_day(error: AppError) -> None:
    def fails(*_: object) -> None:
        raise error

    portfolios: Any = SimpleNamespace(measures=SimpleNamespace(whole=fails), stores=None)
    anything: Any = None
    shown = Shown(platform=anything, portfolios=portfolios, stores=anything)
    assert shown.last_day(uuid4(), Tier.STARTER) is None
