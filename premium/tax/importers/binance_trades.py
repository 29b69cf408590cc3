"""Join lines of Binance's statement to exchanges.

By their second, or by halves that are near.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from premium.errors import InvalidInput
from premium.tax.importers.base import Event, Left, Line, Made, Told
from premium.tax.importers.binance_lines import clock, name_of, operation_of, wallet_of_line, when_of
from premium.tax.importers.binance_operations import DUST, FEES, LAUNCHED, PAIRED
from premium.tax.importers.movements import Part, movement, swept

_APART = 5
"""Seconds between the halves of a conversion."""
_INVESTED = 600
"""Seconds in which a plan buys what it was paid for."""
_PLAN = "auto-invest transaction"
Sums = dict[str, Decimal]


def second_of(line: Line) -> str:
    """Return what the lines of one trade share: their second and account."""
    return f"{line[clock(line)]}|{'dust' if operation_of(line) in DUST else line['Account'].lower()}"


def seconds(groups: Iterable[Sequence[Line]], currency: str) -> Iterator[Event]:
    """Yield trades: the lines of one second and account."""
    for group in groups:
        yield group, _trade(group, currency)


def paired(lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield exchanges whose halves may be some seconds apart.

    A line without a time is refused for itself.
    """
    found, broken = _timed(lines)
    for line in broken:
        yield [line], _refused(line)
    open_: dict[str, list[tuple[datetime, Line]]] = {}
    for when, line in found:
        operation = operation_of(line)
        group = open_.get(operation, [])
        if group and not _continues(group, when, line, operation):
            yield [each for _, each in group], _trade([each for _, each in group], currency)
            group = []
        open_[operation] = [*group, (when, line)]
    for group in open_.values():
        yield [each for _, each in group], _trade([each for _, each in group], currency)


def launches(lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield what a launchpad distributed, for what was subscribed and not given back."""
    found, broken = _timed(lines)
    for line in broken:
        yield [line], _refused(line)
    waiting: list[Line] = []
    for _, line in found:
        waiting.append(line)
        if operation_of(line) in LAUNCHED:
            yield waiting, _launched(waiting, currency)
            waiting = []
    if waiting:
        yield waiting, _subscribed(waiting)


def _timed(lines: Iterable[Line]) -> tuple[list[tuple[datetime, Line]], list[Line]]:
    """Lines with their times, in order, what is given before what is received; and those without one."""
    found, broken = list[tuple[datetime, Line]](), list[Line]()
    for line in lines:
        try:
            found.append((datetime.fromisoformat(when_of(line)), line))
        except InvalidInput:
            broken.append(line)
    found.sort(key=lambda each: (each[0], not each[1]["Change"].lstrip().startswith(("-", "("))))
    return found, broken


def _refused(line: Line) -> Iterator[Made]:
    when_of(line)
    yield from ()


def _continues(group: Sequence[tuple[datetime, Line]], when: datetime, line: Line, operation: str) -> bool:
    """Tell whether a line is part of the exchange that is being gathered."""
    apart = (when - group[-1][0]).total_seconds()
    if not apart:
        return True
    given, got, _ = _sides([each for _, each in group])
    complete = bool(given and got)
    if operation == _PLAN:
        return apart <= _INVESTED and not (complete and _change(line) < 0)
    return apart <= _APART and not complete


def _change(line: Line) -> Decimal:
    try:
        return line.notation.read(line["Change"])
    except ValueError:
        return Decimal(0)  # whoever reads the line says so


def _sides(group: Iterable[Line]) -> tuple[Sums, Sums, Sums]:
    """What was given, received and charged, by coin; unread numbers count as nothing."""
    given, got, fees = Sums(), Sums(), Sums()
    for line in group:
        change, coin = _change(line), line["Coin"]
        side = fees if operation_of(line) in FEES else got if change > 0 else given
        if change:
            side[coin] = side.get(coin, Decimal(0)) + (change if side is got else change.copy_negate())
    return given, got, fees


def _trade(group: Sequence[Line], currency: str) -> Iterator[Made]:
    """The parts of one trade, added up by coin.

    One coin given, one received; dust has many given, and a plan's payment many received.
    """
    for line in group:
        line.number_in("Change")
        line.text_in("Coin")
    given, got, fees = _sides(group)
    operation = operation_of(group[0])
    several = len(given) > 1 and operation not in DUST
    if not given or not got or got.keys() & given.keys() or several or (len(got) > 1 and operation != _PLAN):
        raise group[0].wrong(clock(group[0]), _no_trade(group, given, got))
    if any(fee < 0 for fee in fees.values()):
        raise group[0].wrong("Change", "a fee of this trade was paid back: a fee that is no charge is not read")
    name, when, wallet, charged = name_of(*group), when_of(group[0]), wallet_of_line(group[0]), _parts(fees)
    fee, kind = (charged[0] if charged else None), PAIRED.get(operation, "swap")
    if len(given) > 1 or len(got) > 1:
        yield from swept(name, when, wallet, currency=currency, given=_parts(given), received=_parts(got), fees=charged)
    else:
        sent, received = _parts(given)[0], _parts(got)[0]
        made = movement(
            name, when, wallet, currency=currency, sent=sent, received=received, fee=fee, further=charged[1:]
        )
        yield from (_of_kind(row, kind) for row in made)


def _of_kind(row: Made, kind: str) -> Made:
    return {**row, "type": kind} if isinstance(row, dict) and row["type"] == "swap" else row


def _no_trade(group: Sequence[Line], given: Sums, got: Sums) -> str:
    numbers = ", ".join(str(line.number) for line in group)
    lines = f"the line {numbers} is" if len(group) == 1 else f"the lines {numbers} are"
    if len(group) == 1 or not given or not got:
        lacking = "what was given" if got else "what was received"
        return f"{lines} one side of an exchange: {lacking} for it stands in no line of this second"
    return f"the lines {numbers} share a second and are no single trade"


def _launched(group: Sequence[Line], currency: str) -> Iterator[Made]:
    """A purchase, for the units that stayed away; its price is unknown where none did."""
    line = group[-1]
    got = (line.number_in("Change"), line.text_in("Coin"))
    paid = _paid(group[:-1])
    if got[0] <= 0 or len(paid) > 1 or got[1] in paid:
        raise line.wrong("Change", "a distribution is one coin for what one other was subscribed")
    name, when, wallet = name_of(*group), when_of(line), wallet_of_line(line)
    if paid:
        sent = _parts(paid)[0]
        yield from movement(name, when, wallet, currency=currency, sent=sent, received=got)
        return
    yield from movement(name, when, wallet, currency=currency, received=got, kind="buy")
    text = "no subscription stands before this distribution: its value is the day's price, if one is known"
    yield Told("paid_elsewhere", text, name)


def _paid(lines: Iterable[Line]) -> Sums:
    sums = Sums()
    for line in lines:
        coin = line.text_in("Coin")
        sums[coin] = sums.get(coin, Decimal(0)) - line.number_in("Change")
    return {coin: amount for coin, amount in sums.items() if amount}


def _subscribed(lines: Sequence[Line]) -> Iterator[Made]:
    """Units that a launchpad has, and that are the user's still."""
    paid = _paid(lines)
    yield Left("a move within Binance")
    if paid:
        units = ", ".join(f"{amount} {coin}" for coin, amount in paid.items())
        text = f"{units} are subscribed, and no distribution stands in this file: they count as held"
        yield Told("subscription_open", text)


def _parts(side: Sums) -> list[Part]:
    return [(amount, coin) for coin, amount in side.items()]
