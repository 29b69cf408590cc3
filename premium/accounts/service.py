"""The door of accounts: profiles, API keys, and whose a request is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING
from uuid import UUID

from premium.accounts.credentials.keys import generate, key_hash
from premium.accounts.credentials.owners import CredentialOwners
from premium.accounts.model import ApiKey, NewKey, Profile, User
from premium.accounts.store import AccountStore
from premium.clock import Clock
from premium.errors import Forbidden, InvalidInput, Unauthenticated
from premium.manifest import services
from premium.principal import Principal
from premium.zones import zone_of

if TYPE_CHECKING:
    from premium.accounts.credentials.tokens import TokenVerifier
    from premium.accounts.gatekeeper import Gatekeeper
    from premium.accounts.stream_tokens import StreamTokens
    from premium.bootstrap import Platform

SCOPES = frozenset(scope for service in services() for scope in service.scopes)
MAX_KEYS = 20
_LOCAL_PATIENCE = 0.5
"""On one machine everything shares two cores, and 50 ms can pass without anything being wrong."""
_TOKEN_PATIENCE = 2.0
"""Seconds; who connects waits, and what Redis does not answer is no stream."""


@dataclass(frozen=True)
class Accounts:
    """What users do with their own accounts."""

    store: AccountStore
    clock: Clock

    @classmethod
    def of(cls, platform: Platform) -> Accounts:
        """Return the accounts of a platform."""
        return cls(AccountStore(platform.database), platform.clock)

    def profile(self, user_id: UUID) -> Profile:
        """Return a user's profile; NotFound for none."""
        return self.store.profile(user_id)

    def change_email(self, user_id: UUID, email: str | None) -> Profile:
        """Change or remove the email address; Conflict when another user has it."""
        self.store.set_email(user_id, email.lower() if email else None)
        return self.store.profile(user_id)

    def change_time_zone(self, user_id: UUID, time_zone: str | None) -> Profile:
        """Change or remove the zone of the user's days; InvalidInput for no IANA name."""
        self.store.set_time_zone(user_id, None if time_zone is None else zone_of(time_zone))
        return self.store.profile(user_id)

    def keys(self, user_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int) -> list[ApiKey]:
        """Return a user's API keys, newest first."""
        return self.store.keys(user_id, after=after, limit=limit)

    def add_key(self, by: Principal, *, name: str, scopes: Iterable[str], expires_at: datetime | None) -> NewKey:
        """Make an API key that may do no more than its maker.

        One that a key makes has scopes of that key, ends with it, and is revoked with it. InvalidInput for a scope that
        nobody has; Forbidden for one that the caller lacks, and for a later end.
        """
        wanted = sorted(set(scopes))
        self._check(wanted, by, expires_at)
        key = generate()
        record = self.store.add_key(
            by.user_id,
            parent=by.key_id,
            name=name,
            prefix=key.prefix,
            key_hash=key_hash(key.text),
            scopes=wanted,
            expires_at=expires_at,
            room=MAX_KEYS,
        )
        return NewKey(key.text, record)

    def revoke_key(self, user_id: UUID, key_id: UUID) -> ApiKey:
        """Revoke an API key, and those that it made.

        It is refused everywhere within a second (`owners.KEY_SECONDS`).
        """
        return self.store.revoke_key(user_id, key_id)

    def _check(self, scopes: Sequence[str], by: Principal, expires_at: datetime | None) -> None:
        roles = {scope.removeprefix("role:") for scope in scopes if scope.startswith("role:")}
        known = SCOPES | {f"role:{role}" for role in roles if by.has_role(role)}
        if unknown := [scope for scope in scopes if scope not in known]:
            raise InvalidInput("A scope is not known", details={"scopes": f"not known: {', '.join(unknown)[:200]}"})
        if lacking := [scope for scope in scopes if not scope.startswith("role:") and not by.may(scope)]:
            raise Forbidden("A key makes no key with more scopes than its own", details={"scopes": lacking[:50]})
        if expires_at is not None and expires_at <= self.clock.now():
            raise InvalidInput("The key would have expired already", details={"expiresAt": "must be in the future"})


def preload() -> None:
    """Import what `gatekeeper` and `StreamUsers` need, for functions that call them.

    The limiter's Redis and the verifier's JWT take longer to import than all that the function of accounts needs.
    """
    rooms = ("credentials.tokens", "gatekeeper", "stream_tokens")
    for module in (*(f"premium.accounts.{room}" for room in rooms), "premium.limits"):
        import_module(module)


def gatekeeper(platform: Platform) -> Gatekeeper:
    """Return the gatekeeper of all requests, one a process.

    It keeps what it knows of users for seconds.
    """
    from premium.accounts.credentials.tokens import TokenVerifier  # noqa: PLC0415 - Redis and JWT, which most who enter here need not
    from premium.accounts.gatekeeper import Gatekeeper  # noqa: PLC0415 - Redis and JWT, which most who enter here need not
    from premium.limits import PATIENCE_SECONDS, Limiter  # noqa: PLC0415 - Redis and JWT, which most who enter here need not

    settings = platform.settings
    return Gatekeeper(
        verifier=TokenVerifier(platform.secrets, settings.require("jwt_secret_arn")),
        owners=CredentialOwners(AccountStore(platform.database_at_once), platform.clock),
        limiter=Limiter(
            platform.redis(2),
            when_down=settings.rate_limit_when_down,
            patience=_LOCAL_PATIENCE if settings.premium_stage == "local" else PATIENCE_SECONDS,
        ),
        clock=platform.clock,
    )


def stream_tokens(platform: Platform) -> StreamTokens:
    """Return what gives and takes the tokens that open streams."""
    from premium.accounts.stream_tokens import StreamTokens  # noqa: PLC0415 - Redis, which most who enter here need not
    from premium.storage.redis_client import impatient  # noqa: PLC0415 - comes with it

    return StreamTokens(impatient(platform.redis(2), _TOKEN_PATIENCE), platform.clock)


@dataclass(frozen=True)
class StreamUser:
    """Whose a stream is, and when it ends.

    Unix seconds; None where its credential has no end.
    """

    user: User
    ends_at: int | None


@dataclass(frozen=True)
class StreamUsers:
    """Find the users of streams by their tokens; one a process.

    It keeps what it knows of users for seconds.
    """

    verifier: TokenVerifier
    owners: CredentialOwners
    tokens: StreamTokens

    @classmethod
    def of(cls, platform: Platform) -> StreamUsers:
        """Return the stream users of a platform."""
        from premium.accounts.credentials.tokens import TokenVerifier  # noqa: PLC0415 - Redis and JWT, which most who enter here need not

        verifier = TokenVerifier(platform.secrets, platform.settings.require("jwt_secret_arn"))
        owners = CredentialOwners(AccountStore(platform.database), platform.clock)
        return cls(verifier, owners, stream_tokens(platform))

    def by_token(self, token: str) -> StreamUser:
        """Return the user of a stream token or a JWT.

        A stream token is spent by it. Raises Unauthenticated, Forbidden or UpstreamUnavailable.
        """
        from premium.accounts.stream_tokens import is_stream_token  # noqa: PLC0415 - Redis, which most who enter here need not

        if not is_stream_token(token):
            claims = self.verifier.verify(token)
            return StreamUser(self.owners.by_claims(claims), claims.expires_at)
        worth = self.tokens.spend(token)
        if worth is None or self._over(worth.ends_at):
            raise Unauthenticated("The token is not valid")
        return StreamUser(self.owners.by_subject(worth.external_id), worth.ends_at)

    def _over(self, ends_at: int | None) -> bool:
        return ends_at is not None and ends_at <= self.tokens.now()
