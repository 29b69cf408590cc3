"""Read Seaport: orders that are fulfilled, matched or validated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from premium.security.calls.effects import Call, Item, Order, Step
from premium.security.calls.registry import reads
from premium.security.calls.seaport import made, taken
from premium.security.knowledge.known import NATIVE, ZERO

_OFFER = "(uint8,address,uint256,uint256,uint256)[]"
_ASKED = "(uint8,address,uint256,uint256,uint256,address)[]"
_PARAMETERS = f"(address,address,{_OFFER},{_ASKED},uint8,uint256,uint256,bytes32,uint256,bytes32,uint256)"
_ORDER = f"({_PARAMETERS},bytes)"
_ADVANCED = f"({_PARAMETERS},uint120,uint120,bytes,bytes)"
_RESOLVERS = "(uint256,uint8,uint256,uint256,bytes32[])[]"
_PARTS = "(uint256,uint256)[]"
_BASIC = (
    "(address,uint256,uint256,address,address,address,uint256,uint256,uint8,uint256,uint256,bytes32,uint256,"
    "bytes32,bytes32,uint256,(uint256,address)[],bytes)"
)


def _recipient(given: str, call: Call) -> str:
    return call.sender if given == ZERO else given


@reads(f"fulfillOrder({_ORDER},bytes32)")
def fulfill(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Fulfil one order."""
    yield taken(args[0][0], call.sender, call.sender, call.to)


@reads(f"fulfillAdvancedOrder({_ADVANCED},{_RESOLVERS},bytes32,address)")
def fulfill_advanced(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Fulfil one order, in part perhaps, for a recipient."""
    yield taken(args[0][0], call.sender, _recipient(args[3], call), call.to)


@reads(f"fulfillAvailableOrders({_ORDER}[],{_PARTS}[],{_PARTS}[],bytes32,uint256)")
def fulfill_many(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Fulfil those orders that still can be."""
    for order in args[0]:
        yield taken(order[0], call.sender, call.sender, call.to)


@reads(f"fulfillAvailableAdvancedOrders({_ADVANCED}[],{_RESOLVERS},{_PARTS}[],{_PARTS}[],bytes32,address,uint256)")
def fulfill_many_advanced(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Fulfil those orders that still can be, for a recipient."""
    for order in args[0]:
        yield taken(order[0], call.sender, _recipient(args[5], call), call.to)


@reads(
    f"matchOrders({_ORDER}[],((uint256,uint256)[],(uint256,uint256)[])[])",
    f"validate({_ORDER}[])",
    f"matchAdvancedOrders({_ADVANCED}[],{_RESOLVERS},((uint256,uint256)[],(uint256,uint256)[])[],address)",
)
def own_orders(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Match or validate orders: the sender's own need no signature."""
    for order in args[0]:
        if order[0][0] == call.sender:
            yield made(order[0], call.to)


@reads(f"fulfillBasicOrder({_BASIC})", f"fulfillBasicOrder_efficient_6GL6yc({_BASIC})")
def fulfill_basic(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Fulfil an order of the short form; its type says what is paid with what."""
    given = args[0]
    kind = given[8] // 4
    coin, gives_nft, gets_nft = kind in _COIN, kind in _GIVES_NFT, kind not in _GIVES_NFT
    extra = sum(part for part, _ in given[16])
    token = NATIVE if coin else given[0]
    how = "native" if coin else "nft" if gives_nft else "erc20"
    paid = Item(call.sender, token, given[2] + (0 if gives_nft else extra), how, given[1] if gives_nft else None)
    amount = max(given[7] - extra, 0) if gives_nft else given[7]
    got = Item(call.sender, given[5], amount, "nft" if gets_nft else "erc20", given[6] if gets_nft else None)
    yield Order(call.sender, (paid,), (got,), None, call.to)


_COIN, _GIVES_NFT = frozenset({0, 1}), frozenset({4, 5})
"""Kinds of the short form: who pays with the coin, and who pays with an NFT."""


@reads(
    "cancel((address,address,(uint8,address,uint256,uint256,uint256)[],(uint8,address,uint256,uint256,uint256,address)[],"
    "uint8,uint256,uint256,bytes32,uint256,bytes32,uint256)[])",
    "incrementCounter()",
)
def cancel(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Take orders back: nothing moves."""
    yield from ()
