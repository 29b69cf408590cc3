"""Check the caller, then the form of the request, before every route."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.middlewares.openapi_validation import OpenAPIRequestValidationMiddleware

from handlers.runtime.requests.body import check_text, read_object
from handlers.runtime.requests.needs import Needs, needs_of
from handlers.runtime.requests.state import RequestState, current
from premium.errors import InvalidInput
from premium.refusals import nearest, shown, visible

_UNMATCHED = Needs(public=True)
"""A path that does not exist says so to anybody, but only after the authorizer has counted the request."""
_UNCOUNTED = ("rate_limited", "unavailable")
"""Verdicts that refuse in any case, as that on a request that no authorizer saw, which has no address."""
_ATTEMPTS = "/v1/auth/"
"""Below it everything counts as an attempt of its IP address, right or wrong."""
_MAX_QUERY = 4096
_CHARSET = re.compile(r"(?i)\bcharset\s*=\s*\"?([^\s;\"]*)")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class Gate(OpenAPIRequestValidationMiddleware):
    """A middleware that refuses callers before Powertools validates the request.

    Powertools validates first and runs other middlewares after.
    """

    def handler(self, app: ApiGatewayResolver, next_middleware: NextMiddleware) -> Response[Any]:
        """Let the request through to its route, or raise the error that refuses it."""
        route = app.context["_route"]
        state = current()
        requirement = needs_of(route.func)
        if requirement is not None:
            state.route = f"{route.method} {route.openapi_path}"
            if route.openapi_path.startswith(_ATTEMPTS):
                _count_attempt(state, requirement)
        (requirement or _UNMATCHED).check(state)
        _check_query(app.current_event.raw_event)
        if requirement is not None:
            _check_names(app.current_event.raw_event, [one.alias for one in route.dependant.query_params])
        state.idempotency_key = _idempotency_key(app.current_event.headers.get("idempotency-key"))
        return super().handler(app, next_middleware)

    def _get_body(self, app: ApiGatewayResolver) -> dict[str, Any]:
        event = app.current_event
        # Clients and proxies name a type of what is not there, too.
        if event.raw_event.get("body"):
            _check_type(event.headers.get("content-type") or "application/json")
        return read_object(current().event)  # type: ignore[return-value] # the caller takes None for no body


def _check_type(given: str) -> None:
    """Refuse a body that is not said to be JSON in UTF-8."""
    content_type, _, parameters = given.partition(";")
    if content_type.strip().lower() != "application/json":
        raise InvalidInput.about("Content-Type", f"must be application/json; given {shown(content_type.strip())}")
    # In another encoding the same bytes are another text.
    if (charset := _CHARSET.search(parameters)) and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        raise InvalidInput.about("Content-Type", f"must be of the charset utf-8; given {shown(charset[1])}")


def _count_attempt(state: RequestState, requirement: Needs) -> None:
    """Count a request for its IP address; RateLimited over 30 a minute.

    While Redis is silent nobody logs in, and tokens that were issued work.
    """
    if state.ruling.verdict in _UNCOUNTED or not state.ruling.address:
        return
    from premium.accounts.service import login_attempts  # noqa: PLC0415 - Redis, which few requests need
    from premium.bootstrap import platform  # noqa: PLC0415 - comes with it

    login_attempts(platform()).of_ip(state.ruling.address, needed=requirement.public)


def _idempotency_key(given: str | None) -> str | None:
    if given is not None and not _KEY.fullmatch(given):
        reason = "must be 1 to 255 printable ASCII characters without spaces"
        raise InvalidInput.about("Idempotency-Key", f"{reason}; given {shown(given)}")
    return given


def _check_names(event: Mapping[str, Any], known: Collection[str]) -> None:
    """Refuse a parameter that the route does not know: a misspelt filter would answer everything."""
    unknown = [name for name in event.get("queryStringParameters") or {} if name not in known]
    if unknown:
        names = ", ".join(sorted(known)) or "none"
        near = nearest(unknown[0], known)
        reason = f"is no parameter here{f': did you mean {near}?' if near else ''}; there are: {names}"
        details = {visible(name): f"is no parameter here; there are: {names}" for name in unknown[:20]}
        raise InvalidInput(f"{visible(unknown[0])}: {reason}", details=details)


def _check_query(event: Mapping[str, Any]) -> None:
    if len(event.get("rawQueryString") or "") > _MAX_QUERY:
        raise InvalidInput.about("query", f"has more than {_MAX_QUERY} characters")
    for name, value in (event.get("queryStringParameters") or {}).items():
        check_text(name, "query")
        check_text(value or "", name)
