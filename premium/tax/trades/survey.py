"""What is asked of every history first, asked of plain trades in one pass.

Numbers that may be worth a remark are found by what they nearly are, with room to spare; whether they are is asked of
the transactions themselves, exactly, as of any other history.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import compress
from typing import NamedTuple

from premium.money import ZERO
from premium.tax.history.remarks import (
    ABSURD,
    AMOUNT,
    DAY,
    GENESIS,
    NEW_YEARS,
    UNIT,
    VALUE,
    Suspects,
    remarks_on_suspects,
)
from premium.tax.model import Remark, Transaction
from premium.tax.results.conservation import Incoming
from premium.tax.results.shortfalls import below_zero
from premium.tax.setup import Setup
from premium.tax.trades.block import Block, Trades

_ROOM = 1 - 1e-6
"""By so much sooner than the exact look does this one find something."""
_LOW, _HIGH = 1 / (float(ABSURD) * _ROOM), float(ABSURD) * _ROOM
_AMOUNT, _UNIT, _VALUE = float(AMOUNT) * _ROOM, float(UNIT) * _ROOM, float(VALUE) * _ROOM


class Survey(NamedTuple):
    """What a history of plain trades brings in, and what is remarked on it."""

    remarks: list[Remark]
    brought: Incoming | None
    negative: list[Remark]


def are_plain(trades: Trades, setup: Setup) -> bool:
    """Tell whether nothing would be made ready first: there is no trade of money."""
    assets = trades.assets
    return setup.tender.isdisjoint(assets) and setup.money.isdisjoint(assets)


def survey(trades: Trades, setup: Setup, *, now: int | None) -> Survey:
    """Look through plain trades, as `history.remarks`, `conservation` and `shortfalls` do."""
    look = _Look()
    for block in trades.blocks:
        look.at(block)
    first, last = trades.blocks[0].instants[0], trades.blocks[-1].instants[-1]
    dated = first < setup.calendar.start_of(GENESIS) or (now is not None and last > now)
    suspects = Suspects(
        trades if dated else (), trades.blocks[-1][-1], trades if look.odd else (), list(_on_new_years(trades))
    )
    balanced = setup.until is None and setup.method != "fr_portfolio"
    return Survey(
        remarks_on_suspects(suspects, setup, now=now),
        Incoming(look.bought, look.basis) if balanced else None,
        below_zero(trades) if look.below_zero else [],
    )


class _Look:
    """Sums and suspicions of the blocks so far."""

    def __init__(self) -> None:
        self.bought: dict[str, Decimal] = {}
        self.basis = ZERO
        self.below_zero = False
        """Whether a wallet gave more of an asset than it had received."""
        self.odd = False
        """Whether a number may be absurd."""
        self._held: dict[tuple[str, str], Decimal] = {}
        self._prices: dict[str, float] = {}

    def at(self, block: Block) -> None:
        """Look at the next block."""
        columns = block.columns()
        self.basis += sum(compress(columns.values, block.kinds), ZERO) + sum(compress(columns.fees, block.kinds), ZERO)
        amounts = list(map(float, block.amounts.split(" ")))
        prices = list(map(float, block.worths.split(" ")))
        if not block.priced:
            prices = [value / amount for value, amount in zip(prices, amounts, strict=True)]
        self._judge(block.assets, amounts, prices)
        held, bought = self._held, self.bought
        for buys, wallet, asset, amount in zip(block.kinds, block.wallets, block.assets, columns.amounts, strict=True):
            key = (wallet, asset)
            if buys:
                held[key] = held.get(key, ZERO) + amount
                bought[asset] = bought.get(asset, ZERO) + amount
                continue
            left = held[key] = held.get(key, ZERO) - amount
            if left < ZERO:
                self.below_zero = True

    def _judge(self, assets: Iterable[str], amounts: list[float], prices: list[float]) -> None:
        last = self._prices
        highest, most = max(prices), max(amounts)
        if most > _AMOUNT or highest > _UNIT or most * highest > _VALUE or not all(prices):
            self.odd = True
            return
        for asset, price in zip(assets, prices, strict=True):
            if not _LOW < price / last.get(asset, price) < _HIGH:
                self.odd = True
            last[asset] = price


def _on_new_years(trades: Trades) -> Iterable[Transaction]:
    """Those of the first days of years, which another zone may count for the year before."""
    for block in trades.blocks:
        days = range(block.instants[0] // DAY, block.instants[-1] // DAY + 1)
        if not NEW_YEARS.isdisjoint(days):
            yield from (tx for tx in block if tx.instant // DAY in NEW_YEARS)
