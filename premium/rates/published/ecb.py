"""The European Central Bank's reference rates, as its documents give them.

Units of each currency for one euro, published about 16:00 CET on working days: `eurofxref-daily.xml` has the last day,
`eurofxref-hist-90d.xml` the last ninety, `eurofxref-hist.xml` all since 1999. The bank's own shape:
`Envelope/Cube/Cube[@time]/Cube[@currency][@rate]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final
from xml.etree import ElementTree as ET

from premium.errors import UpstreamUnavailable
from premium.rates.model import ECB, EURO, Rate

DAILY, QUARTER, WHOLE = "eurofxref-daily.xml", "eurofxref-hist-90d.xml", "eurofxref-hist.xml"
MAX_BYTES = 32 * 1024 * 1024
"""All since 1999 are 8 MiB."""
_CUBE: Final = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
_CODE, _NUMBER = re.compile(r"[A-Z]{3}"), re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
_FIRST = date(1999, 1, 4)


def document_for(days: int) -> str:
    """Return the smallest document that holds the last `days` days."""
    if days <= 1:
        return DAILY
    return QUARTER if days < 85 else WHOLE


def read_rates(content: bytes, today: date) -> list[Rate]:
    """Return a document's rates in the order of their days.

    UpstreamUnavailable for what is no such document: then nothing of it is taken.
    """
    rates = sorted(_read(_parsed(content), today), key=lambda rate: (rate.day, rate.currency))
    for one, other in pairwise(rates):
        if (one.day, one.currency) == (other.day, other.currency):
            raise _wrong(f"it has two rates of {one.currency} for {one.day}")
    if not rates:
        raise _wrong("it has no rates")
    return rates


def _parsed(content: bytes) -> ET.Element:
    if len(content) > MAX_BYTES:
        raise _wrong(f"it is larger than {MAX_BYTES} bytes")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise _wrong("it declares a document type, which the bank's never do")
    try:
        return ET.fromstring(content)  # noqa: S314 - without a document type there are no entities to expand
    except (ET.ParseError, ValueError, LookupError):
        raise _wrong("it is no XML") from None


def _read(root: ET.Element, today: date) -> Iterator[Rate]:
    for cube in root.iter(_CUBE):
        if "time" not in cube.attrib:
            continue
        day = _day(cube.attrib["time"], today)
        for entry in cube.iterfind(_CUBE):
            code, text = entry.get("currency", ""), entry.get("rate", "")
            if not _CODE.fullmatch(code) or not _NUMBER.fullmatch(text) or not Decimal(text):
                raise _wrong(f"{day} has {code[:10]!r} at {text[:30]!r}")
            yield Rate(ECB, EURO, code, day, Decimal(text))


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _wrong(f"{text[:20]!r} is no day") from None
    if not _FIRST <= day <= today:
        raise _wrong(f"{day} lies before 1999 or after today")
    return day


def _wrong(reason: str) -> UpstreamUnavailable:
    return UpstreamUnavailable(f"the document of exchange rates cannot be used: {reason}")
