"""Ask functions of contracts at one block.

A function is written as `balanceOf(address)` with what it returns; answers come decoded, addresses checksummed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import cache
from typing import Any

from eth_abi.grammar import BasicType, TupleType, parse
from eth_typing import ABIFunction
from web3 import AsyncWeb3
from web3.contract.async_contract import AsyncContract, AsyncContractFunction
from web3.exceptions import BadFunctionCallOutput, ContractLogicError, Web3ValueError

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
        self._known: dict[tuple[str, str], type[AsyncContract]] = {}

    async def ask(self, target: str, signature: str, returns: str, *arguments: Any) -> Any:
        """Return a function's answer, a tuple of several.

        None where it reverts or answers something else, UpstreamUnavailable where no node answers.
        """
        asked = self._function(target, signature, returns, arguments)
        try:
            return await asked.call(ccip_read_enabled=False)
        except (ContractLogicError, BadFunctionCallOutput, Web3ValueError, OverflowError):
            return None

    async def each(self, signature: str, returns: str, questions: Sequence[Question]) -> list[Any]:
        """Ask one function of many contracts, or with many arguments, in the same calls."""
        return await asyncio.gather(*(self.ask(each[0], signature, returns, *each[1:]) for each in questions))

    async def every(self, *asked: tuple[Any, ...]) -> list[Any]:
        """Ask several functions in the same calls: each is (contract, signature, returns, *arguments)."""
        return await asyncio.gather(*(self.ask(*each) for each in asked))

    async def balances(self, owner: str, tokens: Sequence[str]) -> dict[str, int]:
        """Return what an owner holds of tokens, those with something.

        Without web3, which takes 400 times as long.
        """
        words = _BALANCE_OF + bytes(12) + bytes.fromhex(owner[2:])
        found = await self.provider.reads([Read(token, words) for token in tokens]) if tokens else []
        return {token: held for token, answer in zip(tokens, found, strict=True) if (held := uint(answer))}

    async def read(self, reads: list[Read]) -> list[bytes | None]:
        """Return raw answers of calls that travel alone: None where one reverts."""
        return await self.provider.reads(reads)

    def _function(self, target: str, signature: str, returns: str, arguments: Sequence[Any]) -> AsyncContractFunction:
        """web3 builds a class a contract, which costs more than a call: one serves all of the same function."""
        key = (signature, returns)
        if key not in self._known:
            self._known[key] = self.web3.eth.contract(abi=[_abi(signature, returns)])
        contract = self._known[key](AsyncWeb3.to_checksum_address(target))
        function: AsyncContractFunction = contract.functions[signature.partition("(")[0]](*arguments)
        return function


@cache
def _abi(signature: str, returns: str) -> ABIFunction:
    """Return a function's entry as an ABI has it."""
    name, _, types = signature.partition("(")
    return {
        "type": "function", "name": name, "stateMutability": "view",
        "inputs": _parameters(f"({types}"), "outputs": _parameters(f"({returns})"),
    }  # fmt: skip


def _parameters(types: str) -> list[Any]:
    parsed = parse(types) if types != "()" else None
    return [_parameter(each) for each in parsed.components] if isinstance(parsed, TupleType) else []


def _parameter(parsed: BasicType | TupleType) -> dict[str, Any]:
    if isinstance(parsed, TupleType):
        dimensions = "".join(f"[{''.join(map(str, each))}]" for each in parsed.arrlist or ())
        return {"name": "", "type": f"tuple{dimensions}", "components": [_parameter(p) for p in parsed.components]}
    return {"name": "", "type": str(parsed.to_type_str())}  # type: ignore[no-untyped-call]
