"""Read the 'Transaction history' statement of Binance.

Of 2021 (`UTC_Time`) and of 2025 (`Time`, year of two digits), with its futures and margin accounts. Nothing but the
second ties the lines of a trade together; an ambiguous second is refused with its lines. The later format says of what
clock its times are in the file's name alone: `…(UTC+1)….csv`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from premium.tax.importers.base import Event, Importer, Left, Line, Made, Told
from premium.tax.importers.binance_accounts import Aside, borrowed, derivative, is_derivative, is_loan, is_move
from premium.tax.importers.binance_lines import name_of, operation_of, wallet_of_line, when_of
from premium.tax.importers.binance_operations import (
    BOUGHT,
    DEPOSITS,
    DUST,
    INCOME,
    INTERNAL,
    LAUNCHED,
    PAID_ELSEWHERE,
    PAIRED,
    SUBSCRIBED,
    TAKEN_BACK,
    TRADES,
    WITHDRAWALS,
)
from premium.tax.importers.binance_trades import launches, paired, second_of, seconds
from premium.tax.importers.movements import movement, signed
from premium.tax.importers.on_disk import groups_for


def read(lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield the events of a statement; the lines of one second's trade are one."""
    trades, halves, launched = groups_for(lines), list[Line](), list[Line]()
    aside = Aside(lines)
    for line in lines:
        operation = operation_of(line)
        if is_move(line["Operation"]):
            yield [line], _by(aside.moved, line, currency)
        elif is_derivative(line):
            yield [line], _by(derivative, line, currency)
        elif is_loan(operation):
            yield [line], _by(borrowed, line, currency)
        elif operation in TRADES or operation in DUST:
            trades.add(second_of(line), line)
        elif operation in PAIRED:
            halves.append(line)
        elif operation == SUBSCRIBED or operation in LAUNCHED:
            launched.append(line)
        else:
            yield [line], _single(line, currency)
    yield from seconds(trades, currency)
    yield from paired(halves, currency)
    yield from launches(launched, currency)


def _by(read: Callable[[Line, str, str, str], Iterator[Made]], line: Line, currency: str) -> Iterator[Made]:
    """Read a line when its rows are asked for, so that what is wrong with it is its own."""
    yield from read(line, name_of(line), when_of(line), currency)


def _single(line: Line, currency: str) -> Iterator[Made]:
    operation, change, wallet = operation_of(line), line.number_in("Change"), wallet_of_line(line)
    if operation.startswith(INTERNAL):
        yield Left("a move within Binance")
        return
    name = name_of(line)
    kind, income = _kind(line, operation, arrived=change > 0)
    sides = signed(change, line.text_in("Coin"))
    yield from movement(name, when_of(line), wallet, currency=currency, kind=kind, income=income, **sides)
    if operation in PAID_ELSEWHERE and change and line["Coin"] != currency:
        text = f"{line['Operation'][:60]} is {PAID_ELSEWHERE[operation]}: its value is the day's price, if one is known"
        yield Told("paid_elsewhere", text, name)


def _kind(line: Line, operation: str, *, arrived: bool) -> tuple[str | None, str | None]:
    """What a line is: the sign of its change says the direction, of every operation.

    A withdrawal that comes in is returned, an income that goes out is taken back.
    """
    if operation in INCOME:
        return ("income" if arrived else "correction"), INCOME[operation]
    if operation in TAKEN_BACK:
        return ("income", "airdrop") if arrived else ("correction", None)
    if operation in DEPOSITS or operation in WITHDRAWALS:
        side = f"transfer_{'in' if arrived else 'out'}"
        return side, None if arrived == (operation in DEPOSITS) else "returned"
    if operation in PAID_ELSEWHERE:
        return ("buy" if arrived else "sell"), None
    if operation in BOUGHT and arrived:
        # What was paid stands in no line: a price is looked for, and its lack told of.
        return "buy", None
    raise line.wrong("Operation", f"not known: {line['Operation'][:60]!r}")


IMPORTER = Importer(
    name="binance",
    columns=("UTC_Time|Time", "Account", "Operation", "Coin", "Change", "Remark"),
    optional=("User_ID", "User ID"),
    named_clock=("Time",),
    numbers=("Change",),
    read=read,
    seen=(
        "BittyTax src/bittytax/conv/parsers/binance.py ('Binance Statements'), July 2026;"
        " pbialon/pit-38 pull request 81, April 2026 (`User ID,Time,…`)"
    ),
)
