"""Page through lists by keyset.

The cursor holds the position after the last item, so inserts neither skip nor repeat one. It is opaque to clients;
its signature binds it to the caller and the route: a changed one, a forged one, or another list's, is INVALID_INPUT.
The key is the caller's own, derived from a secret of the stage by the authorizer, which no caller knows.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from decimal import Decimal
from typing import Annotated, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from handlers.runtime.answers.envelope import Listing
from handlers.runtime.requests.body import MAX_MAGNITUDE
from handlers.runtime.requests.state import current
from premium.errors import InvalidInput, UpstreamUnavailable

_CHECK_BYTES = 16
MAX_LIMIT = 200
_CURSOR = "`meta.pagination.nextCursor` of the page before; none for the first"

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many items, 1 to 200")]
Cursor = Annotated[str | None, Query(max_length=1024, description=_CURSOR, examples=["q3Jk0aY2n8VQe1Zx…"])]


class Position(BaseModel):
    """The base of a list's position: the ordering columns of one row."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*")
    @classmethod
    def _held_by_a_column(cls, value: object) -> object:
        """Refuse what no column of PostgreSQL holds, signed or not."""
        if isinstance(value, Decimal) and not (value.is_finite() and abs(value.adjusted()) <= MAX_MAGNITUDE):
            raise ValueError(f"a number whose power of ten is not within ±{MAX_MAGNITUDE}")
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise ValueError("not a 64-bit number")
        if isinstance(value, str) and "\x00" in value:
            raise ValueError("NUL")
        return value


P = TypeVar("P", bound=Position)
T = TypeVar("T")


def position(cursor: str | None, kind: type[P]) -> P | None:
    """Return the position after which the page starts; None is the beginning."""
    if cursor is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        check, content = raw[:_CHECK_BYTES], raw[_CHECK_BYTES:]
        genuine = hmac.compare_digest(check, _signature(content)) and encode_raw(raw) == cursor
        place = kind.model_validate_json(content) if genuine else None
    except (ValueError, binascii.Error, ValidationError):
        place = None
    if place is None:
        raise InvalidInput.about("cursor", "is none that this list has given; leave it out for the first page")
    return place


def cursor_of(place: Position) -> str:
    """Return the cursor of a position."""
    content = place.model_dump_json().encode()
    return encode_raw(_signature(content) + content)


def encode_raw(raw: bytes) -> str:
    """Return bytes as URL-safe text."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def listing(rows: list[T], limit: int, place: type[P], *, unread: int | None = None, **columns: str) -> Listing[T]:
    """Return a page made from `limit + 1` rows.

    The extra row says that more follow.
    `columns` maps the position's fields to attributes.
    """
    page = rows[:limit]
    more = len(rows) > limit

    def after(index: int) -> str:
        return cursor_of(place(**{name: getattr(page[index], column) for name, column in columns.items()}))

    following = after(len(page) - 1) if more else None
    return Listing(items=page, limit=limit, next_cursor=following, unread=unread, cursor_after=after)


def _signature(content: bytes) -> bytes:
    state = current()
    if not state.ruling.cursor_key:
        raise UpstreamUnavailable("Pages cannot be signed just now; try again in a moment")
    about = f"{state.principal.user_id} {state.route}\n".encode()
    return hmac.digest(state.ruling.cursor_key.encode(), about + content, hashlib.sha256)[:_CHECK_BYTES]
