"""Read Permit2: allowances, permits and transfers, single and batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from premium.security.calls.effects import Allow, Call, Effect, Move
from premium.security.calls.registry import reads

_DETAILS = "(address,uint160,uint48,uint48)"


@reads("approve(address,address,uint160,uint48)")
def approve(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Allow a spender through Permit2, until a time."""
    yield Allow(args[0], call.sender, args[1], args[2], args[3], "permit2")


@reads(f"permit(address,({_DETAILS},address,uint256),bytes)")
def permit(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Allow by signature."""
    details, spender, deadline = args[1]
    yield _allowed(args[0], details, spender, deadline)


@reads(f"permit(address,({_DETAILS}[],address,uint256),bytes)")
def permit_batch(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Allow several by signature."""
    details, spender, deadline = args[1]
    for each in details:
        yield _allowed(args[0], each, spender, deadline)


def _allowed(owner: str, details: tuple[Any, ...], spender: str, deadline: int) -> Allow:
    until = details[2] or deadline
    return Allow(details[0], owner, spender, details[1], until, "permit2", signed=True, usable=deadline)


@reads("transferFrom(address,address,uint160,address)")
def transfer(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Move an owner's by an allowance."""
    yield Move(args[3], args[0], args[1], args[2])


@reads("transferFrom((address,address,uint160,address)[])")
def transfer_batch(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Move several by allowances."""
    for owner, recipient, amount, token in args[0]:
        yield Move(token, owner, recipient, amount)


_ONE = "((address,uint256),uint256,uint256),(address,uint256),address"
_MANY = "((address,uint256)[],uint256,uint256),(address,uint256)[],address"


@reads(f"permitTransferFrom({_ONE},bytes)", f"permitWitnessTransferFrom({_ONE},bytes32,string,bytes)")
def signed_transfer(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Move an owner's by his signature."""
    (token, _), *_ = args[0]
    yield Move(token, args[2], args[1][0], args[1][1])


@reads(f"permitTransferFrom({_MANY},bytes)", f"permitWitnessTransferFrom({_MANY},bytes32,string,bytes)")
def signed_transfers(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Move several of an owner's by his signature."""
    for (token, _), (recipient, amount) in zip(args[0][0], args[1], strict=False):
        yield Move(token, args[2], recipient, amount)
