"""The caller of a request, and the authorizer's ruling on it.

The gatekeeper of accounts rules; the ruling travels as strings in the authorizer's context, which only API Gateway can
write; the handlers' runtime reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
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
    session_id: UUID | None = None
    """The session behind a token of ours; None for the free platform's tokens and for keys."""
    expires_at: int | None = None
    """Unix seconds at which the credential ends; None for a key that does not."""
    proven_until: int | None = None
    """Unix seconds until which the proof counts that its user is he; None for a key, and where a token has none."""
    factor_until: int | None = None
    """Unix seconds until which the second factor counts that its session showed; None where it showed none."""
    agreed: int | None = None
    """Requests a month that were agreed with the user; only the door knows it, which counts them."""
    is_listed: bool = False
    """Whether a key came from a network of its own list; False for a key without one."""

    @property
    def credential(self) -> UUID | None:
        """Return the id of the key or session behind the request.

        None for a token of the free platform.
        """
        return self.key_id or self.session_id

    def may(self, scope: str) -> bool:
        """Tell whether the credential has a scope."""
        return "*" in self.scopes or scope in self.scopes

    def seconds_left(self, most: int, now: datetime) -> int:
        """Return how many seconds a form or link of the caller's may last.

        `most`, or as long as his credential.
        """
        return most if self.expires_at is None else max(1, min(most, self.expires_at - int(now.timestamp())))

    def has_proved(self, now: datetime) -> bool:
        """Tell whether the caller proved lately that it is he; no key ever did."""
        return self.proven_until is not None and now.timestamp() <= self.proven_until

    def acts_for_staff(self, now: datetime) -> bool:
        """Tell whether the caller may do what staff does.

        By a second factor that was shown lately, or by a key from a listed network.
        """
        if self.key_id is not None:
            return self.is_listed
        return self.factor_until is not None and now.timestamp() <= self.factor_until

    def has_role(self, role: str) -> bool:
        """Tell whether the caller has a role.

        By token, or by the scope of a key.
        """
        return role in self.roles or f"role:{role}" in self.scopes


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """The verdict on one request, and the state of its caller's limit."""

    verdict: str
    """`allow`, `unauthenticated`, `forbidden`, `rate_limited` or `unavailable`; any other is unauthenticated."""
    principal: Principal | None = None
    """None where a request brought no credentials, or is refused for them."""
    message: str = ""
    limit: int = 0
    remaining: int = 0
    reset: int = 0
    """Unix seconds at which the window frees its oldest request."""
    retry_after: int = 0
    address: str = ""
    """Where the request came from: an IP address, or the IPv6 network that one subscriber has."""
    cursor_key: str = field(default="", repr=False)
    """What signs this caller's cursors; no client sees it."""

    def refusal(self) -> AppError | None:
        """Return the error for a request that may not pass."""
        match self.verdict:
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

    def context(self) -> dict[str, str]:
        """Return the ruling as the authorizer's context carries it."""
        caller = self.principal
        return {
            "verdict": self.verdict,
            "message": self.message,
            "userId": str(caller.user_id) if caller else "",
            "externalId": caller.external_id if caller else "",
            "tier": caller.tier.value if caller else "",
            "roles": " ".join(sorted(caller.roles)) if caller else "",
            "scopes": " ".join(sorted(caller.scopes)) if caller else "",
            "keyId": str(caller.key_id) if caller and caller.key_id else "",
            "sessionId": str(caller.session_id) if caller and caller.session_id else "",
            "expires": str(caller.expires_at) if caller and caller.expires_at else "",
            "proven": str(caller.proven_until) if caller and caller.proven_until else "",
            "factor": str(caller.factor_until) if caller and caller.factor_until else "",
            "listed": "yes" if caller and caller.is_listed else "",
            "limit": str(self.limit),
            "remaining": str(self.remaining),
            "reset": str(self.reset),
            "retryAfter": str(self.retry_after),
            "address": self.address,
            "cursorKey": self.cursor_key,
        }

    @classmethod
    def of_context(cls, context: Mapping[str, str]) -> Ruling:
        """Read a ruling; KeyError or ValueError for what is none."""
        return cls(
            verdict=context["verdict"],
            principal=_principal(context),
            message=context.get("message") or "The credentials are not valid",
            limit=int(context.get("limit") or 0),
            remaining=int(context.get("remaining") or 0),
            reset=int(context.get("reset") or 0),
            retry_after=int(context.get("retryAfter") or 0),
            address=context.get("address") or "",
            cursor_key=context.get("cursorKey") or "",
        )


NO_RULING = Ruling(verdict="unauthenticated", message="Credentials are missing")
"""For a request that no authorizer has seen: nothing answers it, not even a public route."""


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
        session_id=UUID(context["sessionId"]) if context.get("sessionId") else None,
        expires_at=int(context["expires"]) if context.get("expires") else None,
        proven_until=int(context["proven"]) if context.get("proven") else None,
        factor_until=int(context["factor"]) if context.get("factor") else None,
        is_listed=context.get("listed") == "yes",
    )


def _words(text: str | None) -> frozenset[str]:
    return frozenset((text or "").split())
