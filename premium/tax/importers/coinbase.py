"""Read the 'Transaction history' of Coinbase.

Columns as in BittyTax's parsers, versions 2 to 5, July 2026. A preamble of account lines stands before the header.
Trades name the other asset in their notes only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from premium.tax.importers.base import Event, Importer, Line, Row
from premium.tax.importers.cells import number_of
from premium.tax.importers.movements import Part, identity, movement

WALLET = "Coinbase"
_INCOME = {
    "Rewards Income": "reward",
    "Learning Reward": "reward",
    "Coinbase Earn": "reward",
    "Reward Income": "reward",
    "Subscription Rebate": "reward",
    "Subscription Rebates (24 Hours)": "reward",
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
_TRADED = re.compile(r"(?:Bought|Sold) ([\d.,]+) \S+ for [$£€]?([\d.,]+) (\w+)(?: on \S+ at ([\d.,]+) \S+)?")


def read(lines: list[Line], currency: str) -> Iterator[Event]:
    """Yield the events of a history; a renamed asset's two lines are one."""
    renamed: dict[str, list[Line]] = {}
    for line in lines:
        if line["Transaction Type"] in _RENAMED:
            renamed.setdefault(line["Timestamp"], []).append(line)
        else:
            yield [line], _line(line, currency)
    for group in renamed.values():
        yield group, _renamed(group)


def _line(line: Line, currency: str) -> Iterator[Row]:
    kind, asset = line["Transaction Type"], line["Asset"]
    if kind in _NO_EVENT:
        return
    amount = line.number_in("Quantity Transacted").copy_abs()
    name, when, value = _name(line), _when(line), _value(line, currency)
    mine = (amount, asset)
    if kind in _BUY or kind in _SELL:
        yield from _trade(line, name, mine, currency, value)
    elif kind == "Convert":
        yield from _convert(line, name, when, currency, value)
    elif kind in _INCOME:
        yield from movement(
            name, when, WALLET, currency=currency, received=mine, value=value, kind="income", income=_INCOME[kind]
        )
    elif kind in _IN:
        income = _told_income(line["Notes"]) if kind == "Receive" else None
        is_income = "income" if income else None
        yield from movement(
            name, when, WALLET, currency=currency, received=mine, value=value, kind=is_income, income=income
        )
    elif kind in _OUT or kind in _SPENT:
        yield from movement(name, when, WALLET, currency=currency, sent=mine, value=value, kind=_SPENT.get(kind))
    else:
        raise line.wrong("Transaction Type", f"not known: {kind[:60]!r}")


def _name(line: Line) -> str:
    if line["ID"]:
        return f"coinbase:{line['ID']}"
    amount = line.number_in("Quantity Transacted")
    return identity("coinbase", _when(line), line["Transaction Type"], line["Asset"], amount, line["Notes"])


def _when(line: Line) -> str:
    return line.time_in("Timestamp")


def _told_income(notes: str) -> str | None:
    if "Coinbase Referral" in notes:
        return "referral"
    return "reward" if "Coinbase Earn" in notes or "Coinbase Rewards" in notes else None


def _quoted(line: Line) -> str:
    return line["Price Currency"] or line["Spot Price Currency"]


def _value(line: Line, currency: str) -> Decimal | None:
    """What Coinbase says it was worth, where it says so in the report's currency; zero says nothing."""
    if not line["Subtotal"] or _quoted(line) != currency:
        return None
    return line.number_in("Subtotal").copy_abs() or None


def _trade(line: Line, name: str, mine: Part, currency: str, value: Decimal | None) -> Iterator[Row]:
    bought = line["Transaction Type"] in _BUY
    other, fee = _other(line, bought)
    given, got = (other, mine) if bought else (mine, other)
    yield from movement(name, _when(line), WALLET, currency=currency, sent=given, received=got, fee=fee, value=value)


def _other(line: Line, bought: bool) -> tuple[Part, Part]:
    """The other side of a trade and the fee: the subtotal, or by the notes where it was paid in another asset.

    The notes' amount holds the fee: with it a purchase cost more than amount and rate, and a sale brought less.
    """
    quoted, found = _quoted(line), _TRADED.match(line["Notes"])
    if found is None or found[3] == quoted:
        if not line["Subtotal"]:
            raise line.wrong("Subtotal", "missing, and no note says what was paid")
        column = "Fees and/or Spread" if "Fees and/or Spread" in line.cells else "Fees"
        return (line.number_in("Subtotal").copy_abs(), quoted), (line.number_in(column, "0").copy_abs(), quoted)
    total = _noted(line, found[2])
    if found[4] is None:
        return (total, found[3]), (Decimal(0), found[3])
    traded = _noted(line, found[1]) * _noted(line, found[4])
    fee = total - traded if bought else traded - total
    return ((traded, found[3]), (fee, found[3])) if fee > 0 else ((total, found[3]), (Decimal(0), found[3]))


def _noted(line: Line, text: str) -> Decimal:
    try:
        return number_of(text)
    except ValueError as error:
        raise line.wrong("Notes", str(error)) from None


def _convert(line: Line, name: str, when: str, currency: str, value: Decimal | None) -> Iterator[Row]:
    found = _CONVERTED.search(line["Notes"])
    if not found:
        raise line.wrong("Notes", "a conversion's note names no two amounts")
    if line.number_in("Quantity Transacted") > 0 and found[4] == line["Asset"]:
        return  # Newer files have both sides as lines of their own; the note of the other one has it all.
    sent, received = (_noted(line, found[1]), found[2]), (_noted(line, found[3]), found[4])
    yield from movement(name, when, WALLET, currency=currency, sent=sent, received=received, value=value)


def _renamed(group: list[Line]) -> Iterator[Row]:
    """An asset under a new name, two lines of one time: a `wrap`, which the jurisdiction's rules judge."""
    out = [line for line in group if line.number_in("Quantity Transacted") < 0]
    new = [line for line in group if line.number_in("Quantity Transacted") > 0]
    if len(out) != 1 or len(new) != 1:
        raise group[0].wrong("Transaction Type", f"{group[0]['Transaction Type']} is not one asset for another")
    (old,), (made,) = out, new
    yield {
        "id": _name(old),
        "timestamp": _when(old),
        "type": "wrap",
        "wallet": WALLET,
        "asset": old["Asset"],
        "amount": str(old.number_in("Quantity Transacted").copy_abs()),
        "to_asset": made["Asset"],
        "to_amount": str(made.number_in("Quantity Transacted")),
    }


IMPORTER = Importer(
    name="coinbase",
    columns=("Timestamp", "Transaction Type", "Asset", "Quantity Transacted", "Subtotal", "Notes"),
    optional=(
        "ID",
        "Price Currency",
        "Price at Transaction",
        "Spot Price Currency",
        "Spot Price at Transaction",
        "Total (inclusive of fees and/or spread)",
        "Total (inclusive of fees)",
        "Fees and/or Spread",
        "Fees",
        "Sender Address",
        "Recipient Address",
    ),
    read=read,
    seen="BittyTax src/bittytax/conv/parsers/coinbase.py, July 2026; `Sender Address` and on: exports of 2025",
)
