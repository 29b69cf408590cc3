"""Weighable orders out of Seaport's own structures, as calls and messages have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from premium.security.calls.effects import Item, Order
from premium.security.knowledge.known import NATIVE

_HOW = {0: "native", 1: "erc20", 2: "nft", 3: "nft", 4: "any", 5: "any"}
"""By Seaport's item type; those by criteria take any id that fits."""


def item(given: Sequence[Any], who: str) -> Item:
    """Return an item, at the lesser of its two amounts."""
    kind, token, identifier, start, end = given[:5]
    how = _HOW.get(kind, "any")
    return Item(who, NATIVE if how == "native" else token, min(start, end), how, identifier if kind > 1 else None)


def highest(given: Sequence[Any], who: str) -> Item:
    """Return an item at the larger of its two amounts."""
    found = item(given, who)
    return found._replace(amount=max(given[3], given[4]))


def made(parameters: Sequence[Any], settler: str | None) -> Order:
    """Return the order that its offerer signs."""
    offerer, _, offer, consideration, _, _, until, *_ = parameters
    gives = tuple(highest(each, offerer) for each in offer)
    gets = tuple(item(each, each[5]) for each in consideration)
    return Order(offerer, gives, gets, until, settler)


def taken(parameters: Sequence[Any], taker: str, recipient: str, settler: str | None) -> Order:
    """Return the order as who fulfils it sees it.

    He pays what it asks, and gets what it offers.
    """
    _, _, offer, consideration, _, _, _, *_ = parameters
    gives = tuple(highest(each, taker) for each in consideration)
    return Order(taker, gives, tuple(item(each, recipient) for each in offer), None, settler)
