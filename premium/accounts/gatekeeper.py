"""Rule on a request: whose credential it is, and whether he asks too often."""

from __future__ import annotations

from premium.accounts.credentials.callers import Callers
from premium.accounts.credentials.tokens import TokenVerifier
from premium.accounts.model import Attempt, Identity, KeyOwner, Ruling, User, Verdict
from premium.clock import Clock
from premium.errors import AppError, Forbidden, Unauthenticated, UpstreamUnavailable
from premium.limits import Limiter, LimitState
from premium.metering.usage import Use
from premium.tiers import ANONYMOUS_A_MINUTE, REQUESTS_A_MINUTE


class Gatekeeper:
    """Identify callers and count their requests.

    Over the limit comes first, whatever the credential is worth.
    """

    def __init__(self, *, verifier: TokenVerifier, callers: Callers, limiter: Limiter, clock: Clock) -> None:
        self._verifier = verifier
        self._callers = callers
        self._limiter = limiter
        self._clock = clock

    def rule(self, attempt: Attempt) -> Ruling:
        """Return the verdict on one request."""
        identity, refusal = self._identify(attempt)
        state = self._count(identity.user, attempt)
        if not state.allowed:
            return _refused_by_limit(identity, state)
        if refusal is not None:
            return _ruling(_outcome(refusal), Identity(), state, refusal.message)
        return _ruling("allow", identity, state)

    def identify(self, attempt: Attempt) -> Identity:
        """Return whose the credentials are.

        Raises Unauthenticated, Forbidden or UpstreamUnavailable.
        """
        if attempt.authorization and attempt.api_key:
            raise Unauthenticated("Give a token or an API key, not both")
        if attempt.api_key:
            owner = self._callers.by_key(attempt.api_key)
            return Identity(user=owner, scopes=frozenset(owner.scopes))
        if attempt.authorization:
            claims = self._verifier.verify(_bearer(attempt.authorization))
            return Identity(user=self._callers.by_claims(claims), roles=claims.roles, scopes=frozenset({"*"}))
        return Identity()

    def _identify(self, attempt: Attempt) -> tuple[Identity, AppError | None]:
        try:
            return self.identify(attempt), None
        except (Unauthenticated, Forbidden, UpstreamUnavailable) as error:
            return Identity(), error

    def _count(self, user: User | None, attempt: Attempt) -> LimitState:
        if user is None:
            return self._limiter.check(f"address:{attempt.address}", ANONYMOUS_A_MINUTE)
        subject = user.key_id if isinstance(user, KeyOwner) else user.id
        use = Use(subject=subject, customer=user.id, endpoint=attempt.route, at=self._clock.now())
        # By user, not by key: more keys must not buy more requests.
        return self._limiter.check(f"user:{user.id}", REQUESTS_A_MINUTE[user.tier], use)


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("The scheme of Authorization must be Bearer")
    return token.strip()


def _outcome(refusal: AppError) -> Verdict:
    if isinstance(refusal, UpstreamUnavailable):
        return "unavailable"
    return "forbidden" if isinstance(refusal, Forbidden) else "unauthenticated"


def _refused_by_limit(identity: Identity, state: LimitState) -> Ruling:
    if not state.known:
        return _ruling("unavailable", Identity(), state, "Requests cannot be counted just now")
    message = f"More than {state.limit} requests in a minute; try again in {state.retry_after} s"
    return _ruling("rate_limited", Identity(user=identity.user), state, message)


def _ruling(verdict: Verdict, identity: Identity, state: LimitState, message: str = "") -> Ruling:
    return Ruling(
        verdict=verdict,
        message=message,
        identity=identity,
        limit=state.limit,
        remaining=state.remaining,
        reset=state.reset,
        retry_after=state.retry_after,
    )
