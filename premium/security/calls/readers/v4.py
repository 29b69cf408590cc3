"""Read Uniswap V4's actions: a byte an action, with its parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from premium.security.calls.effects import Call, Clue, Flawed, Inner, Proceeds, Step, Trade
from premium.security.calls.readers.routers import recipient_of
from premium.security.calls.registry import reads
from premium.security.knowledge.known import coin

COMMAND = "V4_SWAP(bytes,bytes[])"
_POOL = "(address,address,uint24,int24,address)"
_PATH = "(address,uint24,int24,address,bytes)[]"
ACTIONS = {
    0x06: f"V4_EXACT_IN_SINGLE(({_POOL},bool,uint128,uint128,bytes))",
    0x07: f"V4_EXACT_IN((address,{_PATH},uint128,uint128))",
    0x08: f"V4_EXACT_OUT_SINGLE(({_POOL},bool,uint128,uint128,bytes))",
    0x09: f"V4_EXACT_OUT((address,{_PATH},uint128,uint128))",
    0x0B: "V4_SETTLE(address,uint256,bool)",
    0x0C: "V4_SETTLE_ALL(address,uint256)",
    0x0E: "V4_TAKE(address,address,uint256)",
    0x0F: "V4_TAKE_ALL(address,uint256)",
    0x10: "V4_TAKE_PORTION(address,address,uint256)",
}
_FEE = 100
"""Basis points that are usual as a fee."""


@reads(COMMAND, command=True)
def swap(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Carry out each action with its parameters."""
    actions, parameters = args
    if len(actions) != len(parameters):
        yield Flawed("malformed", f"{len(actions)} actions have {len(parameters)} parameters")
    for number, data in zip(actions, parameters, strict=False):
        signature = ACTIONS.get(number)
        if signature is None:
            yield Clue(f"the action 0x{number:02x} of Uniswap V4 was not opened")
        else:
            yield Inner(call.to, 0, data, call.sender, here=call.here, signature=signature)


def _ends(given: tuple[Any, ...]) -> tuple[str, str]:
    """The currencies of one pool, in the direction of the swap."""
    (first, second, *_), forward = given[0], given[1]
    return (coin(first), coin(second)) if forward else (coin(second), coin(first))


@reads(ACTIONS[0x06], command=True)
def one_in(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Swap exactly what is paid, through one pool."""
    given, got = _ends(args[0])
    yield Trade(call.sender, given, args[0][2], got, args[0][3], None)


@reads(ACTIONS[0x08], command=True)
def one_out(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Swap for exactly what is got, through one pool."""
    given, got = _ends(args[0])
    yield Trade(call.sender, given, args[0][3], got, args[0][2], None, exact_out=True)


@reads(ACTIONS[0x07], command=True)
def path_in(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Swap exactly what is paid, along a path."""
    given, path, amount, least = args[0]
    got = coin(path[-1][0]) if path else None
    yield Trade(call.sender, coin(given), amount, got, least, None)


@reads(ACTIONS[0x09], command=True)
def path_out(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Swap for exactly what is got, along a path that names what comes before."""
    got, path, amount, most = args[0]
    given = coin(path[0][0]) if path else None
    yield Trade(call.sender, given, most, coin(got), amount, None, exact_out=True)


@reads(ACTIONS[0x0B], ACTIONS[0x0C], command=True)
def settle(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Pay what the swaps owe."""
    yield from ()


@reads(ACTIONS[0x0E], command=True)
def take(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Give what the swaps have to somebody."""
    who = recipient_of(args[1], call)
    if who is not None:
        yield Proceeds(who, "what the swap gives", args[2])


@reads(ACTIONS[0x0F], command=True)
def take_all(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Give the sender what the swaps have, at least an amount."""
    yield Proceeds(call.sender, "what the swap gives", args[1])


@reads(ACTIONS[0x10], command=True)
def portion(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Give a part of what the swaps have; up to a hundredth is a fee."""
    who = recipient_of(args[1], call)
    if who is not None and args[2] > _FEE:
        yield Proceeds(who, f"{args[2]} basis points of what the swap gives")
