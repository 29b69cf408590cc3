"""From the function a service writes to the one that Powertools calls: its answer put in the envelope."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, get_args, get_origin, get_type_hints

from aws_lambda_powertools.event_handler import Response

from handlers.runtime.envelope import Listing, Success, SuccessList, success, success_list
from handlers.runtime.state import current

JSON = "application/json"


def enveloped(function: Callable[..., Any], status: int) -> tuple[Callable[..., Response[Any]], type[Any] | None]:
    """The function that Powertools calls, and the envelope's model; a route that returns a `Response` keeps it."""
    hints = get_type_hints(function, include_extras=True)
    returns = hints.pop("return", None)
    wrapped: Callable[..., Response[Any]] = functools.partial(function)
    model: type[Any] | None = None
    if returns is not Response and get_origin(returns) is not Response:
        wrapped, model = _wrap(function, returns, status)
    outer = functools.update_wrapper(wrapped, function)
    # Powertools would resolve the annotations in this module's globals: so they are resolved before, in their own.
    parameters = [
        parameter.replace(annotation=hints[name]) for name, parameter in inspect.signature(function).parameters.items()
    ]
    outer.__annotations__ = hints
    setattr(outer, "__signature__", inspect.Signature(parameters))  # noqa: B010 - mypy knows no such attribute
    return outer, model


def _wrap(function: Callable[..., Any], returns: Any, status: int) -> tuple[Callable[..., Response[Any]], type[Any]]:
    listed = get_origin(returns) is Listing
    model: Any = SuccessList[get_args(returns)[0]] if listed else Success[returns]  # type: ignore[misc] # made at run time
    write = success_list if listed else success

    def call(**arguments: Any) -> Response[Any]:
        value = function(**arguments)
        body = write(model, value, request_id=current().request_id, now=datetime.now(UTC))
        return Response(status_code=status, content_type=JSON, body=body)

    return call, model
