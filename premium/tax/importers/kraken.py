"""Read the 'Ledgers' export of Kraken; lines of one `refid` are one event.

Columns as in BittyTax's parser, July 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from premium.tax.importers.base import Event, Importer, Line, Row
from premium.tax.importers.movements import Part, movement, swept

WALLET = "Kraken"
_NAMES = {"XBT": "BTC", "XDG": "DOGE"}
_X = frozenset(["XETC", "XETH", "XLTC", "XMLN", "XREP", "XXBT", "XXDG", "XXLM", "XXMR", "XXRP", "XZEC"])
_Z = frozenset(["ZUSD", "ZEUR", "ZGBP", "ZCAD", "ZJPY", "ZAUD", "ZCHF", "ZDKK", "ZMXN", "ZPLN", "ZSEK"])
_BONDED = re.compile(r"(?<=[A-Z])(03|04|07|14|21|28)$")
"""Days of bonding, between an asset and its `.S`."""
_INCOME = {"staking": "staking", "dividend": "interest", "invite bonus": "referral", "reward": "reward"}
_TRADES = frozenset({"trade", "spend", "receive", "conversion", "sale", "settled"})
_INTERNAL = frozenset(
    [
        "spottostaking",
        "stakingfromspot",
        "stakingtospot",
        "spotfromstaking",
        "spottofutures",
        "spotfromfutures",
        "allocation",
        "deallocation",
        "migration",
        "autoallocation",
        "autoallocate",
    ]
)


def read(lines: list[Line], currency: str) -> Iterator[Event]:
    """Yield the events of a ledger; a line without `txid` has not been booked."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        # A line without txid is a request that has not been booked.
        if line["txid"]:
            groups.setdefault(line["refid"] if line["type"] in _TRADES else line["txid"], []).append(line)
    for key, group in groups.items():
        own = _once(group)
        yield own, _trade(key, own, currency) if own[0]["type"] in _TRADES else _single(own[0], currency)


def _once(group: Sequence[Line]) -> list[Line]:
    """A file that was put together of overlapping ones has a line twice, under one txid."""
    return list({line["txid"]: line for line in reversed(group)}.values())[::-1]


def asset_of(code: str) -> str:
    """Return the usual code of an asset: BTC for `XXBT`, EUR for `ZEUR`.

    `DOT.S` and `DOT28.S` (staked) are DOT, `ETH2` is staked ETH.
    """
    base, dot, _ = code.partition(".")
    base = _BONDED.sub("", base) if dot else base
    base = base[1:] if base in _X or base in _Z else base
    return "ETH" if base == "ETH2" else _NAMES.get(base, base)


def _part(line: Line) -> Part:
    return line.number_in("amount").copy_abs(), asset_of(line["asset"])


def _fee(line: Line) -> Part | None:
    fee = line.number_in("fee", "0")
    return (fee.copy_abs(), asset_of(line["asset"])) if fee else None


def _trade(key: str, group: list[Line], currency: str) -> Iterator[Row]:
    """One asset for another; many for one are small balances that are swept up."""
    given = _added([line for line in group if line.number_in("amount") < 0])
    got = _added([line for line in group if line.number_in("amount") > 0])
    if not given or len(got) != 1:
        text = f"{key[:40]} has {len(given)} assets given and {len(got)} received, not one for another"
        raise group[0].wrong("refid", text)
    fees = _fees(group)
    fee, name, when = (fees[0] if fees else None), f"kraken:{key}", group[0].time_in("time")
    if len(given) == 1:
        yield from movement(name, when, WALLET, currency=currency, sent=given[0], received=got[0], fee=fee)
    else:
        yield from swept(name, when, WALLET, currency=currency, given=given, received=got[0], fee=fee)
    for number, other in enumerate(fees[1:], 2):
        yield from movement(f"{name}:fee{number}", when, WALLET, currency=currency, sent=other, kind="fee")


def _added(lines: Sequence[Line]) -> list[Part]:
    return _sums([_part(line) for line in lines])


def _fees(group: Sequence[Line]) -> list[Part]:
    return _sums([fee for line in group if (fee := _fee(line))])


def _sums(parts: Sequence[Part]) -> list[Part]:
    sums: dict[str, Decimal] = {}
    for amount, asset in parts:
        sums[asset] = sums.get(asset, Decimal(0)) + amount
    return [(amount, asset) for asset, amount in sums.items()]


def _single(line: Line, currency: str) -> Iterator[Row]:
    kind, subtype = line["type"], line["subtype"]
    if kind in ("transfer", "earn") and subtype in _INTERNAL:
        return
    amount = line.number_in("amount")
    if kind == "earn" and not subtype and not line.number_in("fee", "0"):
        return  # Without a fee it is a move between spot and earn: rewards are charged.
    income = _income_of(kind, subtype)
    if income and amount > 0:
        yield from _reward(line, income, currency)
    elif kind == "deposit" and amount > 0:
        yield from _moved(line, currency, arrived=True)
    elif kind == "withdrawal" and amount < 0:
        yield from _moved(line, currency, arrived=False)
    elif kind in ("deposit", "withdrawal"):
        # What failed is booked back: the halves of one wallet, which meet.
        yield from _moved(line, currency, arrived=amount > 0)
    elif kind == "adjustment" or (kind == "transfer" and subtype in ("", "delistingconversion")):
        yield from _moved(line, currency, arrived=amount > 0)
    else:
        raise line.wrong("type", f"not known: {kind[:40]!r} {subtype[:40]!r}")


def _income_of(kind: str, subtype: str) -> str | None:
    if subtype == "airdrop" or (kind == "transfer" and not subtype):
        return "airdrop"
    if kind == "earn" and subtype in ("reward", ""):
        return "staking"
    return _INCOME.get(kind)


def _reward(line: Line, income: str, currency: str) -> Iterator[Row]:
    """What arrives after Kraken's commission."""
    part, fee = _part(line), _fee(line)
    kept = (part[0] - fee[0], part[1]) if fee else part
    yield from movement(
        f"kraken:{line['txid']}",
        line.time_in("time"),
        WALLET,
        currency=currency,
        received=kept,
        kind="income",
        income=income,
    )


def _moved(line: Line, currency: str, *, arrived: bool) -> Iterator[Row]:
    name, when, part, fee = f"kraken:{line['txid']}", line.time_in("time"), _part(line), _fee(line)
    if line.number_in("fee", "0") < 0:
        fee = None  # A fee given back, with what failed: the withdrawal's own line has spent it.
    sent, received = (None, part) if arrived else (part, None)
    yield from movement(name, when, WALLET, currency=currency, sent=sent, received=received, fee=fee)


IMPORTER = Importer(
    name="kraken",
    columns=("txid", "refid", "time", "type", "subtype", "aclass", "asset", "amount", "fee", "balance"),
    optional=("subclass", "wallet", "amountusd", "address"),
    read=read,
    seen="BittyTax src/bittytax/conv/parsers/kraken.py, July 2026",
)
