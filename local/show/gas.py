"""Bring the stage up and show what gas says, and what came of it.

`make show NAME=gas`: the stage's own chain over the public API, then three chains of the show's own.
"""

from __future__ import annotations

import time
from typing import Any

from local.journey.client import Client
from local.journey.tokens import token
from local.journey.walk import must_equal
from local.patience import wait_for
from local.places import Places
from local.progress import say, step
from local.show.platform import run_apart
from local.up import Stage, up

_PAYMENTS, _TIPS = 25, (10**9, 2 * 10**9, 3 * 10**9)


def show_gas(places: Places) -> None:
    stage = up(places)
    say("\nThe stage's own chain, over the public API:\n")
    begun = time.monotonic()
    walk_gas(stage)
    say("\nThree fee models, and a market of 1,050 blocks:\n")
    run_apart(stage, "local.show.fees")
    say("\nBeside the baselines and go-ethereum's rule, and a hundred chains at once: make bench NAME=gas")
    say(f"Shown in {time.monotonic() - begun:.1f} s. Everything runs on. Stop it with: make down")


def walk_gas(stage: Stage) -> None:
    """Walk through an estimate on the stage's chain.

    LocalError where a figure is not the chain's.
    """
    api, evm = Client(stage.api, token(stage.places.state, f"gas_{time.time_ns()}")), stage.neighbours.evm
    with step(f"{_PAYMENTS} payments with tips of 1, 2 and 3 gwei") as note:
        accounts = evm.call("eth_accounts")
        for place in range(_PAYMENTS):
            base = int(evm.call("eth_getBlockByNumber", "latest", False)["baseFeePerGas"], 16)
            tip = _TIPS[place % len(_TIPS)]
            evm.call("eth_sendTransaction", {
                "from": accounts[place % 3], "to": accounts[9], "value": "0x1", "gas": hex(21_000),
                "maxPriorityFeePerGas": hex(tip), "maxFeePerGas": hex(2 * base + tip)})  # fmt: skip
        data = _estimate(api, evm.call("eth_blockNumber"))
        note.text = f"read up to block {data['block']['number']:,}, {data['ageSeconds']} s old, by {data['basis']}"
    with step("The next base fee, and the block that comes") as note:
        evm.call("evm_mine")
        came = int(evm.call("eth_getBlockByNumber", hex(data["block"]["number"] + 1), False)["baseFeePerGas"], 16)
        must_equal("the next base fee", int(data["nextBaseFee"]), came)
        note.text = f"{came:,} wei, as was told before it"
    for cost in data["cost"][:3]:
        usd = "no price" if cost["usd"] is None else f"${cost['usd']}"
        used = f"{cost['operation']:<18}{cost['gas']:>9,} gas ({cost['gasBasis']})"
        say(f"    {used} {int(cost['native']):>22,} wei, {usd}")


def _estimate(api: Client, newest: str) -> Any:
    """Return the estimate once it is of the newest block, which the follower reads within two seconds."""
    found: dict[str, Any] = {}

    def is_read() -> bool:
        found.update(api.get("/v1/gas/estimate?chain=local"))
        return bool(found["block"]["number"] >= int(newest, 16))

    wait_for("the follower of fees", is_read, remedy="See: make logs NAME=workers", pause=0.5)
    return found
