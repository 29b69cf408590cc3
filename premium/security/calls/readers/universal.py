"""Read Uniswap's Universal Router: a byte a command, with its input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from premium.security.calls.effects import Call, Clue, Deadline, Flawed, Inner, Move, Proceeds, Step, Trade
from premium.security.calls.readers import permit2, v4
from premium.security.calls.readers.routers import ends, recipient_of
from premium.security.calls.registry import reads
from premium.security.knowledge.known import NATIVE, coin

_MASK = 0x3F
"""The bits of the command's number; the highest says that it may fail."""
_DETAILS = "(address,uint160,uint48,uint48)"
COMMANDS = {
    0x00: "V3_SWAP_EXACT_IN(address,uint256,uint256,bytes,bool)",
    0x01: "V3_SWAP_EXACT_OUT(address,uint256,uint256,bytes,bool)",
    0x02: "PERMIT2_TRANSFER_FROM(address,address,uint160)",
    0x03: f"PERMIT2_PERMIT_BATCH(({_DETAILS}[],address,uint256),bytes)",
    0x04: "SWEEP(address,address,uint256)",
    0x05: "TRANSFER(address,address,uint256)",
    0x06: "PAY_PORTION(address,address,uint256)",
    0x08: "V2_SWAP_EXACT_IN(address,uint256,uint256,address[],bool)",
    0x09: "V2_SWAP_EXACT_OUT(address,uint256,uint256,address[],bool)",
    0x0A: f"PERMIT2_PERMIT(({_DETAILS},address,uint256),bytes)",
    0x0B: "WRAP_ETH(address,uint256)",
    0x0C: "UNWRAP_WETH(address,uint256)",
    0x0D: "PERMIT2_TRANSFER_FROM_BATCH((address,address,uint160,address)[])",
    0x0E: "BALANCE_CHECK_ERC20(address,address,uint256)",
    0x10: v4.COMMAND,
    0x21: "EXECUTE_SUB_PLAN(bytes,bytes[])",
}
_WHOLE = 1 << 255
"""Stands for all that the router holds."""


@reads("execute(bytes,bytes[],uint256)", "execute(bytes,bytes[])")
def execute(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Carry out each command with its input."""
    if len(args) > 2:
        yield Deadline(args[2])
    yield from _commands(args[0], args[1], call)


def _commands(numbers: bytes, inputs: tuple[bytes, ...], call: Call) -> Iterator[Step]:
    if len(numbers) != len(inputs):
        yield Flawed("malformed", f"{len(numbers)} commands have {len(inputs)} inputs")
    for number, data in zip(numbers, inputs, strict=False):
        signature = COMMANDS.get(number & _MASK)
        if signature is None:
            yield Clue(f"the router's command 0x{number & _MASK:02x} was not opened")
        else:
            yield Inner(call.to, 0, data, call.sender, here=call.here, signature=signature)


@reads(COMMANDS[0x21], command=True)
def sub_plan(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Carry out a plan inside of the plan."""
    yield from _commands(args[0], args[1], call)


def _payer(call: Call, *, user: bool) -> str:
    return call.sender if user else call.here


@reads(COMMANDS[0x00], command=True)
def v3_in(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Swap exactly what is paid."""
    recipient, given, least, path, user = args
    first, last = ends(path)
    amount = None if given == _WHOLE else given
    yield Trade(_payer(call, user=user), first, amount, last, least, recipient_of(recipient, call))


@reads(COMMANDS[0x01], command=True)
def v3_out(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Swap for exactly what is got."""
    recipient, got, most, path, user = args
    first, last = ends(path, backward=True)
    yield Trade(_payer(call, user=user), first, most, last, got, recipient_of(recipient, call), exact_out=True)


@reads(COMMANDS[0x08], command=True)
def v2_in(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Swap exactly what is paid."""
    recipient, given, least, path, user = args
    first, last = (path[0], path[-1]) if path else (None, None)
    amount = None if given in (0, _WHOLE) else given
    yield Trade(_payer(call, user=user), first, amount, last, least, recipient_of(recipient, call))


@reads(COMMANDS[0x09], command=True)
def v2_out(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Swap for exactly what is got."""
    recipient, got, most, path, user = args
    first, last = (path[0], path[-1]) if path else (None, None)
    yield Trade(_payer(call, user=user), first, most, last, got, recipient_of(recipient, call), exact_out=True)


@reads(COMMANDS[0x02], command=True)
def pull(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Move the sender's by his allowance."""
    recipient = recipient_of(args[1], call)
    yield Move(args[0], call.sender, recipient or call.here, args[2])


@reads(COMMANDS[0x0D], command=True)
def pulls(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Move several of the sender's by allowances."""
    yield from permit2.transfer_batch(call, args)


@reads(COMMANDS[0x0A], command=True)
def permit(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Allow by signature through Permit2."""
    yield from permit2.permit(call, (call.sender, *args))


@reads(COMMANDS[0x03], command=True)
def permits(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Allow several by signature through Permit2."""
    yield from permit2.permit_batch(call, (call.sender, *args))


@reads(COMMANDS[0x04], COMMANDS[0x05], command=True)
def sweep(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Send what the router holds."""
    who = recipient_of(args[1], call)
    if who is not None:
        what = "the coin" if coin(args[0]) == NATIVE else f"what the router holds of {args[0]}"
        yield Proceeds(who, what, args[2] if call.signature == COMMANDS[0x04] else None)


@reads(COMMANDS[0x06], command=True)
def portion(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Pay a part of what the router holds; up to a hundredth is a fee."""
    who = recipient_of(args[1], call)
    if who is not None and args[2] > 100:
        yield Proceeds(who, f"{args[2]} basis points of what the router holds")


@reads(COMMANDS[0x0B], COMMANDS[0x0C], command=True)
def wrap(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Wrap or unwrap the coin."""
    who = recipient_of(args[0], call)
    if who is not None and who != call.here:
        yield Proceeds(who, "the coin", args[1] if call.signature == COMMANDS[0x0C] else None)


@reads(COMMANDS[0x0E], command=True)
def check(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Compare a balance: nothing moves."""
    yield from ()
