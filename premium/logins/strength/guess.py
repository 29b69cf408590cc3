"""Say why a password is too easily guessed.

What is left of it counts: runs of neighbours, repeats, common words, the user's own address and years are worth little,
whatever case they are in and however letters are spelt by digits.
"""

from __future__ import annotations

import re
import unicodedata

from premium.logins.strength.words import RUNS, WORDS

LEAST, MOST = 12, 128
"""Characters."""
_WORTH = 13
"""What must be left when all that is common is taken away: a letter counts two, a digit or sign one."""
_RUN = 4
_LEET = str.maketrans("013457@$!|€", "oieastasile")
_YEAR = re.compile(r"(19|20)\d\d")
_LONGEST_FIRST = sorted((word for word in WORDS if len(word) >= 3), key=len, reverse=True)
_WORD = re.compile("|".join(_LONGEST_FIRST))
_COMMON = "is made of words and rows that are tried first; a few words that only you would put together are better"


def spelt(password: str) -> str:
    """Return a password in the one spelling that is hashed (NFC).

    Keyboards write é in two ways.
    """
    return unicodedata.normalize("NFC", password)


def weakness(password: str, email: str = "") -> str | None:
    """Return why a password is refused, as a sentence behind its field.

    None for a good one.
    """
    if not LEAST <= len(password) <= MOST:
        return f"must have {LEAST} to {MOST} characters"
    if len(set(password.casefold())) < 5:
        return "has fewer than five different characters"
    least = min(_worth(_left(each, email)) for each in _spellings(password))
    return _COMMON if least < _WORTH else None


def _spellings(password: str) -> tuple[str, str]:
    folded = password.casefold()
    return folded, folded.translate(_LEET)


def _left(text: str, email: str) -> str:
    """Return what is not common in a text, each repeat once."""
    own = [part for part in re.split(r"[@._+-]", email.casefold()) if len(part) >= 3]
    for part in sorted(own, key=len, reverse=True):
        text = text.replace(part, " ")
    text = _YEAR.sub(" ", text)
    text = _WORD.sub(" ", _without_runs(text))
    return re.sub(r"(.{1,12}?)\1+", r"\1", text)


def _worth(left: str) -> int:
    return sum(2 if each.isalpha() else 1 for each in left if not each.isspace())


def _without_runs(text: str) -> str:
    kept, at = [], 0
    while at < len(text):
        length = _run_at(text, at)
        kept.append(" " if length else text[at])
        at += length or 1
    return "".join(kept)


def _run_at(text: str, at: int) -> int:
    """Return how many characters from a place on are neighbours in a row; 0 for fewer than four."""
    for length in range(min(len(text) - at, 36), _RUN - 1, -1):
        piece = text[at : at + length]
        if any(piece in row or piece[::-1] in row for row in RUNS):
            return length
    return 0
