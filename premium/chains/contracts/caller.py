"""Ask functions of contracts at one block.

A function is written as `balanceOf(address)` with what it returns; answers come decoded, addresses checksummed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cache
from typing import Any

from eth_abi.exceptions import DecodingError, EncodingError
from eth_abi.grammar import ABIType, BasicType, TupleType, parse
from web3 import AsyncWeb3

from premium.chains.addresses import checksum, keccak256
from premium.chains.answers import uint
from premium.chains.contracts.provider import PinnedProvider
from premium.chains.multicall import Head, Read, Reader
from premium.chains.rpc import Rpc

_BALANCE_OF = bytes.fromhex("70a08231")
Question = tuple[Any, ...]
"""A contract's address, and the function's arguments."""


class Contracts:
    """The contracts of a chain at one block, as web3.py speaks to them."""

    def __init__(self, rpc: Rpc, head: Head, ways: Sequence[Reader]) -> None:
        """Take the block, and the ways to read it (`EvmAdapter.readers`)."""
        self.provider = PinnedProvider(rpc, head, ways)
        self.chain, self.head = rpc.chain, head
        # Without web3's own middleware, which would ask ENS and gas prices beside the block.
        self.web3: AsyncWeb3[PinnedProvider] = AsyncWeb3(self.provider, middleware=[], ens=None)
        self._listed = frozenset(checksum(token.address) for token in self.chain.tokens)
        self._alone: dict[tuple[Read, ...], asyncio.Future[list[bytes | None]]] = {}

    async def ask(self, target: str, signature: str, returns: str, *arguments: Any) -> Any:
        """Return a function's answer, a tuple of several.

        None where it reverts or answers something else, UpstreamUnavailable where no node answers.
        """
        (answer,) = await self._asked([(target, signature, returns, *arguments)])
        return answer

    async def each(self, signature: str, returns: str, questions: Sequence[Question]) -> list[Any]:
        """Ask one function of many contracts, or with many arguments, in the same calls."""
        return await self._asked([(each[0], signature, returns, *each[1:]) for each in questions])

    async def every(self, *asked: tuple[Any, ...]) -> list[Any]:
        """Ask several functions in the same calls: each is (contract, signature, returns, *arguments)."""
        return await self._asked(asked)

    async def balances(self, owner: str, tokens: Sequence[str], *, known: bool = False) -> dict[str, int]:
        """Return what an owner holds of tokens, those with something.

        Without web3, which takes 400 times as long. What is listed, or `known` for a protocol's own, travels with all
        others; a stranger could change in its answer what the next one says, and is asked alone, once.
        """
        words = _BALANCE_OF + bytes(12) + bytes.fromhex(owner[2:])
        reads = [Read(token, words) for token in tokens]
        together = known or self._listed.issuperset(tokens)
        found = await (self.provider.together(reads) if together else self._once(tuple(reads))) if reads else []
        return {token: held for token, answer in zip(tokens, found, strict=True) if (held := uint(answer))}

    async def _once(self, reads: tuple[Read, ...]) -> list[bytes | None]:
        if reads not in self._alone:
            self._alone[reads] = asyncio.ensure_future(self.provider.reads([*reads]))
        return await asyncio.shield(self._alone[reads])

    async def read(self, reads: list[Read]) -> list[bytes | None]:
        """Return raw answers of calls that travel alone: None where one reverts."""
        return await self.provider.reads(reads)

    async def hints(self, reads: list[Read]) -> list[bytes | None]:
        """Return raw answers of plain functions that may well be missing; they travel alone."""
        return await self.provider.hints(reads)

    async def _asked(self, asked: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Ask in one go: a call of web3's own contracts takes 4 ms of CPU, its codec 0.1."""
        words = [self._written(*each) for each in asked]
        sent = [read for read in words if read is not None]
        answers = iter(await self.provider.together(sent) if sent else ())
        return [
            None if read is None else self._read(next(answers), each[2])
            for read, each in zip(words, asked, strict=True)
        ]

    def _written(self, target: str, signature: str, _: str, *arguments: Any) -> Read | None:
        """Return the call, None where the arguments do not fit its types."""
        selector, types = _called(signature)
        try:
            return Read(target, selector + self.web3.codec.encode(types, arguments))
        except (EncodingError, OverflowError):
            return None

    def _read(self, answer: bytes | None, returns: str) -> Any:
        if not answer:
            return None
        parsed = _returned(returns)
        try:
            found = self.web3.codec.decode([_name(each) for each in parsed], answer)
        except (DecodingError, OverflowError, UnicodeDecodeError):
            return None
        values = tuple(_checksummed(each, value) for each, value in zip(parsed, found, strict=True))
        return values[0] if len(values) == 1 else values


@cache
def _called(signature: str) -> tuple[bytes, list[str]]:
    """Return a function's selector and the types of its arguments."""
    _, _, types = signature.partition("(")
    return keccak256(signature.encode())[:4], [_name(each) for each in _types(f"({types}")]


@cache
def _returned(types: str) -> list[ABIType]:
    return _types(f"({types})")


def _types(types: str) -> list[ABIType]:
    parsed = parse(types) if types != "()" else None
    return list(parsed.components) if isinstance(parsed, TupleType) else []


def _name(parsed: ABIType) -> str:
    return str(parsed.to_type_str())  # type: ignore[no-untyped-call]


def _checksummed(parsed: ABIType, value: Any) -> Any:
    """Return a decoded value with its addresses checksummed."""
    if parsed.is_array:
        return tuple(_checksummed(parsed.item_type, each) for each in value)
    if isinstance(parsed, TupleType):
        return tuple(_checksummed(each, one) for each, one in zip(parsed.components, value, strict=True))
    if isinstance(parsed, BasicType) and parsed.base == "address":
        return checksum(value)
    return value
