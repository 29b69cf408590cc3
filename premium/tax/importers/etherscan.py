"""Etherscan-style explorers: transactions, and ERC-20 transfers (columns as in BittyTax's parsers, July 2026).

The wallet is the address that most lines share; gas is spent by the sender, also of a transaction that failed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

from premium.tax.importers.base import Importer, Line, Part, Row, movement

_VALUE_IN = re.compile(r"Value_IN\((\w+)\)")


def read_native(lines: list[Line], currency: str) -> Iterator[Row]:
    coin = next((found[1] for column in (lines[0].cells if lines else ()) if (found := _VALUE_IN.match(column))), "ETH")
    me = _wallet(lines)
    for line in lines:
        name, when, failed = f"{coin}:{_hash(line)}", _when(line), bool(line["ErrCode"])
        price = _price(line, coin, currency)
        moved = {side: line.number_in(f"Value_{side}({coin})", "0") for side in ("IN", "OUT")}
        if moved["IN"] and not failed:
            part = (moved["IN"], coin)
            yield from _move(name, me, line, part, price=price, currency=currency, into=True)
        if moved["OUT"] and not failed:
            part = (moved["OUT"], coin)
            yield from _move(name, me, line, part, price=price, currency=currency, into=False)
        gas = line.number_in(f"TxnFee({coin})", "0")
        if gas and line["From"].lower() == me:
            value = None if price is None else gas * price
            yield from movement(
                f"{name}:gas",
                when,
                me,
                currency=currency,
                sent=(gas, coin),
                value=value,
                kind="fee",
                tx_hash=_hash(line),
            )


def read_tokens(lines: list[Line], currency: str) -> Iterator[Row]:
    me = _wallet(lines)
    for number, line in enumerate(lines):
        part = line.number_in("TokenValue"), line["TokenSymbol"]
        into = line["To"].lower() == me
        worth = (
            line.number_in("USDValueDayOfTx", "0")
            if currency == "USD" and line["USDValueDayOfTx"] != "N/A"
            else Decimal(0)
        )
        name = f"{line['ContractAddress'].lower()}:{_hash(line)}:{_order(lines, number)}"
        yield from movement(
            name,
            _when(line),
            me,
            currency=currency,
            received=part if into else None,
            sent=None if into else part,
            value=worth or None,
            tx_hash=_hash(line),
        )


def _order(lines: list[Line], number: int) -> int:
    """Which of its hash and contract a line is, so that two equal transfers of one transaction stay two."""
    line = lines[number]
    same = (each for each in lines[:number] if _hash(each) == _hash(line))
    return sum(each["ContractAddress"] == line["ContractAddress"] for each in same)


def _move(
    name: str, me: str, line: Line, part: Part, *, price: Decimal | None, currency: str, into: bool
) -> Iterator[Row]:
    value = None if price is None else part[0] * price
    yield from movement(
        f"{name}:{'in' if into else 'out'}",
        _when(line),
        me,
        currency=currency,
        received=part if into else None,
        sent=None if into else part,
        value=value,
        tx_hash=_hash(line),
    )


def _price(line: Line, coin: str, currency: str) -> Decimal | None:
    text = line[f"Historical $Price/{coin.capitalize()}"] or line[f"Historical $Price/{coin}"]
    return Decimal(text.replace(",", "")) if currency == "USD" and re.fullmatch(r"[\d.,]+", text) else None


def _wallet(lines: list[Line]) -> str:
    counts = Counter(address for line in lines for address in {line["From"].lower(), line["To"].lower()} if address)
    return min(counts, key=lambda address: (-counts[address], address), default="")


def _when(line: Line) -> str:
    return datetime.fromtimestamp(int(line.number_in("UnixTimestamp")), UTC).isoformat()


def _hash(line: Line) -> str:
    return line["Transaction Hash"] or line["Txhash"]


_SEEN = "BittyTax src/bittytax/conv/parsers/etherscan.py, July 2026"
NATIVE = Importer(
    name="etherscan",
    columns=(
        "UnixTimestamp",
        "From",
        "To",
        "ContractAddress",
        "Value_IN(*",
        "Value_OUT(*",
        "TxnFee(*",
        "Status",
        "ErrCode",
    ),
    optional=("*",),
    read=read_native,
    seen=_SEEN,
)
TOKENS = Importer(
    name="etherscan-tokens",
    columns=("UnixTimestamp", "From", "To", "TokenValue", "ContractAddress", "TokenName", "TokenSymbol"),
    optional=("*",),
    read=read_tokens,
    seen=_SEEN,
)
