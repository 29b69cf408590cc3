"""What a token's own words say of it: links, markup, calls, lookalike letters.

Pure. A contract may call itself anything, up to kilobytes of it; nothing here is shown or followed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MOST = 10_000
"""Characters of a name that are looked at."""
_SHORTEST = 3
"""Letters of a listed symbol that are worth imitating."""
_ENDINGS = (
    "com|org|net|io|xyz|fi|finance|app|site|top|info|online|club|live|vip|pro|me|co|cc|gg|to|link|click|network|cash|"
    "fund|money|bond|gift|events?|claims?|rewards?|airdrop|website|space|store|shop|lol|win|icu|cfd|sbs|dev|eth|ru|cn"
)
_LINK = re.compile(
    r"https?\s*:|hxxp|www\s*\.|\bt\s*[./]\s*me\b|"
    rf"(?<![\w.-])(?:[\w-]{{1,63}}\.){{0,5}}[\w-]{{2,}}\s*(\.|\[\.\]|\(\.\)|\u3002|\u2024)\s*({_ENDINGS})\b",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"\b(claim|visit|airdrops?|rewards?|vouchers?|redeem|bonus|gift|free|winner|eligible|activat\w*|swap (at|on)|go to|"
    r"unlock|mint (at|on)|scan|prize|lottery|coupon|giveaway)\b|\$\s*\d{2,}|(?<!\d)\d{2,}\s*\$",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"<\s*/?\s*[a-z!][^<]*>|javascript\s*:|&#?\w+;|\bon\w+\s*=", re.IGNORECASE)
_ALIKE = str.maketrans(
    "\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u04ae\u0474\u050c\u051a\u051c\u0430\u0435\u0455\u0456\u0458\u043e\u0441\u0440\u0445\u0443\u0501\u0261\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03f9\u03bf\u03b1\u03bd\u217c\u2160\U0001d7ce01\u00a2$\u20ac",
    "ABESIJKMHOPCTXYVGQWaesijocpxydgABEZHIKMNOPTYXCoavlIOOlcse",
)
"""Letters of other scripts, and digits, that are drawn like Latin ones."""


def is_markup(text: str) -> bool:
    """Say whether a text has markup, or characters that steer how others are drawn."""
    cut = text[:MOST]
    return bool(_MARKUP.search(cut)) or any(unicodedata.category(each) in ("Cc", "Cf", "Co", "Cs") for each in cut)


def has_link(text: str) -> bool:
    """Say whether a text names a place on the web."""
    return bool(_LINK.search(unicodedata.normalize("NFKC", text[:MOST])))


def calls_to_act(text: str) -> bool:
    """Say whether a text asks its reader to do something."""
    return bool(_CALL.search(unicodedata.normalize("NFKC", text[:MOST])))


def skeleton(text: str) -> str:
    """Return a text as it looks: without accents, invisible characters and case, in Latin letters."""
    flat = unicodedata.normalize("NFKD", text[:MOST])
    seen = "".join(each for each in flat if unicodedata.category(each)[0] not in "MCZ")
    return seen.translate(_ALIKE).casefold()


def imitated(symbol: str, listed: Iterable[str]) -> tuple[str, bool] | None:
    """Return the listed symbol that this one looks like, and whether by other letters.

    None where it looks like none. The very same letters prove little: a chain may have a token of that name.
    """
    look = skeleton(symbol)
    for known in listed:
        if len(known) >= _SHORTEST and look == skeleton(known):
            return known, symbol.strip().casefold() != known.casefold()
    return None
