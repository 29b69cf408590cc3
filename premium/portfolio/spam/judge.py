"""Judge a token by evidence: reasons with weights, and what speaks for it.

Pure. No single weak reason makes spam: a gift nobody asked for may be genuine, a token without a market too. What is
listed is never spam, and the user's word is above all of this.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import NamedTuple

from premium.portfolio.spam.looks import calls_to_act, has_link, imitated, is_markup

ENOUGH = 5
"""The sum of weights from which on a token is spam."""
MANY = 20
"""Receivers in one transaction who make it a mailing."""
_DEEP = Decimal(10_000)
WEIGHTS: Mapping[str, int] = {
    "markup": 5, "lookalike": 5, "bait": 5, "link_in_symbol": 4, "link_in_name": 3, "imitates": 2, "unsolicited": 2,
    "sent_to_many": 2, "call_to_act": 2, "unsellable": 1, "no_depth": 1,
}  # fmt: skip
"""What each reason weighs; `bait` is a link together with a call to follow it."""
_CERTAIN = frozenset({"markup", "lookalike", "bait"})
"""Reasons that no market for the token outweighs: it is its own words that lie."""
_MARKET, _WANTED = -3, -3


class Evidence(NamedTuple):
    """What is known of a token that a wallet holds; None: nobody knows."""

    symbol: str
    name: str = ""
    listed: bool = False
    solicited: bool | None = None
    """Whether the wallet's own transaction brought it."""
    receivers: int | None = None
    """Of the same token in the transaction that brought it."""
    movable: bool | None = None
    """Whether its contract lets the holder give it away, as a simulation says."""
    priced: bool = False
    """Whether a source knows a good price."""
    depth: Decimal | None = None
    """US dollars behind that price."""


class Judgement(NamedTuple):
    """Whether a token is spam, and all reasons that speak for it."""

    is_spam: bool
    reasons: tuple[str, ...]
    weight: int


def judge(evidence: Evidence, symbols: Collection[str]) -> Judgement:
    """Return what the evidence says; `symbols` are those of listed tokens and coins."""
    if evidence.listed:
        return Judgement(False, (), 0)
    reasons = _of_words(evidence, symbols) + _of_deeds(evidence)
    weight = sum(WEIGHTS[reason] for reason in reasons)
    if not _CERTAIN & set(reasons):
        deep = evidence.priced and (evidence.depth is None or evidence.depth >= _DEEP)
        weight += _MARKET if deep else 0
    weight += _WANTED if evidence.solicited else 0
    return Judgement(weight >= ENOUGH, tuple(sorted(reasons)), max(0, weight))


def _of_words(evidence: Evidence, symbols: Collection[str]) -> list[str]:
    symbol, name = evidence.symbol, evidence.name
    words = f"{symbol} {name}"
    found: list[str] = []
    if is_markup(symbol) or is_markup(name):
        found.append("markup")
    alike = imitated(symbol, symbols) or imitated(name, symbols)
    if alike is not None:
        found.append("lookalike" if alike[1] else "imitates")
    links, calls = has_link(words), calls_to_act(words)
    if links and calls:
        found.append("bait")
    elif links:
        found.append("link_in_symbol" if has_link(symbol) else "link_in_name")
    elif calls:
        found.append("call_to_act")
    return found


def _of_deeds(evidence: Evidence) -> list[str]:
    found: list[str] = []
    if evidence.solicited is False:
        found.append("unsolicited")
    if evidence.receivers is not None and evidence.receivers >= MANY:
        found.append("sent_to_many")
    if evidence.movable is False:
        found.append("unsellable")
    if not evidence.priced or (evidence.depth is not None and evidence.depth < _DEEP):
        found.append("no_depth")
    return found
