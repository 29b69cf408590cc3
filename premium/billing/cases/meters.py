"""Answer cases of `premium billing meter`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from premium.cases import Case, Fraction, Kind
from premium.metering.levels import Used, metered
from premium.money import plain

Units = Annotated[Fraction, Field(ge=0)]


def _event(value: object) -> object:
    """Take bare units for an event without an id, and pass over keys for people."""
    if not isinstance(value, Mapping):
        return {"units": value}
    return {key: each for key, each in value.items() if not str(key).startswith("_")}


def _id(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class UsageEvent(Case):
    """Units that were used, once for each id."""

    id: Annotated[str | None, BeforeValidator(_id)] = None
    units: Units


class Usage(Case):
    """A quota, and what was used of it in the order it came."""

    quota: Units | None
    """Null has no levels."""
    usage_events: list[Annotated[UsageEvent, BeforeValidator(_event)]]


def _answer(case: Usage) -> Mapping[str, Any]:
    total, levels = metered([Used(event.id, event.units) for event in case.usage_events], case.quota)
    return {"total": _number(total), "alerts": [{"index": event, "percent": percent} for event, percent in levels]}


def _number(total: Decimal) -> int | str:
    """A whole total is a JSON number, another its exact digits."""
    return int(total) if total == total.to_integral_value() else plain(total)


KIND = Kind("meter", frozenset(), Usage, _answer)
