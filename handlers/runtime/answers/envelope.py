"""Write the envelope of every answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field, JsonValue, WithJsonSchema
from pydantic_core import to_jsonable_python

from handlers.runtime.answers.errors import STATUS
from handlers.runtime.models import View
from premium.errors import AppError, Unprocessable

T = TypeVar("T")
MAX_ANSWER_BYTES = 5_000_000
"""Of a body as Lambda carries it; its own limit of 6,291,556 holds the headers, too."""

ErrorCode = Annotated[str, WithJsonSchema({"type": "string", "enum": list(STATUS)})]


class Meta(View):
    """The metadata of every answer."""

    timestamp: datetime
    """When the answer was made."""
    request_id: str = Field(
        description="Also in `X-Request-Id`, the logs and the trace", examples=["req_JKJaXmPLvHcESHA="]
    )


class Pagination(View):
    """The limit of a page and the cursor of the next."""

    limit: int = Field(description="How many items a page has at most", examples=[50])
    next_cursor: str | None = Field(
        description="Give it back as `cursor` for the next page; null on the last", examples=["eyJpZCI6…"]
    )


class ListMeta(Meta):
    """The metadata of an answer with a list."""

    pagination: Pagination
    """Where the next page begins."""
    unread: int | None = Field(
        default=None,
        exclude_if=lambda unread: unread is None,
        description="Of notices: how many were not read, on all pages",
        examples=[3],
    )


class Success(View, Generic[T]):
    """The envelope of one value."""

    success: Literal[True] = True
    """Always true."""
    data: T
    """What was asked for."""
    meta: Meta
    """About the answer."""


class SuccessList(View, Generic[T]):
    """The envelope of a list."""

    success: Literal[True] = True
    """Always true."""
    data: Sequence[T]
    """The items of this page."""
    meta: ListMeta
    """About the answer."""


class ErrorView(View):
    """An error as its caller sees it."""

    code: ErrorCode
    """What went wrong, for programs."""
    message: str = Field(
        description="In words, for people: of INVALID_INPUT the first field and what is wrong; programs go by the code",
        examples=["limit: must be 200 at most; given '500'"],
    )
    details: Mapping[str, JsonValue] = Field(
        description="For INVALID_INPUT: each field's name and what is wrong with it",
        examples=[{"limit": "must be 200 at most; given '500'"}],
    )


class Failure(View):
    """The envelope of an error."""

    success: Literal[False] = False
    """Always false."""
    error: ErrorView
    """What went wrong."""
    meta: Meta
    """About the answer."""


@dataclass(frozen=True, kw_only=True)
class Listing(Generic[T]):
    """A page of items as a list route returns it."""

    items: Sequence[T]
    limit: int
    next_cursor: str | None = None
    unread: int | None = None
    cursor_after: Callable[[int], str] | None = None
    """The cursor after the item of this index.

    A page that is too large is cut, and goes on there.
    """


def success(model: type[Success[Any]], value: object, *, request_id: str, now: datetime) -> str:
    """Return the JSON of a value in its envelope."""
    text = model(data=value, meta=Meta(timestamp=now, request_id=request_id)).model_dump_json()
    if not fits(text):
        raise Unprocessable(f"The answer would be larger than {MAX_ANSWER_BYTES} bytes; ask for less at once")
    return text


def success_list(model: type[SuccessList[Any]], page: Listing[Any], *, request_id: str, now: datetime) -> str:
    """Return the JSON of a page in its envelope.

    It has fewer items where they would be larger than an answer may be.
    """
    items, following = page.items, page.next_cursor
    while True:
        pagination = Pagination(limit=page.limit, next_cursor=following)
        meta = ListMeta(timestamp=now, request_id=request_id, pagination=pagination, unread=page.unread)
        text = model(data=items, meta=meta).model_dump_json()
        if fits(text):
            return text
        if len(items) < 2 or page.cursor_after is None:
            raise Unprocessable(f"An item is larger than {MAX_ANSWER_BYTES} bytes, which no answer may have")
        items = items[: max(1, min(len(items) - 1, len(items) * MAX_ANSWER_BYTES // _weight(text)))]
        following = page.cursor_after(len(items) - 1)


def fits(text: str) -> bool:
    """Tell whether Lambda can answer with this body.

    It puts it into JSON of 6 MB at most, where quotes are escaped and what is no ASCII takes six characters, or twelve.
    """
    return 12 * len(text) <= MAX_ANSWER_BYTES or _weight(text) <= MAX_ANSWER_BYTES


def _weight(text: str) -> int:
    return len(json.dumps(text))


def failure(error: AppError | None, *, request_id: str, now: datetime) -> str:
    """Return the JSON of an error in its envelope.

    None is a defect of ours, whose text stays inside.
    """
    view = (
        ErrorView(code="INTERNAL", message="Something went wrong on our side; it has been recorded", details={})
        if error is None
        else ErrorView(code=error.code, message=error.message, details=to_jsonable_python(error.details, fallback=str))
    )
    return Failure(error=view, meta=Meta(timestamp=now, request_id=request_id)).model_dump_json()
