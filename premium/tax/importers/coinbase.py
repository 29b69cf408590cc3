"""Coinbase: 'Transaction history' (columns as in BittyTax's parsers, versions 3 to 5, July 2026).

A preamble of account lines stands before the header. Trades name the other asset in their notes only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from premium.tax.importers.base import Importer, Line, Row, identity, movement

WALLET = "Coinbase"
_INCOME = {
    "Rewards Income": "reward",
    "Learning Reward": "reward",
    "Coinbase Earn": "reward",
    "Reward Income": "reward",
    "Staking Income": "staking",
    "Inflation Reward": "staking",
    "Interest payout": "interest",
    "Interest Payout": "interest",
    "Referral Reward": "referral",
    "Airdrop": "airdrop",
}
_IN = frozenset({"Receive", "Deposit", "Exchange Withdrawal", "Pro Withdrawal"})
_OUT = frozenset({"Send", "Withdrawal", "Exchange Deposit", "Pro Deposit", "Prime Deposit"})
_BUY, _SELL = (
    frozenset({"Buy", "Advanced Trade Buy", "Advance Trade Buy"}),
    frozenset({"Sell", "Advanced Trade Sell", "Advance Trade Sell"}),
)
_NO_EVENT = frozenset({"Retail Staking Transfer", "Retail Unstaking Transfer", "Retail Eth2 Deprecation"})
_CONVERTED = re.compile(r"Converted ([\d.,]+) (\S+) to ([\d.,]+) (\S+)")
_TRADED = re.compile(r"(?:Bought|Sold) [\d.,]+ \S+ for [$£€]?([\d.,]+) (\w+)")


def read(lines: list[Line], currency: str) -> Iterator[Row]:
    for line in lines:
        yield from _line(line, currency)


def _line(line: Line, currency: str) -> Iterator[Row]:
    kind, asset = line["Transaction Type"], line["Asset"]
    amount = line.number_in("Quantity Transacted").copy_abs()
    name = f"coinbase:{line['ID']}" if line["ID"] else identity("coinbase", *line.cells.values())
    when = line.time_in("Timestamp", "%Y-%m-%d %H:%M:%S UTC")
    quoted = line["Price Currency"] or line["Spot Price Currency"]
    value = line.number_in("Subtotal").copy_abs() if line["Subtotal"] and quoted == currency else None
    fee = (_fee(line), quoted)
    if kind in _NO_EVENT:
        return
    if kind in _BUY or kind in _SELL:
        other = _other(line, quoted)
        mine = (amount, asset)
        given, got = (other, mine) if kind in _BUY else (mine, other)
        yield from movement(name, when, WALLET, currency=currency, sent=given, received=got, fee=fee, value=value)
    elif kind == "Convert":
        yield from _convert(line, name, when, currency, value)
    elif kind in _INCOME:
        yield from movement(
            name,
            when,
            WALLET,
            currency=currency,
            received=(amount, asset),
            value=value,
            kind="income",
            income=_INCOME[kind],
        )
    elif kind in _IN:
        yield from movement(name, when, WALLET, currency=currency, received=(amount, asset), value=value)
    elif kind in _OUT:
        yield from movement(name, when, WALLET, currency=currency, sent=(amount, asset), value=value)
    else:
        raise line.wrong("Transaction Type", f"not known: {kind[:60]!r}")


def _fee(line: Line) -> Decimal:
    column = "Fees and/or Spread" if "Fees and/or Spread" in line.cells else "Fees"
    return line.number_in(column, "0").copy_abs()


def _other(line: Line, quoted: str) -> tuple[Decimal, str]:
    """The other side of a trade: by the notes where it was paid in another asset, else the subtotal."""
    found = _TRADED.match(line["Notes"])
    if found and found[2] != quoted:
        return Decimal(found[1].replace(",", "")), found[2]
    return line.number_in("Subtotal").copy_abs(), quoted


def _convert(line: Line, name: str, when: str, currency: str, value: Decimal | None) -> Iterator[Row]:
    found = _CONVERTED.search(line["Notes"])
    if not found:
        raise line.wrong("Notes", "a conversion's note names no two amounts")
    if line.number_in("Quantity Transacted") > 0 and found[4] == line["Asset"]:
        return  # Newer files have both sides as lines of their own; the note of the other one has it all.
    sent, received = (Decimal(found[1].replace(",", "")), found[2]), (Decimal(found[3].replace(",", "")), found[4])
    yield from movement(name, when, WALLET, currency=currency, sent=sent, received=received, value=value)


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
    ),
    read=read,
    seen="BittyTax src/bittytax/conv/parsers/coinbase.py, July 2026",
)
