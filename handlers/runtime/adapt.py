"""Put a route's result in the envelope."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from aws_lambda_powertools.event_handler import Response
from pydantic import JsonValue
from pydantic_core import to_jsonable_python

from handlers.runtime.answers.envelope import Listing, Success, SuccessList, success, success_list
from handlers.runtime.models import View
from handlers.runtime.requests.state import current

JSON = "application/json"
Wrapped = Callable[..., Response[Any]]
F = TypeVar("F", bound=Callable[..., Any])
_RENEWS = "__renews__"


def renewed_by(again: Callable[..., View]) -> Callable[[F], F]:
    """Answer a repeated Idempotency-Key by another function.

    It is called as `again(stored, …)`, with the arguments of the route.

    For an answer of which a part goes stale within the day that it is kept. What was made is not made again.
    """

    def mark(function: F) -> F:
        setattr(function, _RENEWS, again)
        return function

    return mark


def enveloped(function: Callable[..., Any], status: int, *, remember: bool) -> tuple[Wrapped, type[Any] | None]:
    """Return the function that Powertools calls, and the envelope's model.

    A route that returns a `Response` keeps it. `remember`: an Idempotency-Key gives the first answer again.
    """
    hints = get_type_hints(function, include_extras=True)
    returns = hints.pop("return", None)
    if returns is Response or get_origin(returns) is Response:
        return _presented(functools.partial(function), function, hints), None
    if get_origin(returns) is Listing:
        items: Any = SuccessList.__class_getitem__(get_args(returns)[0])
        return _presented(_listing(function, items, status), function, hints), items
    model: Any = Success.__class_getitem__(returns)
    answer = _remembering(function, model, status) if remember else _single(function, model, status)
    return _presented(answer, function, hints), model


def _presented(wrapped: Wrapped, function: Callable[..., Any], hints: dict[str, Any]) -> Wrapped:
    """Return the wrapper with the name and annotations of `function`.

    They are resolved here: Powertools would resolve them in this module's globals.
    """
    outer = functools.update_wrapper(wrapped, function)
    parameters = [
        parameter.replace(annotation=hints[name]) for name, parameter in inspect.signature(function).parameters.items()
    ]
    outer.__annotations__ = hints
    setattr(outer, "__signature__", inspect.Signature(parameters))  # noqa: B010 - mypy knows no such attribute
    return outer


def _single(function: Callable[..., Any], model: type[Success[Any]], status: int) -> Wrapped:
    def call(**arguments: Any) -> Response[Any]:
        return _response(status, success(model, function(**arguments), request_id=current().request_id, now=_now()))

    return call


def _listing(function: Callable[..., Any], model: type[SuccessList[Any]], status: int) -> Wrapped:
    def call(**arguments: Any) -> Response[Any]:
        page = function(**arguments)
        return _response(status, success_list(model, page, request_id=current().request_id, now=_now()))

    return call


def _remembering(function: Callable[..., Any], model: type[Success[Any]], status: int) -> Wrapped:
    single = _single(function, model, status)

    def call(**arguments: Any) -> Response[Any]:
        state = current()
        if state.idempotency_key is None:
            return single(**arguments)
        from handlers.runtime.idempotency import once  # noqa: PLC0415 - most requests need neither it nor its imports

        fresh: list[Any] = []

        def run() -> JsonValue:
            value = function(**arguments)
            fresh.append(value)
            kept: JsonValue = to_jsonable_python(value.remembered() if isinstance(value, View) else value)
            return kept

        stored = once(state, run)
        again = getattr(function, _RENEWS, None)
        if not fresh and again is not None:
            fresh.append(again(stored, **arguments))
        if fresh:
            return _response(status, success(model, fresh[0], request_id=state.request_id, now=_now()))
        return _response(status, success(Success[JsonValue], stored, request_id=state.request_id, now=_now()))

    return call


def _response(status: int, body: str) -> Response[Any]:
    return Response(status_code=status, content_type=JSON, body=body)


def _now() -> datetime:
    return datetime.now(UTC)
