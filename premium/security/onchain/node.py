"""A chain's nodes as a scan's reader: blocking reads at one block."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Self

import httpx

from premium.chains.endpoint import Call
from premium.chains.rpc import Rpc, RpcError
from premium.errors import UpstreamUnavailable

_STATE_IS_GONE = ("header not found", "missing trie node", "state not available", "unknown block", "not available")
_CALL_GAS = 30_000_000


class NodeReader:
    """A `StateReader` over a chain's nodes, at the newest block when it is entered.

    Answers are kept for the reader's life: the block does not change, so neither do they.
    """

    def __init__(self, rpc: Callable[[httpx.AsyncClient], Rpc]) -> None:
        """`rpc` makes the chain's nodes over the client that this reader opens and closes."""
        self._make = rpc
        self._runner = asyncio.Runner()
        self._kept: dict[tuple[Any, ...], Any] = {}

    def __enter__(self) -> Self:
        try:
            self._client = httpx.AsyncClient()
            self._rpc = self._make(self._client)
            self.block_number = int(self._ask("eth_blockNumber"), 16)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    @property
    def block_hash(self) -> str:
        """The hash of the block of all reads."""
        return str(self._at_block_named()["hash"])

    def balance(self, address: str) -> int:
        """Return the balance in base units of the chain's coin."""
        return int(str(self._at_block("eth_getBalance", address)), 16)

    def nonce(self, address: str) -> int:
        """Return how many transactions an account has sent, or contracts a contract has made."""
        return int(str(self._at_block("eth_getTransactionCount", address)), 16)

    def _at_block_named(self) -> Any:
        key = ("eth_getBlockByNumber",)
        if key not in self._kept:
            self._kept[key] = self._ask("eth_getBlockByNumber", hex(self.block_number), False)
        return self._kept[key]

    def code(self, address: str) -> bytes:
        """Return the runtime code; empty where the address has none."""
        return bytes.fromhex(str(self._at_block("eth_getCode", address))[2:])

    def codes(self, addresses: Sequence[str]) -> list[bytes]:
        """Return several codes at once; empty where there is none, or none is told."""
        calls = [Call("eth_getCode", (each, hex(self.block_number))) for each in addresses]
        answers = self._runner.run(self._rpc.batch(calls)) if calls else []
        return [bytes.fromhex(each[2:]) if isinstance(each, str) else b"" for each in answers]

    def storage(self, address: str, slot: int) -> int:
        """Return the word in a storage slot."""
        return int(self._at_block("eth_getStorageAt", address, hex(slot)), 16)

    def call(self, to: str, data: bytes, *, sender: str | None = None) -> bytes | None:
        """Return what the call returns; None where it reverts.

        UpstreamUnavailable where the node no longer has the block.
        """
        asked = {"to": to, "data": f"0x{data.hex()}", "gas": hex(_CALL_GAS)}
        if sender is not None:
            asked["from"] = sender
        try:
            return bytes.fromhex(str(self._at_block("eth_call", asked))[2:])
        except RpcError as error:
            if any(words in str(error).lower() for words in _STATE_IS_GONE):
                raise UpstreamUnavailable(f"{self._rpc.chain.name}: the node no longer has the block") from error
            return None

    def _at_block(self, method: str, *asked: Any) -> Any:
        key = (method, *(tuple(sorted(one.items())) if isinstance(one, dict) else one for one in asked))
        if key not in self._kept:
            self._kept[key] = self._ask(method, *asked, hex(self.block_number))
        return self._kept[key]

    def _ask(self, method: str, *asked: Any) -> Any:
        return self._runner.run(self._rpc.one(method, *asked))

    def _close(self) -> None:
        try:
            self._runner.run(self._client.aclose())
        finally:
            self._runner.close()
