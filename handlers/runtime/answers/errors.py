"""Map every error to one code and status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic.alias_generators import to_camel

from premium.errors import AppError, InvalidInput, NotFound, UpstreamUnavailable
from premium.refusals import reason_of, visible

STATUS: Mapping[str, int] = {
    "INVALID_INPUT": 400,
    "UNAUTHENTICATED": 401,
    "TIER_REQUIRED": 403,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "CONFLICT": 409,
    "PAYLOAD_TOO_LARGE": 413,
    "UNPROCESSABLE": 422,
    "RATE_LIMITED": 429,
    "INTERNAL": 500,
    "UPSTREAM_UNAVAILABLE": 503,
}

_MAX_FIELDS, _MAX_REASON = 50, 400
_KEY = "[key]"
"""What pydantic calls the name of a member, where that is what is wrong."""
_NEIGHBOURS = frozenset(
    {
        "psycopg.OperationalError",
        "psycopg_pool.PoolTimeout",
        "redis.exceptions.ConnectionError",
        "redis.exceptions.TimeoutError",
        "botocore.exceptions.HTTPClientError",
        "botocore.exceptions.EndpointConnectionError",
    }
)
"""By name: importing the libraries only to compare their classes would cost each cold start."""


class MethodNotAllowed(NotFound):
    """The path exists under other methods; `details` says which."""

    code = "METHOD_NOT_ALLOWED"


def from_validation(error: RequestValidationError) -> InvalidInput:
    """Turn pydantic's errors into one entry a field, by the names that the client wrote.

    `{"conditions.0.operator": "must be 'gt' or 'lt'; given 'like'"}`. The message tells the first.
    """
    fields: dict[str, str] = {}
    for problem in error.errors()[:_MAX_FIELDS]:
        # A rule over several fields says itself beside which one its words belong.
        told = problem.get("ctx", {}).get("field")
        field = _field(problem["loc"] if told is None else (*problem["loc"], told))
        if not _only_counts_the_right(problem, field, fields):
            fields.setdefault(field, reason_of(problem)[:_MAX_REASON])
    first, reason = next(iter(fields.items()), ("request", "is not valid"))
    more = f" (and {len(fields) - 1} more: see details)" if len(fields) > 1 else ""
    return InvalidInput(f"{first}: {reason}{more}", details=fields)


def _only_counts_the_right(problem: Mapping[str, Any], field: str, known: Iterable[str]) -> bool:
    """Tell whether a list is called too short only for its wrong items.

    pydantic counts the right ones.
    """
    return problem["type"] == "too_short" and any(one.startswith(f"{field}.") for one in known)


def _field(location: tuple[Any, ...]) -> str:
    inside = location[1:] if location and location[0] in ("body", "query", "path", "header") else location
    if location and location[0] == "path":
        inside = tuple(to_camel(str(part)) for part in inside)
    named = ".".join(visible(part) for part in inside if part != _KEY)
    return named or str(location[0] if location else "request")


def as_app_error(error: Exception) -> AppError | None:
    """Return an error that a caller may see, None for a defect of ours."""
    if isinstance(error, AppError):
        return error if error.code in STATUS else None
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    if names & _NEIGHBOURS:
        return UpstreamUnavailable("A store does not answer just now; try again in a moment")
    return None
