"""Answer cases of `premium billing verify-webhook`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from premium.billing.signatures.judge import Provider, default_tolerance, header_name, judge
from premium.billing.signatures.verdict import Refused
from premium.cases import Case, Kind
from premium.money import decimal_of

_NAMES = {"stripe": ("id", "type"), "paddle": ("event_id", "event_type")}
"""Where a provider's event says which it is, and of what type."""


def _exact(value: object) -> object:
    return Fraction(decimal_of(value))  # type: ignore[arg-type] # it refuses what is no number


def _seconds(value: object) -> object:
    return value if value is None else _exact(value)


def _texts(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _pairs(value: object) -> object:
    """Take headers as an object, whose values may be lists, or as a list of pairs."""
    if isinstance(value, Mapping):
        return [
            (name, each) for name, given in value.items() for each in (given if isinstance(given, list) else [given])
        ]
    return [] if value is None else value


class Webhook(Case):
    """A webhook as it came, and the secrets that may have signed it."""

    provider: Provider
    body: str
    """The exact text."""
    headers: Annotated[list[tuple[str, str | None]], BeforeValidator(_pairs)] = Field(default=[])
    secrets: Annotated[list[str], BeforeValidator(_texts)]
    now: Annotated[Fraction | None, BeforeValidator(_seconds)] = None
    """Unix seconds; null judges no time, left out it is the clock's."""
    tolerance_s: Annotated[Fraction | None, BeforeValidator(_seconds)] = None
    """Null judges no time, left out it is the provider's own."""


def kind(clock: Fraction) -> Kind:
    """Return the command's kind of case; `clock` is now where none says."""
    return Kind("webhook", frozenset(), Webhook, lambda case: _verdict(case, clock))


def _verdict(case: Webhook, clock: Fraction) -> Mapping[str, Any]:
    given = case.model_fields_set
    try:
        judge(
            case.provider,
            _bytes(case.body),
            _header(case.headers, header_name(case.provider)),
            case.secrets,
            now=case.now if "now" in given else clock,
            tolerance=case.tolerance_s if "tolerance_s" in given else default_tolerance(case.provider),
        )
    except Refused as error:
        return _answer(error={"code": error.code, "message": error.message})
    return _answer(valid=True, event=_read(case.body), names=_NAMES[case.provider])


def _answer(
    *,
    valid: bool = False,
    error: Mapping[str, str] | None = None,
    event: Mapping[str, Any] | None = None,
    names: Sequence[str] = ("", ""),
) -> dict[str, Any]:
    found = [value if isinstance(value := (event or {}).get(name), str) else None for name in names]
    return {"valid": valid, "error": error, "event_id": found[0], "type": found[1]}


def _bytes(body: str) -> bytes:
    try:
        return body.encode()
    except UnicodeEncodeError:
        raise Refused("body_not_text", "the body holds half a character, which has no bytes") from None


def _header(headers: Sequence[tuple[str, str | None]], name: str) -> str | None:
    """Return a header's value; names are alike in any case. Refused for one that is there twice."""
    found = [value for given, value in headers if given.lower() == name]
    if len(found) > 1:
        raise Refused("duplicate_header", f"there are {len(found)} headers {name}")
    return found[0] if found else None


def _read(body: str) -> Mapping[str, Any] | None:
    """Return what a signed body says; None where it is no object of JSON."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None
