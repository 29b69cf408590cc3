"""Exchanges of a history: legs that share a group, and what they are worth."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from premium.money import EXACT, ZERO
from premium.tax.history.price_series import Price
from premium.tax.model import Transaction
from premium.tax.setup import Setup


class Exchange(NamedTuple):
    """One exchange, which both gives and receives."""

    name: str
    given: list[Transaction]
    received: list[Transaction]
    moves: bool
    """Whether it is no disposal here: the basis goes on to what was received."""
    neutral: bool
    """France: digital assets for digital assets (art. 150 VH bis II A)."""
    total: Decimal | None
    """What the legs of one side state together; None where neither side does."""


class Worth(NamedTuple):
    """What an exchange is worth, by which price first, and the legs that prices valued."""

    total: Decimal | None
    mark: str
    priced: list[tuple[Transaction, Price]]


def exchanges_of(transactions: Iterable[Transaction], setup: Setup) -> list[Exchange]:
    """Return the exchanges of a history, in the order of their first legs."""
    groups: dict[str, list[Transaction]] = {}
    for tx in transactions:
        if tx.more.group is not None and tx.type in ("buy", "sell"):
            groups.setdefault(tx.more.group, []).append(tx)
    made = []
    for name, legs in groups.items():
        given = [tx for tx in legs if tx.type == "sell"]
        received = [tx for tx in legs if tx.type == "buy"]
        if given and received:
            made.append(_exchange(name, given, received, setup))
    return made


def _exchange(name: str, given: list[Transaction], received: list[Transaction], setup: Setup) -> Exchange:
    moves = len(given) == len(received) == 1 and _is_conversion(given[0], received[0], setup)
    # What was received counts, else what was given; what money alone paid for, the money.
    paid = all(tx.asset in setup.tender for tx in given)
    first, second = (given, received) if paid else (received, given)
    total = None if moves else _stated(first)
    if total is None and not moves:
        total = _stated(second)
    coins = not paid and any(tx.asset not in setup.money for tx in received)
    return Exchange(name, given, received, moves, setup.method == "fr_portfolio" and coins, total)


def worth_of(exchange: Exchange, prices: Mapping[tuple[str, int], Price], tender: Collection[str]) -> Worth:
    """Return what an exchange is worth, as its legs state it or else by prices.

    What was received counts, else what was given; what money alone paid for, the money. A total of None where
    neither side is known whole.
    """
    if exchange.total is not None:
        return Worth(exchange.total, "", [])
    paid = all(tx.asset in tender for tx in exchange.given)
    for legs in (exchange.given, exchange.received) if paid else (exchange.received, exchange.given):
        values, priced = list[Decimal](), list[tuple[Transaction, Price]]()
        for tx in legs:
            price = prices.get((tx.asset, tx.instant))
            if tx.value is not None:
                values.append(tx.value)
            elif price is not None:
                values.append(EXACT.multiply(price.unit, tx.amount))
                priced.append((tx, price))
        if len(values) == len(legs):
            return Worth(sum(values, ZERO), priced[0][1].mark if priced else "", priced)
    return Worth(None, "", [])


def _stated(legs: list[Transaction]) -> Decimal | None:
    """The sum of the legs' values, where all of them state one."""
    values = [tx.value for tx in legs if tx.value is not None]
    return sum(values, ZERO) if len(values) == len(legs) else None


def _is_conversion(given: Transaction, received: Transaction, setup: Setup) -> bool:
    """Tell whether one leg only carries the basis on to the other.

    A bridge that brings the same asset is a transfer everywhere; other kinds as the jurisdiction declares.
    """
    kind = given.more.kind
    if kind is None or kind != received.more.kind:
        return False
    return setup.rules.moves(kind) or (kind == "bridge" and given.asset == received.asset)
