"""Read swaps and orders of 1inch, 0x and CoW."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from premium.security.calls.effects import Call, Inner, Item, Order, Power, Step, Trade
from premium.security.calls.readers.routers import ends
from premium.security.calls.registry import reads
from premium.security.knowledge.known import NATIVE, ZERO, coin

_DESCRIPTION = "(address,address,address,address,uint256,uint256,uint256)"


@reads(f"swap(address,{_DESCRIPTION},bytes)", f"swap(address,{_DESCRIPTION},bytes,bytes)")
def one_inch(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Swap through an executor of 1inch."""
    given, got, _, recipient, amount, least, _ = args[1]
    who = call.sender if recipient == ZERO else recipient
    yield Trade(call.sender, coin(given), amount, coin(got), least, who)


def _address(word: int) -> str:
    return f"0x{word & (1 << 160) - 1:040x}"


@reads(
    "unoswap(uint256,uint256,uint256,uint256)",
    "unoswap2(uint256,uint256,uint256,uint256,uint256)",
    "unoswap3(uint256,uint256,uint256,uint256,uint256,uint256)",
    "unoswap(address,uint256,uint256,uint256[])",
    "unoswap(address,uint256,uint256,bytes32[])",
)
def unoswap(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Swap along pools, for the sender."""
    token = args[0] if isinstance(args[0], str) else _address(args[0])
    yield Trade(call.sender, coin(token), args[1], None, args[2], call.sender)


@reads(
    "unoswapTo(uint256,uint256,uint256,uint256,uint256)",
    "unoswapTo2(uint256,uint256,uint256,uint256,uint256,uint256)",
    "unoswapTo(address,address,uint256,uint256,uint256[])",
)
def unoswap_to(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Swap along pools, for a recipient."""
    who, token = (each if isinstance(each, str) else _address(each) for each in args[:2])
    yield Trade(call.sender, coin(token), args[2], None, args[3], who)


@reads("ethUnoswap(uint256,uint256)", "ethUnoswap2(uint256,uint256,uint256)")
def unoswap_coin(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Swap the value sent along pools."""
    yield Trade(call.sender, NATIVE, call.value, None, args[0], call.sender)


@reads("ethUnoswapTo(uint256,uint256,uint256)")
def unoswap_coin_to(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Swap the value sent along pools, for a recipient."""
    yield Trade(call.sender, NATIVE, call.value, None, args[1], _address(args[0]))


@reads("uniswapV3Swap(uint256,uint256,uint256[])")
def uniswap(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Swap along pools of V3."""
    yield Trade(call.sender, NATIVE if call.value else None, args[0], None, args[1], call.sender)


@reads("uniswapV3SwapTo(address,uint256,uint256,uint256[])")
def uniswap_to(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Swap along pools of V3, for a recipient."""
    yield Trade(call.sender, NATIVE if call.value else None, args[1], None, args[2], args[0])


_LIMIT = "(uint256,uint256,uint256,uint256,uint256,uint256,uint256,uint256)"


@reads(
    f"fillOrder({_LIMIT},bytes32,bytes32,uint256,uint256)",
    f"fillOrderArgs({_LIMIT},bytes32,bytes32,uint256,uint256,bytes)",
)
def fill_one_inch(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Fill a limit order of 1inch.

    The amount is of the maker's or the taker's asset, as a flag says.
    """
    _, _, _, maker_asset, taker_asset, making, taking, _ = args[0]
    amount = args[3] if args[4] >> 255 else taking
    share = making if not args[4] >> 255 or not making else min(args[3], making)
    pays = taking * share // making if making else amount
    gives = (Item(call.sender, coin(_address(taker_asset)), pays),)
    yield Order(call.sender, gives, (Item(call.sender, coin(_address(maker_asset)), share),), None, call.to)


@reads("transformERC20(address,address,uint256,uint256,(uint32,bytes)[])")
def transform(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Swap through transformations of 0x."""
    yield Trade(call.sender, coin(args[0]), args[2], coin(args[1]), args[3], call.sender)


@reads("sellToUniswap(address[],uint256,uint256,bool)", "sellToPancakeSwap(address[],uint256,uint256,uint8)")
def sell(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Sell along a path."""
    first, last = (args[0][0], args[0][-1]) if args[0] else (None, None)
    yield Trade(
        call.sender, coin(first) if first else None, args[1], coin(last) if last else None, args[2], call.sender
    )


@reads(
    "sellTokenForTokenToUniswapV3(bytes,uint256,uint256,address)",
    "sellTokenForEthToUniswapV3(bytes,uint256,uint256,address)",
)
def sell_v3(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Sell along a path of V3."""
    first, last = ends(args[0])
    yield Trade(call.sender, first, args[1], last, args[2], call.sender if args[3] == ZERO else args[3])


@reads("sellEthForTokenToUniswapV3(bytes,uint256,address)")
def sell_coin_v3(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Sell the value sent along a path of V3."""
    who = call.sender if args[2] == ZERO else args[2]
    yield Trade(call.sender, NATIVE, call.value, ends(args[0])[1], args[1], who)


@reads("sellToLiquidityProvider(address,address,address,address,uint256,uint256,bytes)")
def sell_to_provider(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Sell to one provider of 0x."""
    who = call.sender if args[3] == ZERO else args[3]
    yield Trade(call.sender, coin(args[0]), args[4], coin(args[1]), args[5], who)


@reads("exec(address,address,uint256,address,bytes)")
def allowance_holder(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Let an operator take an amount during this call of the target (0x)."""
    _, _, _, target, data = args
    yield Inner(target, call.value, data, call.sender)


@reads("execute((address,address,uint256),bytes[],bytes32)")
def settler(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Swap through 0x's Settler; what must come out is bound in the first argument."""
    recipient, got, least = args[0]
    yield Trade(call.sender, None, None, coin(got), least, call.sender if recipient == ZERO else recipient)


_SIGNATURE = "(uint8,uint8,bytes32,bytes32)"
_LIMIT_0X = "(address,address,uint128,uint128,uint128,address,address,address,address,bytes32,uint64,uint256)"
_RFQ_0X = "(address,address,uint128,uint128,address,address,address,bytes32,uint64,uint256)"


@reads(
    f"fillLimitOrder({_LIMIT_0X},{_SIGNATURE},uint128)",
    f"fillOrKillLimitOrder({_LIMIT_0X},{_SIGNATURE},uint128)",
    f"fillRfqOrder({_RFQ_0X},{_SIGNATURE},uint128)",
    f"fillOrKillRfqOrder({_RFQ_0X},{_SIGNATURE},uint128)",
)
def fill_0x(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Fill an order of 0x by an amount of the taker's token."""
    maker_token, taker_token, making, taking = args[0][:4]
    pays = min(args[2], taking)
    gets = making * pays // taking if taking else 0
    gives = (Item(call.sender, coin(taker_token), pays),)
    yield Order(call.sender, gives, (Item(call.sender, coin(maker_token), gets),), args[0][-2], call.to)


@reads("setPreSignature(bytes,bool)")
def presign(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Sign an order of CoW by its hash, or no more."""
    if args[1]:
        yield Power("blind_hash", None, "an order is signed by its hash alone")


@reads("approveHash(bytes32)", "signMessage(bytes)")
def approve_hash(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Sign a Safe's transaction or message by its hash."""
    if len(args[0]) == 32:
        yield Power("blind_hash", None, "a hash is signed without its content")


_TRADE = "(uint256,uint256,address,uint256,uint256,uint32,bytes32,uint256,uint256,uint256,bytes)"


@reads(f"settle(address[],uint256[],{_TRADE}[],(address,uint256,bytes)[][3])")
def settle(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Settle orders of CoW; its interactions are calls of the settlement."""
    for interactions in args[3]:
        for to, value, data in interactions:
            yield Inner(to, value, data, call.here)


@reads("createOrder((address,address,uint256,uint256,bytes32,uint256,uint32,bool,int64))")
def coin_order(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Place an order of CoW that sells the coin."""
    token, receiver, sell_amount, buy, _, fee, until, _, _ = args[0]
    gives = (Item(call.sender, NATIVE, sell_amount + fee),)
    yield Order(call.sender, gives, (Item(receiver, coin(token), buy),), until, call.to)
