"""Start anvil for one process, run simulations on it, and take it away.

The state and the block come as overrides with each request, so that one node serves every case in any order.
"""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from premium.chains.endpoint import Answer, Call, endpoint
from premium.chains.model import Chain, Native
from premium.errors import UpstreamUnavailable
from premium.neighbours import open_client
from premium.simulation.model import NotSimulated
from premium.simulation.wire import words_of

T = TypeVar("T")
VARIABLE = "PREMIUM_ANVIL"
"""Names the program where it is neither on the path nor in node_modules."""
_CHAIN, _START, _TIMEOUT = 31337, 20.0, 30.0
_OWN = Chain(name="own", title="A node of our own", chain_id=_CHAIN, native=Native(symbol="ETH", decimals=18))
_DIES_WITH_PARENT = 1
_TODAY = 1_764_000_000
"""A time that is like a chain's, and the same in every run."""
_PACKAGES = Path(__file__).resolve().parents[3] / "node_modules" / "@foundry-rs"


def program() -> str:
    """Return the path of anvil; NotSimulated where there is none."""
    named = os.environ.get(VARIABLE) or shutil.which("anvil")
    found = [named] if named else [str(each) for each in sorted(_PACKAGES.glob("anvil-*/bin/anvil"))]
    if not found:
        raise NotSimulated("there is no EVM node to run it on: npm @foundry-rs/anvil is not installed")
    return found[0]


class OwnNode:
    """One anvil with an empty chain, and the loop that asks it."""

    def __init__(self, *, timestamp: int = 1) -> None:
        """Start it with a first block of a time: later ones cannot lie before it."""
        self._runner = asyncio.Runner()
        port = _free_port()
        options = ("--host", "127.0.0.1", "--port", str(port), "--chain-id", str(_CHAIN))
        alone = ("--timestamp", str(timestamp), "--accounts", "1", "--quiet")
        self._process = subprocess.Popen(
            [program(), *options, *alone],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - before any thread of ours
        )  # fmt: skip
        self._client = open_client()
        self._endpoint = endpoint("rpc:own:0", f"http://127.0.0.1:{port}", self._client, _TIMEOUT, None)
        self._chain = _CHAIN
        self._wait()

    async def batch(self, calls: Sequence[Call]) -> list[Answer]:
        """Return answers in the order of the calls, results or RpcErrors."""
        return await self._endpoint.send(_OWN, list(calls))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what comes of work that asks this node; NotSimulated where it fails."""
        try:
            return self._runner.run(work)
        except UpstreamUnavailable as error:
            raise NotSimulated(f"the EVM node fails: {words_of(error)}") from None

    def on_chain(self, chain_id: int | None) -> OwnNode:
        """Return this node as one of a chain: contracts see its id."""
        wanted = chain_id or _CHAIN
        if wanted != self._chain:
            self.run(self.batch([Call("anvil_setChainId", (wanted,))]))
            self._chain = wanted
        return self

    def close(self) -> None:
        """End the node; again is harmless."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._runner.run(self._client.aclose())
        self._runner.close()

    def _wait(self) -> None:
        until = time.monotonic() + _START
        while time.monotonic() < until and self._process.poll() is None:
            try:
                self.run(self.batch([Call("eth_blockNumber")]))
            except Exception:  # noqa: BLE001 - whatever it is: not ready yet
                time.sleep(0.05)
            else:
                return
        self.close()
        raise NotSimulated("the EVM node did not start")


class _Shared:
    """The nodes of this process, by the time of their first block."""

    nodes: ClassVar[dict[int, OwnNode]] = {}


def own_node() -> OwnNode:
    """Return this process's node, started by the first who asks; NotSimulated where that fails."""
    return _shared(1)


def trading_node() -> OwnNode:
    """Return this process's node for markets: its time is like a chain's."""
    return _shared(_TODAY)


def _shared(timestamp: int) -> OwnNode:
    if timestamp not in _Shared.nodes:
        _Shared.nodes[timestamp] = OwnNode(timestamp=timestamp)
        atexit.register(_Shared.nodes[timestamp].close)
    return _Shared.nodes[timestamp]


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _with_parent() -> None:
    """The node ends with the process that started it, however that one ends."""
    ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
