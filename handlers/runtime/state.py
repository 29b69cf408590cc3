"""What is known about the request under way; a Lambda process serves one at a time, a test may serve several."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from handlers.runtime.principal import NO_VERDICT, Principal, Verdict, verdict_of
from premium.errors import Unauthenticated

_CURRENT: ContextVar[RequestState] = ContextVar("request")


@dataclass(kw_only=True)
class RequestState:
    """One request: its id, its caller, and what the answer's headers must say."""

    request_id: str
    verdict: Verdict = NO_VERDICT
    route: str = "unmatched"
    """`GET /v1/jobs/{id}`: the pattern, so that logs and counters do not grow with ids."""
    idempotency_key: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def principal(self) -> Principal:
        """The caller; `Unauthenticated` on a public route that was asked without credentials."""
        if self.verdict.principal is None:
            raise Unauthenticated("This needs a token or an API key")
        return self.verdict.principal


def begin(event: Mapping[str, Any], fallback_id: str) -> RequestState:
    """State of a new request; the id is API Gateway's, or the invocation's where there is no gateway."""
    context = event.get("requestContext")
    given = context.get("requestId") if isinstance(context, Mapping) else None
    state = RequestState(request_id=f"req_{given or fallback_id}", verdict=verdict_of(event))
    _CURRENT.set(state)
    return state


def current() -> RequestState:
    """The request under way; LookupError outside of one."""
    return _CURRENT.get()
