"""Read messages of the events queue: one event, or up to 1,000.

Many come as `{"events": [{…}, …]}`.
Each event of a message is read as if it had come alone: an unreadable one takes none of the others with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from handlers.runtime.requests.body import read_object
from premium.alerts.language.event import accepted
from premium.errors import InvalidInput, PayloadTooLarge
from premium.refusals import reason_of
from premium.storage.plain import to_json

MOST = 1_000
"""Events a message may hold."""
MAX_BYTES = 64 * 1024
"""The most bytes of an event's JSON as it came, in UTF-8.

The matcher keeps one for each series, and an alert carries it.
"""
MAX_STORED = 256 * 1024
"""Characters of an event as the database keeps it: all ASCII, and numbers without exponents."""
_SURELY_STORED = 4_000
"""So many characters never become more than `MAX_STORED`: a number of six may have three hundred digits."""
_MANY = re.compile(r'\s*\{\s*"events"\s*:\s*\[')
_NEXT = re.compile(r"\s*(,|\]\s*\}\s*\Z)\s*")
# Finds where an event ends; what its numbers are is judged for each alone.
_JSON = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """An unreadable event as it came, and the reason."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message and its events; `id` is SQS' own."""

    id: str
    events: tuple[Event, ...]
    refused: tuple[Refused, ...]


def read(record: Mapping[str, Any], now: datetime) -> Message:
    """Read a record of SQS; its content never raises."""
    text = _unwrapped(str(record.get("body") or ""))
    events, refused = list[Event](), list[Refused]()
    for piece in _pieces(text):
        try:
            events.append(_event(piece, now))
        except (InvalidInput, PayloadTooLarge, ValidationError) as error:
            refused.append(Refused(piece, _reason(error)))
    return Message(str(record.get("messageId") or ""), tuple(events), tuple(refused))


def _unwrapped(body: str) -> str:
    """Return the message inside of an SNS envelope, or the body itself."""
    try:
        outer = json.loads(body) if '"Notification"' in body else None
    except (ValueError, RecursionError):
        return body
    inner = outer.get("Message") if isinstance(outer, dict) and outer.get("Type") == "Notification" else None
    return inner if isinstance(inner, str) else body


def _pieces(text: str) -> list[str]:
    """Return each event's own text; the whole text where the message is one event."""
    start = _MANY.match(text)
    if start is None:
        return [text]
    pieces, at = list[str](), start.end()
    try:
        while len(pieces) <= MOST:
            _, end = _JSON.raw_decode(text, at)
            pieces.append(text[at:end])
            after = _NEXT.match(text, end)
            if after is None:
                return [text]
            if after.group(1) != ",":
                return pieces if len(pieces) <= MOST else [text]
            at = after.end()
    except (ValueError, RecursionError):
        return [text]
    return [text]


def _event(text: str, now: datetime) -> Event:
    if len(text.encode(errors="surrogatepass")) > MAX_BYTES and _MANY.match(text) is None:
        raise InvalidInput(f"The event has more than {MAX_BYTES} bytes")
    raw = read_object({"body": text})
    if raw is None:
        raise InvalidInput("The message is empty")
    if isinstance(raw.get("events"), list) and "event_id" not in raw:
        raise InvalidInput(f"A message holds 1 to {MOST} events, and nothing beside them")
    event = accepted(raw, now)
    if len(text) > _SURELY_STORED and len(to_json(event)) > MAX_STORED:
        raise InvalidInput(f"The event has more than {MAX_STORED} characters with its numbers written out")
    return event


def _reason(error: InvalidInput | PayloadTooLarge | ValidationError) -> str:
    if not isinstance(error, ValidationError):
        return error.message
    return json.dumps([{"field": problem["loc"], "problem": reason_of(problem)} for problem in error.errors()])[:500]
