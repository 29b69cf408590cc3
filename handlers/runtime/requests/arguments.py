"""Give a route the caller and request id that its annotations ask for.

None of it comes from the request's parameters: `def overview(caller: Caller, request_id: RequestId) -> Portfolio: ...`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from aws_lambda_powertools.event_handler import Depends

from handlers.runtime.answers.cors import allowed_origins
from handlers.runtime.answers.redirect import navigates
from handlers.runtime.requests.body import raw_body
from handlers.runtime.requests.origin import lowered
from handlers.runtime.requests.state import current
from premium.principal import Principal


def _caller() -> Principal:
    return current().principal


def _visitor() -> Principal | None:
    return current().ruling.principal


def _request_id() -> str:
    return current().request_id


def _idempotency_key() -> str | None:
    return current().idempotency_key


@dataclass(frozen=True)
class RequestClient:
    """Where a request comes from, as far as the runtime knows."""

    address: str
    """An IP address, or the IPv6 network that one subscriber has."""
    user_agent: str
    origin: str | None
    """The page that asks, where a browser says so."""
    cookies: Mapping[str, str]

    navigates: bool = False
    """Whether a person's browser asks for a page, and no script of one."""

    def on_own_page(self) -> bool:
        """Tell whether one of the platform's own pages asks."""
        return self.origin is not None and self.origin in allowed_origins()


def _client() -> RequestClient:
    state = current()
    headers = lowered(state.event.get("headers"))
    given = [*(state.event.get("cookies") or []), *headers.get("cookie", "").split(";")]
    pairs = [str(each).strip().partition("=") for each in given]
    return RequestClient(
        address=state.ruling.address,
        user_agent=headers.get("user-agent", ""),
        origin=headers.get("origin"),
        cookies={name: value for name, mark, value in pairs if mark},
        navigates=navigates(state.event),
    )


@dataclass(frozen=True)
class RawRequest:
    """A request as its sender signed it."""

    headers: Mapping[str, str]
    """Names in lower case; the gateway joins one that came twice by commas."""
    body: bytes


def _raw() -> RawRequest:
    event = current().event
    return RawRequest(headers=lowered(event.get("headers")), body=raw_body(event))


Raw = Annotated[RawRequest, Depends(_raw)]
Client = Annotated[RequestClient, Depends(_client)]
Caller = Annotated[Principal, Depends(_caller)]
Visitor = Annotated[Principal | None, Depends(_visitor)]
"""The caller of a public route, None without credentials."""
RequestId = Annotated[str, Depends(_request_id)]
IdempotencyKey = Annotated[str | None, Depends(_idempotency_key)]
