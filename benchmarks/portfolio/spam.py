"""Spam by evidence: injected bait that is found, and genuine tokens that are not taken for it.

Bait is made from the tricks of the open corpus, with other words; genuine are the 1,723 tokens of Uniswap's default
list (GPL, fetched from npm, not shipped), judged by symbol and name alone as a refresh sees a token that nobody sent.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

from premium.chains import registry
from premium.chains.contracts import token_lists
from premium.config import Settings
from premium.portfolio.spam.judge import Evidence, judge
from premium.portfolio.valuation.spam import listed_of
from tests.factories.npm import artifacts

COUNT = 5_000
_LIKE = {"A": "\u0410", "C": "\u0421", "E": "\u0415", "O": "\u041e", "S": "\u0405", "T": "\u0422", "D": "\uff24"}
_PLACES = ("{}-gift.com", "t.me/{}_drop", "www.{}bonus.org", "https://{}.claims", "{}[.]xyz")
_CALLS = ("Claim", "Visit", "Get your reward at", "Redeem on", "Free airdrop:")


def injected(draw: random.Random, symbols: list[str]) -> Iterator[Evidence]:
    """Yield bait of each trick in turn.

    Letters that look alike, links with a call, hidden letters, many receivers.
    """
    for number in range(COUNT):
        symbol, place = draw.choice(symbols), draw.choice(_PLACES)
        link = place.format(symbol.lower())
        match number % 4:
            case 0:
                there = [letter for letter in symbol.upper() if letter in _LIKE]
                letter = draw.choice(there) if there else ""
                fake = symbol.upper().replace(letter, _LIKE[letter], 1) if letter else symbol + "\u200b"
                yield Evidence(symbol=fake, name=symbol)
            case 1:
                yield Evidence(symbol=f"{draw.choice(_CALLS)} {link}"[:32], name=symbol, solicited=False, receivers=300)
            case 2:
                yield Evidence(symbol=symbol[:1] + "\u200b" + symbol[1:], name=symbol, solicited=False)
            case _:
                amount = draw.randrange(1, 90) * 100
                yield Evidence(symbol=f"${amount} {symbol}", name=f"{draw.choice(_CALLS)} {link}", solicited=False)


def measure() -> None:
    """Print both shares, with what was taken for the other."""
    listed = listed_of(registry.load(Settings(premium_stage="dev")))[1]
    bait = list(injected(random.Random(14), sorted(listed)))
    found = sum(judge(each, listed).is_spam for each in bait)
    print(
        f"\nSpam: {found:,} of {len(bait):,} injected tokens are out of totals ({found / len(bait):.2%}; target 99 %)"
    )
    whole = artifacts("@uniswap/default-token-list", "build/uniswap-default.tokenlist.json")[
        "uniswap-default.tokenlist"
    ]
    tokens = [
        each for mine in token_lists.parsed(json.dumps(whole).encode(), "GPL-3.0").tokens.values() for each in mine
    ]
    held = [each for each in tokens if judge(Evidence(symbol=each.symbol, name=each.name), listed).is_spam]
    share = len(held) / len(tokens)
    print(f"  {len(held):,} of {len(tokens):,} genuine tokens are held back ({share:.2%}; target < 0.5 %)")
    for each in held[:10]:
        print(f"    {each.symbol} ({each.name})")


if __name__ == "__main__":
    measure()
