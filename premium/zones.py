"""Time zones by their IANA names."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

from premium.errors import InvalidInput
from premium.refusals import shown

_OFFSET = re.compile(r"(UTC|GMT)? ?[+-]\d{1,2}(:?\d{2})?")
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
    "MEZ": "Europe/Berlin",
    "MESZ": "Europe/Berlin",
    "WEST": "Europe/Lisbon",
    "EEST": "Europe/Athens",
    "MSK": "Europe/Moscow",
    "ACST": "Australia/Adelaide",
    "NZDT": "Pacific/Auckland",
    "KST": "Asia/Seoul",
    "Z": "UTC",
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
    "us eastern standard time": "America/Indiana/Indianapolis",
    "central standard time (mexico)": "America/Mexico_City",
    "yukon standard time": "America/Whitehorse",
    "aleutian standard time": "America/Adak",
    "e. south america standard time": "America/Sao_Paulo",
    "argentina standard time": "America/Argentina/Buenos_Aires",
    "greenwich standard time": "Atlantic/Reykjavik",
    "morocco standard time": "Africa/Casablanca",
    "south africa standard time": "Africa/Johannesburg",
    "egypt standard time": "Africa/Cairo",
    "fle standard time": "Europe/Kiev",
    "gtb standard time": "Europe/Bucharest",
    "e. europe standard time": "Europe/Chisinau",
    "turkey standard time": "Europe/Istanbul",
    "russian standard time": "Europe/Moscow",
    "belarus standard time": "Europe/Minsk",
    "israel standard time": "Asia/Jerusalem",
    "arab standard time": "Asia/Riyadh",
    "arabian standard time": "Asia/Dubai",
    "iran standard time": "Asia/Tehran",
    "pakistan standard time": "Asia/Karachi",
    "india standard time": "Asia/Kolkata",
    "bangladesh standard time": "Asia/Dhaka",
    "se asia standard time": "Asia/Bangkok",
    "singapore standard time": "Asia/Singapore",
    "china standard time": "Asia/Shanghai",
    "taipei standard time": "Asia/Taipei",
    "korea standard time": "Asia/Seoul",
    "tasmania standard time": "Australia/Hobart",
    "aus central standard time": "Australia/Darwin",
    "new zealand standard time": "Pacific/Auckland",
    "aus eastern standard time": "Australia/Sydney",
    "e. australia standard time": "Australia/Brisbane",
    "cen. australia standard time": "Australia/Adelaide",
    "w. australia standard time": "Australia/Perth",
}
"""Windows' names of the zones of the countries that are computed here, as Unicode CLDR maps them: advice too."""


@cache
def _known_zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def _near(wanted: str) -> str:
    """A zone that is written much like it, else an example."""
    if _OFFSET.fullmatch(wanted):
        return "Europe/Berlin (an offset alone knows no summer time)"
    names = {zone.rpartition("/")[2]: zone for zone in _known_zones()} | {zone: zone for zone in _known_zones()}
    found = get_close_matches(wanted.lower().replace(" ", "_"), names, n=1)
    return _known_zones()[names[found[0]]] if found and wanted.isprintable() else "America/New_York"


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
    text = f"unknown time zone {shown(name)}: an IANA name is needed, such as {advice or _near(wanted)}"
    raise InvalidInput.about("timeZone", text)
