"""Read credentials, source address and route from the authorizer's event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.runtime.requests.origin import check_origin, lowered
from premium.accounts.model import Attempt
from premium.networks import subscriber_of


def attempt_of(event: Mapping[str, Any], origin: Mapping[str, str] | None = None) -> Attempt:
    """Return the credentials, source and route of a request.

    Forbidden where it went around CloudFront.
    `origin` is the secret that CloudFront sends: `value`, and `previous` while it rotates.
    """
    headers = lowered(event.get("headers"))
    through_edge = origin is not None
    if origin is not None:
        check_origin(headers, origin)
    http = (event.get("requestContext") or {}).get("http") or {}
    source = source_of(headers, str(http.get("sourceIp")), through_edge=through_edge)
    return Attempt(
        authorization=headers.get("authorization"),
        api_key=headers.get("x-api-key"),
        address=subscriber_of(source),
        source=source,
        route=_route(event, str(http.get("method") or "")),
    )


def source_of(headers: Mapping[str, str], source: str, *, through_edge: bool) -> str:
    """Return the address that a request came from: behind the edge, its viewer's."""
    return _viewer(headers) if through_edge else source


def _route(event: Mapping[str, Any], method: str) -> str:
    """Return the route that was met; for none, the method too."""
    route = str(event.get("routeKey") or "$default")
    return f"{method} {route}" if route == "$default" and method else route


def _viewer(headers: Mapping[str, str]) -> str:
    # CloudFront appends its viewer, API Gateway appends CloudFront; what stands before is the client's own claim.
    hops = [hop.strip() for hop in headers.get("x-forwarded-for", "").split(",")]
    return hops[-2] if len(hops) > 1 else hops[-1]
