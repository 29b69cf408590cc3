"""Read times as exports write them.

ValueError says what cannot be told without a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

_SHOWN = 40
_HOURS = {"UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3}
_HOURS |= {"EST": -5, "EDT": -4, "CDT": -5, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10}
_HOURS |= {"AEST": 10, "AEDT": 11, "AWST": 8, "NZST": 12, "NZDT": 13, "JST": 9, "KST": 9, "SGT": 8, "HKT": 8}
"""Abbreviations that one clock alone has, in hours from UTC; read alike on every machine."""
_ENDS_IN_ZONE = re.compile(r"(.*\d)\s+(?!AM$|PM$|am$|pm$)([A-Za-z]{1,5}|(?:UTC|GMT)?([+-]\d{1,2}):?(\d{2})?)")


def time_of(text: str, formats: Iterable[str]) -> datetime:
    """Read a time by the first format that fits, else by ISO 8601.

    With or without a zone behind it; aware where the text says one. What begins with a year of four digits is ISO's,
    which is ten times as quick to read.
    """
    try:
        return _bare(text, formats)
    except ValueError:
        ends = _ENDS_IN_ZONE.fullmatch(text)
        if ends is None:
            raise
    moment = _bare(ends[1], formats)
    if moment.tzinfo is not None:
        raise ValueError(f"not a time: {text[:_SHOWN]!r}")
    return moment.replace(tzinfo=_zone(ends))


def _zone(ends: re.Match[str]) -> timezone:
    if ends[3] is not None:
        minutes = int(ends[4] or 0)
        away = timedelta(hours=int(ends[3]), minutes=-minutes if ends[3].startswith("-") else minutes)
        if abs(away) >= timedelta(days=1):
            raise ValueError(f"no time zone is {ends[2]!r} away from UTC")
        return timezone(away)
    hours = _HOURS.get(ends[2].upper())
    if hours is None:
        raise ValueError(f"{ends[2]!r} names more than one clock, or none: export the file with times in UTC")
    return timezone(timedelta(hours=hours)) if hours else UTC


def _bare(text: str, formats: Iterable[str]) -> datetime:
    for pattern in () if text[4:5] == "-" else formats:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 - the caller knows whose clock it is
        except ValueError:
            continue
    stamp = text.removesuffix("UTC").rstrip() + ("Z" if text.endswith("UTC") else "")
    try:
        return datetime.fromisoformat(stamp)
    except ValueError:
        raise ValueError(f"not a time: {text[:_SHOWN]!r}") from None
