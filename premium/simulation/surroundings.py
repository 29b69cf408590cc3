"""The block that a transaction would meet: the chain's next one, from its newest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from premium.chains.addresses import keccak256
from premium.simulation import wire
from premium.simulation.model import NotSimulated, Request, Surroundings

_ELASTICITY, _MOST_CHANGE = 2, 8
"""Of EIP-1559 on Ethereum; chains that choose otherwise are a few per cent off, which `assumed` says."""
_ZERO = "0x" + "0" * 40


class Head(NamedTuple):
    """The chain's newest block, as far as the next one hangs on it."""

    number: int
    hash: str
    timestamp: int
    coinbase: str
    base_fee: int
    gas_limit: int
    gas_used: int


def head_of(answer: object) -> Head:
    """Return a block of a node's answer; NotSimulated for what is none."""
    if not isinstance(answer, Mapping):
        raise NotSimulated("the node gives no newest block")
    block: Mapping[str, Any] = answer
    hashed = wire.data(block.get("hash"), "the newest block's hash", 32)
    if len(hashed) != 32:
        raise NotSimulated("the node gives no hash of the newest block")
    return Head(
        number=wire.number(block.get("number"), "the newest block"),
        hash=f"0x{hashed.hex()}",
        timestamp=wire.number(block.get("timestamp"), "its time"),
        coinbase=wire.address(block.get("miner", _ZERO), "its producer"),
        base_fee=wire.number(block.get("baseFeePerGas", "0x0"), "its base fee"),
        gas_limit=wire.number(block.get("gasLimit"), "its gas limit"),
        gas_used=wire.number(block.get("gasUsed"), "its gas"),
    )


def next_base_fee(head: Head) -> int:
    """Return the next block's base fee in wei, by EIP-1559."""
    target = head.gas_limit // _ELASTICITY
    if not target or not head.base_fee:
        return head.base_fee
    change = head.base_fee * abs(head.gas_used - target) // target // _MOST_CHANGE
    return head.base_fee + max(change, 1) if head.gas_used > target else (
        head.base_fee - change if head.gas_used < target else head.base_fee
    )  # fmt: skip


def next_block(head: Head, request: Request) -> Surroundings:
    """Return the block that comes next.

    No field of it is a zero that the chain has not.
    Its randomness cannot be known before: a hash stands in for it.
    """
    if request.surroundings is not None:
        return request.surroundings
    soonest = head.timestamp + max(1, request.block_seconds)
    return Surroundings(
        number=head.number + 1,
        timestamp=max(soonest, request.time or 0),
        coinbase=head.coinbase,
        base_fee=next_base_fee(head),
        gas_limit=head.gas_limit,
        prevrandao=int.from_bytes(keccak256(bytes.fromhex(head.hash[2:]))),
    )
