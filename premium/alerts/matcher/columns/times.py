"""Times of a whole batch of events, read at once.

Those of an unusual form are read one by one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from premium.alerts.language.values import seconds
from premium.alerts.matcher.columns.arrays import Floats

_PLAIN = len("2026-01-01T00:00:00Z")
_SIGNS = {4: "-", 7: "-", 10: "T", 13: ":", 16: ":", 19: "Z"}
_DIGITS = [place for place in range(_PLAIN) if place not in _SIGNS]


def column(raw: list[Any]) -> Floats:
    """Return times as seconds since 1970, NaN where one cannot be read."""
    if set(map(type, raw)) == {str} and set(map(len, raw)) == {_PLAIN}:
        found = _plain("".join(raw))
        if found is not None:
            return found
    return np.array([seconds(one) for one in raw], np.float64)


def _plain(text: str) -> Floats | None:
    """Return times written `2026-01-01T00:00:00Z` one after the other, None where one is written otherwise."""
    if not text.isascii():
        return None
    chars = np.frombuffer(text.encode(), np.uint8).reshape(-1, _PLAIN)
    digits = chars - ord("0")  # what is below wraps round to above nine
    if any((chars[:, place] != ord(sign)).any() for place, sign in _SIGNS.items()) or (digits[:, _DIGITS] > 9).any():
        return None
    year = _whole(digits, 0, 4)
    month, day, hour, minute, second = (_whole(digits, place, 2) for place in (5, 8, 11, 14, 17))
    if month.min() < 1 or month.max() > 12 or hour.max() > 23 or minute.max() > 59 or second.max() > 59:
        return None
    months = (year - 1970) * 12 + month - 1
    first, after = _days(months), _days(months + 1)
    days = first + day - 1
    if year.min() < 1 or day.min() < 1 or (days >= after).any():
        return None
    return (days * 86_400 + hour * 3600 + minute * 60 + second).astype(np.float64)


def _whole(digits: NDArray[np.uint8], start: int, length: int) -> NDArray[np.int64]:
    total = digits[:, start].astype(np.int64)
    for place in range(start + 1, start + length):
        total = total * 10 + digits[:, place]
    return total


def _days(months: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return days from 1970-01-01 to the first of each month; months count from January 1970."""
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
