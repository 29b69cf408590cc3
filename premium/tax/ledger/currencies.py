"""Gains on foreign money: first in, first out, apart from digital assets.

Another country's legal tender pays for assets at its value of the day. It has no lots and stands on no form of them.
What came from a bank costs its value of that day; what was spent without having been seen to come in cost what it
was worth when it was spent, so that it gains nothing.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from premium.money import EXACT, ZERO, divide
from premium.tax.model import ACQUISITIONS, Transaction
from premium.tax.neutral.kinds import OUTSIDE
from premium.tax.setup import Setup


class CurrencyGain(NamedTuple):
    """One disposal of foreign money; amounts of the report's currency."""

    transaction: str
    day: int
    asset: str
    amount: Decimal
    proceeds: Decimal
    cost_basis: Decimal
    held: bool
    """Whether it was held for the country's long term (Germany: a year)."""

    @property
    def gain(self) -> Decimal:
        """Proceeds less cost."""
        return EXACT.subtract(self.proceeds, self.cost_basis)


class Money(NamedTuple):
    """Foreign money that is left, and what it cost; None where that is not known."""

    asset: str
    amount: Decimal
    cost_basis: Decimal | None


class Unseen(NamedTuple):
    """Foreign money that was spent, and whose cost nothing here tells: it gains nothing."""

    transaction: str
    asset: str
    amount: Decimal


class MoneyGains(NamedTuple):
    """What came of foreign money."""

    gains: list[CurrencyGain]
    left: list[Money]
    unseen: list[Unseen]


class _Coins(NamedTuple):
    amount: Decimal
    cost: Decimal | None
    long_from: int


Queues = dict[str, deque[_Coins]]


def parted(transactions: list[Transaction], setup: Setup) -> tuple[list[Transaction], list[Transaction]]:
    """Return what is of digital assets, and what is of foreign money.

    Income in foreign money is in both: it is income, and money that came in.
    """
    tender = setup.tender - setup.money
    if tender.isdisjoint(tx.asset for tx in transactions):
        return transactions, []
    foreign = [tx for tx in transactions if tx.asset in tender]
    return [tx for tx in transactions if tx.asset not in tender or tx.type == "income"], foreign


def currency_gains(transactions: Iterable[Transaction], setup: Setup) -> MoneyGains:
    """Return the gains on foreign money, and what is left of it.

    `transactions` are in order and of foreign money alone. One that states no value moves without a gain.
    """
    queues: Queues = {}
    gains, left, unseen = list[CurrencyGain](), list[Money](), list[Unseen]()
    reported = False
    for tx in transactions:
        day = setup.calendar.day(tx.instant)
        if setup.until is not None and day > setup.until and not reported:
            left, reported = _held(queues), True
        queue = queues.setdefault(tx.asset, deque())
        if tx.type in ACQUISITIONS or (tx.type == "transfer" and tx.wallet == OUTSIDE):
            cost = None if tx.value is None else EXACT.add(tx.value, tx.fee)
            queue.append(_Coins(tx.amount, cost, setup.long_from(day)))
        elif tx.type != "transfer":
            gains += _sold(tx, queue, day, unseen)
        elif tx.more.to_wallet == OUTSIDE:
            for _ in _taken(queue, tx.amount):
                pass
    return MoneyGains(gains, left if reported else _held(queues), unseen)


def counting(gains: Sequence[CurrencyGain], setup: Setup) -> Iterator[tuple[CurrencyGain, bool]]:
    """Yield each gain and whether it counts for itself.

    A country's yearly limit is not looked at here; none of its limits in a report in another currency.
    """
    rule, by_name = setup.rules.currency_gains, defaultdict[str, Decimal](Decimal)
    limit = rule.limit if setup.own_currency else ZERO
    for item in gains:
        by_name[item.transaction] = EXACT.add(by_name[item.transaction], item.gain)
    for item in gains:
        # A loss of a personal transaction is none of the tax's business either (IRC § 165(c)).
        small = rule.treatment == "small_exempt" and setup.personal_money and by_name[item.transaction] <= limit
        free = setup.rules.code == "DE" and item.held
        yield item, not (rule.treatment == "exempt" or small or free)


def _sold(tx: Transaction, queue: deque[_Coins], day: int, unseen: list[Unseen]) -> Iterator[CurrencyGain]:
    proceeds = None if tx.value is None else EXACT.subtract(tx.value, tx.fee)
    left = tx.amount
    for coins in _taken(queue, tx.amount):
        if proceeds is not None and coins.cost is not None:
            left = EXACT.subtract(left, coins.amount)
            share = divide(EXACT.multiply(proceeds, coins.amount), tx.amount)
            yield CurrencyGain(tx.id, day, tx.asset, coins.amount, share, coins.cost, day >= coins.long_from)
    if left:
        unseen.append(Unseen(tx.id, tx.asset, left))


def _taken(queue: deque[_Coins], amount: Decimal) -> Iterator[_Coins]:
    """Take an amount off the oldest; what is not there is not yielded."""
    while amount and queue:
        coins = queue.popleft()
        if coins.amount > amount:
            cost = None if coins.cost is None else divide(EXACT.multiply(coins.cost, amount), coins.amount)
            rest = None if coins.cost is None or cost is None else EXACT.subtract(coins.cost, cost)
            queue.appendleft(coins._replace(amount=EXACT.subtract(coins.amount, amount), cost=rest))
            coins = coins._replace(amount=amount, cost=cost)
        amount = EXACT.subtract(amount, coins.amount)
        yield coins


def _held(queues: Queues) -> list[Money]:
    made = []
    for asset in sorted(queues):
        costs = [coins.cost for coins in queues[asset]]
        known = [cost for cost in costs if cost is not None]
        amount = sum((coins.amount for coins in queues[asset]), ZERO)
        if amount:
            made.append(Money(asset, amount, sum(known, ZERO) if len(known) == len(costs) else None))
    return made
