"""Times of a whole column, as nearly every file writes them."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from datetime import date

from premium.tax.days import EPOCH

_TIMES = re.compile(r"(?:(?:19|2[01])[0-9]{2}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z)++")
_SECOND, _DAY = 1_000_000, 86_400_000_000


class _Days(dict[str, int]):
    """Instants at which days begin in UTC, each computed once."""

    def __missing__(self, text: str) -> int:
        begins = self[text] = (date.fromisoformat(text).toordinal() - EPOCH) * _DAY
        return begins


_MINUTES = {
    f"{hour:02d}:{minute:02d}": (hour * 60 + minute) * 60 * _SECOND for hour in range(24) for minute in range(60)
}
_SECONDS = {f"{second:02d}": second * _SECOND for second in range(60)}


class Times:
    """Reads times such as `2024-03-30T12:00:00Z`."""

    def __init__(self) -> None:
        self._days = _Days()

    def instants(self, texts: Sequence[str]) -> array[int] | None:
        """Return the instants of a column.

        None where one is written otherwise, or is on no day of the calendar.
        """
        text = "".join(texts)
        if set(map(len, texts)) != {len("2024-03-30T12:00:00Z")} or not _TIMES.fullmatch(text):
            return None
        days = self._days
        try:
            return array("q", [days[each[:10]] + _MINUTES[each[11:16]] + _SECONDS[each[17:19]] for each in texts])
        except ValueError:
            return None
