"""What lies before the first snapshot is rebuilt of a node's word, once, whatever is killed on the way."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from premium.chains.transfers.wallet import movements_of
from premium.errors import UpstreamUnavailable
from premium.portfolio.jobs import BackfillPayload
from premium.portfolio.onchain import past
from premium.portfolio.store import Stores
from premium.portfolio.store.wallets import WalletStore
from premium.portfolio.valuation.asked import Asked
from premium.portfolio.work import backfill
from premium.tiers import Tier
from tests.integration.portfolio.platforms import Stopped
from tests.integration.portfolio.world import ETHER, FRIEND, ME, OTHER, PRICED, ROOM, World

pytestmark = pytest.mark.integration
POINTS = ("backfill_read", "first_write", "before_commit")
DAY = 86_400


@pytest.fixture
def lived(world: World) -> World:
    """A wallet with five days behind it: +10, a day later -4, three days later the first reading; ETH is $2,000."""
    world.fund(OTHER, 100 * ETHER)
    world.evm.call("evm_mine")
    for source, target, units in ((OTHER, ME, 10), (ME, FRIEND, 4)):
        paid(world, source, target, units * ETHER)
        later(world, 1)
    later(world, 3)
    world.past[PRICED["native"]] = Decimal(2000)
    world.begun = replace(world.begun, created_at=time_of(world) + timedelta(hours=1))
    return world


def paid(world: World, source: str, target: str, units: int) -> None:
    sent = world.pay(source, target, units, gas=hex(21_000))
    while world.evm.call("eth_getTransactionReceipt", sent) is None:
        pass


def later(world: World, days: float) -> None:
    world.evm.call("evm_increaseTime", int(days * DAY))
    world.evm.call("evm_mine")


def time_of(world: World) -> datetime:
    return datetime.fromtimestamp(int(world.evm.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16), UTC)


def run(world: World, *, stop_at: str | None = None, attempt: int = 1) -> dict[str, Any]:
    at = replace(world.begun, job_id=uuid4(), stop_at=stop_at, attempt=attempt, points=[])
    found: dict[str, Any] = backfill.__wrapped__(at, BackfillPayload())  # type: ignore[attr-defined] # the body of the job
    return found


def days(world: World) -> list[tuple[Decimal, bool]]:
    rows = Stores.of(world.function).backfills.worth(world.user, datetime(2020, 1, 1, tzinfo=UTC),
                                                     datetime(2100, 1, 1, tzinfo=UTC))  # fmt: skip
    return [(row.usd.quantize(Decimal(1)), row.is_good) for row in rows]


def test_the_first_reading_of_a_wallet_starts_it_once(lived: World) -> None:
    lived.refresh()
    lived.refresh()
    (started,) = [kind for kind, _ in lived.worker.jobs.started.values()]  # type: ignore[attr-defined] # the tests' own
    assert started == "portfolio.backfill"
    WalletStore(lived.function.database).add(lived.user, FRIEND, None, [], ROOM)
    lived.refresh()
    assert len(lived.worker.jobs.started) == 2  # type: ignore[attr-defined] # as above


def test_days_flows_and_figures_reach_back_to_the_first_coin(lived: World) -> None:
    lived.refresh()
    told = run(lived)
    assert (told["days"], told["good"], told["gaps"]) == (5, 5, 0)
    assert days(lived) == [(Decimal(20_000), True), *[(Decimal(12_000), True)] * 4]
    assert {flow.kind: int(flow.units) // ETHER for flow in lived.flows() if flow.kind != "gas"} == {
        "deposit": 10, "withdrawal": -4,
    }  # fmt: skip
    lived.refresh()
    now = lived.begun.created_at + timedelta(hours=lived.hours + 1)
    measures = replace(lived.portfolios.measures, clock=_Clock(now))

    figures = measures.measured(lived.user, Tier.ENTERPRISE, Asked(window="90d")).figures
    assert figures.rebuilt_until == lived.begun.created_at + timedelta(hours=1)
    assert figures.start_value == Decimal(20_000)
    assert figures.net_flow == Decimal(-8_000)
    assert figures.end_value == figures.start_value + figures.net_flow + figures.profit
    assert figures.profit == -figures.costs < 0
    points = measures.history(lived.user, Tier.ENTERPRISE, "day", now - timedelta(days=30), now)
    assert [point.basis for point in points].count("rebuilt") == 5
    hours = measures.history(lived.user, Tier.ENTERPRISE, "hour", now - timedelta(days=30), now)
    assert {point.basis for point in hours} == {"read"}
    parts = measures.measured(lived.user, Tier.ENTERPRISE, Asked(window="90d", scope="asset"))
    assert [part.figures.start_value for part in parts.parts] == [Decimal(20_000)]


def test_days_ends_are_asked_as_one_chart_and_flows_by_their_instants(lived: World) -> None:
    lived.refresh()
    assert lived.provider is not None
    lived.provider.asked.clear()
    assert run(lived)["good"] == 5
    paths = [path for path, _ in lived.provider.asked]
    (chart,) = [path for path in paths if path.startswith("/chart/")]
    assert parse_qs(urlsplit(chart).query)["span"] == ["5"]
    instants = [json.loads(parse_qs(urlsplit(path).query)["coins"][0]) for path in paths if "batchHistorical" in path]
    assert [len(times) for coins in instants for times in coins.values()] == [2], "one of each payment"
    lived.provider.asked.clear()
    assert run(lived)["good"] == 5
    assert lived.provider.asked == [], "what is stored is not asked again"


class _Clock:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


@pytest.mark.parametrize("point", POINTS)
def test_what_is_killed_ends_as_if_it_had_not_been(lived: World, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    monkeypatch.setattr(past, "size", lambda *_: 4)
    lived.refresh()
    with pytest.raises(Stopped):
        run(lived, stop_at=point)
    assert run(lived)["days"] == 5
    once, flows = days(lived), [(flow.tx, flow.units, flow.usd) for flow in lived.flows()]
    assert run(lived)["days"] == 5
    assert (days(lived), [(flow.tx, flow.units, flow.usd) for flow in lived.flows()]) == (once, flows)
    assert once == [(Decimal(20_000), True), *[(Decimal(12_000), True)] * 4]


def test_a_window_that_was_read_is_not_read_again_and_time_is_shared(
    lived: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "size", lambda *_: 4)
    lived.refresh()
    asked: list[tuple[int, int]] = []

    async def counting(rpc: Any, wallet: str, first: int, last: int) -> Any:
        asked.append((first, last))
        return await movements_of(rpc, wallet, first, last)

    monkeypatch.setattr("premium.chains.evm.movements_of", counting)
    monkeypatch.setattr("premium.portfolio.onchain.backfill.SECONDS_A_STEP", -1.0)
    started = lived.worker.jobs.started  # type: ignore[attr-defined] # the tests' own
    begun = len(started)
    assert run(lived) == {"left": True}
    (_, payload) = list(started.values())[begun]
    assert payload.step == 1
    monkeypatch.undo()
    monkeypatch.setattr(past, "size", lambda *_: 4)
    monkeypatch.setattr("premium.chains.evm.movements_of", counting)
    with pytest.raises(Stopped):
        run(lived, stop_at="backfill_read")
    run(lived)
    assert len(asked) == len(set(asked)) > 1
    assert all(low - 1 == high for (low, _), (_, high) in pairwise(asked))


def test_a_chain_that_does_not_answer_is_waited_for_and_then_named(
    lived: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived.refresh()

    async def silent(*_: Any) -> Any:
        raise UpstreamUnavailable("nobody is there")

    monkeypatch.setattr("premium.chains.evm.movements_of", silent)
    with pytest.raises(UpstreamUnavailable):
        run(lived)
    assert run(lived, attempt=3)["gaps"] == 1
    found = Stores.of(lived.function).backfills.get(lived.user)
    assert found is not None
    assert [(gap["wallet"], gap["chain"], gap["why"]) for gap in found.gaps] == [(ME, "local", "unread")]
    monkeypatch.undo()
    assert run(lived)["good"] == 5


def test_a_token_whose_balance_no_transfer_tells_is_named_and_rebuilds_nothing(lived: World) -> None:
    lived.store(500 * ETHER)
    lived.refresh()
    told = run(lived)
    assert (told["good"], told["gaps"]) == (0, 1)
    found = Stores.of(lived.function).backfills.get(lived.user)
    assert found is not None
    assert [(gap["asset"], gap["why"]) for gap in found.gaps] == [(PRICED["stored"], "open")]


def test_a_wallet_that_is_added_later_reaches_back_as_well_and_moves_no_return(lived: World) -> None:
    paid(lived, OTHER, FRIEND, 3 * ETHER)
    lived.begun = replace(lived.begun, created_at=time_of(lived) + timedelta(hours=1))
    lived.refresh()
    WalletStore(lived.function.database).add(lived.user, FRIEND, None, [], ROOM)
    lived.refresh()
    run(lived)
    # 4 and 3 came to the friend: 14,000 of its own, and what went there from the first wallet is nobody's withdrawal.
    assert days(lived)[-1] == (Decimal(20_000), True)
    kinds = {(flow.wallet, flow.kind) for flow in lived.flows() if flow.kind != "gas"}
    assert {(ME, "own"), (FRIEND, "own")} <= kinds
    (ended,) = [flow for flow in lived.flows() if flow.tx == "counted:rebuilt"]
    assert (ended.wallet, ended.kind) == (FRIEND, "withdrawal")
    measures = replace(lived.portfolios.measures, clock=_Clock(lived.begun.created_at + timedelta(hours=9)))

    figures = measures.measured(lived.user, Tier.ENTERPRISE, Asked(window="90d")).figures
    assert figures.time_weighted_return is not None
    assert abs(figures.time_weighted_return) < Decimal("0.0001")


def test_before_anything_was_read_there_is_nothing_to_do(world: World) -> None:
    assert run(world)["left"] is False
