"""Flows and returns through the service: real transfers on a node, prices from a server in the provider's shape."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner

from premium.cli import portfolio_explain
from premium.errors import NotFound
from premium.portfolio.flow_model import FlowRow
from premium.portfolio.store.wallets import WalletStore
from tests.fixtures.platform import AddUser
from tests.integration.portfolio.servers import forwarding, serving
from tests.integration.portfolio.world import ETHER, FRIEND, ME, OTHER, PRICED, ROOM, World

pytestmark = pytest.mark.integration


def test_transfers_are_flows_to_the_last_wei_and_no_gain(world: World) -> None:
    world.fund(OTHER, 100 * ETHER)
    world.fund(ME, 10 * ETHER)
    world.evm.call("evm_mine")
    world.refresh()
    world.pay(OTHER, ME, 3 * ETHER)
    world.refresh()
    world.pay(ME, FRIEND, 2 * ETHER)
    world.refresh()
    kinds = world.kinds()
    balance = int(world.evm.call("eth_getBalance", ME, "latest"), 16)
    assert (kinds["deposit"], kinds["withdrawal"]) == (3 * ETHER, -2 * ETHER)
    assert 10 * ETHER + sum(kinds.values()) == balance
    measured = world.performance()
    assert (measured.start_value, measured.net_flow) == (20_000, 2_000)
    assert measured.profit == -measured.costs < 0
    assert measured.end_value == measured.start_value + measured.net_flow + measured.profit


def test_what_is_read_again_is_booked_once_and_what_is_undone_is_gone(world: World) -> None:
    world.fund(OTHER, 100 * ETHER)
    world.fund(ME, 10 * ETHER)
    world.evm.call("evm_mine")
    world.refresh()
    world.pay(OTHER, ME, ETHER)
    world.refresh()
    world.refresh()
    first = world.flows()
    assert [flow.units for flow in first] == [ETHER]
    world.evm.call("anvil_reorg", 1, [[{"from": OTHER, "to": FRIEND, "value": hex(1)}, 0]])
    world.evm.call("evm_mine")
    world.refresh()
    assert world.flows() == []
    assert int(world.evm.call("eth_getBalance", ME, "latest"), 16) == 10 * ETHER


def test_a_user_corrects_a_flow_and_returns_follow(world: World, add_user: AddUser) -> None:
    world.fund(OTHER, 100 * ETHER)
    world.fund(ME, 10 * ETHER)
    world.evm.call("evm_mine")
    world.refresh()
    world.pay(OTHER, ME, ETHER)
    world.refresh()
    world.refresh()
    (flow,) = world.flows()
    assert flow.id is not None
    assert world.performance().profit == 0
    with pytest.raises(NotFound):
        world.portfolios.correct(add_user(), flow.id, "income")
    corrected = world.portfolios.correct(world.user, flow.id, "income")
    assert (corrected.kind, corrected.corrected) == ("deposit", "income")
    measured = world.performance()
    assert (measured.profit, measured.net_flow, measured.income) == (2000, 0, 2000)
    world.pay(OTHER, ME, 2 * ETHER)
    world.refresh()
    assert {each.corrected for each in world.flows()} == {"income", None}, "and stays so when it is read again"


def test_a_rebasing_token_earns_what_it_grew(world: World) -> None:
    """30 % in a month without any transfer: profit, no deposit."""
    world.store(10_000 * ETHER)
    world.refresh()
    for day in range(1, 31):
        world.store(10_000 * ETHER + day * 100 * ETHER)
        world.refresh(hours=24)
    measured = world.performance()
    assert (measured.profit, measured.net_flow, measured.roi) == (3000, 0, Decimal("0.3"))
    assert measured.time_weighted_return == Decimal("0.3")
    assert measured.income == 3000


def test_a_price_that_is_missing_while_it_doubles_is_a_gain(world: World) -> None:
    world.fund(ME, ETHER)
    world.evm.call("evm_mine")
    world.refresh()
    del world.prices[PRICED["native"]]
    world.refresh()
    assert world.performance().gaps == ()
    world.prices[PRICED["native"]] = Decimal(4000)
    world.refresh()
    measured = world.performance()
    assert (measured.profit, measured.net_flow, measured.time_weighted_return) == (2000, 0, 1)
    assert [gap.why for gap in measured.gaps] == ["no_value"]


def test_nearly_all_withdrawn_and_paid_back_sinks_no_return(world: World) -> None:
    """All but a dollar goes, the price halves, all comes again: what was there earned nothing else."""
    world.fund(OTHER, 100 * ETHER)
    world.fund(ME, 10 * ETHER)
    world.evm.call("evm_mine")
    world.refresh()
    world.prices[PRICED["native"]] = Decimal(2200)
    world.refresh()
    left = ETHER // 2500
    balance = int(world.evm.call("eth_getBalance", ME, "latest"), 16)
    world.pay(ME, FRIEND, balance - left - 21_000 * 10**10, gas=hex(21_000), gasPrice=hex(10**10))
    world.refresh()
    world.prices[PRICED["native"]] = Decimal(1100)
    world.refresh()
    world.pay(OTHER, ME, 10 * ETHER)
    world.refresh()
    world.refresh()
    measured = world.performance()
    assert measured.time_weighted_return is not None
    assert abs(measured.time_weighted_return - Decimal("0.1")) < Decimal("0.0001")
    assert "tiny_base" in {gap.why for gap in measured.gaps}
    assert measured.end_value == measured.start_value + measured.net_flow + measured.profit


def test_what_the_chain_does_not_explain_is_neither_gain_nor_deposit(world: World) -> None:
    """A token that loses nearly all without a transfer, and has it back: each change counts in its own hour."""
    world.store(10_000 * ETHER)
    world.refresh()
    world.store(5_000 * ETHER)
    world.refresh()
    world.refresh()
    measured = world.performance()
    assert (measured.profit, measured.unexplained, measured.time_weighted_return) == (0, -5000, 0)


def test_a_flow_is_valued_at_its_instant_where_prices_of_then_are_known(world: World) -> None:
    """2,000 → 4,000, then as much again is paid in, then 4,000 → 2,500: 100 % and -37.5 % are 25 %, not 25,000 paid."""
    world.fund(OTHER, 100 * ETHER)
    world.fund(ME, 10 * ETHER)
    world.evm.call("evm_mine")
    world.refresh()
    world.pay(OTHER, ME, 10 * ETHER)
    world.past[PRICED["native"]] = Decimal(4000)
    world.prices[PRICED["native"]] = Decimal(2500)
    world.refresh()
    (flow,) = world.flows()
    assert (flow.usd, flow.worth_before) == (40_000, 40_000)
    measured = world.performance()
    assert (measured.method, measured.time_weighted_return) == ("exact", Decimal("0.25"))
    assert (measured.start_value, measured.net_flow, measured.profit) == (20_000, 40_000, -10_000)
    world.refresh()
    assert world.flows() == [flow], "what is read again stays as it was first seen"
    # Less than a thousandth is not asked for.
    world.pay(OTHER, ME, ETHER // 1000)
    world.refresh()
    assert max(world.flows(), key=lambda each: each.block).worth_before is None
    assert world.performance().method == "linked_dietz"


def test_a_price_of_then_that_is_a_slip_of_units_is_none(world: World) -> None:
    world.fund(OTHER, 100 * ETHER)
    world.fund(ME, 10 * ETHER)
    world.evm.call("evm_mine")
    world.refresh()
    world.past[PRICED["native"]] = Decimal(2_000_000)
    world.pay(OTHER, ME, ETHER)
    world.refresh()
    (flow,) = world.flows()
    assert (flow.worth_before, flow.usd) == (None, 2000)
    assert world.performance().method == "linked_dietz"


def test_a_chain_that_a_refresh_leaves_out_stands_as_it_was_and_is_booked_later(world: World) -> None:
    world.fund(OTHER, 100 * ETHER)
    world.fund(ME, 10 * ETHER)
    world.evm.call("evm_mine")
    world.refresh()
    world.pay(OTHER, ME, ETHER)
    first = world.portfolios.current(world.user, world.function.chains).answer
    world.refresh(chains=("elsewhere",))
    left = world.portfolios.current(world.user, world.function.chains).answer
    assert (left["total_value_usd"], left["complete"], world.flows()) == ("20000", True, [])
    assert left["coverage"] == first["coverage"], "as fresh as it was, with its own time"
    world.prices[PRICED["native"]] = Decimal(2100)
    world.refresh(chains=("elsewhere",))
    priced = world.portfolios.current(world.user, world.function.chains).answer
    assert priced["total_value_usd"] == "21000", "prices are those of now"
    world.refresh(chains=("local",))
    assert world.kinds() == {"deposit": ETHER}
    assert world.performance().end_value == 11 * 2100


def test_operators_see_the_lines_of_a_users_figures(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.fund(OTHER, 100 * ETHER)
    world.fund(ME, 10 * ETHER)
    world.evm.call("evm_mine")
    world.refresh()
    world.pay(OTHER, ME, ETHER)
    world.refresh()
    monkeypatch.setitem(world.worker.__dict__, "jobs", None)  # nothing here starts a job
    monkeypatch.setattr(portfolio_explain, "platform", lambda: world.worker)

    def told(*arguments: str) -> list[dict[str, Any]]:
        done = CliRunner().invoke(portfolio_explain.explain, [str(world.user), *arguments])
        assert done.exit_code == 0, done.output
        return [json.loads(line) for line in done.output.splitlines()]

    whole, line = told()
    assert (whole["usd"], line["value_usd"], line["units"]) == ("22000", "22000", str(11 * ETHER))
    assert told("--figure", "asset", "--id", PRICED["native"])[1:] == [line]
    first = world.portfolios.stores.snapshots.since(world.user, world.worker.clock.now(), 0)[0]
    assert told("--snapshot", str(first.job_id))[0]["usd"] == "22000"
    (flow,) = world.flows()
    assert told("--figure", "flow", "--id", str(flow.id))[0]["usd"] == "2000"
    assert CliRunner().invoke(portfolio_explain.explain, [str(world.user), "--figure", "flow"]).exit_code == 2
    stranger = CliRunner().invoke(portfolio_explain.explain, [str(uuid4())])
    assert stranger.exit_code == 1
    assert "has not been read yet" in f"{stranger.exception}{stranger.output}"


def test_an_empty_portfolio_has_no_return(world: World) -> None:
    world.refresh()
    world.refresh()
    measured = world.performance()
    assert (measured.time_weighted_return, measured.money_weighted_return, measured.roi) == (None, None, None)
    assert (measured.profit, measured.net_flow) == (0, 0)


def test_a_wallet_that_is_added_or_gone_moves_no_return(world: World) -> None:
    world.fund(ME, 10 * ETHER)
    world.fund(FRIEND, 5 * ETHER)
    world.evm.call("evm_mine")
    world.refresh()
    wallets = WalletStore(world.function.database)
    added = wallets.add(world.user, FRIEND, None, [], ROOM)
    world.refresh()
    measured = world.performance()
    assert (measured.profit, measured.net_flow) == (0, 10_000)
    wallets.remove(world.user, added.id)
    world.refresh()
    measured = world.performance()
    assert (measured.profit, measured.net_flow, measured.time_weighted_return) == (0, 0, 0)


def test_flows_that_a_node_does_not_tell_are_unexplained_until_it_does(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world.fund(OTHER, 100 * ETHER)
    world.fund(ME, 10 * ETHER)
    world.evm.call("evm_mine")
    world.refresh()
    path = Path(str(world.worker.settings.chains_file))
    whole = path.read_text()
    pass_on: Callable[[str, bytes], tuple[int, bytes]] = forwarding(world.evm.url)

    def silent(path: str, body: bytes) -> tuple[int, bytes]:
        if b"eth_getTransactionReceipt" in body:
            calls = json.loads(body)
            error = {"code": -32000, "message": "no history here"}
            return 200, json.dumps([{"jsonrpc": "2.0", "id": c["id"], "error": error} for c in calls]).encode()
        return pass_on(path, body)

    with serving(silent) as proxy:
        content = json.loads(whole)
        content["chains"][0]["rpc"] = [proxy.url]
        path.write_text(json.dumps(content))
        del world.worker.chains
        world.pay(OTHER, ME, 3 * ETHER)
        world.refresh()
        assert world.kinds() == {"unexplained": 3 * ETHER}
        measured = world.performance()
        assert (measured.profit, measured.unexplained) == (0, 6000)
    path.write_text(whole)
    del world.worker.chains
    world.refresh()
    assert world.kinds() == {"deposit": 3 * ETHER}
    assert world.performance().profit == 0


def test_flows_come_in_pages_and_by_kind(world: World) -> None:
    world.fund(OTHER, 100 * ETHER)
    world.fund(ME, 10 * ETHER)
    world.evm.call("evm_mine")
    world.refresh()
    for _ in range(5):
        world.pay(OTHER, ME, ETHER)
    world.refresh()
    whole, seen, after = world.flows(), list[FlowRow](), None
    while page := world.portfolios.flows(world.user, 2, after, kind="deposit", asset=PRICED["native"]):
        seen += page
        after = (page[-1].at, page[-1].id or uuid4())
    assert seen == whole
    assert len(whole) == 5
    assert world.portfolios.flows(world.user, 10, None, kind="gas", asset=None) == []
    assert all(isinstance(flow.at, datetime) and flow.usd == 2000 for flow in whole)
