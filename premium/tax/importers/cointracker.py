"""CoinTracker: its CSV (support.cointracker.io, 'Convert your transaction history to CoinTracker CSV')."""

from __future__ import annotations

from collections.abc import Iterator

from premium.tax.importers.base import Importer, Line, Part, Row, identity, movement

_RECEIVED = {
    "airdrop": "airdrop",
    "fork": "fork",
    "mined": "mining",
    "mining": "mining",
    "payment": "reward",
    "staked": "staking",
    "staking": "staking",
    "interest": "interest",
    "income": "reward",
}
_SENT = {"gift": "gift_sent", "lost": "lost", "donation": "donation", "theft": "stolen", "stolen": "stolen"}


def read(lines: list[Line], currency: str) -> Iterator[Row]:
    for line in lines:
        received, sent = (
            _part(line, "Received Quantity", "Received Currency"),
            _part(line, "Sent Quantity", "Sent Currency"),
        )
        tag = line["Tag"].lower()
        kind = "income" if received and not sent and tag in _RECEIVED else _SENT.get(tag)
        if received and not sent and tag == "gift":
            kind = "gift_received"
        yield from movement(
            identity("cointracker", *line.cells.values()),
            line.time_in("Date", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y"),
            "CoinTracker",
            currency=currency,
            received=received,
            sent=sent,
            fee=_part(line, "Fee Amount", "Fee Currency"),
            kind=kind,
            income=_RECEIVED.get(tag),
        )


def _part(line: Line, amount: str, asset: str) -> Part | None:
    return (line.number_in(amount).copy_abs(), line[asset]) if line[amount] and line[asset] else None


IMPORTER = Importer(
    name="cointracker",
    columns=(
        "Date",
        "Received Quantity",
        "Received Currency",
        "Sent Quantity",
        "Sent Currency",
        "Fee Amount",
        "Fee Currency",
        "Tag",
    ),
    read=read,
    seen="support.cointracker.io article 4413071299729",
)
