"""Kraken: 'Ledgers' (columns as in BittyTax's parser, July 2026). Lines of one `refid` are one event."""

from __future__ import annotations

from collections.abc import Iterator

from premium.tax.importers.base import Importer, Line, Part, Row, movement

WALLET = "Kraken"
_NAMES = {"XBT": "BTC", "XDG": "DOGE"}
_X = frozenset(["XETC", "XETH", "XLTC", "XMLN", "XREP", "XXBT", "XXDG", "XXLM", "XXMR", "XXRP", "XZEC"])
_Z = frozenset(["ZUSD", "ZEUR", "ZGBP", "ZCAD", "ZJPY", "ZAUD"])
_INCOME = {"staking": "staking", "dividend": "interest", "invite bonus": "referral", "reward": "reward"}
_TRADES = frozenset({"trade", "spend", "receive", "conversion", "sale"})


def read(lines: list[Line], currency: str) -> Iterator[Row]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        # A line without txid is a request that has not been booked.
        if line["txid"]:
            groups.setdefault(line["refid"] if line["type"] in _TRADES else line["txid"], []).append(line)
    for key, group in groups.items():
        yield from _trade(key, group, currency) if group[0]["type"] in _TRADES else _single(group[0], currency)


def asset_of(code: str) -> str:
    """`XXBT` is BTC, `ZEUR` EUR, `DOT.S` (staked) DOT."""
    base = code.split(".", maxsplit=1)[0]
    base = base[1:] if base in _X or base in _Z else base
    return _NAMES.get(base, base)


def _part(line: Line) -> Part:
    return line.number_in("amount").copy_abs(), asset_of(line["asset"])


def _fee(line: Line) -> Part | None:
    fee = line.number_in("fee", "0")
    return (fee.copy_abs(), asset_of(line["asset"])) if fee else None


def _trade(key: str, group: list[Line], currency: str) -> Iterator[Row]:
    given = [line for line in group if line.number_in("amount") < 0]
    got = [line for line in group if line.number_in("amount") > 0]
    fees = [fee for line in group if (fee := _fee(line))]
    if len(given) != 1 or len(got) != 1:
        raise group[0].wrong(
            "refid", f"{key[:40]} has {len(given)} lines given and {len(got)} received, not one of each"
        )
    if len(fees) > 1:
        raise group[0].wrong("fee", f"{key[:40]} has two fees")
    name, when = f"kraken:{key}", given[0].time_in("time")
    fee = fees[0] if fees else None
    yield from movement(name, when, WALLET, currency=currency, sent=_part(given[0]), received=_part(got[0]), fee=fee)


def _single(line: Line, currency: str) -> Iterator[Row]:
    kind, name, when = line["type"], f"kraken:{line['txid']}", line.time_in("time")
    positive = line.number_in("amount") > 0
    if kind in ("transfer", "earn") and line["subtype"] in _INTERNAL:
        return
    if kind in _INCOME or (kind == "earn" and line["subtype"] == "reward") or (kind == "transfer" and positive):
        part, fee = _part(line), _fee(line)
        if fee:  # The reward is what arrives after Kraken's commission.
            part = (part[0] - fee[0], part[1])
        income = _INCOME.get(kind, "staking" if kind == "earn" else "airdrop")
        yield from movement(name, when, WALLET, currency=currency, received=part, kind="income", income=income)
    elif kind == "deposit":
        yield from movement(name, when, WALLET, currency=currency, received=_part(line), fee=_fee(line))
    elif kind == "withdrawal":
        yield from movement(name, when, WALLET, currency=currency, sent=_part(line), fee=_fee(line))
    else:
        raise line.wrong("type", f"not known: {kind[:40]!r} {line['subtype'][:40]!r}")


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
    ]
)

IMPORTER = Importer(
    name="kraken",
    columns=("txid", "refid", "time", "type", "subtype", "aclass", "asset", "amount", "fee", "balance"),
    optional=("subclass", "wallet", "amountusd"),
    read=read,
    seen="BittyTax src/bittytax/conv/parsers/kraken.py, July 2026",
)
