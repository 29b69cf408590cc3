"""Read the 'history events' CSV of rotki.

Members of HistoryBaseEntry.serialize_for_csv, rotki 1.38 and later.
"""

from __future__ import annotations

from collections.abc import Iterator

from premium.tax.importers.base import Event, Importer, Line, Row
from premium.tax.importers.movements import Part, movement

_INCOME = {
    "reward": "staking",
    "airdrop": "airdrop",
    "interest": "interest",
    "cashback": "reward",
    "block production": "mining",
    "mev reward": "staking",
}
_SKIPPED = frozenset({"informational", "renew", "migrate"})
_OUT = {"donate": "donation", "fee": "fee", "none": "transfer_out", "payment": "sell"}
_FORMATS = ("%d/%m/%Y %H:%M:%S %Z", "%d/%m/%Y %H:%M:%S")


def read(lines: list[Line], currency: str) -> Iterator[Event]:
    """Yield the events of a history, those of one sequence together."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(line["event_identifier"] or line["group_identifier"], []).append(line)
    for key, group in groups.items():
        trade = [line for line in group if line["event_type"] == "trade"]
        if trade:
            yield trade, _trade(key, trade, currency)
        for line in group:
            if line["event_type"] != "trade":
                yield [line], _single(key, line, currency)


def _part(line: Line) -> Part:
    return line.number_in("amount").copy_abs(), line["asset_symbol"] or line["asset"]


def _trade(key: str, group: list[Line], currency: str) -> Iterator[Row]:
    sides = {line["event_subtype"]: line for line in group}
    if len(sides) != len(group) or not {"spend", "receive"} <= sides.keys():
        raise group[0].wrong("event_subtype", f"the trade {key[:60]} is not one spend and one receive")
    spend, receive, fee = sides["spend"], sides["receive"], sides.get("fee")
    yield from movement(
        f"rotki:{key}",
        spend.time_in("timestamp", *_FORMATS),
        _wallet(spend),
        currency=currency,
        sent=_part(spend),
        received=_part(receive),
        fee=_part(fee) if fee else None,
        value=receive.number_in("fiat_value", "0") or None,
    )


def _single(key: str, line: Line, currency: str) -> Iterator[Row]:
    kind, subtype = line["event_type"], line["event_subtype"] or "none"
    if kind in _SKIPPED:
        return
    name, when = f"rotki:{key}:{line['sequence_index']}", line.time_in("timestamp", *_FORMATS)
    value = line.number_in("fiat_value", "0") or None
    if kind in ("receive", "staking", "history event") and subtype in _INCOME:
        yield from movement(
            name,
            when,
            _wallet(line),
            currency=currency,
            received=_part(line),
            value=value,
            kind="income",
            income=_INCOME[subtype],
        )
    elif kind in ("receive", "deposit") and subtype in ("none", "deposit asset", "spend", "donate"):
        gift = "gift_received" if subtype == "donate" else None
        yield from movement(name, when, _wallet(line), currency=currency, received=_part(line), value=value, kind=gift)
    elif kind in ("spend", "withdrawal") and subtype in (*_OUT, "remove asset"):
        yield from movement(
            name, when, _wallet(line), currency=currency, sent=_part(line), value=value, kind=_OUT.get(subtype)
        )
    elif kind == "loss":
        lost = "stolen" if subtype == "hack" else "lost"
        yield from movement(name, when, _wallet(line), currency=currency, sent=_part(line), kind=lost)
    else:
        raise line.wrong("event_type", f"not known: {kind[:40]!r} {subtype[:40]!r}")


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
    read=read,
    seen="rotki/rotki rotkehlchen/history/events/structures/base.py, commit 045956e",
)
