"""Show what a wallet holds, and that leaving a pool pays it.

`make show NAME=portfolio`: all of it over the public API, each figure beside the chain's own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from local.journey.client import Client, Refused
from local.journey.holder import BAIT, Holder
from local.journey.stream import Listener
from local.journey.tokens import token
from local.journey.walk import Walk, must_equal
from local.market.build import account
from local.market.node import ETHER
from local.places import Places
from local.progress import say, step
from local.show.platform import run_apart
from local.up import Stage, up

_KEY = "0x" + "4c" * 32
"""What a private key looks like."""
_LINES = 6
"""Lines of an explanation that are printed."""


def show_portfolio(places: Places) -> None:
    stage = up(places)
    say("\nA wallet with a pool's share, a range, and bait:\n")
    begun = time.monotonic()
    holder = walk_portfolio(stage)
    say("\nThe same wallet on chains that this stage does not read:\n")
    walk_apart(stage, holder)
    say(
        "\nTables beside web3.py, multicall, eth-abi, empyrical-reloaded, quantstats, pyxirr: make bench NAME=portfolio"
    )
    say(f"Shown in {time.monotonic() - begun:.1f} s. Everything runs on. Stop it with: make down")


def walk_apart(stage: Stage, holder: Holder) -> None:
    """Walk through the second part; the market and the wallet are the stage's."""
    told = {"evm": stage.neighbours.evm.url, "market": stage.market.model_dump(), "wallet": holder.address}
    run_apart(stage, "local.show.apart", json.dumps(told))


def walk_portfolio(stage: Stage) -> Holder:
    """Walk through one wallet's portfolio and print each step's evidence.

    LocalError where a figure is not the chain's.
    """
    bearer = token(stage.places.state, f"portfolio_{time.time_ns()}")
    api = Client(stage.api, bearer)
    with Listener(stage.socket, bearer, ("jobs", "portfolio")) as stream:
        walk = Walk(api, stream, stage.market, stage.neighbours.evm)
        holder = Holder.new(walk.evm, walk.market)
        with step("A wallet that nobody knows") as note:
            holder.invest()
            bait = holder.be_baited()
            note.text = holder.address
        _watch(walk, holder)
        first = _overview(walk)
        _bait(walk, bait)
        _exit(walk, holder)
        _flows(walk, holder)
        _measured(walk)
        _rebuilt(walk, first)
        _export(walk)
        return holder


def _watch(walk: Walk, holder: Holder) -> None:
    with step("A private key is refused, and stored nowhere") as note:
        try:
            walk.api.post("/v1/portfolio/wallets", {"address": _KEY})
        except Refused as refused:
            must_equal("whether the key is repeated", _KEY in str(refused), False)
            note.text = str(refused).partition("INVALID_INPUT: ")[2].partition(" {")[0]
        else:
            must_equal("whether a private key was taken", True, False)
    with step("The address is taken, and read") as note:
        walk.api.post("/v1/portfolio/wallets", {"address": holder.address, "label": "Show"})
        walk.job("/v1/portfolio/refresh", {})
        told = [each for _, each in walk.stream.messages if each.get("channel") == "portfolio"]
        note.text = f"{len(told)} messages on the stream"


def _overview(walk: Walk) -> Mapping[str, Any]:
    with step("The total, its bounds, and where it lies") as note:
        whole: dict[str, Any] = walk.api.get("/v1/portfolio")
        bounds = whole["bounds"]
        low, high = (bounds[end] or "open" for end in ("low", "high"))
        note.text = f"${whole['totalValueUsd']}, between {low} and {high}"
    for part in whole["allocation"]["asset"][:_LINES]:
        say(f"    {part['key']:<52} ${Decimal(part['usd']):>14,.2f}")
    for finding in whole["findings"]:
        say(f"    {finding['text']}")
    with step("Every line that it is the sum of") as note:
        explained = walk.api.get("/v1/portfolio/explain?figure=total")
        counted = [line for line in explained["lines"] if line["counted"]]
        summed = sum((Decimal(line["valueUsd"]) for line in counted), Decimal(0))
        must_equal("the sum of the lines", summed, Decimal(whole["totalValueUsd"]))
        note.text = f"{len(counted)} lines add up to it, to the last digit"
    return whole


def _bait(walk: Walk, bait: str) -> None:
    with step("Bait is told, and counted nowhere") as note:
        asset = walk.api.get(f"/v1/portfolio/assets/local:{bait.lower()}")
        must_equal("why it is not counted", asset["why"], "spam")
        note.text = f"{BAIT}: {', '.join(asset['spamReasons'])}"


def _exit(walk: Walk, holder: Holder) -> None:
    with step("Its share of the pool, to the unit") as note:
        (share,) = [each for each in walk.api.get("/v1/portfolio/positions") if each["kind"] == "v2_lp"]
        said = {leg["asset"].partition(":")[2]: int(leg["units"]) for leg in share["assets"]}
        note.text = ", ".join(f"{units} of {asset}" for asset, units in said.items())
    with step("It leaves the pool on the chain") as note:
        paid = holder.leave_pool()
        market = walk.market
        must_equal("what leaving paid", paid, {"usd": said[market.usd.lower()], "weth": said[market.weth.lower()]})
        note.text = "paid exactly that"


def _flows(walk: Walk, holder: Holder) -> None:
    with step("It pays half an ETH, and is read again") as note:
        holder.pay(account("receiver"), ETHER // 2)
        walk.job("/v1/portfolio/refresh", {})
        flows = walk.api.get("/v1/portfolio/flows?limit=100")
        note.text = f"{len(flows)} flows"
    kinds = {flow["kind"] for flow in flows}
    for flow in flows[:_LINES]:
        usd = "no price" if flow["usd"] is None else f"${Decimal(flow['usd']):,.2f}"
        say(f"    block {flow['block']}: {flow['kind']:<12}{flow['amount']:>28} {usd:>14}")
    must_equal("whether something is unexplained", "unexplained" in kinds, False)
    must_equal("whether the gas is a flow", "gas" in kinds, True)


def _measured(walk: Walk) -> None:
    with step("What it earned since the first look") as note:
        found = walk.api.get("/v1/portfolio/performance?window=24h")
        start, end, net, profit = (Decimal(found[name]) for name in ("startValue", "endValue", "netFlow", "profit"))
        must_equal("start, flows and profit together", start + net + profit, end)
        note.text = f"{start} + {net} in + {profit} earned = {end}"


def _rebuilt(walk: Walk, first: Mapping[str, Any]) -> None:
    with step("The first look, rebuilt from what is stored") as note:
        path = f"/v1/portfolio/explain?figure=total&snapshot={first['snapshotId']}"
        then = walk.api.get(path)
        must_equal("the total of then", Decimal(then["valueUsd"]), Decimal(first["totalValueUsd"]))
        note.text = f"${then['valueUsd']}, as it was shown"


def _export(walk: Walk) -> None:
    with step("Its flows as CSV") as note:
        job = walk.job("/v1/portfolio/exports", {"what": "flows", "format": "csv"})
        made = walk.api.get(f"/v1/portfolio/exports/{job['id']}")
        lines = walk.api.download(made["url"]).decode().splitlines()
        must_equal("the export's rows", len(lines) - 1, made["rows"])
        note.text = f"{made['rows']} rows, {made['size']} bytes; {lines[0]}"
