"""Carry web3's calls over a chain's nodes, all at one block.

Calls that are made at once travel together through Multicall3. Nothing is ever sent: methods that change a chain, and
those that would not be of the pinned block, are refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from web3.providers.async_base import AsyncBaseProvider
from web3.types import RPCEndpoint, RPCResponse

from premium.chains.model import Chain
from premium.chains.multicall import Head, NoMulticall, Read, Reader
from premium.chains.rpc import Rpc, RpcError

_TOGETHER_SECONDS = 0.001
"""How long a call waits for company: web3 comes to it through several steps of the loop."""
_REVERTED = {"code": 3, "message": "execution reverted"}
_PLACES = {"eth_getBalance": 1, "eth_getCode": 1, "eth_getStorageAt": 2, "eth_call": 1}
"""The methods that are let through, and which of their parameters is the block."""
_Waiting = tuple[list[Read], asyncio.Future[list[bytes | None]]]


class PinnedProvider(AsyncBaseProvider):
    """Answers web3 from one block; UpstreamUnavailable where no node does."""

    global_ccip_read_enabled = False
    """A contract could otherwise have us ask any address of the internet (EIP-3668)."""

    def __init__(self, rpc: Rpc, head: Head, ways: Sequence[Reader]) -> None:
        """Take the block, and the ways to read it, the best first."""
        super().__init__()
        self.chain: Chain = rpc.chain
        self._rpc, self._head, self._ways = rpc, head, [*ways]
        self._waiting: list[_Waiting] = []
        self._known: dict[Read, bytes] = {}
        self._running: set[asyncio.Task[list[bytes | None]]] = set()

    async def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Answer one request of web3."""
        if method == "eth_chainId":
            return _result(hex(self.chain.chain_id))
        if method not in _PLACES:
            raise ValueError(f"{method} is not asked here: readers of contracts read one block alone")
        if method == "eth_call" and set(params[0]) <= {"to", "data"}:
            (found,) = await self.together([Read(params[0]["to"], bytes.fromhex(params[0]["data"][2:]))])
            return _error(_REVERTED) if found is None else _result("0x" + found.hex())
        pinned = [*params]
        pinned[_PLACES[method] :] = [self._head.name(self._rpc)]
        try:
            return _result(await self._rpc.one(method, *pinned))
        except RpcError as error:
            return _error({"code": error.code, "message": error.message})

    async def reads(self, reads: list[Read]) -> list[bytes | None]:
        """Return one answer a read; None where the contract reverted."""
        return await self._by_any(lambda way: way.reads(reads))

    async def hints(self, reads: list[Read]) -> list[bytes | None]:
        """Return one answer a read of plain functions that may be missing; they travel alone."""
        return await self._by_any(lambda way: way.hints(reads))

    async def _by_any(self, read: Callable[[Reader], Awaitable[list[bytes | None]]]) -> list[bytes | None]:
        while len(self._ways) > 1:
            way = self._ways[0]
            try:
                return await read(way)
            except NoMulticall:
                self._ways = [each for each in self._ways if each is not way] or self._ways
        return await read(self._ways[0])

    async def together(self, reads: list[Read]) -> list[bytes | None]:
        """Return one answer a read; those that are asked within the same moment travel together.

        Who asks what was answered before gets the same answer: the block is one.
        """
        if all(read in self._known for read in reads):
            return [self._known[read] for read in reads]
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_later(_TOGETHER_SECONDS, self._start)
        answers: asyncio.Future[list[bytes | None]] = loop.create_future()
        self._waiting.append((reads, answers))
        return await answers

    def _start(self) -> None:
        waiting, self._waiting = self._waiting, []
        task = asyncio.Task(self._each_once([read for reads, _ in waiting for read in reads]))
        self._running.add(task)  # the loop itself keeps no task alive
        task.add_done_callback(self._running.discard)
        task.add_done_callback(lambda done: _hand_out(done, waiting))

    async def _each_once(self, reads: list[Read]) -> list[bytes | None]:
        """Ask what many ask in one place, and remember it; what reverted may be asked again."""
        new = [read for read in dict.fromkeys(reads) if read not in self._known]
        said = dict(zip(new, await self.reads(new) if new else (), strict=True))
        self._known |= {read: answer for read, answer in said.items() if answer is not None}
        return [self._known.get(read) for read in reads]


def _hand_out(done: asyncio.Task[list[bytes | None]], waiting: list[_Waiting]) -> None:
    """Give each caller its answers, or all of them the failure."""
    failure = asyncio.CancelledError() if done.cancelled() else done.exception()
    place = 0
    for reads, answers in waiting:
        first, place = place, place + len(reads)
        if answers.done():
            continue
        if failure is not None:
            answers.set_exception(failure)
        else:
            answers.set_result(done.result()[first:place])


def _result(value: Any) -> RPCResponse:
    return {"jsonrpc": "2.0", "id": 1, "result": value}


def _error(error: Any) -> RPCResponse:
    return {"jsonrpc": "2.0", "id": 1, "error": error}
