"""Binance's accounts beside spot: futures, margin, and what moves to and from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from premium.money import plain
from premium.tax.importers.base import Left, Line, Made, Told
from premium.tax.importers.movements import money_moved, movement, signed

WALLET = "Binance"
_FUTURES = ("futures", "options")
_DERIVATIVES = {
    "realize profit and loss": "pnl",
    "realized profit and loss": "pnl",
    "funding fee": "funding",
    "fee": "fee",
    "commission": "fee",
    "bnb deducts fee": "fee",
    "commission rebate": "fee",
    "referral kickback": "fee",
    "insurance fund compensation": "liquidation",
    "insurance clear": "liquidation",
    "liquidation fee": "liquidation",
    "options premium": "pnl",
    "options settlement profit": "pnl",
    "delivered settelment": "pnl",
    "delivered settlement": "pnl",
}
"""Operations of a futures account; what each of them is."""
_MARGIN_CHARGES = frozenset(
    {
        "isolated margin liquidation - fee",
        "cross margin liquidation - fee",
        "margin fee",
        "isolated margin interest",
        "margin interest",
        "cross margin interest",
    }
)
_LOANS = frozenset({"margin loan", "isolated margin loan", "crypto loan - borrow", "flexible loan - borrow", "borrow"})
_REPAYMENTS = frozenset(
    {
        "margin repayment",
        "isolated margin repayment",
        "cross margin liquidation - repayment",
        "crypto loan - repayment",
        "flexible loan - repayment",
    }
)
_COLLATERAL = ("crypto loan - collateral", "flexible loan - collateral", "collateral transfer")
_WORDS = (
    ("um futures", "UM Futures"),
    ("usd\u24c8-m", "UM Futures"),
    ("usdt-futures", "UM Futures"),
    ("usdt futures", "UM Futures"),
    ("cm futures", "CM Futures"),
    ("coin-m", "CM Futures"),
    ("coin-futures", "CM Futures"),
    ("coin futures", "CM Futures"),
    ("isolated margin", "Isolated Margin"),
    ("margin", "Cross Margin"),
    ("options", "Options"),
    ("futures", "UM Futures"),
)
"""What an account or an operation calls an account beside spot; the first that is met counts."""


def wallet_of(text: str) -> str:
    """Return the wallet of an account beside spot, by a text that names it."""
    return f"{WALLET} {next((name for word, name in _WORDS if word in text.lower()), 'account')}"


def is_move(operation: str) -> bool:
    """Tell whether an operation moves units between accounts."""
    return operation.startswith(("Transfer Between", "Main and Funding", "Transfer Funds")) or operation in (
        "transfer_in",
        "transfer_out",
    )


def is_derivative(line: Line) -> bool:
    """Tell whether a line is of a futures account, or a charge of margin."""
    account, operation = line["Account"].lower(), line["Operation"].lower()
    return any(word in account for word in _FUTURES) or operation in _MARGIN_CHARGES


def is_loan(operation: str) -> bool:
    """Tell whether an operation borrows, gives back, or secures a debt."""
    name = operation.lower()
    return name in _LOANS or name in _REPAYMENTS or name.startswith(_COLLATERAL)


def derivative(line: Line, name: str, when: str, currency: str) -> Iterator[Made]:
    """Yield a profit, a loss or a charge of futures and margin."""
    operation = line["Operation"].lower()
    what = "fee" if operation in _MARGIN_CHARGES else _DERIVATIVES.get(operation)
    if what is None:
        raise line.wrong("Operation", f"not known of {line['Account'][:40]}: {line['Operation'][:60]!r}")
    sides = signed(line.number_in("Change"), line.text_in("Coin"))
    wallet = wallet_of(line["Account"]) if line["Account"].lower() != "spot" else WALLET
    yield from movement(name, when, wallet, currency=currency, kind="derivative_pnl", income=what, **sides)


def borrowed(line: Line, name: str, when: str, currency: str) -> Iterator[Made]:
    """Yield what was borrowed, given back, or stands as security."""
    operation, change = line["Operation"].lower(), line.number_in("Change")
    wallet = wallet_of(line["Account"]) if "margin" in line["Account"].lower() else WALLET
    kind = "loan" if operation in _LOANS else "repayment" if operation in _REPAYMENTS else "collateral"
    if "spent" in operation or "liquidation" in operation.removeprefix("cross margin liquidation"):
        kind = "sell" if change < 0 else "collateral"
    if (kind == "loan" and change < 0) or (kind == "repayment" and change > 0):
        raise line.wrong("Change", f"{line['Change'][:40]!r} of a {line['Operation'][:60]} goes the other way")
    sides = signed(change, line.text_in("Coin"))
    yield from movement(name, when, wallet, currency=currency, kind=kind, **sides)


class Aside:
    """Moves between spot and the accounts beside it.

    Where a file has the lines of both, a move has two: the one of spot counts.
    """

    def __init__(self, lines: Iterable[Line]) -> None:
        self._read = {wallet_of(line["Account"]) for line in lines if _beside(line["Account"])}
        self._last: dict[tuple[str, str], int] = {}
        self._open: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        """What went into accounts that the file does not show, and did not come back."""
        self._spot: defaultdict[tuple[str, str, Decimal], int] = defaultdict(int)
        for line in lines:
            where = _other(line)
            if not is_move(line["Operation"]) or where is None:
                continue
            if _beside(line["Account"]):
                continue
            change = _change(line)
            if change is not None:
                self._spot[where, line["Coin"], change] += 1
                if where not in self._read:
                    self._last[where, line["Coin"]] = line.number
                    self._open[where, line["Coin"]] -= change

    def moved(self, line: Line, name: str, when: str, currency: str) -> Iterator[Made]:
        """Yield a move to or from an account beside spot; others are within one wallet."""
        change, coin, where = line.number_in("Change"), line.text_in("Coin"), _other(line)
        if where is None:
            yield Left("a move within Binance")
            return
        key = (where, coin, change.copy_negate())
        if _beside(line["Account"]) and self._spot[key]:
            self._spot[key] -= 1
            yield Left("the other side of a move, whose line of the spot account says both")
            return
        if coin == currency:
            yield Left(money_moved(currency))
        else:
            out = (change < 0) != _beside(line["Account"])
            here, there = (WALLET, where) if out else (where, WALLET)
            units = change if change > 0 else change.copy_negate()
            row = {"id": name, "timestamp": when, "type": "transfer", "asset": coin, "amount": str(units)}
            yield row | {"wallet": here, "to_wallet": there}
        if self._last.get((where, coin)) == line.number:
            yield from self._unread(where, coin, name)

    def _unread(self, where: str, coin: str, name: str) -> Iterator[Told]:
        left = self._open[where, coin]
        what = "went to" if left >= 0 else "more came back than went to"
        units = plain(left if left >= 0 else left.copy_negate())
        text = f"{units} {coin} {what} the account {where}, none of whose lines are in this file: its profits, losses"
        yield Told("account_not_read", f"{text} and what is left in it are not known; export all accounts", name)


def _beside(account: str) -> bool:
    return any(word in account.lower() for word in (*_FUTURES, "margin"))


def _other(line: Line) -> str | None:
    """The account beside spot that a move names, or None."""
    if _beside(line["Account"]):
        return wallet_of(line["Account"])
    return wallet_of(line["Operation"]) if _beside(line["Operation"]) else None


def _change(line: Line) -> Decimal | None:
    try:
        return line.notation.read(line["Change"])
    except ValueError:
        return None  # whoever reads the line says so
