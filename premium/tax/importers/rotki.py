"""Read the 'history events' CSV of rotki.

Members of HistoryBaseEntry.serialize_for_csv, rotki 1.38 and later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from premium.tax.importers.base import Event, Importer, Left, Line, Made
from premium.tax.importers.movements import Part, Sides, movement, valued_in
from premium.tax.importers.on_disk import groups_for
from premium.tax.importers.rotki_money import MainCurrency, main_currency, telling

_INCOME = {
    "reward": "staking",
    "airdrop": "airdrop",
    "interest": "interest",
    "cashback": "rebate",
    "block production": "staking",
    "mev reward": "staking",
}
_EXCHANGES = frozenset(
    [
        "binance",
        "binanceus",
        "bitfinex",
        "bitget",
        "bitmex",
        "bitpanda",
        "bitstamp",
        "bybit",
        "coinbase",
        "coinbaseprime",
        "cryptocom",
        "gemini",
        "htx",
        "independentreserve",
        "iconomi",
        "kraken",
        "kucoin",
        "okx",
        "poloniex",
        "woo",
    ]
)
"""Counterparties of a deposit that has a line of its own at the exchange."""
_NO_EVENT = frozenset({"informational", "renew", "deploy", "create", "governance"})
"""Types that say something without moving units; with a direction they do move them."""
_OUT = {
    "donate": "donation",
    "fee": "fee",
    "none": None,
    "payment": "sell",
    "payback debt": "repayment",
    "gift": "gift_sent",
    "bridge": None,
}
_BACK: dict[str, tuple[str, str | None]] = {"generate debt": ("loan", None), "refund": ("transfer_in", "returned")}
_PLAIN = frozenset({"receive", "deposit", "spend", "withdrawal", "transfer", "exchange transfer"})
_INTO = {
    "none": None,
    "deposit asset": None,
    "spend": None,
    "donate": "gift_received",
    "gift": "gift_received",
    "bridge": None,
}
_ASIDE = frozenset(
    {"deposit asset", "remove asset", "deposit to protocol", "withdraw from protocol", "place order", "cancel order"}
)
"""Own units into a protocol and back, where nothing is received for them."""
_WRAPPED = frozenset({"deposit for wrapped", "receive wrapped", "return wrapped", "redeem wrapped"})
_ALSO_WRAPPED = {"receive wrapped": "deposit asset", "return wrapped": "remove asset"}
"""What stands beside the token in older versions, which call it a plain deposit."""
_OFF_CHAIN = frozenset(
    {"external", "banks", "blockchain", "cryptocom", "nexo", "blockfi", "uphold", "foreign exchange"}
)
_DIRECTIONS = {"in": True, "out": False}
_BY_TYPE = {"deposit": True, "receive": True, "withdrawal": False, "spend": False, "loss": False, "staking": True}
"""Which way the movements of exchanges went, whose direction is `neutral`."""
_Group = list[Line]


def read(lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield the events of a history, those of one sequence together."""
    groups = groups_for(lines)
    money = main_currency(lines, currency)
    for line in lines:
        groups.add(_key(line), line)
    for event, made in _events(groups, money, currency):
        yield event, telling(made, money) if money.told is None else made
        money = money._replace(told=True)


def _events(groups: Iterable[_Group], money: MainCurrency, currency: str) -> Iterator[Event]:
    for group in groups:
        key = _key(group[0])
        trade = [line for line in group if line["event_type"] in ("trade", "multi trade")]
        wrapped = _wrapping(group)
        if trade:
            yield trade, _trade(key, trade, money, currency)
        if wrapped:
            yield wrapped, _wrapped(key, wrapped, money, currency)
        for line in group:
            if line not in trade and line not in wrapped:
                yield [line], _single(key, line, money, currency)


def _key(line: Line) -> str:
    return line["event_identifier"] or line["group_identifier"]


def _wrapping(group: _Group) -> _Group:
    """The lines of a group that exchange units for a token which stands for them, or back."""
    subtypes = {line["event_subtype"] for line in group}
    also = {plain for token, plain in _ALSO_WRAPPED.items() if token in subtypes}
    if not (_WRAPPED & subtypes) and not any(line["event_type"] == "migrate" for line in group):
        return []
    return [line for line in group if line["event_subtype"] in _WRAPPED | also or line["event_type"] == "migrate"]


def _part(line: Line) -> Part:
    return line.unsigned_in("amount"), line["asset_symbol"] or line.text_in("asset")


def _arrived(line: Line) -> bool:
    """Whether units came in: the direction's column rules, the type where that says `neutral`."""
    stated = _DIRECTIONS.get(line["direction"].lower())
    known = _BY_TYPE.get(line["event_type"]) if stated is None else stated
    if known is None:
        raise line.wrong("direction", f"neither in nor out: {line['direction'][:40]!r}")
    return known


def _trade(key: str, group: _Group, money: MainCurrency, currency: str) -> Iterator[Made]:
    sides = {line["event_subtype"]: line for line in group}
    if len(sides) != len(group) or not {"spend", "receive"} <= sides.keys():
        raise group[0].wrong("event_subtype", f"the trade {key[:60]} is not one spend and one receive")
    spend, receive, fee = sides["spend"], sides["receive"], sides.get("fee")
    yield from movement(
        f"rotki:{key}",
        spend.dated_in("timestamp", zoned=False),
        _wallet(spend),
        currency=currency,
        sent=_part(spend),
        received=_part(receive),
        fee=_part(fee) if fee else None,
        worth=_worth(receive, money),
    )


def _worth(line: Line, money: MainCurrency) -> Part | None:
    worth = line.worth_in("fiat_value") if line["fiat_value"] else None
    return (worth, money.code) if worth and money.code else None


def _wrapped(key: str, group: _Group, money: MainCurrency, currency: str) -> Iterator[Made]:
    """Own units for a token that stands for them, or a token under a new contract: the country's rules judge."""
    given, got = [line for line in group if not _arrived(line)], [line for line in group if _arrived(line)]
    if not given or not got:
        text = f"{group[0]['event_type'][:40]} {group[0]['event_subtype'][:40]} of {key[:60]} has one side alone"
        raise group[0].wrong("event_subtype", text)
    pool = len(given) > 1 or len(got) > 1
    renamed = all(line["event_type"] == "migrate" for line in group)
    kind = ("migration" if renamed else "wrap") if not pool else "lp_add" if len(given) > len(got) else "lp_remove"
    for line in group:
        amount, asset = _part(line)
        row = {"id": f"rotki:{key}:{line['sequence_index']}", "timestamp": line.dated_in("timestamp", zoned=False)}
        row |= {"type": kind, "asset": asset, "amount": str(amount), "wallet": _wallet(line), "group": f"rotki:{key}"}
        worth = _worth(line, money)
        row["direction"] = "in" if _arrived(line) else "out"
        yield row if worth is None else valued_in(row | {"value": str(worth[0])}, worth[1], currency)


def _single(key: str, line: Line, money: MainCurrency, currency: str) -> Iterator[Made]:
    kind, subtype = line["event_type"], line["event_subtype"] or "none"
    if kind in _NO_EVENT and line["direction"].lower() not in _DIRECTIONS:
        yield Left(f"rotki's {kind} event moves nothing")
        return
    name, when, arrived = (
        f"rotki:{key}:{line['sequence_index']}",
        line.dated_in("timestamp", zoned=False),
        _arrived(line),
    )
    if subtype in _ASIDE and _is_protocol(line):
        part, wallet = _part(line), _wallet(line)
        row = {"id": name, "timestamp": when, "type": "collateral", "direction": "in" if arrived else "out"}
        row |= {"asset": part[1], "amount": str(part[0]), "wallet": wallet}
        yield row | {"to_wallet": f"{wallet} in {line['counterparty'] or kind}"}
        return
    what, income = _kind(line, kind, subtype, arrived=arrived)
    sides = Sides(received=_part(line)) if arrived else Sides(sent=_part(line))
    worth, tx_hash = _worth(line, money), line["tx_ref"] or line["tx_hash"] or None
    made = movement(
        name, when, _wallet(line), currency=currency, worth=worth, kind=what, income=income, tx_hash=tx_hash, **sides
    )
    chain = _chain(line) if tx_hash else None
    yield from ({**row, "chain": chain} if chain and isinstance(row, dict) else row for row in made)


def _chain(line: Line) -> str | None:
    """The chain of an event with a hash: two chains have two hashes of one bridge."""
    location = line["location"].lower().replace(" ", "_")
    return None if location in _EXCHANGES or location in _OFF_CHAIN else location or None


def _is_protocol(line: Line) -> bool:
    """Tell whether a deposit is into a protocol: an exchange's own line of it says no direction."""
    return line["direction"].lower() in _DIRECTIONS and line["counterparty"].lower() not in _EXCHANGES


_Kind = tuple[str | None, str | None]
"""A neutral kind, and what kind of income or derivative it is."""


def _kind(line: Line, kind: str, subtype: str, *, arrived: bool) -> _Kind:
    known = _INTO if arrived else _OUT
    made = _by_type(kind, subtype, arrived=arrived)
    if made is None and subtype in _INCOME:
        made = ("income" if arrived else "correction"), _INCOME[subtype]
    if made is None and arrived and subtype in _BACK:
        made = _BACK[subtype]
    if made is None and (subtype in _ASIDE or (kind in _PLAIN and subtype in known)):
        made = known.get(subtype), None
    if made is None:
        raise line.wrong("event_type", f"not known: {kind[:40]!r} {subtype[:40]!r}")
    return made


def _by_type(kind: str, subtype: str, *, arrived: bool) -> _Kind | None:
    """What a type says whatever its subtype is, and the other way round."""
    if kind == "margin":
        return "derivative_pnl", "fee" if subtype == "fee" else "pnl"
    if kind == "loss":
        return {"liquidate": "sell", "hack": "stolen"}.get(subtype, "lost"), None
    if subtype == "fee":
        return ("transfer_in", "returned") if arrived else ("fee", None)
    if kind in ("adjustment", "exchange adjustment"):
        return ("income", "reward") if arrived else ("lost", None)
    if arrived:
        return ("income", "reward") if subtype == "payment" else None
    return ("sell", None) if kind == "renew" else None


def _wallet(line: Line) -> str:
    """An address in small letters, as every other source of ours writes it."""
    label = line["location_label"] or line["location"]
    return label.lower() if label.startswith("0x") else label


IMPORTER = Importer(
    name="rotki",
    columns=(
        "timestamp",
        "event_type",
        "event_subtype",
        "location",
        "location_label",
        "asset",
        "asset_symbol",
        "amount",
        "fiat_value",
        "sequence_index",
    ),
    optional=("*",),
    dates=("timestamp",),
    numbers=("amount", "fiat_value"),
    read=read,
    seen="rotki/rotki rotkehlchen/history/events/structures/base.py, commit 045956e",
)
