"""Reads of many contracts in a handful of calls, all at one block.

Through Multicall3; where there is none through a call that deploys nothing; where a node takes neither, one by one.
A chunk that fails as a whole is halved until the culprits stand alone, and they are remembered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from premium.chains.answers import uint
from premium.chains.reading import codec, deployless
from premium.chains.reading.block import Head, call_at
from premium.chains.reading.calls import NATIVE_GAS, Read, chunks
from premium.chains.reading.chunked import Chunked, Pinned, bytes_of
from premium.chains.reading.spoilers import Spoilers
from premium.chains.rpc import Rpc, RpcError
from premium.errors import UpstreamUnavailable

__all__ = ["Deployless", "Direct", "Head", "Multicall", "NoMulticall", "Read", "Reader"]

_GET_ETH_BALANCE = bytes.fromhex("4d2301cc") + bytes(12)
_GET_BLOCK_NUMBER = bytes.fromhex("42cbb15c")
_ENOUGH = 40
"""Calls within one that together use over 75,000 gas: what a plain view function may use."""


class NoMulticall(UpstreamUnavailable):
    """The chain cannot answer many calls in one, in the way that was tried."""

    retryable = False

    def __init__(self) -> None:
        super().__init__("the chain has no Multicall3 where the registry says")


class Reader(Protocol):
    """Reads contracts at one block."""

    async def balances(self, wallets: Sequence[str], reads: Sequence[Read]) -> tuple[list[int], list[bytes | None]]:
        """Return native base units by wallet, and the answers to `reads`."""
        ...

    async def reads(self, reads: Sequence[Read]) -> list[bytes | None]:
        """Return one answer a read; None where the contract reverted, even alone."""
        ...

    async def hints(self, reads: Sequence[Read]) -> list[bytes | None]:
        """Return one answer a read of functions that may be missing; cheaper where most are."""
        ...


class Multicall(Chunked):
    """Reads through Multicall3."""

    def __init__(self, rpc: Rpc, address: str, head: Head, spoilers: Spoilers | None = None) -> None:
        super().__init__(rpc, head, spoilers)
        self._address = address

    async def balances(self, wallets: Sequence[str], reads: Sequence[Read]) -> tuple[list[int], list[bytes | None]]:
        """Return native base units by wallet, and the answers to `reads`.

        All in the same calls.
        """
        asked = [Read(self._address, _GET_ETH_BALANCE + bytes.fromhex(wallet[2:]), NATIVE_GAS) for wallet in wallets]
        found = await self.reads([*asked, *reads])
        return self.all_natives([uint(answer) for answer in found[: len(wallets)]]), found[len(wallets) :]

    async def hints(self, reads: Sequence[Read]) -> list[bytes | None]:
        """Return one answer a read, of plain view functions that may well be missing.

        Unlike `reads` it does not ask again alone what failed, where a call at the end of the chunk shows that enough
        gas was left for all of them: of 500 tokens few are shares, and each would be asked by itself.
        """
        return await self._read(reads, self._hinted)

    async def _hinted(self, reads: Sequence[Read]) -> list[bytes | None]:
        many = codec.encode([Read(self._address, _GET_BLOCK_NUMBER)] * _ENOUGH)
        *found, control = await self._chunk([*reads, Read(self._address, many)])
        return found if control is not None else await self._part(reads)

    def _chunks(self, reads: Sequence[Read]) -> list[Sequence[Read]]:
        chain, share = self._rpc.chain, self._rpc.call_share
        gas, size = int(chain.call_gas * share), int(chain.call_bytes * share)
        return chunks(reads, gas=gas, size=size, overhead=codec.OVERHEAD)

    async def _call(self, reads: Sequence[Read]) -> list[bytes | None]:
        answer = await call_at(self._rpc, self._head, "eth_call", self._request(reads))
        data = bytes_of(answer)
        if not data:
            raise NoMulticall
        return codec.decode(data, len(reads))

    async def _control(self) -> None:
        await call_at(self._rpc, self._head, "eth_call", self._request([Read(self._address, _GET_BLOCK_NUMBER)]))

    def _request(self, reads: Sequence[Read]) -> dict[str, str]:
        return {"to": self._address, "data": "0x" + codec.encode(reads).hex()}


class Deployless(Chunked):
    """Reads through a call that runs our own code and deploys nothing."""

    async def balances(self, wallets: Sequence[str], reads: Sequence[Read]) -> tuple[list[int], list[bytes | None]]:
        """Return native base units by wallet, and the answers to `reads`.

        NoMulticall where the node cannot.
        """
        natives, found = await asyncio.gather(self.natives(wallets), self.reads(reads))
        return natives, found

    def _chunks(self, reads: Sequence[Read]) -> list[Sequence[Read]]:
        gas = int(self._rpc.chain.call_gas * self._rpc.call_share)
        parts = chunks(reads, gas=gas, size=deployless.REQUEST_BYTES, overhead=deployless.OVERHEAD)
        most = deployless.READS
        return [part[start : start + most] for part in parts for start in range(0, len(part), most)]

    async def _call(self, reads: Sequence[Read]) -> list[bytes | None]:
        data = "0x" + deployless.encode(reads).hex()
        answer = await call_at(self._rpc, self._head, "eth_call", {"data": data})
        return deployless.decode(bytes_of(answer), len(reads))

    async def _control(self) -> None:
        """Tell why a call failed.

        The node has not the block, or runs no such code, or else a contract fails.
        """
        await super()._control()
        try:
            answer = await call_at(self._rpc, self._head, "eth_call", {"data": "0x" + deployless.CODE.hex()})
        except RpcError:
            raise NoMulticall from None
        if answer != "0x":
            raise NoMulticall


class Direct(Pinned):
    """The same reads on a chain that takes neither: a JSON-RPC batch of single calls."""

    async def balances(self, wallets: Sequence[str], reads: Sequence[Read]) -> tuple[list[int], list[bytes | None]]:
        """Return native base units by wallet, and the answers to `reads`."""
        natives, found = await asyncio.gather(self.natives(wallets), self.reads(reads))
        return natives, found

    async def reads(self, reads: Sequence[Read]) -> list[bytes | None]:
        """Return one answer a read; None where the contract reverted."""
        found = await self.singly(reads)
        if reads and all(answer is None for answer in found):
            await self.insist_on_a_working_node()
        return found

    async def hints(self, reads: Sequence[Read]) -> list[bytes | None]:
        """Return one answer a read of functions that may well be missing."""
        return await self.reads(reads)
