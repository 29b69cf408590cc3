"""Time zones by their IANA names."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from premium.errors import InvalidInput

_FIXED = frozenset({"EST", "MST", "HST"})
_ABBREVIATIONS = {
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "CST": "America/Chicago",
    "CDT": "America/Chicago",
    "MST": "America/Denver",
    "MDT": "America/Denver",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "AKST": "America/Anchorage",
    "HST": "Pacific/Honolulu",
    "BST": "Europe/London",
    "IST": "Europe/Dublin",
    "CEST": "Europe/Berlin",
    "AEST": "Australia/Sydney",
    "AEDT": "Australia/Sydney",
    "AWST": "Australia/Perth",
    "JST": "Asia/Tokyo",
}
"""What an abbreviation likely means, as advice: CST is also China's, IST also India's and Israel's."""
_WINDOWS = {
    "eastern standard time": "America/New_York",
    "central standard time": "America/Chicago",
    "mountain standard time": "America/Denver",
    "us mountain standard time": "America/Phoenix",
    "pacific standard time": "America/Los_Angeles",
    "alaskan standard time": "America/Anchorage",
    "hawaiian standard time": "Pacific/Honolulu",
    "atlantic standard time": "America/Halifax",
    "newfoundland standard time": "America/St_Johns",
    "canada central standard time": "America/Regina",
    "gmt standard time": "Europe/London",
    "w. europe standard time": "Europe/Berlin",
    "romance standard time": "Europe/Paris",
    "central europe standard time": "Europe/Budapest",
    "central european standard time": "Europe/Warsaw",
    "tokyo standard time": "Asia/Tokyo",
    "aus eastern standard time": "Australia/Sydney",
    "e. australia standard time": "Australia/Brisbane",
    "cen. australia standard time": "Australia/Adelaide",
    "w. australia standard time": "Australia/Perth",
}
"""Windows' names of the zones of the countries that are computed here, as Unicode CLDR maps them: advice too."""


@cache
def _known_zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def zone_of(name: str) -> str:
    """Return the IANA name of a time zone, the same on every machine.

    InvalidInput says what to write instead of a Windows name or an abbreviation, which several zones share.
    """
    wanted = name.strip()
    found = _known_zones().get(wanted.lower())
    # A fixed offset named like a place's clock (EST, MST, HST) knows no summer time: nobody means it.
    if found is not None and found not in _FIXED:
        return found
    advice = _WINDOWS.get(wanted.lower()) or _ABBREVIATIONS.get(wanted.upper())
    text = f"unknown time zone {name[:60]!r}: an IANA name is needed, such as {advice or 'America/New_York'}"
    raise InvalidInput(text, details={"timeZone": advice or "an IANA name"})
