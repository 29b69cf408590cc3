"""Translate the labels that tools give to one-sided events."""

from __future__ import annotations

from premium.tax.importers.base import Line

_DERIVATIVES: dict[str, tuple[str, str | None]] = {
    "realized gain": ("derivative_pnl", "pnl"),
    "realized p&l": ("derivative_pnl", "pnl"),
    "realized pnl": ("derivative_pnl", "pnl"),
    "futures profit": ("derivative_pnl", "pnl"),
    "futures loss": ("derivative_pnl", "pnl"),
    "margin trade": ("derivative_pnl", "pnl"),
    "derivative": ("derivative_pnl", "pnl"),
    "margin fee": ("derivative_pnl", "fee"),
    "margin interest": ("derivative_pnl", "fee"),
    "funding fee": ("derivative_pnl", "funding"),
    "futures fee": ("derivative_pnl", "fee"),
}
_RECEIVED: dict[str, tuple[str, str | None]] = {
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
    "cashback": ("income", "rebate"),
    "fee refund": ("income", "rebate"),
    "rebate": ("income", "rebate"),
    "referral": ("income", "referral"),
    "royalty": ("income", "royalty"),
    "royalties": ("income", "royalty"),
    "liquidity reward": ("income", "liquidity_reward"),
    "lp reward": ("income", "liquidity_reward"),
    "farming": ("income", "liquidity_reward"),
    "yield": ("income", "liquidity_reward"),
    "hard fork": ("income", "fork"),
    "chain split": ("income", "fork"),
    "lending": ("income", "interest"),
    "gift": ("gift_received", None),
    "mint": ("income", "airdrop"),
    "loan": ("loan", None),
    "margin loan": ("loan", None),
    "borrow": ("loan", None),
    "collateral": ("collateral", None),
    "collateral withdrawal": ("collateral", None),
    **_DERIVATIVES,
}
_SENT: dict[str, tuple[str, str | None]] = {
    "gift": ("gift_sent", None),
    "donation": ("donation", None),
    "lost": ("lost", None),
    "stolen": ("stolen", None),
    "theft": ("stolen", None),
    "cost": ("fee", None),
    "fee": ("fee", None),
    "loan fee": ("fee", None),
    "interest payment": ("fee", None),
    "loan interest": ("fee", None),
    "payment": ("sell", None),
    "loan repayment": ("repayment", None),
    "margin repayment": ("repayment", None),
    "repayment": ("repayment", None),
    "liquidation": ("sell", None),
    "collateral": ("collateral", None),
    "collateral deposit": ("collateral", None),
    **_DERIVATIVES,
}
_PLAIN = frozenset({"", "swap", "none"})
IGNORED = "ignored"
_SAME_UNITS = frozenset({"swap", "migration", "rebrand", "token migration"})
"""Koinly's Swap: the same units under another name, of which nothing is realised."""
_INTO_POOLS = frozenset({"liquidity in", "add liquidity", "to pool", "sent to pool"})
_OUT_OF_POOLS = frozenset({"liquidity out", "remove liquidity", "from pool", "received from pool"})
_TRADES = frozenset({"", "none", "trade", "exchange", "convert", "buy", "sell"})
_POOLS = frozenset(
    {
        *("to pool", "from pool", "sent to pool", "received from pool"),
        *("liquidity in", "liquidity out", "add liquidity", "remove liquidity"),
    }
)
"""A pool is lent to, or an exchange for its token: with one side alone the units move on and come back."""


def is_ignored(line: Line, column: str) -> bool:
    """Tell whether its user had the tool pass over a line."""
    return line[column].lower() == IGNORED


def exchange_kind(line: Line, column: str) -> str | None:
    """Return the neutral kind that a label makes of an exchange, or None.

    A label that is not known of an exchange is refused: it may say that it is none.
    """
    label = line[column].lower().replace("_", " ")
    if label in _TRADES:
        return None
    if label in _SAME_UNITS:
        return "migration"
    if label in _INTO_POOLS:
        return "lp_add"
    if label in _OUT_OF_POOLS:
        return "lp_remove"
    raise line.wrong(column, f"not known of an exchange: {line[column][:40]!r}")


def kinds(line: Line, column: str, *, arrived: bool) -> tuple[str | None, str | None]:
    """Return (neutral kind, kind of income) of a column's label.

    Both None for a move; a label that is not known is refused.
    """
    label = line[column].lower().replace("_", " ")
    known = _RECEIVED if arrived else _SENT
    if label in known:
        return known[label]
    if label in _POOLS:
        return "collateral", "pool"
    if label not in _PLAIN and label != IGNORED:
        side = "received" if arrived else "sent"
        raise line.wrong(column, f"not known of what was {side}: {line[column][:40]!r}")
    return None, None
