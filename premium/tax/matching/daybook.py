"""An asset's history by local days, each one transaction (TCGA 1992 s 105)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from premium.money import ZERO, divide
from premium.tax.ledger.basis import acquisition_basis
from premium.tax.model import Transaction
from premium.tax.outcome import Disposal, Income, Missing, Outcome, Removal
from premium.tax.setup import Setup


@dataclass(slots=True)
class Acquired:
    """A day's acquisitions; `left` and `cost` are what no match has taken yet."""

    day: int
    ids: list[str] = field(default_factory=list)
    left: Decimal = ZERO
    cost: Decimal = ZERO

    def take(self, amount: Decimal) -> Decimal:
        """Take `amount` units, at most what is left, and return their cost."""
        cost = self.cost if amount == self.left else divide(self.cost * amount, self.left)
        self.left -= amount
        self.cost -= cost
        return cost


@dataclass(slots=True)
class Match:
    """Units identified with an acquisition or the pool."""

    amount: Decimal
    cost: Decimal
    rule: str
    day: int | None
    lot: str | None
    missing: bool = False


@dataclass(slots=True)
class Disposed:
    """A day's disposals of one kind: taxable ones, or those that only leave (gifts)."""

    day: int
    taxable: bool
    parts: list[Transaction] = field(default_factory=list)
    amounts: list[Decimal] = field(default_factory=list)
    amount: Decimal = ZERO
    proceeds: Decimal = ZERO
    left: Decimal = ZERO
    matches: list[Match] = field(default_factory=list)

    def match(self, acquired: Acquired, rule: str) -> None:
        """Identify units with what is left of a day's acquisitions."""
        amount = min(self.left, acquired.left)
        if amount:
            lot = acquired.ids[0] if len(acquired.ids) == 1 else None
            self.matches.append(Match(amount, acquired.take(amount), rule, acquired.day, lot))
            self.left -= amount


class Fork(NamedTuple):
    """What split from an asset on a day, or what a part of it became.

    The day's acquisitions `into` take a part of its cost.
    """

    day: int
    transaction: Transaction
    into: Acquired | None
    units: Decimal = ZERO
    """What goes over to the other asset; a fork leaves the asset whole."""

    @property
    def asset(self) -> str:
        """The asset that takes a part of the cost."""
        return self.transaction.more.to_asset or self.transaction.asset


@dataclass(slots=True)
class Book:
    """One asset's days in order."""

    asset: str
    acquired: list[Acquired] = field(default_factory=list)
    disposed: list[Disposed] = field(default_factory=list)
    forks: list[Fork] = field(default_factory=list)


class Books:
    """All assets' books, and the income met while reading."""

    def __init__(self, setup: Setup, outcome: Outcome) -> None:
        self.setup = setup
        self.outcome = outcome
        self.by_asset: dict[str, Book] = {}

    def read(self, transactions: Iterable[Transaction]) -> None:
        """Enter transactions in order."""
        for tx in transactions:
            day = self.setup.calendar.day(tx.instant)
            match tx.type:
                case "buy" | "income" | "gift_received":
                    self._acquire(tx, day)
                case "fork":
                    self.book(tx.more.from_asset or "").forks.append(Fork(day, tx, self._acquire(tx, day)))
                case "transfer":
                    self._transfer(tx, day)
                case "sell" | "fee":
                    self._dispose(tx, day, tx.amount, (tx.value or ZERO) - tx.fee, taxable=True)
                case _:
                    self._leave(tx, day)

    def book(self, asset: str) -> Book:
        """Return an asset's book."""
        found = self.by_asset.get(asset)
        if found is None:
            found = self.by_asset[asset] = Book(asset)
        return found

    def in_order(self) -> list[Book]:
        """Return the books by asset, each before those of what split from it."""
        made: dict[str, Book] = {}

        def enter(asset: str, above: tuple[str, ...]) -> None:
            if asset in made or asset in above:
                return
            for parent in parents.get(asset, ()):
                enter(parent, (*above, asset))
            made[asset] = self.by_asset[asset]

        parents: dict[str, list[str]] = {}
        for book in self.by_asset.values():
            for fork in book.forks:
                parents.setdefault(fork.asset, []).append(book.asset)
        for asset in sorted(self.by_asset):
            enter(asset, ())
        return list(made.values())

    def _acquire(self, tx: Transaction, day: int) -> Acquired | None:
        if tx.type == "income":
            value = tx.value or ZERO
            self.outcome.income.append(Income(tx.id, day, value, tx.more.kind or "income", tx.asset, tx.amount))
        if not tx.amount or (tx.type == "income" and tx.asset in self.setup.tender):
            return None
        today = self._today(tx.asset, day)
        today.ids.append(tx.id)
        today.left += tx.amount
        today.cost += acquisition_basis(tx, self.setup)
        return today

    def _today(self, asset: str, day: int) -> Acquired:
        """A day's acquisitions of an asset."""
        days = self.book(asset).acquired
        if not days or days[-1].day != day:
            days.append(Acquired(day))
        return days[-1]

    def _transfer(self, tx: Transaction, day: int) -> None:
        more = tx.more
        if more.burnt:
            self._dispose(tx, day, more.burnt, tx.value or ZERO, taxable=True)
        if more.to_asset is not None and more.to_asset != tx.asset:
            into = self._today(more.to_asset, day)
            into.ids.append(tx.id)
            into.left += tx.amount if more.to_amount is None else more.to_amount
            self.book(tx.asset).forks.append(Fork(day, tx, into, tx.amount))

    def _leave(self, tx: Transaction, day: int) -> None:
        rules = self.setup.rules
        if tx.type in ("lost", "stolen") and rules.losses_deductible:
            self._dispose(tx, day, tx.amount, -tx.fee, taxable=True)
        elif tx.type == "gift_sent" and tx.more.kind == "market_value" and rules.gifts_at_market:
            self._dispose(tx, day, tx.amount, (tx.value or ZERO) - tx.fee, taxable=True)
        else:
            self._dispose(tx, day, tx.amount, ZERO, taxable=False)

    def _dispose(self, tx: Transaction, day: int, amount: Decimal, proceeds: Decimal, *, taxable: bool) -> None:
        if not amount:
            return
        days = self.book(tx.asset).disposed
        found = next((each for each in days[-2:] if each.day == day and each.taxable is taxable), None)
        if found is None:
            found = Disposed(day, taxable)
            days.append(found)
            if len(days) > 1 and days[-2].day == day and not days[-2].taxable:
                # Of one day, what is taxed is identified before what is given away.
                days[-2], days[-1] = days[-1], days[-2]
        found.parts.append(tx)
        found.amounts.append(amount)
        found.amount += amount
        found.left += amount
        found.proceeds += proceeds


def rows_of(asset: str, sold: Disposed, outcome: Outcome) -> list[Disposal]:
    """Return a day's disposal as one row a match.

    Proceeds are shared by amount, the last match taking the remainder.
    """
    ids = tuple(tx.id for tx in sold.parts)
    kinds = {tx.type for tx in sold.parts}
    kind, first = kinds.pop() if len(kinds) == 1 else "sell", sold.parts[0]
    wallets = {tx.wallet for tx in sold.parts}
    wallet = wallets.pop() if len(wallets) == 1 else "*"
    form = first.more.form_1099
    rows, left, unsold = [], sold.proceeds, sold.amount
    for match in sold.matches:
        share = left if match.amount == unsold else divide(left * match.amount, unsold)
        left -= share
        unsold -= match.amount
        rows.append(
            Disposal(
                "",
                ids,
                kind,
                asset,
                wallet,
                match.lot,
                None,
                first.instant,
                sold.day,
                match.day,
                match.amount,
                share,
                match.cost,
                ZERO,
                "none",
                match.rule,
                form,
            )
        )
        if match.missing:
            outcome.missing.append(Missing(sold.parts[-1].id, sold.day, asset, wallet, match.amount))
    return rows


def removals_of(asset: str, gone: Disposed, outcome: Outcome) -> None:
    """Note what only left, each transaction with its part of the cost."""
    cost = sum((match.cost for match in gone.matches), ZERO)
    left = gone.amount
    for tx, amount in zip(gone.parts, gone.amounts, strict=True):
        share = cost if amount == left else divide(cost * amount, left)
        cost -= share
        left -= amount
        outcome.removals.append(Removal(tx.id, gone.day, tx.type, asset, amount, share))
    missing = sum((match.amount for match in gone.matches if match.missing), ZERO)
    if missing:
        outcome.missing.append(Missing(gone.parts[-1].id, gone.day, asset, gone.parts[-1].wallet, missing))
