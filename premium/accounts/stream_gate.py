"""Let users open streams, and count what they say on them.

A stream hears what its credential may read, and no longer than that lasts.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from premium.accounts.credentials.issuers import Issuers
from premium.accounts.credentials.owners import CredentialOwners
from premium.accounts.gatekeeper import ELSEWHERE, counted
from premium.accounts.model import SessionOwner
from premium.accounts.store import AccountStore, KeyStore
from premium.accounts.stream_tokens import StreamTokens, is_stream_token
from premium.clock import Clock
from premium.entitlements import entitlements
from premium.errors import Forbidden, RateLimited, Unauthenticated, UpstreamUnavailable
from premium.limits import Limiter, LimitState
from premium.networks import admits, subscriber_of
from premium.principal import Principal
from premium.tiers import ANONYMOUS_A_MINUTE

_EVERYTHING = frozenset({"*"})


@dataclass(frozen=True, kw_only=True)
class StreamGate:
    """Find the callers of streams by their tokens, and count them; one a process."""

    verifier: Issuers
    owners: CredentialOwners
    store: AccountStore
    keys: KeyStore
    tokens: StreamTokens
    limiter: Limiter
    clock: Clock

    def enter(self, token: str, source: str) -> Principal:
        """Return the caller of a stream token or a JWT, counted as a request.

        `source` is the IP address that it came from. A stream token is spent by it. A refused one is counted against
        the address. Raises Unauthenticated, Forbidden, RateLimited or UpstreamUnavailable.
        """
        try:
            caller = self.by_token(token, source)
        except (Unauthenticated, Forbidden):
            _refuse(self.limiter.check(f"address:{subscriber_of(source)}", ANONYMOUS_A_MINUTE))
            raise
        self.count(caller, "WS connect")
        return caller

    def by_token(self, token: str, source: str) -> Principal:
        """Return the caller of a stream token or a JWT that came from an address.

        Raises Unauthenticated, Forbidden or UpstreamUnavailable.
        """
        if is_stream_token(token):
            return self._spend(token, source)
        claims = self.verifier.verify(token)
        user = self.owners.by_claims(claims)
        return Principal(
            user_id=user.id,
            external_id=user.external_id,
            tier=user.tier,
            agreed=user.agreed,
            scopes=_EVERYTHING,
            session_id=claims.session_id,
            expires_at=claims.expires_at,
        )

    def confirm(self, caller: Principal) -> None:
        """Look again, past every cache, at who has just opened a stream.

        Whoever revokes closes the streams that are there: one that is opened meanwhile is found by this look or by
        that one. Unauthenticated or Forbidden.
        """
        self.owners.by_subject(caller.external_id)
        if caller.key_id is not None and self.keys.live(caller.user_id, caller.key_id, self.clock.now()) is None:
            raise Unauthenticated("The API key is not valid")
        if caller.session_id is not None:
            self._session(caller.session_id)

    def count(self, caller: Principal, what: str) -> None:
        """Count a connection or a message as a request; RateLimited over the limit."""
        _refuse(counted(self.limiter, caller, what, self.clock.now()))

    def _spend(self, token: str, source: str) -> Principal:
        worth = self.tokens.spend(token)
        if worth is None or (worth.ends_at is not None and worth.ends_at <= self.tokens.now()):
            raise Unauthenticated("The token is not valid")
        user = self.owners.by_subject(worth.external_id)
        scopes, ends_at = _EVERYTHING, worth.ends_at
        if worth.session_id is not None:
            ends_at = int(self._session(worth.session_id).ends_at.timestamp())
        if worth.key_id is not None:
            key = self.keys.live(user.id, worth.key_id, self.clock.now())
            if key is None or "api_keys" not in entitlements(user.tier).services:
                raise Unauthenticated("The API key that asked for this token is not valid any more")
            if not admits(key.networks, source):
                raise Forbidden(ELSEWHERE)
            scopes = frozenset(key.scopes)
        return Principal(
            user_id=user.id,
            external_id=user.external_id,
            tier=user.tier,
            agreed=user.agreed,
            scopes=scopes,
            key_id=worth.key_id,
            session_id=worth.session_id,
            expires_at=ends_at,
        )

    def _session(self, session_id: UUID) -> SessionOwner:
        session = self.store.by_session(session_id)
        if session is None or not session.usable(self.clock.now()):
            raise Unauthenticated("The session is over; log in again")
        return session


def _refuse(state: LimitState) -> None:
    if not state.known and not state.allowed:
        raise UpstreamUnavailable("Requests cannot be counted just now")
    if not state.allowed:
        message = f"More than {state.limit} requests in a minute; try again in {state.retry_after} s"
        raise RateLimited(message, retry_after=state.retry_after)
