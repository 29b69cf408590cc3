"""Keep the state of the current request.

A Lambda process serves one at a time, a test may serve several.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from premium.errors import Unauthenticated
from premium.principal import NO_RULING, Principal, Ruling

if TYPE_CHECKING:
    from premium.audit.service import Record

_CURRENT: ContextVar[RequestState] = ContextVar("request")


@dataclass(kw_only=True)
class RequestState:
    """The id and caller of one request, and headers of its answer."""

    request_id: str
    ruling: Ruling = NO_RULING
    route: str = "unmatched"
    """`GET /v1/jobs/{id}`: the pattern, so that logs and counters do not grow with ids."""
    event: Mapping[str, Any] = field(default_factory=dict)
    remaining_ms: int | None = None
    """Until Lambda ends this invocation, as of its beginning."""
    idempotency_key: str | None = None
    record: Record | None = None
    """What its audit entry is told, while a route that changes something runs."""
    headers: dict[str, str] = field(default_factory=dict)
    landing: str | None = None
    """Where a browser that navigates is led, whatever the answer is."""

    @property
    def principal(self) -> Principal:
        """Return the caller; Unauthenticated where a public route has none."""
        if self.ruling.principal is None:
            raise Unauthenticated("This needs a token or an API key")
        return self.ruling.principal


def begin(event: Mapping[str, Any], context: Any) -> RequestState:
    """Begin a request and return its state.

    Its id is API Gateway's, or the invocation's where there is no gateway.
    """
    gateway = event.get("requestContext")
    given = gateway.get("requestId") if isinstance(gateway, Mapping) else None
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    state = RequestState(
        request_id=f"req_{given or getattr(context, 'aws_request_id', None) or uuid4().hex}",
        ruling=_ruling(event),
        event=event,
        remaining_ms=remaining() if remaining else None,
    )
    _CURRENT.set(state)
    return state


def current() -> RequestState:
    """Return the request under way; LookupError outside of one."""
    return _CURRENT.get()


def answer_header(name: str, value: str) -> None:
    """Add a header to the answer of the current request."""
    current().headers[name] = value


def _ruling(event: Mapping[str, Any]) -> Ruling:
    """Return the authorizer's ruling.

    `NO_RULING` where it is missing or unreadable: no guess favours a caller.
    """
    try:
        return Ruling.of_context(event["requestContext"]["authorizer"]["lambda"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return NO_RULING
