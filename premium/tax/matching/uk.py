"""United Kingdom: share identification for exchange tokens (TCGA 1992 ss 104-107).

Source: HMRC Cryptoassets Manual CRYPTO22200 ff.

    individuals   the same day; the 30 days after, the earliest acquisition first; the section 104 pool
    companies     the same day; the ten days before, the earliest acquisition first; the pool
Disposals are identified in their order. Every pointer only moves forward, so the work is linear in the days.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from premium.money import ZERO, divide
from premium.tax.ledger.forks import shared, unforked
from premium.tax.matching.daybook import Acquired, Book, Books, Disposed, Fork, Match, removals_of, rows_of
from premium.tax.model import Transaction
from premium.tax.outcome import Disposal, Disposals, Holding, Missing, Outcome
from premium.tax.setup import Setup

AFTER, BEFORE = 30, 10


def section_104(transactions: Sequence[Transaction], setup: Setup) -> Outcome:
    """Run individuals' rules, or companies' where the method says so."""
    outcome = Outcome(pooled=True)
    books = Books(setup, outcome)
    books.read(transactions)
    company = setup.method == "section_104_company"
    rows: list[tuple[int, int, Disposal]] = []
    numbers = {asset: number for number, asset in enumerate(sorted(books.by_asset))}
    for book in books.in_order():
        asset, number = book.asset, numbers[book.asset]
        _same_day(book)
        if not company:
            _thirty_days(book)
        _pool(book, setup, outcome, company=company)
        for sold in book.disposed:
            if sold.taxable:
                rows += ((sold.parts[0].instant, number, row) for row in rows_of(asset, sold, outcome))
            else:
                removals_of(asset, sold, outcome)
    outcome.disposals = Disposals(row for _, _, row in sorted(rows, key=lambda entry: entry[:2]))
    outcome.removals.sort(key=lambda removal: removal.day)
    outcome.missing.sort(key=lambda missing: missing.day)
    return outcome


def _same_day(book: Book) -> None:
    by_day = {acquired.day: acquired for acquired in book.acquired}
    for sold in book.disposed:
        acquired = by_day.get(sold.day)
        if acquired is not None and acquired.left:
            sold.match(acquired, "same_day")


def _thirty_days(book: Book) -> None:
    """Identify disposals with acquisitions of the 30 days after (s 106A(5)).

    Disposals in order, each with the earliest acquisitions.
    """
    days, first = book.acquired, 0
    for sold in book.disposed:
        # Days before this disposal, and days that are used up, are of no use to any later one either.
        while first < len(days) and (days[first].day <= sold.day or not days[first].left):
            first += 1
        index = first
        while sold.left and index < len(days) and days[index].day <= sold.day + AFTER:
            sold.match(days[index], "thirty_day")
            index += 1


class _Pool:
    """The section 104 holding of one asset."""

    __slots__ = ("amount", "cost", "day", "entered")

    def __init__(self) -> None:
        self.amount = self.cost = ZERO
        self.entered = 0
        """How many days of acquisitions have entered."""

    def enter(self, acquired: list[Acquired], until: int) -> None:
        """Take in what days up to and including `until` have left."""
        while self.entered < len(acquired) and acquired[self.entered].day <= until:
            today = acquired[self.entered]
            self.amount += today.left
            self.cost += today.cost
            today.left = today.cost = ZERO
            self.entered += 1

    def split(self, acquired: list[Acquired], fork: Fork, outcome: Outcome) -> None:
        """Give a part of the cost to what split from the asset (s 52(4)), at the end of the day.

        Of the pool, and of what is held but has not entered it.
        """
        waiting = [each for each in acquired[self.entered :] if each.day <= fork.day and each.left]
        held = self.amount + sum((each.left for each in waiting), ZERO)
        if fork.units:
            self._move(waiting, fork, held, outcome)
            return
        if not held:
            outcome.remarks.append(unforked(fork.transaction))
        costs: tuple[_Pool | Acquired, ...] = (self, *waiting)
        for each in costs:
            part = shared(fork.transaction, held, each.cost)
            each.cost -= part
            if fork.into is not None:
                fork.into.cost += part

    def _move(self, waiting: list[Acquired], fork: Fork, held: Decimal, outcome: Outcome) -> None:
        """Let units go over to another asset with their cost; those that nobody holds have none."""
        units = min(fork.units, held)
        if fork.units > held:
            tx = fork.transaction
            outcome.missing.append(Missing(tx.id, fork.day, tx.asset, tx.wallet, fork.units - held))
        for each in waiting:
            part = units if each.left == held else divide(units * each.left, held)
            held, units = held - each.left, units - part
            cost = each.take(part)
            if fork.into is not None:
                fork.into.cost += cost
        if units:
            cost = self.cost if units == self.amount else divide(self.cost * units, self.amount)
            self.amount, self.cost = self.amount - units, self.cost - cost
            if fork.into is not None:
                fork.into.cost += cost

    def draw(self, sold: Disposed) -> None:
        """Draw what is still unidentified at average cost.

        Beyond the pool it has none.
        """
        amount = min(sold.left, self.amount)
        if amount:
            cost = self.cost if amount == self.amount else divide(self.cost * amount, self.amount)
            self.amount -= amount
            self.cost -= cost
            sold.matches.append(Match(amount, cost, "section_104", None, None))
            sold.left -= amount
        if sold.left:
            sold.matches.append(Match(sold.left, ZERO, "section_104", None, None, missing=True))
            sold.left = ZERO


def _pool(book: Book, setup: Setup, outcome: Outcome, *, company: bool) -> None:
    pool, recent, reported, forks = _Pool(), 0, False, list(book.forks)
    for sold in book.disposed:
        while forks and forks[0].day < sold.day:
            pool.split(book.acquired, forks.pop(0), outcome)
        if not reported and setup.until is not None and sold.day > setup.until:
            _report_holdings(book, pool, setup.until, outcome)
            reported = True
        if company:
            recent = _ten_days(book.acquired, sold, recent)
            # While it can still be identified by the ten-day rule, an acquisition stays out of the pool.
            pool.enter(book.acquired, sold.day if sold.left else sold.day - BEFORE - 1)
        else:
            pool.enter(book.acquired, sold.day)
        if sold.left:
            pool.draw(sold)
    for fork in forks:
        pool.split(book.acquired, fork, outcome)
    if not reported:
        _report_holdings(book, pool, setup.until, outcome)


def _ten_days(days: list[Acquired], sold: Disposed, first: int) -> int:
    """Identify a disposal with the ten days before (s 107(3)-(4)).

    The earliest acquisition first; returns where the next disposal starts looking.
    """
    while first < len(days) and (days[first].day < sold.day - BEFORE or not days[first].left):
        first += 1
    index = first
    while sold.left and index < len(days) and days[index].day < sold.day:
        sold.match(days[index], "ten_day")
        index += 1
    return first


def _report_holdings(book: Book, pool: _Pool, until: int | None, outcome: Outcome) -> None:
    """Report the pool and what is held at the end of a day.

    The pool has what has not entered it yet. These differ by what was sold and is identified with acquisitions after
    that day: the pool keeps its units.
    """
    amount, cost = pool.amount, pool.cost
    for acquired in book.acquired[pool.entered :]:
        if until is None or acquired.day <= until:
            amount += acquired.left
            cost += acquired.cost
    if amount:
        outcome.pools.append(Holding("*", book.asset, amount, cost))
    lent, lent_cost = _lent(book, until)
    if amount != lent:
        outcome.holdings.append(Holding("*", book.asset, amount - lent, cost - lent_cost))


def _lent(book: Book, until: int | None) -> tuple[Decimal, Decimal]:
    """Return units and cost that later acquisitions stand for.

    What went out by that day and was identified with acquisitions after it.
    """
    amount = cost = ZERO
    if until is not None:
        for sold in book.disposed:
            if until - AFTER <= sold.day <= until:
                later = [match for match in sold.matches if match.day is not None and match.day > until]
                amount += sum((match.amount for match in later), ZERO)
                cost += sum((match.cost for match in later), ZERO)
    return amount, cost
