"""Rule on a request: whose credential it is, and whether he asks too often."""

from __future__ import annotations

from datetime import datetime

from premium.accounts.credentials.owners import CredentialOwners
from premium.accounts.credentials.tokens import TokenVerifier
from premium.accounts.model import Attempt, KeyOwner, User
from premium.clock import Clock
from premium.errors import AppError, Forbidden, Unauthenticated, UpstreamUnavailable
from premium.limits import Limiter, LimitState
from premium.metering.usage import Use
from premium.principal import Principal, Ruling
from premium.tiers import ANONYMOUS_A_MINUTE, REQUESTS_A_MINUTE


class Gatekeeper:
    """Identify callers and count their requests.

    Over the limit comes first, whatever the credential is worth.
    """

    def __init__(self, *, verifier: TokenVerifier, owners: CredentialOwners, limiter: Limiter, clock: Clock) -> None:
        self._verifier = verifier
        self._owners = owners
        self._limiter = limiter
        self._clock = clock

    def rule(self, attempt: Attempt) -> Ruling:
        """Return the verdict on one request."""
        caller, refusal = self._identify(attempt)
        state = self._count(caller, attempt)
        if not state.known and not state.allowed:
            return _ruling("unavailable", state, attempt, message="Requests cannot be counted just now")
        if not state.allowed:
            message = f"More than {state.limit} requests in a minute; try again in {state.retry_after} s"
            return _ruling("rate_limited", state, attempt, message=message, caller=caller)
        if refusal is not None:
            return _ruling(_verdict(refusal), state, attempt, message=refusal.message)
        return _ruling("allow", state, attempt, caller=caller)

    def identify(self, attempt: Attempt) -> Principal | None:
        """Return the caller, None for a request without credentials.

        Raises Unauthenticated, Forbidden or UpstreamUnavailable.
        """
        if attempt.authorization and attempt.api_key:
            raise Unauthenticated("Give a token or an API key, not both")
        if attempt.api_key:
            owner = self._owners.by_key(attempt.api_key)
            ends = int(owner.expires_at.timestamp()) if owner.expires_at else None
            return _principal(owner, scopes=frozenset(owner.scopes), expires_at=ends)
        if attempt.authorization:
            claims = self._verifier.verify(_bearer(attempt.authorization))
            user = self._owners.by_claims(claims)
            return _principal(user, roles=claims.roles, scopes=frozenset({"*"}), expires_at=claims.expires_at)
        return None

    def _identify(self, attempt: Attempt) -> tuple[Principal | None, AppError | None]:
        try:
            return self.identify(attempt), None
        except (Unauthenticated, Forbidden, UpstreamUnavailable) as error:
            return None, error

    def _count(self, caller: Principal | None, attempt: Attempt) -> LimitState:
        if caller is None:
            return self._limiter.check(f"address:{attempt.address}", ANONYMOUS_A_MINUTE, changes=attempt.changes)
        return counted(self._limiter, caller, attempt.route, self._clock.now(), changes=attempt.changes)


def counted(limiter: Limiter, caller: Principal, route: str, at: datetime, *, changes: bool = False) -> LimitState:
    """Count one request, connection or message of a caller.

    By user, not by key: more keys must not buy more requests.
    """
    use = Use(subject=caller.key_id or caller.user_id, customer=caller.user_id, endpoint=route, at=at)
    return limiter.check(f"user:{caller.user_id}", REQUESTS_A_MINUTE[caller.tier], use, changes=changes)


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("The scheme of Authorization must be Bearer")
    return token.strip()


def _principal(
    user: User, *, scopes: frozenset[str], expires_at: int | None, roles: frozenset[str] = frozenset()
) -> Principal:
    return Principal(
        user_id=user.id,
        external_id=user.external_id,
        tier=user.tier,
        roles=roles,
        scopes=scopes,
        key_id=user.key_id if isinstance(user, KeyOwner) else None,
        expires_at=expires_at,
    )


def _verdict(refusal: AppError) -> str:
    if isinstance(refusal, UpstreamUnavailable):
        return "unavailable"
    return "forbidden" if isinstance(refusal, Forbidden) else "unauthenticated"


def _ruling(
    verdict: str, state: LimitState, attempt: Attempt, *, caller: Principal | None = None, message: str = ""
) -> Ruling:
    return Ruling(
        verdict=verdict,
        principal=caller,
        message=message,
        limit=state.limit,
        remaining=state.remaining,
        reset=state.reset,
        retry_after=state.retry_after,
        address=attempt.address,
    )
