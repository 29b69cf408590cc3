"""Performance of parts, profit by lots, and the figures that workers store: through refreshes on a node."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from premium.errors import InvalidInput, NotFound
from premium.money import EXACT
from premium.portfolio.jobs import FiguresPayload
from premium.portfolio.service import Asked, Measured
from premium.portfolio.store.wallets import WalletStore
from premium.portfolio.valuation.words import Override
from premium.portfolio.work import figures
from premium.prices.model import KnownPrice
from premium.prices.store import StoredPrices
from premium.tiers import Tier
from tests.fixtures.platform import AddUser
from tests.integration.portfolio.world import ETHER, FRIEND, ME, OTHER, PRICED, ROOM, World

pytestmark = pytest.mark.integration

NATIVE = PRICED["native"]


def decimals(*numbers: int) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, numbers))


def asked(world: World, **more: Any) -> Measured:
    found = world.portfolios.measured(world.user, Tier.ENTERPRISE, Asked(window="90d")._replace(**more))
    for each in (found.figures, *(part.figures for part in found.parts)):
        assert each.end_value == EXACT.add(EXACT.add(each.start_value, each.net_flow), each.profit)
        if each.pnl.realised is not None and each.pnl.unrealised is not None:
            parts = each.pnl.realised + each.pnl.unrealised + each.pnl.income - each.pnl.costs
            assert parts == each.profit
    return found


def test_parts_profits_and_figures_over_days(world: World, add_user: AddUser) -> None:
    world.fund(OTHER, 100 * ETHER)
    world.fund(ME, 10 * ETHER)
    world.fund(FRIEND, 4 * ETHER)
    world.evm.call("evm_mine")
    world.refresh()
    with pytest.raises(NotFound):
        asked(world, scope="wallet", part=FRIEND)
    wallets = WalletStore(world.function.database)
    wallets.add(world.user, FRIEND, None, [], ROOM)
    world.prices[NATIVE] = Decimal(2200)
    world.refresh(24)
    world.pay(ME, OTHER, 4 * ETHER)
    world.prices[NATIVE] = Decimal(2500)
    world.refresh(24)
    world.pay(OTHER, ME, 2 * ETHER)
    world.refresh(24)
    world.prices[NATIVE] = Decimal(2000)
    world.refresh(24 * 28)

    whole = asked(world)
    figures_, pnl = whole.figures, whole.figures.pnl
    gas = figures_.costs
    assert gas > 0
    assert pnl.realised is not None
    # 4 of the 10 that were first held at 2,000 went at 2,500; gas was coin of the same basis.
    assert abs(pnl.realised - Decimal(2000)) < gas
    assert figures_.method == "linked_dietz"
    assert (figures_.why, figures_.doubtful) == ({}, 0)
    assert None not in (figures_.sharpe, figures_.sortino, figures_.volatility, figures_.apy)
    assert whole.statistics is not None
    assert whole.statistics_at is not None
    # The close is of the day before the newest refresh: its figures are of the days up to then.
    until = asked(world, until=whole.statistics_at, since=whole.statistics_at - timedelta(days=20)).figures
    assert whole.statistics["max_drawdown"] == pytest.approx(float(until.max_drawdown), abs=1e-7)
    assert whole.statistics["total_return"] == pytest.approx(float(until.time_weighted_return or 0), abs=1e-7)

    parts = {part.key: part.figures for part in asked(world, scope="wallet").parts}
    assert set(parts) == {ME, FRIEND}
    assert parts[FRIEND].end_value == 4 * 2000
    # It came to be watched at 2,200, and what it was worth then is no gain.
    assert (parts[FRIEND].profit, parts[FRIEND].net_flow) == decimals(-800, 8800)
    assert sum(each.profit for each in parts.values()) == figures_.profit
    (chain,) = asked(world, scope="chain").parts
    assert (chain.key, chain.figures.profit) == ("local", figures_.profit)
    one = asked(world, scope="asset", part=NATIVE.upper()).figures
    assert (one.profit, one.pnl.realised) == (figures_.profit, pnl.realised)
    with pytest.raises(InvalidInput):
        asked(world, scope="position", part="mine")
    with pytest.raises(NotFound):
        asked(world, scope="chain", part="nowhere")
    lifo = asked(world, basis="lifo").figures.pnl.realised
    assert lifo is not None
    assert abs(lifo - 1200) < gas, "the lots of all wallets: the last came at 2,200"

    (gift,) = [flow for flow in world.flows() if flow.kind == "deposit" and flow.units == 2 * ETHER]
    assert gift.id is not None
    world.portfolios.correct(world.user, gift.id, "income")
    assert asked(world).figures.pnl.realised is None
    figures.__wrapped__(replace(world.begun, job_id=uuid4()), FiguresPayload())  # type: ignore[attr-defined]
    after = asked(world)
    assert (after.figures.income, after.figures.pnl.income) == decimals(5000, 5000)
    assert after.statistics != whole.statistics

    start, end = figures_.start, figures_.end
    prices = [KnownPrice("x:0xbench", start + timedelta(days=n), Decimal(100 + n), "test") for n in range(-1, 33)]
    StoredPrices(world.worker.timeseries).add(prices)
    against = asked(world, benchmark="x:0xbench").figures.benchmark
    assert against is not None
    assert against.total_return is not None
    assert against.beta is not None
    with pytest.raises(InvalidInput):
        asked(world, benchmark="x:0xother")
    with pytest.raises(InvalidInput):
        asked(world, since=end, until=start)
    stranger = add_user()
    with pytest.raises(NotFound):
        world.portfolios.measured(stranger, Tier.ENTERPRISE, Asked(window="90d", scope="wallet", part=ME))
    assert world.portfolios.stores.metrics.parts(stranger, "wallet", start, end) == []
    assert world.portfolios.stores.metrics.figures(stranger, "90d") is None


def test_the_user_s_word_wins_and_moves_no_return(world: World) -> None:
    world.fund(ME, 10 * ETHER)
    world.store(1000 * ETHER)
    world.refresh()
    stored = PRICED["stored"]
    say = world.portfolios.stores.overrides.put

    def value() -> Decimal:
        return Decimal(world.portfolios.answer(world.user)["total_value_usd"])

    assert value() == 21_000
    say(world.user, Override(asset=stored, hidden=True))
    world.refresh()
    assert (value(), asked(world).figures.profit, asked(world).figures.net_flow) == decimals(20_000, 0, -1000)
    assert world.portfolios.asset(world.user, stored).why == "hidden"
    say(world.user, Override(asset=stored, price_usd=Decimal(2), category="receipt"))
    world.refresh()
    assert (value(), asked(world).figures.profit) == decimals(22_000, 0)
    say(world.user, Override(asset=NATIVE, spam=True))
    world.refresh()
    assert (value(), asked(world).figures.profit) == decimals(2_000, 0), "a coin is spam where its owner says so"
    assert [row.asset for row in world.portfolios.stores.assets.page(world.user, 9, None, spam=False)] == [stored]
    say(world.user, Override(asset=NATIVE))
    say(world.user, Override(asset=stored))
    assert world.portfolios.words(world.user) == {}
    world.refresh()
    measured = asked(world).figures
    assert (value(), measured.profit, measured.time_weighted_return) == decimals(21_000, 0, 0)
