"""Read CoinTracker's own export of all transactions.

Columns as in BittyTax's parser, July 2026.
"""

from __future__ import annotations

from collections.abc import Iterator

from premium.tax.importers.base import Event, Importer, Line, Row
from premium.tax.importers.cointracker import FORMATS, part_of
from premium.tax.importers.movements import fee_of, identity, moved, movement

_TRADES = frozenset({"BUY", "SELL", "TRADE", "MULTI_TOKEN_TRADE"})
_KINDS: dict[str, tuple[str | None, str | None]] = {
    "RECEIVE": (None, None),
    "SEND": (None, None),
    "STAKING_REWARD": ("income", "staking"),
    "INTEREST_PAYMENT": ("income", "interest"),
    "INCOME": ("income", "reward"),
    "AIRDROP": ("income", "airdrop"),
    "MINT": ("income", "airdrop"),
    "MINING": ("income", "mining"),
    "FORK": ("income", "fork"),
    "GIFT": ("gift_sent", None),
    "DONATION": ("donation", None),
    "LOST": ("lost", None),
    "THEFT": ("stolen", None),
}


def read(lines: list[Line], currency: str) -> Iterator[Event]:
    """Yield one event a line."""
    for line in lines:
        if line["Date"] != "...":  # The footer of a free account's file, which tells of lines that are left out.
            yield [line], _line(line, currency)


def _line(line: Line, currency: str) -> Iterator[Row]:
    received, sent, fee = (part_of(line, name) for name in ("Received Quantity", "Sent Quantity", "Fee Amount"))
    kind, when = line["Type"].upper().replace(" ", "_"), line.time_in("Date", *FORMATS)
    tx_hash = line["Transaction Hash"] or None
    parts = [piece for part in (received, sent, fee) for piece in (part or ("", ""))]
    own = line["Transaction ID"]
    name = f"cointracker:{own}" if own else identity("cointracker", when, kind, *parts)
    wallets = _wallet(line, "Sent"), _wallet(line, "Received")
    if kind == "TRANSFER" and received and sent:
        if sent[1] != currency:
            paid, more = fee_of(fee, currency), {"tx_hash": tx_hash} if tx_hash else {}
            yield moved(name, when, left=sent, arrived=received[0], wallets=wallets, fee=paid, **more)
        return
    if kind not in _TRADES and kind not in _KINDS:
        raise line.wrong("Type", f"not known: {line['Type'][:40]!r}")
    is_kind, income = _KINDS.get(kind, (None, None))
    wallet = (wallets[0] if sent else wallets[1]) or "CoinTracker"
    yield from movement(
        name,
        when,
        wallet,
        currency=currency,
        received=received,
        sent=sent,
        fee=fee,
        kind="gift_received" if is_kind == "gift_sent" and received else is_kind,
        income=income,
        tx_hash=tx_hash,
    )


def _wallet(line: Line, side: str) -> str:
    return line[f"{side} Wallet"].split(" - ", maxsplit=1)[0]


IMPORTER = Importer(
    name="cointracker-export",
    columns=(
        "Date",
        "Type",
        "Transaction ID",
        "Received Quantity",
        "Received Currency",
        "Received Wallet",
        "Sent Quantity",
        "Sent Currency",
        "Sent Wallet",
        "Fee Amount",
        "Fee Currency",
    ),
    optional=(
        "Received Cost Basis*",
        "Received Address",
        "Received Tag",
        "Received Comment",
        "Sent Cost Basis*",
        "Sent Address",
        "Sent Tag",
        "Sent Comment",
        "Fee Cost Basis*",
        "Realized Return*",
        "Fee Realized Return*",
        "Transaction Hash",
        "Ignored",
    ),
    read=read,
    seen="BittyTax src/bittytax/conv/parsers/cointracker.py, July 2026",
)
