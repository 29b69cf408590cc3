"""Read the 'Transaction history' of Coinbase.

Columns as in BittyTax's parsers, versions 1 to 5, July 2026. A preamble of account lines stands before the header.
Trades name the other asset in their notes only. Newer files give what left with a minus, older ones no sign at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from premium.tax.importers.base import Cells, Event, Importer, Left, Line, Made, Told
from premium.tax.importers.movements import Part, identity, movement, signed
from premium.tax.importers.repeats import Repeats, repeated

WALLET = "Coinbase"
_INCOME = {
    "Rewards Income": "reward",
    "Learning Reward": "reward",
    "Coinbase Earn": "reward",
    "Reward Income": "reward",
    "Subscription Rebate": "rebate",
    "Subscription Rebates (24 Hours)": "rebate",
    "Staking Income": "staking",
    "Inflation Reward": "staking",
    "Interest payout": "interest",
    "Interest Payout": "interest",
    "Referral Reward": "referral",
    "Incentives Rewards Payout": "reward",
    "Airdrop": "airdrop",
}
_IN = frozenset({"Receive", "Deposit", "Exchange Withdrawal", "Pro Withdrawal", "Prime Withdrawal"})
_OUT = frozenset({"Send", "Withdrawal", "Exchange Deposit", "Pro Deposit", "Prime Deposit", "Retail MGX DEX Send"})
_BUY = frozenset({"Buy", "Advanced Trade Buy", "Advance Trade Buy", "Credit"})
_SELL = frozenset({"Sell", "Advanced Trade Sell", "Advance Trade Sell", "Retail Simple Dust"})
_SPENT = {"Card Spend": "sell", "Subscription": "fee", "Admin Debit": "fee", "Donation": "donation"}
_NO_EVENT = frozenset(
    {
        "Retail Staking Transfer",
        "Retail Unstaking Transfer",
        "Vault Withdrawal",
        "Vault Deposit",
        "Cash to Savings",
        "Savings to Cash",
        "Transfer",
    }
)
_RENAMED = frozenset({"Asset Migration", "Retail Eth2 Deprecation"})
_CONVERTED = re.compile(r"Converted ([\d.,]+) (\S+) to ([\d.,]+) (\S+)")
_TRADED = re.compile(r"(?:Bought|Sold) ([\d.,]+) \S+ for [$£€]?([\d.,]+) (\w+)(?: on (\S+)(?: at ([\d.,]+) \S+)?)?")
_QUANTITY = "Quantity Transacted"


def read(lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield the events of a history; a renamed asset's two lines are one."""
    minus = {_side(line) for line in lines if line[_QUANTITY].lstrip("$£€(").startswith(("-", "\u2212"))}
    repeats = Repeats(lines, "ID", ("Timestamp", "Transaction Type", "Asset", _QUANTITY))
    renamed: dict[str, list[Line]] = {}
    noted = {line["Notes"] for line in lines if line["Transaction Type"] == "Convert" and _gives(line)}
    for line in lines:
        again = repeated(line, repeats)
        if again is not None:
            yield [line], again
        elif line["Transaction Type"] in _RENAMED:
            renamed.setdefault(line["Timestamp"], []).append(line)
        else:
            yield [line], _line(line, currency, minus, noted)
    for group in renamed.values():
        yield group, _renamed(group)


def _side(line: Line) -> str:
    return "sell" if line["Transaction Type"] in _SELL else "other"


def _gives(line: Line) -> bool:
    """Tell whether a conversion's line is of what was given: its note says the rest."""
    found = _CONVERTED.search(line["Notes"])
    return found is not None and found[2] == line["Asset"]


def _line(line: Line, currency: str, minus: set[str], noted: set[str]) -> Iterator[Made]:
    kind, asset = line["Transaction Type"], line.text_in("Asset")
    if kind in _NO_EVENT:
        yield Left("a move within Coinbase")
        return
    quantity = line.number_in(_QUANTITY)
    if kind in _BUY or kind in _SELL:
        yield from _trade(line, _turned(line, quantity, minus), currency)
    elif kind == "Convert":
        yield from _convert(line, currency, noted)
    elif kind in _INCOME or kind in _IN or kind in _OUT or kind in _SPENT:
        # Without a minus anywhere in the file the type says the direction, else the sign does.
        away = (kind in _OUT or kind in _SPENT) and not minus
        yield from _one_sided(line, quantity.copy_negate() if away else quantity, asset, currency)
    else:
        raise line.wrong("Transaction Type", f"not known: {kind[:60]!r}")


def _turned(line: Line, quantity: Decimal, minus: set[str]) -> Decimal:
    """The units of a trade, which its type says were bought or sold; InvalidInput where the sign says otherwise."""
    bought = line["Transaction Type"] in _BUY
    if bought == (quantity >= 0) or (not bought and "sell" not in minus):
        return quantity if quantity >= 0 else quantity.copy_negate()
    kind = line["Transaction Type"]
    raise line.wrong(_QUANTITY, f"{line[_QUANTITY][:40]!r} of a {kind} goes the other way: a trade taken back?")


def _one_sided(line: Line, change: Decimal, asset: str, currency: str) -> Iterator[Made]:
    kind, worth = line["Transaction Type"], _worth(line)
    what, income = _kind(line, arrived=change > 0)
    if change > 0 and kind in _SPENT:
        raise line.wrong(_QUANTITY, f"{line[_QUANTITY][:40]!r} of a {kind} came back: what it paid back is not stated")
    name = _name(line, change)
    parts = signed(change, asset)
    yield from movement(name, _when(line), WALLET, currency=currency, worth=worth, kind=what, income=income, **parts)


def _kind(line: Line, *, arrived: bool) -> tuple[str | None, str | None]:
    """What a one-sided line is: what comes back was sent before, and income may be taken back."""
    kind = line["Transaction Type"]
    if kind in _INCOME:
        return ("income" if arrived else "correction"), _INCOME[kind]
    if kind in _SPENT:
        return _SPENT[kind], None
    income = _told_income(line["Notes"]) if kind == "Receive" else None
    if income:
        return ("income" if arrived else "correction"), income
    return (None, None) if arrived == (kind in _IN) else (f"transfer_{'in' if arrived else 'out'}", "returned")


def _name(line: Line, change: Decimal) -> str:
    """By what moved and when, however a year's columns tell it: only newer ones have an ID."""
    return identity("coinbase", _when(line), line["Asset"], change)


def _when(line: Line) -> str:
    return line.time_in("Timestamp", zoned=False)


def _told_income(notes: str) -> str | None:
    if "Coinbase Referral" in notes:
        return "referral"
    return "reward" if "Coinbase Earn" in notes or "Coinbase Rewards" in notes else None


def _column(line: Line, *names: str) -> str:
    """The first of these columns that the file has, in 2019 to 2021 with the currency before it (`GBP Subtotal`)."""
    for name in names:
        if name in line.cells:
            return name
        for column in line.cells:
            if column.endswith(f" {name}") and len(column) == len(name) + 4:
                return column
    return names[0]


def _quoted(line: Line) -> str:
    column = _column(line, "Subtotal")
    return line["Price Currency"] or line["Spot Price Currency"] or column.removesuffix("Subtotal").strip()


def _worth(line: Line) -> Part | None:
    """What Coinbase says it was worth, and in which currency; zero says nothing."""
    column = _column(line, "Subtotal")
    worth = line.worth_in(column) if line[column] and _quoted(line) else None
    return (worth, _quoted(line)) if worth else None


def _trade(line: Line, amount: Decimal, currency: str) -> Iterator[Made]:
    bought, mine = line["Transaction Type"] in _BUY, (amount, line["Asset"])
    other, fee = _other(line, bought)
    name = _name(line, amount if bought else amount.copy_negate())
    given, got = (other, mine) if bought else (mine, other)
    yield from movement(
        name, _when(line), WALLET, currency=currency, sent=given, received=got, fee=fee, worth=_worth(line)
    )


def _other(line: Line, bought: bool) -> tuple[Part, Part]:
    """The other side of a trade and the fee: the subtotal, or by the notes where it was paid in another asset.

    The notes' amount holds the fee: with it a purchase cost more than amount and rate, and a sale brought less.
    """
    quoted, found = _quoted(line), _TRADED.match(line["Notes"])
    if found:
        _refuse_other_amount(line, line.noted("Notes", found[1]))
    if found and found[4]:
        _refuse_other_pair(line, found[3], found[4])
    if found is None or found[3] == quoted:
        column = _column(line, "Subtotal")
        if not line[column]:
            raise line.wrong(column, "missing, and no note says what was paid")
        fee = _column(line, "Fees and/or Spread", "Fees")
        return (line.worth_in(column), quoted), (line.worth_in(fee) if line[fee] else Decimal(0), quoted)
    total = line.noted("Notes", found[2])
    if found[5] is None:
        return (total, found[3]), (Decimal(0), found[3])
    traded = line.noted("Notes", found[1]) * line.noted("Notes", found[5])
    fee_paid = total - traded if bought else traded - total
    return ((traded, found[3]), (fee_paid, found[3])) if fee_paid > 0 else ((total, found[3]), (Decimal(0), found[3]))


def _refuse_other_amount(line: Line, noted: Decimal) -> None:
    """InvalidInput where the note says another amount than the column, which it may round."""
    amount = line.worth_in(_QUANTITY)
    difference = (amount - noted).copy_abs()
    places = [exponent for each, most in ((noted, -2), (amount, -6)) if (exponent := _exponent(each)) <= most]
    if difference > (Decimal(1).scaleb(max(places)) if places else 0):
        raise line.wrong(_QUANTITY, f"{line[_QUANTITY][:40]!r}, and the note says {noted}: which of them is it?")


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _refuse_other_pair(line: Line, noted: str, pair: str) -> None:
    """InvalidInput where the note's pair names another asset than the one that it says was paid."""
    base, _, quote = pair.partition("-")
    paid = quote if base == line["Asset"] else base
    if quote and paid != noted:
        text = f"the pair {pair[:40]} says that {paid[:20]} was exchanged, the note {noted}"
        text += f": how much {paid[:20]} is not stated"
        raise line.wrong("Notes", text)


def _convert(line: Line, currency: str, noted: set[str]) -> Iterator[Made]:
    found = _CONVERTED.search(line["Notes"])
    if not found:
        raise line.wrong("Notes", "a conversion's note names no two amounts")
    if not _gives(line) and line["Notes"] in noted:
        yield Left("the other side of a conversion, whose line says both")
        return
    sent = line.noted("Notes", found[1]), found[2]
    if _gives(line):
        _refuse_other_amount(line, sent[0])
    received = line.noted("Notes", found[3]), found[4]
    name = identity("coinbase", _when(line), sent[1], sent[0].copy_negate())
    yield from movement(name, _when(line), WALLET, currency=currency, sent=sent, received=received, worth=_worth(line))
    column = _column(line, "Fees and/or Spread", "Fees")
    fee = line.worth_in(column) if line[column] else Decimal(0)
    if fee:
        text = (
            f"{fee} {_quoted(line)} of fees or spread are taken as part of what was given and received, no cost besides"
        )
        yield Told("fee_not_counted", text, str(name))


def _renamed(group: list[Line]) -> Iterator[Made]:
    """An asset under a new name, two lines of one time: a `wrap`, which the jurisdiction's rules judge."""
    out = [line for line in group if line.number_in(_QUANTITY) < 0]
    new = [line for line in group if line.number_in(_QUANTITY) > 0]
    if len(out) != 1 or len(new) != 1:
        raise group[0].wrong("Transaction Type", f"{group[0]['Transaction Type']} is not one asset for another")
    (old,), (made,) = out, new
    yield {
        "id": _name(old, old.number_in(_QUANTITY)),
        "timestamp": _when(old),
        "type": "wrap",
        "wallet": WALLET,
        "asset": old.text_in("Asset"),
        "amount": str(old.number_in(_QUANTITY).copy_negate()),
        "to_asset": made.text_in("Asset"),
        "to_amount": str(made.number_in(_QUANTITY)),
    }


def _numbers_noted(cells: Cells) -> Iterable[tuple[str, str]]:
    """The numbers of a conversion's or a trade's note."""
    notes = cells.get("Notes", "")
    converted, traded = _CONVERTED.search(notes), _TRADED.match(notes)
    found = [converted[1], converted[3]] if converted else [traded[1], traded[2], traded[5]] if traded else []
    return [("Notes", text) for text in found if text]


IMPORTER = Importer(
    name="coinbase",
    columns=("Timestamp", "Transaction Type", "Asset", _QUANTITY, "Subtotal|??? Subtotal", "Notes"),
    optional=(
        "ID",
        "Price Currency",
        "Price at Transaction",
        "Spot Price Currency",
        "Spot Price at Transaction",
        "??? Spot Price at Transaction",
        "Total (inclusive of fees and/or spread)",
        "Total (inclusive of fees)",
        "??? Total (inclusive of fees)",
        "Fees and/or Spread",
        "Fees",
        "??? Fees",
        "Sender Address",
        "Recipient Address",
    ),
    numbers=(_QUANTITY, "*Price at Transaction", "*Subtotal", "*Total (*", "*Fees*"),
    noted=_numbers_noted,
    read=read,
    seen="BittyTax src/bittytax/conv/parsers/coinbase.py, July 2026; `Sender Address` and on: exports of 2025",
)
