"""Reads at one block in chunks.

What is refused is halved, and what failed in company is asked again alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from premium.chains.answers import uint
from premium.chains.reading.block import Head, call_at, calls_at
from premium.chains.reading.calls import READ_GAS, Read, without
from premium.chains.reading.codec import OVERHEAD, NotAnAnswer
from premium.chains.reading.spoilers import Spoilers
from premium.chains.rpc import Rpc, RpcError
from premium.errors import UpstreamUnavailable
from premium.neighbours import Refused

_NOBODY = "0x" + "0" * 40
_TOO_LARGE = 413
_FEW = 20
"""So many failures of a chunk are asked again alone at once."""
_LEAST_SHARE = 1 / 64
"""Of a chain's bounds: below it what is refused is the contract's fault."""


class Pinned:
    """What all readers share: a block of a chain, and single calls at it."""

    def __init__(self, rpc: Rpc, head: Head, spoilers: Spoilers | None = None) -> None:
        self._rpc, self._head = rpc, head
        self._spoilers = spoilers or Spoilers(rpc.chain.name)

    async def singly(self, reads: Sequence[Read]) -> list[bytes | None]:
        """Return the answers of a JSON-RPC batch of single calls."""
        answers = await calls_at(self._rpc, self._head, [("eth_call", _direct(read)) for read in reads])
        return [None if isinstance(answer, RpcError) else bytes_of(answer) for answer in answers]

    async def natives(self, wallets: Sequence[str]) -> list[int]:
        answers = await calls_at(self._rpc, self._head, [("eth_getBalance", wallet) for wallet in wallets])
        return self.all_natives([uint(bytes_of(answer)) for answer in map(_padded, answers)])

    def all_natives(self, found: Sequence[int | None]) -> list[int]:
        """A node that cannot say a native balance is not serving this block."""
        natives = [units for units in found if units is not None]
        if len(natives) < len(found):
            raise UpstreamUnavailable(f"{self._rpc.chain.name} did not give a native balance")
        return natives

    async def insist_on_a_working_node(self) -> None:
        """Tell a failing contract from a node that cannot serve this block.

        UpstreamUnavailable for the latter.
        """
        try:
            await self._control()
        except RpcError as error:
            self._rpc.ask_another()
            name, number = self._rpc.chain.name, self._head.number
            raise UpstreamUnavailable(f"{name} cannot be read at block {number}: {error}") from error

    async def _control(self) -> None:
        await call_at(self._rpc, self._head, "eth_getBalance", _NOBODY)


class Chunked(Pinned):
    """Reads in chunks: halves what is refused, and asks again alone what failed in company."""

    async def reads(self, reads: Sequence[Read]) -> list[bytes | None]:
        """Return one answer a read; None where the contract reverted, even alone."""
        return await self._read(reads, self._part)

    async def hints(self, reads: Sequence[Read]) -> list[bytes | None]:
        """Return one answer a read of functions that may well be missing."""
        return await self.reads(reads)

    async def _read(
        self, reads: Sequence[Read], taken: Callable[[Sequence[Read]], Awaitable[list[bytes | None]]]
    ) -> list[bytes | None]:
        """Read in chunks, each `taken` by itself, and alone what is known to spoil one."""
        shared, alone = without(reads, await self._spoilers.known())
        parts = self._chunks([reads[place] for place in shared])
        apart, *answers = await asyncio.gather(
            self.singly([reads[place] for place in alone]), *(taken(part) for part in parts)
        )
        found: list[bytes | None] = [None] * len(reads)
        for places, values in ((alone, apart), (shared, [value for part in answers for value in part])):
            for place, value in zip(places, values, strict=True):
                found[place] = value
        return found

    async def _part(self, reads: Sequence[Read]) -> list[bytes | None]:
        """Read a chunk, and what failed in it once more, alone.

        A contract that burns all gas makes those after it fail, too: it is the one that fails before one that does not.
        """
        found = await self._chunk(reads)
        failed = [place for place, answer in enumerate(found) if answer is None]
        if not failed:
            return found
        left = failed
        if len(failed) > _FEW:
            # Many at once lacked gas: the chunk was too long for them, and each gets what a view function may use.
            wider = [reads[place]._replace(gas=max(reads[place].gas, READ_GAS)) for place in failed]
            parts = await asyncio.gather(*(self._chunk(part) for part in self._chunks(wider)))
            for place, answer in zip(failed, (answer for part in parts for answer in part), strict=True):
                found[place] = answer
            left = [place for place in failed if found[place] is None]
        for place, answer in zip(left, await self.singly([reads[place] for place in left]), strict=True):
            found[place] = answer
        starved = [place for place in failed if found[place] is not None]
        if starved:
            last = max(starved)
            await self._spoilers.add(reads[place].target for place in failed if place < last and found[place] is None)
        return found

    async def _chunk(self, reads: Sequence[Read]) -> list[bytes | None]:
        """Read a chunk, halving it while it fails as a whole.

        Too much gas or data fails it.
        """
        asked = self._rpc.first
        try:
            return await self._call(reads)
        except NotAnAnswer as error:
            self._rpc.ask_another(asked)
            raise UpstreamUnavailable(f"a node answered a multicall with something else: {error}") from error
        except (RpcError, Refused) as error:
            if isinstance(error, Refused) and error.details.get("status") != _TOO_LARGE:
                raise
            await self.insist_on_a_working_node()
        if len(reads) == 1:
            await self._spoilers.add([reads[0].target])
            return [None]
        middle, known = len(reads) // 2, await self._spoilers.known()
        halves = await asyncio.gather(self._chunk(reads[:middle]), self._chunk(reads[middle:]))
        if await self._spoilers.known() == known:  # no contract's fault: the nodes take no more
            self._rpc.call_share = min(self._rpc.call_share, self._share_of(reads[:middle]))
        return halves[0] + halves[1]

    def _share_of(self, reads: Sequence[Read]) -> float:
        """Return what part of the chain's bounds these reads fill."""
        chain = self._rpc.chain
        gas, size = sum(read.gas for read in reads), sum(len(read.data) + OVERHEAD for read in reads)
        return max(_LEAST_SHARE, gas / chain.call_gas, size / chain.call_bytes)

    def _chunks(self, reads: Sequence[Read]) -> list[Sequence[Read]]:
        raise NotImplementedError

    async def _call(self, reads: Sequence[Read]) -> list[bytes | None]:
        raise NotImplementedError


def _direct(read: Read) -> dict[str, str]:
    return {"to": read.target, "data": "0x" + read.data.hex()}


def _padded(answer: Any) -> Any:
    """Return a quantity (`0x1f`) as a word; what is none has no bytes."""
    return "0x" + answer[2:].zfill(64) if isinstance(answer, str) else "0x"


def bytes_of(answer: Any) -> bytes:
    """Return the bytes of an answer; UpstreamUnavailable for what is none."""
    try:
        return bytes.fromhex(answer.removeprefix("0x"))
    except (AttributeError, ValueError) as error:
        raise UpstreamUnavailable("a node answered a call with something that is not hexadecimal data") from error
