"""Read the caller of a request from the authorizer's context.

Only API Gateway can write that context.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from premium.errors import AppError, Forbidden, RateLimited, Unauthenticated, UpstreamUnavailable
from premium.tiers import Tier


@dataclass(frozen=True, kw_only=True)
class Principal:
    """The authenticated caller of a request."""

    user_id: UUID
    """`premium_users.id`."""
    external_id: str
    """The free platform's id, `user_123`."""
    tier: Tier
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    """What the credential may do; `*` is everything, as a JWT may."""
    key_id: UUID | None = None
    """The API key that was used, if one was."""

    def may(self, scope: str) -> bool:
        """Tell whether the credential has a scope."""
        return "*" in self.scopes or scope in self.scopes

    def has_role(self, role: str) -> bool:
        """Tell whether the caller has a role.

        By token, or by the scope of a key.
        """
        return role in self.roles or f"role:{role}" in self.scopes


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The authorizer's decision about one request, and its limit's state."""

    outcome: str
    principal: Principal | None
    message: str
    limit: int
    remaining: int
    reset: int
    """Unix seconds at which the window frees its oldest request."""
    retry_after: int
    address: str = ""
    """Where the request came from: an IP address, or an IPv6 network."""

    def refusal(self) -> AppError | None:
        """Return the error for a request that may not pass."""
        match self.outcome:
            case "allow":
                return None
            case "rate_limited":
                return RateLimited(self.message, retry_after=max(1, self.retry_after))
            case "forbidden":
                return Forbidden(self.message)
            case "unavailable":
                return UpstreamUnavailable(self.message)
            case _:
                return Unauthenticated(self.message)


NO_VERDICT = Verdict(
    outcome="unauthenticated",
    principal=None,
    message="Credentials are missing",
    limit=0,
    remaining=0,
    reset=0,
    retry_after=0,
)
"""For a request that no authorizer has seen: nothing answers it, not even a public route."""


def verdict_of(event: Mapping[str, Any]) -> Verdict:
    """Return the authorizer's verdict.

    `NO_VERDICT` where it is missing or unreadable: no guess favours a caller.
    """
    try:
        context: Mapping[str, str] = event["requestContext"]["authorizer"]["lambda"]
        return Verdict(
            outcome=context["verdict"],
            principal=_principal(context),
            message=context.get("message") or "The credentials are not valid",
            limit=int(context.get("limit") or 0),
            remaining=int(context.get("remaining") or 0),
            reset=int(context.get("reset") or 0),
            retry_after=int(context.get("retryAfter") or 0),
            address=context.get("address") or "",
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return NO_VERDICT


def _principal(context: Mapping[str, str]) -> Principal | None:
    if not context.get("userId"):
        return None
    return Principal(
        user_id=UUID(context["userId"]),
        external_id=context["externalId"],
        tier=Tier(context["tier"]),
        roles=_words(context.get("roles")),
        scopes=_words(context.get("scopes")),
        key_id=UUID(context["keyId"]) if context.get("keyId") else None,
    )


def _words(text: str | None) -> frozenset[str]:
    return frozenset((text or "").split())
