"""Read swaps of routers in Uniswap's forms, V2 and V3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from premium.security.calls.effects import Allow, Call, Effect, Move, Proceeds, Trade
from premium.security.calls.registry import reads
from premium.security.knowledge.known import NATIVE, ZERO

_CALLER, _ROUTER = f"0x{1:040x}", f"0x{2:040x}"
_TAIL = "address[],address,uint256"
_V3 = "address,address,uint24,address,uint256,uint256,uint256"


def recipient_of(given: str, call: Call) -> str | None:
    """Return who gets it; None where the router itself keeps it.

    Constants of the newer routers stand for the sender and for the router.
    """
    return call.sender if given == _CALLER else None if given == _ROUTER else given


def _held(given: str, call: Call) -> str | None:
    """Return the recipient of a V3 swap: the zero address stands for the router, too."""
    return None if given == ZERO else recipient_of(given, call)


def ends(path: bytes, *, backward: bool = False) -> tuple[str | None, str | None]:
    """Return the first and last token of a packed path."""
    if len(path) < 43 or (len(path) - 20) % 23:
        return None, None
    first, last = f"0x{path[:20].hex()}", f"0x{path[-20:].hex()}"
    return (last, first) if backward else (first, last)


def _of(path: tuple[str, ...]) -> tuple[str | None, str | None]:
    return (path[0], path[-1]) if path else (None, None)


@reads(
    f"swapExactTokensForTokens(uint256,uint256,{_TAIL})",
    f"swapExactTokensForETH(uint256,uint256,{_TAIL})",
    f"swapExactTokensForTokensSupportingFeeOnTransferTokens(uint256,uint256,{_TAIL})",
    f"swapExactTokensForETHSupportingFeeOnTransferTokens(uint256,uint256,{_TAIL})",
    "swapExactTokensForTokens(uint256,uint256,address[],address)",
)
def v2_in(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Swap exactly what is paid."""
    given, got = _of(args[2])
    until = args[4] if len(args) > 4 else None
    yield Trade(call.sender, given, args[0], got, args[1], recipient_of(args[3], call), until)


@reads(
    f"swapTokensForExactTokens(uint256,uint256,{_TAIL})",
    f"swapTokensForExactETH(uint256,uint256,{_TAIL})",
    "swapTokensForExactTokens(uint256,uint256,address[],address)",
)
def v2_out(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Swap for exactly what is got."""
    given, got = _of(args[2])
    until = args[4] if len(args) > 4 else None
    yield Trade(call.sender, given, args[1], got, args[0], recipient_of(args[3], call), until, exact_out=True)


@reads(
    f"swapExactETHForTokens(uint256,{_TAIL})", f"swapExactETHForTokensSupportingFeeOnTransferTokens(uint256,{_TAIL})"
)
def v2_coin_in(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Swap exactly the value sent."""
    given, got = _of(args[1])
    yield Trade(call.sender, NATIVE, call.value, got, args[0], args[2], args[3], wrapped=given)


@reads(f"swapETHForExactTokens(uint256,{_TAIL})")
def v2_coin_out(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Swap the value sent, at most, for exactly what is got."""
    given, got = _of(args[1])
    yield Trade(call.sender, NATIVE, call.value, got, args[0], args[2], args[3], exact_out=True, wrapped=given)


@reads(
    "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))",
    "exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))",
)
def v3_in(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Swap exactly what is paid, through one pool."""
    given, got, _, recipient, *rest = args[0]
    until = rest.pop(0) if len(rest) == 4 else None
    yield Trade(call.sender, _paid(given, call), rest[0], got, rest[1], _held(recipient, call), until, wrapped=given)


@reads(
    "exactOutputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))",
    "exactOutputSingle((address,address,uint24,address,uint256,uint256,uint160))",
)
def v3_out(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Swap for exactly what is got, through one pool."""
    given, got, _, recipient, *rest = args[0]
    until = rest.pop(0) if len(rest) == 4 else None
    who = _held(recipient, call)
    yield Trade(call.sender, _paid(given, call), rest[1], got, rest[0], who, until, exact_out=True, wrapped=given)


@reads("exactInput((bytes,address,uint256,uint256,uint256))", "exactInput((bytes,address,uint256,uint256))")
def v3_path_in(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Swap exactly what is paid, along a path."""
    path, recipient, *rest = args[0]
    given, got = ends(path)
    until = rest.pop(0) if len(rest) == 3 else None
    yield Trade(call.sender, _paid(given, call), rest[0], got, rest[1], _held(recipient, call), until, wrapped=given)


@reads("exactOutput((bytes,address,uint256,uint256,uint256))", "exactOutput((bytes,address,uint256,uint256))")
def v3_path_out(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Swap for exactly what is got, along a path that stands backward."""
    path, recipient, *rest = args[0]
    given, got = ends(path, backward=True)
    until = rest.pop(0) if len(rest) == 3 else None
    who = _held(recipient, call)
    yield Trade(call.sender, _paid(given, call), rest[1], got, rest[0], who, until, exact_out=True, wrapped=given)


def _paid(token: str | None, call: Call) -> str | None:
    """The coin, where value is sent along: the router wraps it."""
    return NATIVE if call.value else token


@reads(
    "unwrapWETH9(uint256,address)",
    "unwrapWETH9(uint256)",
    "sweepToken(address,uint256,address)",
    "sweepToken(address,uint256)",
    "refundETH()",
    "unwrapWETH9WithFee(uint256,address,uint256,address)",
    "sweepTokenWithFee(address,uint256,address,uint256,address)",
)
def sweep(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Take what a router holds after a swap."""
    who = [each for each in args[1 if len(args) in (3, 5) else 0 :] if isinstance(each, str)]
    least = next((each for each in args if isinstance(each, int)), None)
    if who and (len(args) != 2 or isinstance(args[1], str)):
        yield Proceeds(who[0], "what the router holds", least)
    elif least is not None:
        yield Proceeds(call.sender, "what the router holds", least)


@reads(
    "selfPermit(address,uint256,uint256,uint8,bytes32,bytes32)",
    "selfPermitIfNecessary(address,uint256,uint256,uint8,bytes32,bytes32)",
)
def self_permit(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Allow the router by signature."""
    yield Allow(args[0], call.sender, call.here, args[1], args[2], signed=True)


@reads("addLiquidity(address,address,uint256,uint256,uint256,uint256,address,uint256)")
def add_liquidity(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Pay two tokens into a pool."""
    yield Move(args[0], call.sender, call.here, args[2])
    yield Move(args[1], call.sender, call.here, args[3])
    yield Proceeds(args[6], "pool tokens")


@reads("addLiquidityETH(address,uint256,uint256,uint256,address,uint256)")
def add_liquidity_coin(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Pay a token and the coin into a pool."""
    yield Move(args[0], call.sender, call.here, args[1])
    yield Proceeds(args[4], "pool tokens")


@reads(
    "removeLiquidity(address,address,uint256,uint256,uint256,address,uint256)",
    "removeLiquidityETH(address,uint256,uint256,uint256,address,uint256)",
    "removeLiquidityETHSupportingFeeOnTransferTokens(address,uint256,uint256,uint256,address,uint256)",
)
def remove_liquidity(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Take tokens out of a pool."""
    yield Proceeds(args[-2], "what leaves the pool")


@reads("mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))")
def position(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Open a position of V3."""
    yield Proceeds(args[0][9], "the position")


@reads("collect((uint256,address,uint128,uint128))")
def collect(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Take what a position of V3 owes; the zero address is the contract itself."""
    if int(args[0][1], 16):
        yield Proceeds(args[0][1], "what the position owes")


@reads(
    "increaseLiquidity((uint256,uint256,uint256,uint256,uint256,uint256))",
    "decreaseLiquidity((uint256,uint128,uint256,uint256,uint256))",
    "burn(uint256)",
    "checkOracleSlippage(bytes,uint24,uint32)",
    "approveMax(address)",
    "pull(address,uint256)",
    "wrapETH(uint256)",
    "deposit()",
    "withdraw(uint256)",
)
def own(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Change what the sender keeps his own: nothing goes to others."""
    yield from ()
