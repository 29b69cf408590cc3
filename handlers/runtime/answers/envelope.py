"""Write the envelope of every answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import Field, JsonValue
from pydantic_core import to_jsonable_python

from handlers.runtime.models import View
from premium.errors import AppError

T = TypeVar("T")


class Meta(View):
    """The metadata of every answer."""

    timestamp: datetime
    request_id: str
    """Also in `X-Request-Id`, the logs and the trace."""


class Pagination(View):
    """The limit of a page and the cursor of the next."""

    limit: int
    next_cursor: str | None
    """Give it back as `cursor` for the next page; null on the last."""


class ListMeta(Meta):
    """The metadata of an answer with a list."""

    pagination: Pagination
    unread: int | None = Field(default=None, exclude_if=lambda unread: unread is None)
    """Of notices: how many were not read, on all pages."""


class Success(View, Generic[T]):
    """The envelope of one value."""

    success: Literal[True] = True
    data: T
    meta: Meta


class SuccessList(View, Generic[T]):
    """The envelope of a list."""

    success: Literal[True] = True
    data: Sequence[T]
    meta: ListMeta


class ErrorView(View):
    """An error as its caller sees it."""

    code: str
    message: str
    details: Mapping[str, JsonValue]
    """For INVALID_INPUT: each field's name and what is wrong with it."""


class Failure(View):
    """The envelope of an error."""

    success: Literal[False] = False
    error: ErrorView
    meta: Meta


@dataclass(frozen=True, kw_only=True)
class Listing(Generic[T]):
    """A page of items as a list route returns it."""

    items: Sequence[T]
    limit: int
    next_cursor: str | None = None
    unread: int | None = None


def success(model: type[Success[Any]], value: object, *, request_id: str, now: datetime) -> str:
    """Return the JSON of a value in its envelope."""
    return model(data=value, meta=Meta(timestamp=now, request_id=request_id)).model_dump_json()


def success_list(model: type[SuccessList[Any]], page: Listing[Any], *, request_id: str, now: datetime) -> str:
    """Return the JSON of a page in its envelope."""
    pagination = Pagination(limit=page.limit, next_cursor=page.next_cursor)
    meta = ListMeta(timestamp=now, request_id=request_id, pagination=pagination, unread=page.unread)
    return model(data=page.items, meta=meta).model_dump_json()


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
