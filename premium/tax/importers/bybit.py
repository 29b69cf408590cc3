"""Read the 'Transaction log' of Bybit's unified trading account.

Columns of exports of 2025 and 2026. A derivative's line states its cash flow, funding and fee; the two lines of a spot
trade share contract, time and price.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from premium.tax.importers.base import Event, Importer, Left, Line, Made
from premium.tax.importers.movements import Sides, identity, movement, signed
from premium.tax.importers.on_disk import groups_for

WALLET = "Bybit"
_MOVES = frozenset({"TRANSFER_IN", "TRANSFER_OUT"})
_POSITIONS = frozenset({"TRADE", "SETTLEMENT", "LIQUIDATION", "DELIVERY", "ADL", "INTEREST", "FEE_REFUND", "BONUS"})
_CONVERSIONS = frozenset({"CURRENCY_BUY", "CURRENCY_SELL"})
_MISSING = frozenset({"", "--"})


def read(lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield the events of a log; the two lines of a spot trade are one."""
    trades = groups_for(lines)
    for line in lines:
        if _is_spot(line):
            trades.add("|".join(_key(line)), line)
        else:
            yield [line], _single(line, currency)
    for group in trades:
        yield group, _trade(group, currency)


def _clock(line: Line) -> str:
    return "Time(UTC)" if "Time(UTC)" in line.cells else "Time"


def _is_spot(line: Line) -> bool:
    """A position opens or closes; what changes hands on spot does neither."""
    return line["Type"] in _CONVERSIONS or (line["Type"] == "TRADE" and line["Action"] in _MISSING)


def _key(line: Line) -> tuple[str, ...]:
    if line["Type"] in _CONVERSIONS:
        return ("conversion", line[_clock(line)])
    own = line["TradeId"] or line["OrderId"]
    return ("trade", line["Contract"], line[_clock(line)], own or line["Filled Price"])


def _amount(line: Line, column: str) -> Decimal:
    return Decimal(0) if line[column] in _MISSING else line.number_in(column)


def _name(*lines: Line) -> str:
    parts: list[str | Decimal] = []
    for line in lines:
        parts += [line.time_in(_clock(line)), line["Type"], line["Contract"], line["Currency"]]
        parts += [line["TradeId"], line.number_in("Change")]
    return identity("bybit", *parts)


def _single(line: Line, currency: str) -> Iterator[Made]:
    kind, asset, when = line["Type"], line.text_in("Currency"), line.time_in(_clock(line))
    if kind in _MOVES:
        sides = signed(line.number_in("Change"), asset)
        yield from movement(_name(line), when, WALLET, currency=currency, **sides)
    elif kind in _POSITIONS:
        yield from _position(line, asset, when, currency)
    else:
        raise line.wrong("Type", f"not known: {kind[:40]!r}")


def _position(line: Line, asset: str, when: str, currency: str) -> Iterator[Made]:
    """Yield what a position made, its funding and its fee, which together are the change."""
    flow, funding, fee = (_amount(line, column) for column in ("Cash Flow", "Funding", "Fee Paid"))
    if flow + funding + fee != line.number_in("Change"):
        raise line.wrong("Change", "cash flow, funding and fee do not add up to it")
    what = "liquidation" if line["Type"] == "LIQUIDATION" else "fee" if line["Type"] == "INTEREST" else "pnl"
    name, made = _name(line), False
    for end, change, income in (("", flow, what), (":funding", funding, "funding"), (":fee", fee, "fee")):
        if change:
            made = True
            sides, kind = signed(change, asset), "derivative_pnl"
            yield from movement(f"{name}{end}", when, WALLET, currency=currency, kind=kind, income=income, **sides)
    if not made:
        yield Left("a position opened without a charge")


def _trade(group: Sequence[Line], currency: str) -> Iterator[Made]:
    """One asset for another: the changes less what of them is the fee."""
    given, got, fees = dict[str, Decimal](), dict[str, Decimal](), dict[str, Decimal]()
    for line in group:
        asset, fee = line.text_in("Currency"), _amount(line, "Fee Paid")
        if fee > 0:
            raise line.wrong("Fee Paid", "a fee that was paid back is not read")
        change = line.number_in("Change") - fee
        side = got if change > 0 else given
        side[asset] = side.get(asset, Decimal(0)) + (change if change > 0 else change.copy_negate())
        if fee:
            fees[asset] = fees.get(asset, Decimal(0)) - fee
    if len(got) != 1 or len(given) != 1 or got.keys() == given.keys():
        numbers = ", ".join(str(line.number) for line in group)
        raise group[0].wrong("Contract", f"the lines {numbers} are not one asset for another")
    ((asset, units),), ((bought, received),) = given.items(), got.items()
    name, when = _name(*group), group[0].time_in(_clock(group[0]))
    charged = [(amount, coin) for coin, amount in fees.items()]
    first, sides = (charged[0] if charged else None), Sides(sent=(units, asset), received=(received, bought))
    yield from movement(name, when, WALLET, currency=currency, fee=first, further=charged[1:], **sides)


IMPORTER = Importer(
    name="bybit",
    columns=(
        "Currency",
        "Contract",
        "Type",
        "Direction",
        "Quantity",
        "Position",
        "Filled Price",
        "Funding",
        "Fee Paid",
        "Cash Flow",
        "Change",
        "Wallet Balance",
        "Action",
        "Time|Time(UTC)",
    ),
    optional=("Uid", "OrderId", "TradeId"),
    numbers=("Quantity", "Position", "Filled Price", "Funding", "Fee Paid", "Cash Flow", "Change", "Wallet Balance"),
    read=read,
    seen="transaction log (UTA) of Bybit as other programs read it: TradeTax, TransactionJournal; September 2026",
)
