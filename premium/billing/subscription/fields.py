"""Read what a third party sends; absent fields and other forms are None."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from premium.billing.subscription.event import STATUSES, Unreadable

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d{1,30})?(Z|z|[+-]\d\d:\d\d)")
_LATEST = 253_402_300_799
"""The last second of the year 9999."""
MAX_ID = 255


def inside(value: object, *path: str | int) -> Any:
    """Return what stands under a path of keys and places, else None."""
    for step in path:
        if isinstance(value, Mapping) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def items(value: object, *path: str) -> Iterator[Mapping[str, Any]]:
    """Yield the objects of a list under a path."""
    found = inside(value, *path)
    for each in found if isinstance(found, list) else []:
        if isinstance(each, Mapping):
            yield each


def text(value: object) -> str | None:
    """Return a text of 1 to 255 characters that can be seen."""
    return value if isinstance(value, str) and 0 < len(value) <= MAX_ID and value.isprintable() else None


def ident(value: object) -> str | None:
    """Return an id that may have been expanded to its object."""
    return text(value.get("id") if isinstance(value, Mapping) else value)


def whole(value: object) -> int | None:
    """Return a whole number, also of a text; amounts are minor units."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,30}", value):
        return int(value)
    return None


def currency(value: object) -> str | None:
    """Return a currency's code in lower case."""
    return value.lower() if isinstance(value, str) and re.fullmatch("[A-Za-z]{3}", value) else None


def interval(value: object) -> str | None:
    """Return how long a period is."""
    return next((each for each in ("day", "week", "month", "year") if value == each), None)


def seconds(value: object) -> Decimal | None:
    """Return an instant given as whole Unix seconds."""
    found = whole(value)
    return Decimal(found) if found is not None and 0 <= found <= _LATEST else None


def instant(value: object) -> Decimal | None:
    """Return an instant of RFC 3339 as exact Unix seconds."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    day, clock, fraction, offset = found.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{offset.upper().replace('Z', '+00:00')}")
    except ValueError:
        return None
    return Decimal(int(moment.timestamp())) + Decimal(f"0{fraction or ''}")


def shown(moment: Decimal | None) -> str | None:
    """Return an instant as RFC 3339 in UTC, with the digits it has."""
    if moment is None:
        return None
    whole_seconds = int(moment // 1)
    fraction = format(moment - whole_seconds, "f").rstrip("0").rstrip(".")[1:]
    return datetime.fromtimestamp(whole_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


def status(value: object) -> str | None:
    """Return a status in our spelling; Unreadable for one that no provider has."""
    if value is None:
        return None
    found = "canceled" if value == "cancelled" else value
    if not isinstance(found, str) or found not in STATUSES:
        raise Unreadable(f"status: there is no {str(value)[:40]!r}")
    return found
