"""Reads of many contracts in a handful of calls, all at one block.

Through Multicall3, or one by one where it is not deployed.

Multicall3: `aggregate3((address target, bool allowFailure, bytes callData)[])` returns `(bool success, bytes data)[]`
and `getEthBalance(address)` the native balance (github.com/mds1/multicall).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError

from premium.chains.answers import uint
from premium.chains.rpc import Call, Rpc, RpcError
from premium.errors import UpstreamUnavailable

CALLS_A_CHUNK = 400
_AGGREGATE3 = bytes.fromhex("82ad56cb")
_GET_ETH_BALANCE = bytes.fromhex("4d2301cc")
_GET_BLOCK_NUMBER = bytes.fromhex("42cbb15c")


class NoMulticall(UpstreamUnavailable):
    """There is no Multicall3 at the address that the registry names."""

    retryable = False

    def __init__(self) -> None:
        super().__init__("the chain has no Multicall3 where the registry says")


@dataclass(frozen=True)
class Read:
    """A call of a view function: contract and calldata."""

    target: str
    data: bytes


class Multicall:
    """Reads through Multicall3 at one block."""

    def __init__(self, rpc: Rpc, address: str, block: int) -> None:
        self._rpc, self._address, self._block = rpc, address, hex(block)

    async def balances(self, wallets: Sequence[str], reads: Sequence[Read]) -> tuple[list[int], list[bytes | None]]:
        """Return native base units by wallet, and the answers to `reads`.

        All in the same calls. A node that cannot say a native balance is not serving this block: UpstreamUnavailable.
        """
        asked = [Read(self._address, _GET_ETH_BALANCE + encode(["address"], [wallet])) for wallet in wallets]
        found = await self.reads([*asked, *reads])
        natives = [uint(answer) for answer in found[: len(wallets)]]
        if any(units is None for units in natives):
            raise UpstreamUnavailable(f"{self._rpc.chain.name} did not give a native balance")
        return [units for units in natives if units is not None], found[len(wallets) :]

    async def reads(self, reads: Sequence[Read]) -> list[bytes | None]:
        """Return one answer a read; None where the contract reverted, even alone."""
        chunks = [reads[i : i + CALLS_A_CHUNK] for i in range(0, len(reads), CALLS_A_CHUNK)]
        answers = await asyncio.gather(*(self._chunk(chunk) for chunk in chunks))
        found = [answer for chunk in answers for answer in chunk]
        return await self._again_alone(reads, found)

    async def _chunk(self, reads: Sequence[Read]) -> list[bytes | None]:
        """Read a chunk, halving it while it fails as a whole.

        Too much gas or data fails it: in the end only the culprits fail.
        """
        try:
            return _decoded(await self._rpc.one("eth_call", self._request(reads), self._block), len(reads))
        except RpcError:
            if len(reads) == 1:
                await self._insist_on_a_working_node()
                return [None]
            middle = len(reads) // 2
            halves = await asyncio.gather(self._chunk(reads[:middle]), self._chunk(reads[middle:]))
            return halves[0] + halves[1]

    async def _again_alone(self, reads: Sequence[Read], found: list[bytes | None]) -> list[bytes | None]:
        """Ask again, alone, what failed in company.

        A contract that burns all gas makes those after it fail too.
        """
        failed = [number for number, answer in enumerate(found) if answer is None]
        if not failed or len(reads) == 1:
            return found
        requests = [Call("eth_call", (_direct(reads[number]), self._block)) for number in failed]
        for number, answer in zip(failed, await self._rpc.batch(requests), strict=True):
            found[number] = None if isinstance(answer, RpcError) else _bytes(answer)
        return found

    async def _insist_on_a_working_node(self) -> None:
        """Tell a failing contract from a node that cannot serve this block.

        UpstreamUnavailable for the latter.
        """
        control = Read(self._address, _GET_BLOCK_NUMBER)
        try:
            await self._rpc.one("eth_call", self._request([control]), self._block)
        except RpcError as error:
            raise UpstreamUnavailable(
                f"{self._rpc.chain.name} cannot be read at block {self._block}: {error}"
            ) from error

    def _request(self, reads: Sequence[Read]) -> dict[str, str]:
        calls = [(read.target, True, read.data) for read in reads]
        data = _AGGREGATE3 + encode(["(address,bool,bytes)[]"], [calls])
        return {"to": self._address, "data": "0x" + data.hex()}


class Direct:
    """The same reads on a chain without Multicall3: a JSON-RPC batch of single calls."""

    def __init__(self, rpc: Rpc, block: int) -> None:
        self._rpc, self._block = rpc, hex(block)

    async def balances(self, wallets: Sequence[str], reads: Sequence[Read]) -> tuple[list[int], list[bytes | None]]:
        """Return native base units by wallet, and the answers to `reads`."""
        asked = [Call("eth_getBalance", (wallet, self._block)) for wallet in wallets]
        answers, found = await asyncio.gather(self._rpc.batch(asked), self.reads(reads))
        units = [uint(_bytes(answer)) for answer in map(_padded, answers)]
        if any(number is None for number in units):
            raise UpstreamUnavailable(f"{self._rpc.chain.name} did not give a native balance")
        return [number for number in units if number is not None], found

    async def reads(self, reads: Sequence[Read]) -> list[bytes | None]:
        """Return one answer a read; None where the contract reverted."""
        answers = await self._rpc.batch([Call("eth_call", (_direct(read), self._block)) for read in reads])
        return [None if isinstance(answer, RpcError) else _bytes(answer) for answer in answers]


def _direct(read: Read) -> dict[str, str]:
    return {"to": read.target, "data": "0x" + read.data.hex()}


def _padded(answer: Any) -> Any:
    """Return a quantity (`0x1f`) as a word; what is none has no bytes."""
    return "0x" + answer[2:].zfill(64) if isinstance(answer, str) else "0x"


def _bytes(answer: Any) -> bytes:
    try:
        return bytes.fromhex(answer.removeprefix("0x"))
    except (AttributeError, ValueError) as error:
        raise UpstreamUnavailable("a node answered a call with something that is not hexadecimal data") from error


def _decoded(answer: Any, expected: int) -> list[bytes | None]:
    data = _bytes(answer)
    if not data:
        raise NoMulticall
    try:
        (results,) = decode(["(bool,bytes)[]"], data)
    except DecodingError as error:
        raise UpstreamUnavailable("a node answered a multicall with something else") from error
    if len(results) != expected:
        raise UpstreamUnavailable("a node answered a multicall with another number of results")
    return [bytes(value) if success else None for success, value in results]
