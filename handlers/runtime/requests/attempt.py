"""Read credentials, source address and route from the authorizer's event."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from typing import Any

from premium.accounts.model import Attempt
from premium.errors import Forbidden

ORIGIN_HEADER = "x-origin-secret"


def attempt_of(event: Mapping[str, Any], origin: Mapping[str, str] | None = None) -> Attempt:
    """Return the credentials, source and route of a request.

    Forbidden where it went around CloudFront.
    `origin` is the secret that CloudFront sends: `value`, and `previous` while it rotates.
    """
    headers = {str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    through_edge = origin is not None
    if origin is not None:
        _check_origin(headers.get(ORIGIN_HEADER, ""), origin)
    http = (event.get("requestContext") or {}).get("http") or {}
    return Attempt(
        authorization=headers.get("authorization"),
        api_key=headers.get("x-api-key"),
        address=_network(_viewer(headers) if through_edge else str(http.get("sourceIp"))),
        route=str(event.get("routeKey") or "$default"),
    )


def _check_origin(given: str, origin: Mapping[str, str]) -> None:
    accepted = [secret for secret in (origin.get("value"), origin.get("previous")) if secret]
    if not any(hmac.compare_digest(given.encode(), secret.encode()) for secret in accepted):
        raise Forbidden("This API is reached through its public address only")


def _viewer(headers: Mapping[str, str]) -> str:
    # CloudFront appends its viewer, API Gateway appends CloudFront; what stands before is the client's own claim.
    hops = [hop.strip() for hop in headers.get("x-forwarded-for", "").split(",")]
    return hops[-2] if len(hops) > 1 else hops[-1]


def _network(address: str) -> str:
    """Return an IPv4 address as it is, an IPv6 one as its /64, else `unknown`."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False).network_address)
