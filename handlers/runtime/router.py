"""Register and serve the routes of a service.

It is Powertools' resolver with what surrounds every route: the envelope, the error table, the gate, and the audit
entries of what changes something.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic.alias_generators import to_camel

from handlers.runtime.adapt import JSON, enveloped
from handlers.runtime.answers.envelope import failure
from handlers.runtime.answers.errors import STATUS, MethodNotAllowed, as_app_error, from_validation
from handlers.runtime.audit import recorded
from handlers.runtime.requests.gate import Gate
from handlers.runtime.requests.needs import Needs, needs_of
from handlers.runtime.requests.proofs import proof_of
from handlers.runtime.requests.state import current
from handlers.runtime.resolver import Resolver
from premium.errors import AppError, NotFound, RateLimited
from premium.observability import logger


class Router(Resolver):
    """A resolver that puts the results of routes in envelopes."""

    def __init__(self, tag: str, elsewhere: Callable[[str], list[str]]) -> None:
        super().__init__(enable_validation=True, debug=False)
        self.tag = tag
        self._elsewhere = elsewhere
        self._request_validation_middleware = Gate()  # type: ignore[no-untyped-call] # Powertools leaves it unannotated
        self.exception_handler(Exception)(_answer_error)
        self.not_found(self._not_found)

    def route(self, rule: str, method: Any, *args: Any, **kwargs: Any) -> Callable[[Any], Any]:
        """Register a route, as Powertools' `get`, `post`, `put`, `delete` do.

        Its function must say what it needs.
        """
        bound = inspect.signature(super().route).bind(rule, method, *args, **kwargs)
        bound.apply_defaults()

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            requirement = needs_of(function)
            if requirement is None:
                raise TypeError(f"{function.__qualname__} says neither needs(...) nor @public")
            if (proof := proof_of(method, rule)) != requirement.proof():
                raise TypeError(
                    f"{method} {rule} needs the proof {proof!r} (requests/proofs.py), not {requirement.proof()!r}"
                )
            remember = method == "POST" and not requirement.public
            # A browser comes back from a provider by a GET, and is logged in.
            changing = (method != "GET" or requirement.brings is not None) and not requirement.noted
            served = recorded(function, rule, security=requirement.security) if changing else function
            wrapped, model = enveloped(served, bound.arguments["status_code"], remember=remember)
            options = self._documented(dict(bound.arguments), function, requirement, model)
            super(Router, self).route(**options)(wrapped)
            return function

        return register

    def _documented(
        self, options: dict[str, Any], function: Callable[..., Any], requirement: Needs, model: type[Any] | None
    ) -> dict[str, Any]:
        """Add a route's name, texts, needs and answer to its options.

        The OpenAPI document shows them.
        """
        first, _, rest = inspect.cleandoc(function.__doc__ or function.__name__).partition("\n")
        credentials: list[dict[str, list[str]]] = [] if requirement.public else [{"bearer": []}, {"apiKey": []}]
        said = {
            "tags": [self.tag],
            "summary": first.strip(". "),
            "description": f"{rest.strip()}\n\n{requirement.sentence()}".strip(),
            "operation_id": to_camel(function.__name__),
            "security": credentials,
            "openapi_extensions": requirement.extensions(),
        }
        options |= {name: options[name] or value for name, value in said.items()}
        if model is not None:
            answer = {"description": "Success", "content": {JSON: {"model": model}}}
            options["responses"] = {options["status_code"]: answer, **(options["responses"] or {})}
        return options

    def methods_of(self, path: str) -> list[str]:
        """Return the methods under which a path has a route."""
        return sorted({route.method for route in self._static_routes + self._dynamic_routes if route.rule.match(path)})

    def _not_found(self, _: NotFoundError) -> Response[Any]:
        path, asked = self.current_event.path, self.current_event.http_method
        methods = self.methods_of(path) or self._elsewhere(path)
        if not methods:
            return _answer_error(NotFound("There is nothing at this path"))
        current().headers["Allow"] = ", ".join(methods)
        return _answer_error(MethodNotAllowed(f"{asked} is not possible here", details={"allowed": methods}))


def router(tag: str, *, elsewhere: Callable[[str], list[str]] = lambda _: []) -> Router:
    """Return the router of a service; `tag` groups its operations in the OpenAPI document.

    `elsewhere` knows the methods of other services' paths: for the function that answers what nobody else does.
    """
    return Router(tag, elsewhere)


def _answer_error(error: Exception) -> Response[Any]:
    if isinstance(error, RequestValidationError):
        error = from_validation(error)
    known = as_app_error(error)
    if known is None:
        logger.error("unexpected error", exc_info=error)
    elif STATUS[known.code] >= 500:
        logger.warning("a neighbour failed", exc_info=error)
    return error_response(known)


def error_response(error: AppError | None) -> Response[Any]:
    """Return the failure envelope with its status; None answers INTERNAL."""
    state = current()
    if isinstance(error, RateLimited):
        state.headers["Retry-After"] = str(error.retry_after)
    if error is not None and error.retryable:
        state.headers["Retry-After"] = "1"
    body = failure(error, request_id=state.request_id, now=datetime.now(UTC))
    return Response(status_code=STATUS[error.code] if error else 500, content_type=JSON, body=body)
