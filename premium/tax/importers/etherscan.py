"""Read the exports of explorers that are made like Etherscan.

Transactions, internal ones, ERC-20 and NFT transfers (as in BittyTax, July 2026). Whose wallet it is says the file's
name, or what its columns say came in and went out, or the one address that all lines share; gas is spent by the
sender, also of a transaction that failed. Each kind of file shows its own part of the same transactions; together
they are the wallet's history.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal

from premium.tax.importers.base import Event, Importer, Left, Line, Made, Told
from premium.tax.importers.movements import NOTHING_MOVED, Part, Sides, movement
from premium.tax.importers.onchain_names import Chain, asset_of, chain_of, owner_of

_VALUE_IN = re.compile(r"Value_IN\((\w+)\)")
_NO_WORTH = frozenset({"", "N/A"})


def read_native(lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield the transactions of the native coin, each with its gas."""
    coin = _coin(lines)
    me = _wallet(lines, coin, "To")
    for line in lines:
        yield [line], _native(line, me, coin, currency)


def read_internal(lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield what contracts sent or took within a transaction."""
    coin, order = _coin(lines), _Order()
    me = _wallet(lines, coin, "TxTo")
    for line in lines:
        # What failed has no number, so that the others keep theirs.
        number = order.next(_hash(line)) if line["Status"] != "1" and not line["ErrCode"] else ""
        yield [line], _internal(line, f"{coin}:{_hash(line)}:int{number}", me, coin, currency)


def read_tokens(lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield the transfers of ERC-20 tokens."""
    me, order, chain = owner_of(lines, "To"), _Order(), chain_of(lines)
    for line in lines:
        contract = line["ContractAddress"].lower()
        name = f"{contract}:{_hash(line)}:{order.next(_hash(line), contract)}"
        asset = asset_of(contract, chain.name)
        yield [line], _telling(_token(line, name, me, asset, currency), chain, asset, name)
        chain = _once(chain, asset)


def read_nfts(lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield the transfers of NFTs."""
    me, order, chain = owner_of(lines, "To"), _Order(), chain_of(lines)
    for line in lines:
        item = f"{line['ContractAddress'].lower()}:{line['Token ID'] or line['TokenId']}"
        name = f"{item}:{_hash(line)}:{order.next(_hash(line), item)}"
        asset = f"{chain.name}:{item}"
        yield [line], _telling(_nft(line, name, me, asset, currency), chain, asset, name)
        chain = _once(chain, asset)


def _telling(made: Iterable[Made], chain: Chain, asset: str, name: str) -> Iterator[Made]:
    """Yield what a line reads as, and beside the first asset that bears the chain's name what that rests on."""
    yield from made
    if chain.notice is not None and ":" in asset:
        yield Told("chain_assumed", chain.notice, name)


def _once(chain: Chain, asset: str) -> Chain:
    return chain._replace(notice=None) if ":" in asset else chain


class _Order:
    """Numbers equal lines, so that two equal transfers of one transaction stay two."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, ...]] = Counter()

    def next(self, *kind: str) -> int:
        self._seen[kind] += 1
        return self._seen[kind] - 1


def _native(line: Line, me: str, coin: str, currency: str) -> Iterator[Made]:
    name, price, made = f"{coin}:{_hash(line)}", _price(line, coin), False
    if not line["ErrCode"] and not line["Status"].lower().startswith("error"):
        for row in _values(line, name, me, coin, currency):
            made = True
            yield row
    gas = line.unsigned_in(f"TxnFee({coin})", "0")
    if gas and line["From"].lower() == me:
        worth, own = None if price is None else (gas * price, "USD"), f"{name}:gas"
        part, made = (gas, coin), True
        yield from movement(
            own, _when(line), me, currency=currency, sent=part, worth=worth, kind="fee", tx_hash=_hash(line)
        )
    if not made:
        yield Left(f"no {coin} of the wallet moved, and another paid the gas")


def _internal(line: Line, name: str, me: str, coin: str, currency: str) -> Iterator[Made]:
    if line["Status"] not in ("", "0", "1"):
        raise line.wrong("Status", f"neither 0 nor 1: {line['Status'][:40]!r}")
    if line["Status"] == "1" or line["ErrCode"]:
        yield Left("the call failed: nothing moved")
    else:
        yield from list(_values(line, name, me, coin, currency)) or [Left(NOTHING_MOVED)]


def _values(line: Line, name: str, me: str, coin: str, currency: str) -> Iterator[Made]:
    """What came in and what went out: the column says which."""
    price, own = _price(line, coin), _hash(line)
    for side in ("IN", "OUT"):
        amount = line.unsigned_in(f"Value_{side}({coin})", "0")
        if not amount:
            continue
        worth = None if price is None else (amount * price, "USD")
        part, end = (amount, coin), f"{name}:{side.lower()}"
        sides = Sides(received=part) if side == "IN" else Sides(sent=part)
        yield from movement(end, _when(line), me, currency=currency, worth=worth, tx_hash=own, **sides)


def _token(line: Line, name: str, me: str, asset: str, currency: str) -> Iterator[Made]:
    amount = line.unsigned_in("TokenValue" if "TokenValue" in line.cells else "Value")
    worth = line.worth_in("USDValueDayOfTx") if line["USDValueDayOfTx"] not in _NO_WORTH else None
    yield from _transfer(line, name, me, (amount, asset), currency=currency, worth=(worth, "USD") if worth else None)


def _nft(line: Line, name: str, me: str, asset: str, currency: str) -> Iterator[Made]:
    yield from _transfer(line, name, me, (line.unsigned_in("Quantity", "1"), asset), currency=currency)


def _transfer(
    line: Line, name: str, me: str, part: Part, *, currency: str, worth: Part | None = None
) -> Iterator[Made]:
    into, out = line["To"].lower() == me, line["From"].lower() == me
    if into == out:
        if not into:
            raise line.wrong("From", f"neither side is the wallet {me}")
        yield Left("sent by the wallet to itself")
        return
    sides = Sides(received=part) if into else Sides(sent=part)
    # Both wallets of one user list a transfer between them, each its own half.
    own = f"{name}:{'in' if into else 'out'}"
    yield from movement(own, _when(line), me, currency=currency, worth=worth, tx_hash=_hash(line), **sides)


def _coin(lines: Iterable[Line]) -> str:
    header = next((line.cells for line in lines), {})
    return next((found[1] for column in header if (found := _VALUE_IN.match(column))), "ETH")


def _price(line: Line, coin: str) -> Decimal | None:
    """What a unit was worth in dollars."""
    column = next((name for name in line.cells if name.lower() == f"historical $price/{coin}".lower()), "")
    known = column and line[column] not in _NO_WORTH
    return line.number_in(column) if known else None


def _wallet(lines: Iterable[Line], coin: str, to: str) -> str:
    """The wallet of a file whose columns say what came in and what went out."""
    sides = (("IN", to), ("OUT", "From"))
    return owner_of(lines, to, ((line, end) for line in lines for side, end in sides if _some(line, side, coin)))


def _some(line: Line, side: str, coin: str) -> bool:
    return line[f"Value_{side}({coin})"].strip("0.,") != ""


def _when(line: Line) -> str:
    return datetime.fromtimestamp(int(line.number_in("UnixTimestamp")), UTC).isoformat()


def _hash(line: Line) -> str:
    return line["Transaction Hash"] or line["Txhash"]


def _format(name: str, read: Callable[[Iterable[Line], str], Iterator[Event]], *columns: str) -> Importer:
    return Importer(
        name=name,
        columns=("Transaction Hash|Txhash", "UnixTimestamp", "From", *columns, "ContractAddress"),
        optional=("*",),
        numbers=(
            "Value_*",
            "TxnFee*",
            "TokenValue",
            "Value",
            "USDValueDayOfTx",
            "Historical*",
            "CurrentValue*",
            "Quantity",
        ),
        read=read,
        seen="BittyTax src/bittytax/conv/parsers/etherscan.py, July 2026",
    )


INTERNAL = _format("etherscan-internal", read_internal, "ParentTxFrom", "TxTo", "Value_IN(*", "Value_OUT(*", "Type")
NATIVE = _format("etherscan", read_native, "To", "Value_IN(*", "Value_OUT(*", "TxnFee(*", "Status", "ErrCode")
TOKENS = _format("etherscan-tokens", read_tokens, "To", "TokenValue|Value", "TokenName", "TokenSymbol")
NFTS = _format("etherscan-nfts", read_nfts, "To", "TokenName", "TokenSymbol", "Token ID|TokenId")
