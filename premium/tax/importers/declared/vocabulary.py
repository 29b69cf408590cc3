"""The words by which a declaration says what an event is."""

from __future__ import annotations

from typing import NamedTuple

from premium.tax.neutral.kinds import EXCHANGES

Kind = tuple[str | None, str | None]
"""A neutral kind, and what kind of income or derivative it is."""
TRADE, BOUGHT, SOLD, TRADED, LEG, LEFT, REFUSED = "trade", "bought", "sold", "traded", "leg", "left", "refused"
_INCOMES = frozenset(
    {
        *("staking", "mining", "airdrop", "interest", "fork", "reward", "referral", "rebate", "royalty"),
        "liquidity_reward",
    }
)
_DERIVATIVES = frozenset({"pnl", "fee", "funding", "liquidation"})
_LEGS = frozenset({"", "fee", "dust"})
_OUT: dict[str, Kind] = {
    "move": (None, None),
    "collateral": ("collateral", None),
    "gift": ("gift_sent", None),
    "interest": ("fee", None),
    "cost": ("fee", None),
    "spend": ("sell", None),
    "donation": ("donation", None),
    "lost": ("lost", None),
    "stolen": ("stolen", None),
    "repayment": ("repayment", None),
}
_IN: dict[str, Kind] = {
    "move": (None, None),
    "collateral": ("collateral", None),
    "gift": ("gift_received", None),
    "interest": ("income", "interest"),
    "cost": ("transfer_in", "returned"),
    "purchase": ("buy", None),
    "loan": ("loan", None),
}
"""What a word is of what went out, and of what came in; one that is missing cannot go so."""
WORDS = {
    "deposit": "came from elsewhere; what goes out again is returned",
    "withdrawal": "left for elsewhere; what comes in again is returned",
    "move": "came or left, as its sign says",
    "income …": "staking, mining, airdrop, interest, fork, reward, referral, rebate, royalty or liquidity_reward",
    "interest": "earned, or paid where it goes out",
    "cost": "a charge for itself",
    "spend": "paid for something: a sale for what it was worth",
    "purchase": "bought with what no line states",
    "gift": "given or received",
    "donation, lost, stolen": "as it says",
    "derivative …": "pnl, fee, funding or liquidation of futures or margin",
    "loan, repayment, collateral": "borrowed, given back, secured",
    "trade": "one asset for another, by `sent` and `received`; `trade wrap`, `trade migration`, …",
    "bought, sold": "the same by `base` and `quote` of a pair",
    "traded": "the same, the sign of `base` says which",
    "leg": "a line of a trade whose other lines share `group`; `leg fee` its charge, `leg dust` many for one",
    "left …": "no event of tax, and why",
    "refused …": "not read, and why",
}
"""What may be said, for documents and refusals."""


class Meaning(NamedTuple):
    """What an event is: a word and its detail."""

    word: str
    detail: str = ""


def meaning_of(text: str) -> Meaning:
    """Return what a text says; ValueError for one that is no word."""
    word, _, detail = text.strip().partition(" ")
    detail = detail.strip()
    plain = {*_IN, *_OUT, "deposit", "withdrawal", BOUGHT, SOLD, TRADED}
    allowed = (
        (word in plain and not detail)
        or (word == "income" and detail in _INCOMES)
        or (word == "derivative" and detail in _DERIVATIVES)
        or (word == TRADE and detail in EXCHANGES | {""})
        or (word == LEG and detail in EXCHANGES | _LEGS)
        or (word in (LEFT, REFUSED) and bool(detail))
    )
    if not allowed:
        raise ValueError(f"{text[:60]!r} is no meaning; known are {', '.join(WORDS)}")
    return Meaning(word, detail)


def kind_of(meaning: Meaning, *, arrived: bool) -> Kind:
    """Return what a one-sided event is, by the way that it went.

    ValueError where it cannot go so.
    """
    word, detail = meaning
    if word in ("deposit", "withdrawal"):
        back = arrived != (word == "deposit")
        return f"transfer_{'in' if arrived else 'out'}", "returned" if back else None
    if word == "income":
        return ("income" if arrived else "correction"), detail
    if word == "derivative":
        return "derivative_pnl", detail
    known = (_IN if arrived else _OUT).get(word)
    if known is None:
        raise ValueError(f"a {word} that {'came in' if arrived else 'went out'}: what it is is not stated")
    return known
