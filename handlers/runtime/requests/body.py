"""Read the JSON of a request strictly.

What two parsers could read in two ways is refused. RFC 8259 leaves open duplicate names, NaN, lone surrogates and
sizes; PostgreSQL cannot store NUL. All end as INVALID_INPUT. Whole numbers are read as int, others as `JsonNumber`,
so that no digit is lost.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from premium.errors import InvalidInput, PayloadTooLarge
from premium.refusals import shown, visible

MAX_BODY_BYTES = 4 * 1_048_576
"""Lambda takes 6 MB with the event around it; larger imports go to S3 by a presigned upload."""
MAX_DEPTH = 32
MAX_NUMBER_CHARACTERS = 130
MAX_MAGNITUDE = 307
"""A power of ten: what others read as a 64-bit float is refused where they would read infinity, or zero."""


class JsonNumber(Decimal):
    """A JSON number that is not whole, kept exactly.

    Money is written as a string: models tell the two apart by this.
    """


def read_object(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the body's JSON object, or None where there is no body."""
    text = body_text(event)
    if not text.strip():
        return None
    try:
        value = _DECODER.decode(text)
    except (json.JSONDecodeError, RecursionError) as error:
        where = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ": it is nested too deeply"
        raise InvalidInput.about("body", f"is not valid JSON{where}") from None
    if not isinstance(value, dict):
        raise InvalidInput.about("body", f"must be a JSON object; given {shown(value)}")
    _check_strings(value, "", 0)
    return value


def body_text(event: Mapping[str, Any]) -> str:
    """Return the body as text, '' where there is none.

    PayloadTooLarge over 4 MiB, InvalidInput when it is not UTF-8.
    """
    return raw_body(event).decode()


def raw_body(event: Mapping[str, Any]) -> bytes:
    """Return the body's bytes as the client sent them (for signatures).

    Checked for size and encoding.
    """
    body = event.get("body") or ""
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
        if len(raw) <= MAX_BODY_BYTES:
            raw.decode()
    except (UnicodeError, binascii.Error, ValueError):
        raise InvalidInput.about("body", "is not UTF-8") from None
    if len(raw) > MAX_BODY_BYTES:
        raise PayloadTooLarge(f"The body is larger than {MAX_BODY_BYTES} bytes", details={"maximum": MAX_BODY_BYTES})
    return raw


def check_text(text: str, field: str) -> None:
    """Raise InvalidInput for NUL and for half a surrogate pair."""
    if "\x00" in text or not _is_unicode(text):
        raise InvalidInput.about(visible(field), "holds a character that no text has: NUL, or half a surrogate pair")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_strings(value: object, where: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise InvalidInput.about("body", f"is nested more than {MAX_DEPTH} levels deep")
    match value:
        case str():
            check_text(value, where)
        case dict():
            for name, member in value.items():
                check_text(name, where or "body")
                _check_strings(member, f"{where}.{name[:100]}".lstrip("."), depth + 1)
        case list():
            for number, member in enumerate(value):
                _check_strings(member, f"{where}.{number}", depth + 1)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidInput.about("body", f"names the field {twice[:100]!a} twice")
    return members


def _no_constant(name: str) -> NoReturn:
    raise InvalidInput.about("body", f"is not valid JSON: {name} is no number of JSON")


def _integer(digits: str) -> int:
    _check_number(digits)
    return int(digits)


def _number(digits: str) -> JsonNumber:
    _check_number(digits)
    try:
        value = JsonNumber(digits)
        too_far = abs(value.adjusted()) > MAX_MAGNITUDE
    except InvalidOperation:  # a power of more than 18 digits
        too_far = True
    if too_far:
        reason = f"holds a number whose power of ten is not within ±{MAX_MAGNITUDE}, {digits[:40]}"
        raise InvalidInput.about("body", reason)
    return value


def _check_number(digits: str) -> None:
    if len(digits) > MAX_NUMBER_CHARACTERS:
        raise InvalidInput.about("body", f"holds a number of more than {MAX_NUMBER_CHARACTERS} characters")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer, parse_float=_number
)
