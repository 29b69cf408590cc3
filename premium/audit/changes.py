"""What an entry may tell of a change: small, and without secrets."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from premium.redaction import hidden, hidden_text
from premium.storage.plain import to_json

MAX_CHARACTERS = 200
MAX_MEMBERS = 20
MAX_BYTES = 4096
_DEPTH = 3


def small(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details without secrets, cut to what an entry holds."""
    plain: dict[str, Any] = _plain(hidden(details), _DEPTH)
    if len(to_json(plain).encode()) > MAX_BYTES:
        return {"omitted": "too large", "names": _plain(sorted(map(str, details)), 1)}
    return plain


def _plain(value: Any, depth: int) -> Any:
    match value:
        case None | bool():
            return value
        case int() if abs(value) < 10**38:
            return value
        case Mapping() if depth:
            members = list(value.items())[:MAX_MEMBERS]
            return {str(name)[:MAX_CHARACTERS]: _plain(member, depth - 1) for name, member in members}
        case list() | tuple() | set() | frozenset() if depth:
            return [_plain(member, depth - 1) for member in list(value)[:MAX_MEMBERS]]
        case Decimal():
            return str(value)
    return hidden_text(str(value))[:MAX_CHARACTERS]
