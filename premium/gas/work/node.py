"""A chain's node as the follower asks it: blocks and tips, checked.

Blocks that are compared come from one view. What cannot be is refused: the endpoint is asked last for a while, and
the next one at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from premium.chains.block_logs import NO_RECEIPTS_SECONDS
from premium.chains.rpc import Call, Rpc, RpcError, View
from premium.errors import UpstreamUnavailable
from premium.gas.fees.next_block import may_follow
from premium.gas.model import GasBlock, TipBasis
from premium.gas.operations import Operations
from premium.gas.tips.header import Header, Raw, header_of
from premium.gas.tips.paid import DECILES, Taken, paid_of, taken, taken_of_history
from premium.observability import count, logger

_UNKNOWN_METHOD = (-32601, -32600)
_PERCENTILES = [0, *(10 * each for each in DECILES)]


class Refused(UpstreamUnavailable):
    """What an endpoint said cannot be."""


class ReadBlock:
    """A block, its header, and the row that is kept of it."""

    __slots__ = ("header", "row")

    def __init__(self, header: Header, row: GasBlock) -> None:
        self.header, self.row = header, row


class GasNode:
    """Blocks and tips of one chain."""

    def __init__(self, rpc: Rpc, operations: Operations, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`operations` learns from the receipts what named operations use."""
        self.rpc, self.chain, self._operations, self._clock = rpc, rpc.chain, operations, clock
        self._without_receipts: dict[str, float] = {}

    def refuse(self, view: View, reason: str) -> Refused:
        """Believe others first for a while.

        Return the error that names the endpoint and what it said.
        """
        seconds = view.bench()
        logger.warning("an endpoint is refused", endpoint=view.name, reason=reason, seconds=seconds)
        count("GasNodesRefused", endpoint=view.name)
        return Refused(f"{view.name} is not believed: {reason}")

    async def heads(self, view: View, number: int | None) -> tuple[Header, Header | None]:
        """Return the newest header, and that of a height that is known.

        None where the node has none there.
        """
        calls = [Call("eth_getBlockByNumber", ("latest", False))]
        if number is not None:
            calls.append(Call("eth_getBlockByNumber", (hex(number), False)))
        newest, *there = await view.batch(calls)
        if newest is None or isinstance(newest, RpcError):
            raise UpstreamUnavailable(f"{view.name} gives no newest block: {newest}")
        same = there[0] if there and isinstance(there[0], dict) else None
        return self._header(view, newest), None if same is None else self._header(view, same, number)

    async def headers(self, view: View, numbers: Sequence[int]) -> list[Header | None]:
        """Return the headers of heights, None where the node has none."""
        found = await view.batch([Call("eth_getBlockByNumber", (hex(number), False)) for number in numbers])
        return [
            self._header(view, raw, number) if isinstance(raw, dict) else None
            for number, raw in zip(numbers, found, strict=True)
        ]

    async def blocks(self, view: View, numbers: Sequence[int], parent: Header | None) -> list[ReadBlock]:
        """Return blocks that follow one another from `parent` on, with their tips.

        As many as there are.

        Refused where one cannot be; UpstreamUnavailable where a block is not given.
        """
        raws, receipts = await self._asked(view, numbers)
        linked: list[tuple[Raw, Header]] = []
        for number, raw in zip(numbers, raws, strict=True):
            if isinstance(raw, RpcError):
                raise UpstreamUnavailable(f"{view.name} does not give block {number}: {raw}")
            if raw is None:
                break
            header = self._header(view, raw, number)
            if parent is not None and header.parent != parent.hash:
                break  # the chain changes under our hands
            self._may_follow(view, parent, header)
            linked.append((raw, header))
            parent = header
        tips = await self._tips(view, linked, receipts)
        return [ReadBlock(header, _row(raw, header, *each)) for (raw, header), each in zip(linked, tips, strict=True)]

    def _header(self, view: View, raw: Raw, number: int | None = None) -> Header:
        try:
            header = header_of(raw)
        except ValueError as error:
            raise self.refuse(view, str(error)) from None
        if number is not None and header.number != number:
            raise self.refuse(view, f"asked for block {number}, it gives block {header.number}")
        return header

    def _may_follow(self, view: View, parent: Header | None, header: Header) -> None:
        """Refuse a block that cannot follow its parent."""
        if parent is None:
            return
        # A first block's time is set by whoever begins a chain: that of a local node is the day it was started.
        if parent.number > 0 and header.timestamp < parent.timestamp:
            raise self.refuse(view, f"block {header.number} is older than its parent")
        if not may_follow(self.chain.fees, parent, header.base_fee):
            raise self.refuse(
                view, f"block {header.number} has a base fee of {header.base_fee}, after {parent.base_fee}"
            )

    async def _asked(self, view: View, numbers: Sequence[int]) -> tuple[list[Any], list[Any]]:
        """Return blocks and their receipts, asked for at once; None for receipts that the node does not have."""
        calls = [Call("eth_getBlockByNumber", (hex(number), True)) for number in numbers]
        if self._without_receipts.get(view.name, 0.0) > self._clock():
            return await view.batch(calls), [None] * len(numbers)
        answers = await view.batch([*calls, *(Call("eth_getBlockReceipts", (hex(number),)) for number in numbers)])
        raws, receipts = answers[: len(calls)], answers[len(calls) :]
        if any(isinstance(each, RpcError) and each.code in _UNKNOWN_METHOD for each in receipts):
            self._without_receipts[view.name] = self._clock() + NO_RECEIPTS_SECONDS
        return raws, [each if isinstance(each, list) else None for each in receipts]

    async def _tips(
        self, view: View, blocks: Sequence[tuple[Raw, Header]], receipts: Sequence[Any]
    ) -> list[tuple[Taken, TipBasis]]:
        """Return the tips of blocks, by their receipts where the node has them."""
        found: list[tuple[Taken, TipBasis]] = []
        for (raw, header), answer in zip(blocks, receipts, strict=False):
            if not raw["transactions"]:
                found.append((Taken(), "none"))
                continue
            if answer is None:
                found.append(await self._by_history(view, header))
                continue
            try:
                found.append((taken(paid_of(header, raw["transactions"], answer)), "receipts"))
            except (ValueError, KeyError, TypeError) as error:
                raise self.refuse(view, str(error)) from None
            self._operations.learn(raw["transactions"], answer)
        return found

    async def _by_history(self, view: View, header: Header) -> tuple[Taken, TipBasis]:
        """Return the tips by the node's own summary.

        None where it does not know that either.
        """
        (answer,) = await view.batch([Call("eth_feeHistory", ("0x1", hex(header.number), _PERCENTILES))])
        if isinstance(answer, RpcError) or answer is None:
            return Taken(), "none"
        try:
            if (
                int(answer["oldestBlock"], 16) != header.number
                or int(answer["baseFeePerGas"][0], 16) != header.base_fee
            ):
                raise self.refuse(view, f"eth_feeHistory tells of another block than {header.number}")
            return taken_of_history(answer["reward"][0]), "fee_history"
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise self.refuse(view, f"eth_feeHistory of block {header.number}: {error}") from None


def _row(raw: Raw, header: Header, tips: Taken, basis: TipBasis) -> GasBlock:
    return GasBlock(
        number=header.number, timestamp=datetime.fromtimestamp(header.timestamp, UTC), hash=header.hash,
        parent=header.parent, base_fee=header.base_fee, gas_used=header.gas_used, gas_limit=header.gas_limit,
        tips=tips.deciles, lowest_taken=tips.lowest, transactions=len(raw["transactions"]),
        blob_gas_used=header.blob_gas_used, excess_blob_gas=header.excess_blob_gas, basis=basis,
    )  # fmt: skip
