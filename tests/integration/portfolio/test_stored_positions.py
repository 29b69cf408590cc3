"""Positions of a refresh: stored, served, counted once, explained by their lines, kept where a chain fails."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from handlers.models.positions import ExplanationView
from local import ports
from local.evm import Evm
from local.market import Market
from local.market.node import calldata
from premium.chains.addresses import asset_key, checksum
from premium.errors import NotFound
from premium.portfolio.model import Snapshot
from premium.portfolio.store.snapshots import SnapshotStore
from premium.portfolio.store.wallets import WalletStore
from premium.portfolio.views.explained import of_answer
from tests.factories.contracts.deployment import send
from tests.integration.portfolio.owner import Chain
from tests.integration.portfolio.platforms import context
from tests.integration.portfolio.reader import ask
from tests.integration.portfolio.test_refresh import Stores, chains_file, impatient, portfolios_of, run, stores, user
from tests.integration.portfolio.test_statement import stated

pytestmark = pytest.mark.integration
__all__ = ["chains_file", "impatient", "stores", "user"]


def pair_of(evm: Evm, market: Market) -> str:
    owner = Chain(evm, market)
    (pair,) = owner.view(market.v2_factory, "getPair(address,address)", "address", market.usd, market.governance)
    owner.do(pair, "transfer(address,uint256)", market.wallet, 10**20)
    owner.node.close()
    return checksum(pair)


def listed(stores: Stores, user: UUID, **only: Any) -> list[Any]:
    return portfolios_of(stores).positions(user, 50, None, **{"kind": None, "protocol": None, **only})


def test_a_share_counts_once_and_its_lines_add_up(stores: Stores, user: UUID, evm: Evm, market: Market) -> None:
    run(context(stores[0], user))
    before = Decimal(stated(stores, user)["total_value_usd"])
    pair = pair_of(evm, market)
    run(context(stores[0], user))
    (position,), answer = listed(stores, user), stated(stores, user)
    assert (position.found.protocol, position.found.kind, position.is_stale) == ("uniswap-v2", "v2_lp", False)
    assert position.found.receipts == (asset_key("local", pair),)
    counted = [Decimal(line["value_usd"]) for line in position.lines if line["counted"]]
    assert len(counted) == 2
    assert sum(counted) == position.value_usd > 0
    assert Decimal(answer["total_value_usd"]) - before == position.value_usd
    assert Decimal(answer["total_value_usd"]) == sum(
        Decimal(row["value_usd"]) for row in answer["holdings"] if row["counted"] and row["value_usd"]
    )
    (receipt,) = [row for row in answer["holdings"] if row["asset"] == asset_key("local", pair)]
    assert (receipt["counted"], receipt["why"]) == (False, "receipt")
    assert [part["key"] for part in answer["allocation"]["protocol"]] == ["wallet", "uniswap-v2"]
    snapshot = SnapshotStore(stores[1].timeseries).newest(user)
    assert isinstance(snapshot, Snapshot)
    assert snapshot.total_value == Decimal(answer["total_value_usd"])


def test_an_explained_position_names_its_block_and_leaving_there_pays_just_that(
    stores: Stores, user: UUID, evm: Evm, market: Market
) -> None:
    pair = pair_of(evm, market)
    run(context(stores[0], user))
    (position,) = listed(stores, user)
    shown = ExplanationView.of_position(position)
    told = {line.asset: int(line.units) for line in shown.lines if line.role == "asset"}
    assert {line.block for line in shown.lines} == {int(evm.call("eth_blockNumber"), 16)} == {position.found.block}
    assert sum(line.value_usd or 0 for line in shown.lines if line.counted) == shown.value_usd
    total = ExplanationView.of_lines("total", None, *of_answer(stated(stores, user))[:2])
    assert {line.block for line in total.lines} == {position.found.block}
    before = {token: _held(evm, token, market.wallet) for token in (market.usd, market.governance)}
    evm.call("anvil_impersonateAccount", market.wallet)
    for target, data in (
        (pair, calldata("transfer(address,uint256)", pair, 10**20)),
        (pair, calldata("burn(address)", market.wallet)),
    ):
        send(evm, target, data, sender=market.wallet)
    paid = {asset_key("local", token): _held(evm, token, market.wallet) - units for token, units in before.items()}
    assert paid == told


def _held(evm: Evm, token: str, who: str) -> int:
    return int(ask(evm, token, "balanceOf(address)", "uint256", who))


def test_a_position_keeps_its_id_and_goes_when_it_is_left(stores: Stores, user: UUID, evm: Evm, market: Market) -> None:
    pair = pair_of(evm, market)
    run(context(stores[0], user))
    (first,) = listed(stores, user)
    run(context(stores[0], user))
    (again,) = listed(stores, user)
    assert again.id == first.id
    assert portfolios_of(stores).position(user, first.id).found.name == pair
    assert listed(stores, user, kind="v3_position") == []
    assert listed(stores, user, protocol="uniswap-v2") == [again]
    evm.call("anvil_impersonateAccount", market.wallet)
    data = "0xa9059cbb" + market.owner[2:].lower().zfill(64) + f"{10**20:064x}"
    evm.call("eth_sendTransaction", {"from": market.wallet, "to": pair, "data": data})
    run(context(stores[0], user))
    assert listed(stores, user) == []
    with pytest.raises(NotFound):
        portfolios_of(stores).position(user, first.id)


@pytest.mark.usefixtures("impatient")
def test_a_chain_that_fails_keeps_its_positions_and_says_so(
    stores: Stores, user: UUID, chains_file: Path, evm: Evm, market: Market
) -> None:
    pair_of(evm, market)
    run(context(stores[0], user))
    (before,), total = listed(stores, user), stated(stores, user)["total_value_usd"]
    document = json.loads(chains_file.read_text())
    document["chains"][0]["rpc"] = [f"http://127.0.0.1:{ports.free()}"]
    chains_file.write_text(json.dumps(document))
    for each in stores:
        each.__dict__.pop("chains", None)
    run(context(stores[0], user))
    (kept,), answer = listed(stores, user), stated(stores, user)
    assert (kept.id, kept.is_stale, kept.as_of) == (before.id, True, before.as_of)
    assert (kept.value_usd, answer["total_value_usd"], answer["complete"]) == (before.value_usd, total, False)


def test_another_users_positions_are_out_of_reach(
    stores: Stores, user: UUID, add_user: Any, evm: Evm, market: Market
) -> None:
    pair_of(evm, market)
    run(context(stores[0], user))
    (mine,) = listed(stores, user)
    other = add_user()
    assert portfolios_of(stores).positions(other, 50, None, kind=None, protocol=None) == []
    with pytest.raises(NotFound):
        portfolios_of(stores).position(other, mine.id)
    with (
        stores[1].database.as_user(user) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("UPDATE portfolio_positions SET value_usd = 0")


def test_a_wallet_that_is_gone_has_no_positions(stores: Stores, user: UUID, evm: Evm, market: Market) -> None:
    pair_of(evm, market)
    run(context(stores[0], user))
    (wallet,) = WalletStore(stores[1].database).all(user)
    WalletStore(stores[1].database).remove(user, wallet.id)
    assert listed(stores, user) == []
