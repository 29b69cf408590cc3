"""Named operations and the gas that they use.

It is the median of real receipts, once there are some.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from statistics import median_low
from typing import Any, Literal, NamedTuple

Basis = Literal["protocol", "receipts", "typical"]
"""What a figure rests on: the rule of the chain, receipts of its blocks, or a figure usual on Ethereum."""
TRANSFER_GAS = 21_000
LEAST = 5
"""Receipts without which a median is none."""
_KEPT = 500


class Operation(NamedTuple):
    """An operation: its usual gas, its size, and the calls that are it."""

    gas: int
    compressed: int
    """Bytes of a signed transaction after FastLZ, about: what layer one is paid for on OP-stack chains."""
    selectors: tuple[str, ...] = ()


OPERATIONS: Mapping[str, Operation] = {
    "native_transfer": Operation(TRANSFER_GAS, 112),
    "erc20_transfer": Operation(52_000, 150, ("0xa9059cbb",)),
    "erc20_approve": Operation(46_500, 150, ("0x095ea7b3",)),
    "swap_v2": Operation(125_000, 230, ("0x38ed1739", "0x7ff36ab5", "0x18cbafe5", "0xfb3bdb41", "0x8803dbee")),
    "swap_v3": Operation(140_000, 220, ("0x414bf389", "0x04e45aaf", "0xc04b8d59", "0xb858183f")),
    "lp_mint": Operation(430_000, 300, ("0x88316456",)),
    "bridge_deposit": Operation(120_000, 200, ("0xb1a1a882", "0x9a2ac6d5", "0x58a997f6", "0x838b2520")),
}
"""By name. Selectors are of ERC-20, Uniswap's routers and position manager, and of OP-stack bridges."""
_BY_SELECTOR = {selector: name for name, each in OPERATIONS.items() for selector in each.selectors}


class Used(NamedTuple):
    """What an operation uses, and how that is known."""

    gas: int
    basis: Basis


class Operations:
    """What a chain's own receipts say that operations use."""

    def __init__(self) -> None:
        self._seen: dict[str, deque[int]] = {name: deque(maxlen=_KEPT) for name in OPERATIONS}

    def learn(self, transactions: Sequence[Mapping[str, Any]], receipts: Sequence[Mapping[str, Any]]) -> None:
        """Take a block's transactions into account; those that failed say nothing."""
        for one, receipt in zip(transactions, receipts, strict=True):
            name = _BY_SELECTOR.get(str(one.get("input") or "")[:10])
            if name is not None and receipt.get("status") == "0x1":
                self._seen[name].append(int(receipt["gasUsed"], 16))

    def used(self) -> dict[str, Used]:
        """Return what each operation uses."""
        return {name: self._used(name) for name in OPERATIONS}

    def _used(self, name: str) -> Used:
        seen = self._seen[name]
        if len(seen) >= LEAST:
            return Used(median_low(seen), "receipts")
        return Used(OPERATIONS[name].gas, "protocol" if name == "native_transfer" else "typical")
