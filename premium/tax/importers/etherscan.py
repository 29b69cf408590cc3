"""Read the exports of explorers that are made like Etherscan.

Transactions, internal ones, ERC-20 and NFT transfers (as in BittyTax, July 2026). The wallet is the address that most
lines share; gas is spent by the sender, also of a transaction that failed. Each kind of file shows its own part of
the same transactions; together they are the wallet's history.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

from premium.tax.importers.base import Event, Importer, Line, Row
from premium.tax.importers.movements import Part, movement

_VALUE_IN = re.compile(r"Value_IN\((\w+)\)")
_NO_WORTH = frozenset({"", "N/A"})


def read_native(lines: list[Line], currency: str) -> Iterator[Event]:
    """Yield the transactions of the native coin, each with its gas."""
    coin, me = _coin(lines), _wallet(lines, "To")
    for line in lines:
        yield [line], _native(line, me, coin, currency)


def read_internal(lines: list[Line], currency: str) -> Iterator[Event]:
    """Yield what contracts sent or took within a transaction."""
    coin, me, order = _coin(lines), _wallet(lines, "TxTo"), _Order()
    for line in lines:
        if line["Status"] == "0" and not line["ErrCode"]:
            yield [line], _values(line, f"{coin}:{_hash(line)}:int{order.next(_hash(line))}", me, coin, currency)


def read_tokens(lines: list[Line], currency: str) -> Iterator[Event]:
    """Yield the transfers of ERC-20 tokens."""
    me, order = _wallet(lines, "To"), _Order()
    for line in lines:
        contract = line["ContractAddress"].lower()
        name = f"{contract}:{_hash(line)}:{order.next(_hash(line), contract)}"
        yield [line], _token(line, name, me, currency)


def read_nfts(lines: list[Line], currency: str) -> Iterator[Event]:
    """Yield the transfers of NFTs."""
    me, order = _wallet(lines, "To"), _Order()
    for line in lines:
        asset = f"{line['ContractAddress'].lower()}:{line['Token ID'] or line['TokenId']}"
        name = f"{asset}:{_hash(line)}:{order.next(_hash(line), asset)}"
        yield [line], _transfer(line, name, me, (line.number_in("Quantity", "1"), asset), currency=currency)


class _Order:
    """Numbers equal lines, so that two equal transfers of one transaction stay two."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, ...]] = Counter()

    def next(self, *kind: str) -> int:
        self._seen[kind] += 1
        return self._seen[kind] - 1


def _native(line: Line, me: str, coin: str, currency: str) -> Iterator[Row]:
    name, price = f"{coin}:{_hash(line)}", _price(line, coin, currency)
    if not line["ErrCode"] and not line["Status"].lower().startswith("error"):
        yield from _values(line, name, me, coin, currency)
    gas = line.number_in(f"TxnFee({coin})", "0")
    if gas and line["From"].lower() == me:
        value, own = None if price is None else gas * price, f"{name}:gas"
        part = (gas, coin)
        yield from movement(
            own, _when(line), me, currency=currency, sent=part, value=value, kind="fee", tx_hash=_hash(line)
        )


def _values(line: Line, name: str, me: str, coin: str, currency: str) -> Iterator[Row]:
    price, own = _price(line, coin, currency), _hash(line)
    for side in ("IN", "OUT"):
        amount = line.number_in(f"Value_{side}({coin})", "0")
        value = None if price is None else amount * price
        part, end = (amount, coin), f"{name}:{side.lower()}"
        sent, received = (None, part) if side == "IN" else (part, None)
        yield from movement(
            end, _when(line), me, currency=currency, sent=sent, received=received, value=value, tx_hash=own
        )


def _token(line: Line, name: str, me: str, currency: str) -> Iterator[Row]:
    amount = line.number_in("TokenValue" if "TokenValue" in line.cells else "Value")
    known = currency == "USD" and line["USDValueDayOfTx"] not in _NO_WORTH
    worth = line.number_in("USDValueDayOfTx") if known else None
    yield from _transfer(line, name, me, (amount, line["TokenSymbol"]), currency=currency, worth=worth or None)


def _transfer(
    line: Line, name: str, me: str, part: Part, *, currency: str, worth: Decimal | None = None
) -> Iterator[Row]:
    into, out = line["To"].lower() == me, line["From"].lower() == me
    if into == out:
        if into:
            return  # To itself: nothing moved.
        raise line.wrong("From", f"neither side is the wallet {me}")
    sent, received = (None, part) if into else (part, None)
    yield from movement(
        name, _when(line), me, currency=currency, sent=sent, received=received, value=worth, tx_hash=_hash(line)
    )


def _coin(lines: list[Line]) -> str:
    header = lines[0].cells if lines else ()
    return next((found[1] for column in header if (found := _VALUE_IN.match(column))), "ETH")


def _price(line: Line, coin: str, currency: str) -> Decimal | None:
    column = next((name for name in line.cells if name.lower() == f"historical $price/{coin}".lower()), "")
    known = currency == "USD" and column and line[column] not in _NO_WORTH
    return line.number_in(column) if known else None


def _wallet(lines: list[Line], to: str) -> str:
    ends = [{line["From"].lower(), line[to].lower()} for line in lines]
    counts = Counter(address for both in ends for address in both if address)
    return min(counts, key=lambda address: (-counts[address], address), default="")


def _when(line: Line) -> str:
    return datetime.fromtimestamp(int(line.number_in("UnixTimestamp")), UTC).isoformat()


def _hash(line: Line) -> str:
    return line["Transaction Hash"] or line["Txhash"]


def _format(name: str, read: Callable[[list[Line], str], Iterator[Event]], *columns: str) -> Importer:
    return Importer(
        name=name,
        columns=("Transaction Hash|Txhash", "UnixTimestamp", "From", *columns, "ContractAddress"),
        optional=("*",),
        read=read,
        seen="BittyTax src/bittytax/conv/parsers/etherscan.py, July 2026",
    )


INTERNAL = _format("etherscan-internal", read_internal, "ParentTxFrom", "TxTo", "Value_IN(*", "Value_OUT(*", "Type")
NATIVE = _format("etherscan", read_native, "To", "Value_IN(*", "Value_OUT(*", "TxnFee(*", "Status", "ErrCode")
TOKENS = _format("etherscan-tokens", read_tokens, "To", "TokenValue|Value", "TokenName", "TokenSymbol")
NFTS = _format("etherscan-nfts", read_nfts, "To", "TokenName", "TokenSymbol", "Token ID|TokenId")
