"""Rule on a request: whose credential it is, and whether he asks too often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from premium.accounts.credentials.issuers import Issuers
from premium.accounts.credentials.owners import CredentialOwners, admitted
from premium.accounts.credentials.tokens import Claims
from premium.accounts.manifest import PROOF_SECONDS
from premium.accounts.model import Attempt, KeyOwner, SessionOwner, Standing, User
from premium.clock import Clock
from premium.entitlements import entitlements
from premium.errors import AppError, Forbidden, Unauthenticated, UpstreamUnavailable
from premium.limits import Limiter, LimitState, MonthQuota
from premium.metering.usage import Use
from premium.networks import admits
from premium.principal import Principal, Ruling
from premium.tiers import anonymous_a_minute

ELSEWHERE = "This API key is not taken from this address; its networks are in the list of keys"


@dataclass(frozen=True)
class _Found:
    """What a look at a request's credential found."""

    caller: Principal | None = None
    refusal: AppError | None = None
    user: User | None = None
    """Whose credential it is, also where he is refused."""


class Gatekeeper:
    """Identify callers and count their requests.

    Over the limit comes first, whatever the credential is worth. What is known of a caller is compared with the mark
    that comes back with the count (`premium.storage.marks`): a change of his standing holds with the next request.
    """

    def __init__(
        self,
        *,
        verifier: Issuers,
        owners: CredentialOwners,
        limiter: Limiter,
        clock: Clock,
        proof_seconds: int = PROOF_SECONDS,
    ) -> None:
        self._verifier = verifier
        self._owners = owners
        self._limiter = limiter
        self._clock = clock
        self._proof_seconds = proof_seconds

    def rule(self, attempt: Attempt) -> Ruling:
        """Return the verdict on one request."""
        found = self._look(attempt)
        state = self._count(found, attempt)
        if found.user is not None and not self._owners.is_current(found.user, state.mark if state.known else None):
            found = self._look(attempt)
        caller = found.caller
        if not state.known and not state.allowed:
            return _ruling("unavailable", state, attempt, message="Requests cannot be counted just now")
        if state.spent and caller is not None:
            most = f"{entitlements(caller.tier, caller.agreed).requests_a_month:,}"
            whose = "Your agreement" if caller.agreed else f"The tier {caller.tier.value}"
            message = f"{whose} allows {most} requests a month, which are used up until it ends"
            return _ruling("rate_limited", state, attempt, message=message, caller=caller)
        if not state.allowed:
            message = f"More than {state.limit} requests in a minute; try again in {state.retry_after} s"
            return _ruling("rate_limited", state, attempt, message=message, caller=caller)
        if found.refusal is not None:
            return _ruling(_verdict(found.refusal), state, attempt, message=found.refusal.message)
        return _ruling("allow", state, attempt, caller=caller)

    def _look(self, attempt: Attempt) -> _Found:
        if attempt.authorization and attempt.api_key:
            return _Found(None, Unauthenticated("Give a token or an API key, not both"))
        user: User | None = None
        try:
            if attempt.api_key:
                user = owner = self._owners.of_key(attempt.api_key)
                return _Found(_by_key(owner, attempt.source), None, owner)
            if attempt.authorization:
                claims = self._verifier.verify(_bearer(attempt.authorization))
                user = self._owners.of_claims(claims)
                return _Found(_by_token(user, claims, self._proof_seconds), None, user)
        except (Unauthenticated, Forbidden, UpstreamUnavailable) as error:
            return _Found(None, error, user)
        return _Found()

    def _count(self, found: _Found, attempt: Attempt) -> LimitState:
        if found.caller is None:
            whose = found.user.id if found.user else None
            subject = f"address:{attempt.address}"
            limit = anonymous_a_minute(attempt.route)
            return self._limiter.check(subject, limit, changes=attempt.changes, marked=whose)
        return counted(self._limiter, found.caller, attempt.route, self._clock.now(), changes=attempt.changes)


def counted(limiter: Limiter, caller: Principal, route: str, at: datetime, *, changes: bool = False) -> LimitState:
    """Count one request, connection or message of a caller.

    By user, not by key: more keys must not buy more requests.
    """
    subject, tier = caller.key_id or caller.user_id, caller.tier
    use = Use(subject=subject, customer=caller.user_id, endpoint=route, at=at, tier=tier.value)
    allowed = entitlements(tier, caller.agreed)
    quota = None
    if tier.value in limiter.refused_tiers:
        quota = MonthQuota(user=caller.user_id, most=allowed.requests_a_month, now=at)
    name, most = f"user:{caller.user_id}", allowed.requests_a_minute
    return limiter.check(name, most, use, changes=changes, marked=caller.user_id, quota=quota)


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("The scheme of Authorization must be Bearer")
    return token.strip()


def _by_key(owner: KeyOwner, source: str) -> Principal:
    if not admits(owner.networks, source):
        raise Forbidden(ELSEWHERE)
    ends = int(owner.expires_at.timestamp()) if owner.expires_at else None
    return _principal(
        admitted(owner),
        scopes=frozenset(owner.scopes),
        expires_at=ends,
        key_id=owner.key_id,
        is_listed=bool(owner.networks),
    )


def _by_token(user: User, claims: Claims, proof_seconds: int) -> Principal:
    """Return the caller of a token.

    He has the roles that stand here and, by a token of the free platform, those that it names.
    """
    roles, proven_at, factor_at = claims.roles, claims.issued_at, None
    if isinstance(user, Standing | SessionOwner):
        roles |= user.roles
    if isinstance(user, SessionOwner):
        proven_at = user.proven_at
        factor_at = user.second_factor_at if user.has_second_factor else None
    elif isinstance(user, Standing) and user.has_second_factor:
        proven_at = None  # which such a token cannot show
    return _principal(
        admitted(user),
        scopes=frozenset({"*"}),
        expires_at=claims.expires_at,
        roles=roles,
        session_id=claims.session_id,
        proven_until=_until(proven_at, proof_seconds),
        factor_until=_until(factor_at, proof_seconds),
    )


def _until(at: datetime | None, seconds: int) -> int | None:
    return None if at is None else int(at.timestamp()) + seconds


def _principal(user: User, **credential: Any) -> Principal:
    return Principal(user_id=user.id, external_id=user.external_id, tier=user.tier, agreed=user.agreed, **credential)


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
