"""Translate the labels that tools give to one-sided events."""

from __future__ import annotations

from premium.tax.importers.base import Line

_RECEIVED = {
    "airdrop": ("income", "airdrop"),
    "staking": ("income", "staking"),
    "staking reward": ("income", "staking"),
    "staked": ("income", "staking"),
    "reward": ("income", "staking"),
    "mining": ("income", "mining"),
    "mined": ("income", "mining"),
    "fork": ("income", "fork"),
    "interest": ("income", "interest"),
    "interest payment": ("income", "interest"),
    "lending interest": ("income", "interest"),
    "loan interest": ("income", "interest"),
    "other income": ("income", "reward"),
    "income": ("income", "reward"),
    "payment": ("income", "reward"),
    "salary": ("income", "reward"),
    "cashback": ("income", "reward"),
    "fee refund": ("income", "reward"),
    "gift": ("gift_received", None),
    "mint": ("income", "airdrop"),
}
_SENT = {
    "gift": "gift_sent",
    "donation": "donation",
    "lost": "lost",
    "stolen": "stolen",
    "theft": "stolen",
    "cost": "fee",
    "fee": "fee",
    "loan fee": "fee",
    "payment": "sell",
}
_PLAIN = frozenset({"", "to pool", "from pool", "sent to pool", "received from pool", "swap", "ignored", "none"})


def kinds(line: Line, column: str, *, arrived: bool) -> tuple[str | None, str | None]:
    """Return (neutral kind, kind of income) of a column's label.

    Both None for a move; a label that is not known is refused.
    """
    label = line[column].lower().replace("_", " ")
    if arrived and label in _RECEIVED:
        return _RECEIVED[label]
    if not arrived and label in _SENT:
        return _SENT[label], None
    if label not in _PLAIN:
        side = "received" if arrived else "sent"
        raise line.wrong(column, f"not known of what was {side}: {line[column][:40]!r}")
    return None, None
