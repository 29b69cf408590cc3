"""Read the 'Ledgers' export of Kraken; lines of one `refid` are one event.

Columns as in BittyTax's parser, July 2026. The amount's sign says the direction, of every type.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from premium.money import divide
from premium.tax.importers.base import Event, Importer, Left, Line, Made, Told
from premium.tax.importers.movements import Part, Sides, fee_of, movement, signed, swept
from premium.tax.importers.on_disk import groups_for
from premium.tax.importers.repeats import Repeats, repeated

WALLET = "Kraken"
FUTURES = "Kraken Futures"
_NAMES = {"XBT": "BTC", "XDG": "DOGE"}
_X = frozenset(["XETC", "XETH", "XLTC", "XMLN", "XREP", "XXBT", "XXDG", "XXLM", "XXMR", "XXRP", "XZEC"])
_Z = frozenset(["ZUSD", "ZEUR", "ZGBP", "ZCAD", "ZJPY", "ZAUD", "ZCHF", "ZDKK", "ZMXN", "ZPLN", "ZSEK"])
_BONDED = re.compile(r"(?<=[A-Z])(03|04|07|14|21|28)$")
"""Days of bonding, between an asset and its `.S`."""
_CREDITS = "KFEE"
"""Kraken's fee credits: a discount, which nobody buys or sells."""
_INCOME = {"staking": "staking", "dividend": "interest", "invite bonus": "referral", "reward": "reward"}
_TRADES = frozenset({"trade", "spend", "receive", "conversion", "sale", "settled"})
_MARGIN = {"margin": "pnl", "rollover": "fee"}
"""Types of a margin position: what it made, and what it costs to keep."""
_TO_FUTURES = frozenset({"spottofutures", "spotfromfutures", "futurestospot"})
_INTERNAL = frozenset(
    [
        "spottostaking",
        "stakingfromspot",
        "stakingtospot",
        "spotfromstaking",
        "allocation",
        "deallocation",
        "migration",
        "autoallocation",
        "autoallocate",
    ]
)


def read(lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield the events of a ledger; a line without `txid` has not been booked."""
    groups, booked = groups_for(lines), Repeats(lines, "txid", ("refid", "time", "type", "asset", "amount"))
    for line in lines:
        # A file that was put together of overlapping ones has a line twice.
        again = repeated(line, booked)
        if not line["txid"]:
            yield [line], [Left("a request that has not been booked: it has no txid")]
        elif again is not None:
            yield [line], again
        else:
            groups.add(line["refid"] if _is_trade(line) else line["txid"], line)
    for group in groups:
        yield group, _trade(group[0]["refid"], group, currency) if _is_trade(group[0]) else _single(group[0], currency)


def _is_trade(line: Line) -> bool:
    return line["type"] in _TRADES or (line["type"] == "transfer" and line["subtype"] == "delistingconversion")


@lru_cache(maxsize=4096)
def asset_of(code: str) -> str:
    """Return the usual code of an asset: BTC for `XXBT`, EUR for `ZEUR`.

    `DOT.S` and `DOT28.S` (staked) are DOT, `ETH2` is staked ETH.
    """
    base, dot, _ = code.partition(".")
    base = _BONDED.sub("", base) if dot else base
    base = base[1:] if base in _X or base in _Z else base
    return "ETH" if base == "ETH2" else _NAMES.get(base, base)


def _asset(line: Line) -> str:
    return asset_of(line.text_in("asset"))


def _fee(line: Line) -> Part | None:
    """What was charged; fee credits are no asset that could be spent."""
    fee = line.number_in("fee", "0")
    return (fee, _asset(line)) if fee and _asset(line) != _CREDITS else None


def _trade(key: str, group: list[Line], currency: str) -> Iterator[Made]:
    """One asset for another; many for one are small balances that are swept up."""
    changes = [(line.number_in("amount"), line) for line in group]
    moved = [line for amount, line in changes if amount]
    given = _sums([(amount.copy_negate(), _asset(line)) for amount, line in changes if amount < 0])
    got = _sums([(amount, _asset(line)) for amount, line in changes if amount > 0])
    fees = _fees(group)
    if not moved and not fees:
        yield Left("fee credits alone")
        return
    if not given or len(got) != 1:
        text = f"{key[:40]} has {len(given)} assets given and {len(got)} received, not one for another"
        raise group[0].wrong("refid", text)
    fee, name, when = (fees[0] if fees else None), f"kraken:{key}", group[0].time_in("time")
    if len(given) == 1:
        worth = _dollars(next(line for line in moved if _asset(line) == got[0][1]))
        sides = Sides(sent=given[0], received=got[0])
        yield from movement(name, when, WALLET, currency=currency, fee=fee, further=fees[1:], worth=worth, **sides)
    else:
        legs = {_asset(line): _dollars(line) for line in moved}
        yield from swept(name, when, WALLET, currency=currency, given=given, received=got, fees=fees, worth=legs)


def _fees(group: Sequence[Line]) -> list[Part]:
    charged = [(line, fee) for line in group if (fee := _fee(line))]
    for line, (amount, _) in charged:
        if amount < 0:
            raise line.wrong(
                "fee", f"{line['fee'][:40]!r} of a trade was paid back: a fee that is no charge is not read"
            )
    return _sums([fee for _, fee in charged])


def _sums(parts: Sequence[Part]) -> list[Part]:
    sums: dict[str, Decimal] = {}
    for amount, asset in parts:
        sums[asset] = sums.get(asset, Decimal(0)) + amount
    return [(amount, asset) for asset, amount in sums.items()]


def _dollars(line: Line) -> Part | None:
    """What Kraken says that the line's amount was worth in dollars; zero says nothing."""
    worth = line.worth_in("amountusd") if line["amountusd"] else None
    return (worth, "USD") if worth else None


def _single(line: Line, currency: str) -> Iterator[Made]:
    kind, subtype, amount = line["type"], line["subtype"], line.number_in("amount")
    income = _income_of(kind, subtype)
    if _asset(line) == _CREDITS:
        yield Left("Kraken's fee credits, which are no asset")
    elif kind in ("transfer", "earn") and subtype in _INTERNAL:
        yield Left("a move within Kraken")
    elif kind == "transfer" and subtype in _TO_FUTURES:
        yield from _to_futures(line, amount, currency)
    elif kind in _MARGIN:
        yield from _margin(line, currency)
    elif kind == "earn" and not subtype and not line.number_in("fee", "0"):
        yield Left("a move between spot and earn: rewards are charged")
    elif income and (amount > 0 or kind != "transfer"):
        yield from _reward(line, income, currency)
    elif kind in ("deposit", "withdrawal", "adjustment") or (kind == "transfer" and not subtype):
        yield from _moved(line, amount, currency)
    else:
        raise line.wrong("type", f"not known: {kind[:40]!r} {subtype[:40]!r}")


def _income_of(kind: str, subtype: str) -> str | None:
    if subtype == "airdrop" or (kind == "transfer" and not subtype):
        return "airdrop"
    if kind == "earn" and subtype in ("reward", ""):
        return "staking"
    return _INCOME.get(kind)


def _reward(line: Line, income: str, currency: str) -> Iterator[Made]:
    """What arrives after Kraken's commission; a negative one takes an earlier one back."""
    amount, fee = line.number_in("amount"), line.number_in("fee", "0")
    kept, worth = amount - fee, _dollars(line)
    if worth is not None:
        share = divide(worth[0] * kept, amount) if amount else Decimal(0)
        worth = (share.copy_abs(), worth[1]) if share else None
    yield from movement(
        f"kraken:{line['txid']}",
        line.time_in("time"),
        WALLET,
        currency=currency,
        worth=worth,
        kind="income" if kept > 0 else "correction",
        income=income,
        **signed(kept, _asset(line)),
    )


def _margin(line: Line, currency: str) -> Iterator[Made]:
    """A margin position's profit or loss, and what it was charged."""
    name, when, asset = f"kraken:{line['txid']}", line.time_in("time"), _asset(line)
    change, charged = line.number_in("amount"), line.number_in("fee", "0").copy_negate()
    made = False
    for end, part, what in (("", change, _MARGIN[line["type"]]), (":fee", charged, "fee")):
        if part:
            made = True
            sides = signed(part, asset)
            yield from movement(
                f"{name}{end}", when, WALLET, currency=currency, kind="derivative_pnl", income=what, **sides
            )
    if not made:
        yield Left("a margin position opened without a charge")


def _to_futures(line: Line, amount: Decimal, currency: str) -> Iterator[Made]:
    if _asset(line) == currency:
        yield Left(f"{currency} moved to or from the futures account, the report's own money")
    else:
        here, there = (WALLET, FUTURES) if amount < 0 else (FUTURES, WALLET)
        units = amount.copy_negate() if amount < 0 else amount
        row = {"id": f"kraken:{line['txid']}", "timestamp": line.time_in("time"), "type": "transfer"}
        yield row | {"asset": _asset(line), "amount": str(units), "wallet": here, "to_wallet": there}
    text = f"{line['amount'][:40]} {_asset(line)} moved to or from {FUTURES}: what it made stands in no ledger of spot"
    yield Told("account_not_read", text, f"kraken:{line['txid']}")


def _moved(line: Line, amount: Decimal, currency: str) -> Iterator[Made]:
    """What came and went. A withdrawal that comes in again failed: it is returned, and its fee with it."""
    back = (line["type"] == "withdrawal" and amount > 0) or (line["type"] == "deposit" and amount < 0)
    kind = f"transfer_{'in' if amount > 0 else 'out'}"
    name, when, fee = f"kraken:{line['txid']}", line.time_in("time"), _fee(line)
    paid_back = (fee[0].copy_negate(), fee[1]) if fee and fee[0] < 0 else None
    if paid_back and not back:
        raise line.wrong("fee", f"{line['fee'][:40]!r} is no charge, and nothing is returned")
    made = movement(
        name,
        when,
        WALLET,
        currency=currency,
        fee=None if paid_back else fee,
        worth=_dollars(line),
        kind=kind,
        income="returned" if back else None,
        **signed(amount, _asset(line)),
    )
    given_back = fee_of(paid_back, currency)
    yield from ({**row, **given_back} if isinstance(row, dict) else row for row in made)


IMPORTER = Importer(
    name="kraken",
    columns=("txid", "refid", "time", "type", "subtype", "aclass", "asset", "amount", "fee", "balance"),
    optional=("subclass", "wallet", "amountusd", "address"),
    numbers=("amount", "fee", "balance", "amountusd"),
    read=read,
    seen="BittyTax src/bittytax/conv/parsers/kraken.py, July 2026",
)
