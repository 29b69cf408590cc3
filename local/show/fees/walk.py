"""Walk through what gas says of three chains, and what came of it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp, pi, sin
from typing import Any
from uuid import uuid4

from handlers.gas import handler
from local.errors import LocalError
from local.journey.walk import must_equal
from local.patience import wait_for
from local.places import ROOT
from local.progress import say, step
from local.show.fees.chains import PRICES, SECONDS, Chains
from premium.bootstrap import Platform
from premium.gas.fees.op_stack import data_cost
from premium.gas.jobs import ChainDay
from premium.gas.models import Models
from premium.gas.series.hours import STEPS, refusal
from premium.gas.work import days
from premium.storage.cache import Cache
from tests.factories import op_stack
from tests.factories.http import ask, verdict
from tests.integration.portfolio.platforms import context

_GWEI = 10**9
_PAGE = 400
"""Blocks that are made before the follower is waited for.

Over 500 ahead it goes to the newest at once.
"""
_DEADLINE = 50
_DAYS = 12
SENDER, TO = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
DATA = "0xa9059cbb" + "".join(f"{place * 0x9E3779B97F4A7C15F39CC0605CEDC834:064x}" for place in range(1, 13))


@dataclass
class Shown:
    """Both sides of the platform, and the chains that the follower reads."""

    worker: Platform
    function: Platform
    chains: Chains

    def get(self, path: str, **query: str) -> Any:
        """Return the data of a GET; LocalError for a failure."""
        answer = ask(handler, "GET", f"/v1/gas/{path}", by=verdict(), query=query)
        if answer.status != 200:
            raise LocalError(f"GET {path} {query} was answered {answer.status}: {answer.text}", "This is a defect.")
        return answer.data

    def height(self, chain: str) -> int:
        """Return the newest block that handlers can read, -1 before the first."""
        told = Cache(self.worker.redis(3), "gas").get(chain)
        return int(told["block"]["number"]) if told else -1

    def grows(self, height: int) -> None:
        """Have the market grow to a height, and wait until that is told."""
        market = self.chains.market
        while market.height < height:
            market.grow(min(market.height + _PAGE, height))
            wait_for("the follower", lambda: self.height("market") == market.height, remedy="This is a defect.")


def walk(at: Shown, count: int) -> None:
    """Show each part, and compare it with what the chains say."""
    market = at.chains.market
    with step("A seeded market, driven through blocks of a real node") as note:
        wait_for("the follower", lambda: at.height("market") >= 0, remedy="This is a defect.")
        at.grows(count - _DEADLINE)
        fee = _newest(at)["baseFeePerGas"]
        must_equal("the node's base fee", int(fee, 16), market.fees[market.height])
        note.text = f"{market.height:,} blocks; each base fee is the market's, to the wei"
    _advised(at, "Advice at an ordinary moment")
    at.grows(count)
    _estimates(at)
    _back_tests(at)
    _hours(at)
    _waited(at)
    _not_done()


def _newest(at: Shown) -> Mapping[str, Any]:
    return dict(at.chains.market.node.call("eth_getBlockByNumber", "latest", False))


def _estimates(at: Shown) -> None:
    """Three fee models, each beside its node's own words."""
    with step("eip1559: the next base fee, to the wei") as note:
        data = at.get("estimate", chain="market", operation="swap_v3")
        node = at.chains.market.node
        history = node.call("eth_feeHistory", "0x14", "latest", [60])
        must_equal("the next base fee", int(data["nextBaseFee"]), int(history["baseFeePerGas"][-1], 16))
        note.text = (
            f"{_gwei(data['nextBaseFee'])} gwei, exact: {data['exact']}; the node's eth_feeHistory says the same"
        )
    tip, price = (int(node.call(method), 16) for method in ("eth_maxPriorityFeePerGas", "eth_gasPrice"))
    for speed in data["speeds"]:
        kept = ", ".join(f"{each['probability']:.3f} in {each['blocks']}" for each in speed["inclusion"])
        caps = f"cap {_gwei(speed['maxFeePerGas'])}, tip {_gwei(speed['maxPriorityFeePerGas'])}"
        say(f"    {speed['name']:<9}{caps}: included {kept}")
    usual = 2 * int(data["block"]["baseFee"]) + tip
    say(f"    the node: eth_gasPrice {_gwei(price)}, tip {_gwei(tip)}; its clients' usual cap would be {_gwei(usual)}")
    _rollup(at)
    with step("node: what nobody but the node knows") as note:
        data = at.get("estimate", chain="other", operation="native_transfer")
        head = at.chains.other.call("eth_getBlockByNumber", "latest", False)
        must_equal("whether it says to be exact", data["exact"], False)
        must_equal("the base fee", int(data["nextBaseFee"]), int(head["baseFeePerGas"], 16))
        note.text = f"{_gwei(data['nextBaseFee'])} gwei, exact: False, basis: {data['basis']}"


def _rollup(at: Shown) -> None:
    node = at.chains.rollup
    with step("op_stack: the part of layer one, the oracle's own") as note:
        data = at.get("estimate", chain="rollup", to=TO, data=DATA, **{"from": SENDER})
        l1, (cost,) = data["l1"], data["cost"]
        must_equal("who says it", l1["basis"], "oracle")
        estimated = int(node.call("eth_estimateGas", {"from": SENDER, "to": TO, "data": DATA}), 16)
        must_equal("its gas", cost["gas"], estimated)
        note.text = f"{int(l1['fee']):,} wei for {len(DATA) // 2 - 1} bytes of data, {cost['gas']:,} gas"
    with step("The same of 100 random transactions, by our own arithmetic") as note:
        draw = random.Random(18)  # noqa: S311 - of sizes, no secret
        sent = [draw.randbytes(draw.randint(50, 900)) for _ in range(100)]
        ours = [data_cost(each, PRICES, is_signed=False).fee for each in sent]
        must_equal("what the oracle asks", [op_stack.l1_fee(node, each) for each in sent], ours)
        note.text = f"{min(ours):,} to {max(ours):,} wei, each to the wei"


def _back_tests(at: Shown) -> None:
    """The back-test of blocks, by the daily job, as users see it."""
    with step("The day's back-test of the chain's blocks") as note:
        _carry_out(at, days.backtest_chain, "market")
        note.text = "each forecast made from its own past alone"
    _table({horizon: at.get("backtest", chain="market", horizon=horizon) for horizon in ("1", "3", "10", "25")})


def _hours(at: Shown) -> None:
    with step(f"The day's training of hours, on {_DAYS} seeded days") as note:
        _seed_days(at)
        _carry_out(at, days.train_chain, "market")
        note.text = "JSON under its checksum; it serves only where it beats the best baseline"
    _table({horizon: at.get("backtest", chain="market", horizon=horizon) for horizon in STEPS})
    for each in Models.of(at.worker).store.all("market"):
        say(f"    {each.horizon:<4}{each.version} {each.status}: {refusal(each.metrics) or 'it beats them all'}")


def _table(found: Mapping[str, Mapping[str, Any]]) -> None:
    say(f"    {'ahead':<6}{'n':>6}{'error':>8}{'best':>8} {'baseline':<17}{'80 %':>6}{'95 %':>6}  served last")
    for horizon, data in found.items():
        scores = data["scores"]
        best = min(data["baselines"], key=lambda each: each["mape"])
        say(
            f"    {horizon:<6}{scores['n']:>6,}{scores['mape']:>8.4f}{best['mape']:>8.4f} {best['name']:<17}"
            f"{scores['cover80']:>6.3f}{scores['cover95']:>6.3f}  {data['serving']}"
        )


def _advised(at: Shown, what: str) -> Mapping[str, Any]:
    with step(what) as note:
        deadline = (datetime.now(UTC) + timedelta(seconds=SECONDS * _DEADLINE + 1)).isoformat()
        data: Mapping[str, Any] = at.get("optimization", chain="market", operation="swap_v3", deadline=deadline)
        note.text = data["advice"]
    saving, regret, evidence = data["expectedSaving"], data["regret"], data["evidence"]
    say(
        f"    {evidence['n']} moments like this one: waiting saved {evidence['meanSaving']:.1f} % in the mean, and cost"
    )
    say(f"    more in {regret['probability']:.0%} of them, {evidence['worst']:.1f} % more at worst")
    say(f"    so it says: expected saving {saving['percent']:.1f} %, {int(saving['native']):,} wei")
    return data


def _waited(at: Shown) -> None:
    """Take the advice to wait, and see what came of it."""
    data = _advised(at, "Advice where waiting paid before")
    must_equal("the advice", data["advice"], "wait")
    goal = int(data["window"]["sendAtBaseFee"])
    with step(f"Who waits sends at {_gwei(goal)} gwei, or at the deadline") as note:
        market, start = at.chains.market, at.chains.market.height
        at.grows(start + _DEADLINE)
        now, ahead = market.fees[start + 1], market.fees[start + 1 : start + _DEADLINE + 1]
        paid = next((fee for fee in ahead if fee <= goal), ahead[-1])
        note.text = f"{_gwei(now)} gwei at once, {_gwei(paid)} after waiting: {1 - paid / now:+.1%} saved"


def _seed_days(at: Shown) -> None:
    """Write days of ten minutes with a daily cycle, up to now.

    They stand in the place of the chain's hours.
    """
    draw, level, rows = random.Random(18), 0.0, []  # noqa: S311 - a seeded market, no secret
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    now -= timedelta(minutes=now.minute % 10)
    for place in range(_DAYS * 144):
        moment = now - timedelta(minutes=10 * (_DAYS * 144 - place))
        level = 0.97 * level + draw.gauss(0, 0.04)
        fee = round(2e10 * exp(0.5 * sin(moment.timestamp() / 86_400 * 2 * pi) + level))
        rows.append(("market", moment, 50, fee, fee))
    with at.worker.timeseries.transaction() as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM gas_tens WHERE chain = 'market'")
        cursor.executemany("INSERT INTO gas_tens VALUES (%s, %s, %s, %s, %s)", rows)


def _carry_out(at: Shown, body: Any, chain: str) -> None:
    """Run a job's body as a worker does."""
    body.__wrapped__(context(at.worker, uuid4(), job_id=uuid4()), ChainDay(chain=chain, at=datetime.now(UTC)))


def _not_done() -> None:
    """Print what docs/gas-proofs.md says is not done."""
    say("\nWhat is not done:")
    for line in (ROOT / "docs" / "gas-proofs.md").read_text().partition("## Not done\n")[2].splitlines():
        if line.strip():
            say(f"    {line}")


def _gwei(wei: str | int) -> str:
    return f"{int(wei) / _GWEI:,.3f}"
