"""Check what a route requires of its caller, before all else.

    @app.post("/v1/tax/reports", status_code=202)
    @needs(service="tax", scope="tax:write")
    def start_report(...): ...

A route without `needs(...)` or `@public` cannot be registered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from handlers.runtime.requests.state import RequestState
from premium.bootstrap import platform
from premium.entitlements import entitlements, lowest_with
from premium.errors import Forbidden, TierRequired
from premium.principal import Principal
from premium.quotas import keeps
from premium.tiers import Tier

F = TypeVar("F", bound=Callable[..., Any])
_MARK = "__needs__"
_PROVE = (
    "This needs a fresh proof that it is you: log in again or, with a second factor, give its code to "
    "POST /v1/auth/totp/verify"
)
_SHOW = (
    "Staff shows a second factor: give its code to POST /v1/auth/totp/verify in a session of ours, after "
    "POST /v1/auth/totp where there is none yet"
)
_LISTED = "A key does what staff does from networks of its own list alone, and this one has none"


@dataclass(frozen=True, kw_only=True)
class Needs:
    """The requirements of one route.

    Public routes pass without credentials, but not without a verdict.
    """

    service: str | None = None
    """What a tier must have (`premium.entitlements`)."""
    least: Tier = Tier.FREE
    """Where it is none of the services of the tiers: the first tier that may ask."""
    scope: str | None = None
    roles: tuple[str, ...] = ()
    """One of them, with a second factor of the last quarter of an hour, or by a key from a listed network."""
    public: bool = False
    brings: str | None = None
    """Where a public route finds credentials of its own, which it may refuse: `body`."""
    security: bool = False
    """Changes of credentials, roles and money: their audit entries are kept seven years instead of one."""
    recent: bool = False
    """A token's user proved lately that it is he.

    Keys are bound by what they may.
    """
    noted: bool = False
    """No audit entry is written ahead: whoever applies what it stores writes it, or it stores nothing."""
    kept: str | None = None
    """A quota: whose tier lacks the service may still ask while he keeps something of it, from a tier before."""

    @property
    def tier(self) -> Tier:
        """The first tier that may ask; ValueError for a service that no tier has."""
        return lowest_with(self.service) if self.service else self.least

    def check(self, state: RequestState) -> None:
        """Raise the error for the first requirement that the caller lacks.

        In this order: a verdict or credentials, role, tier, scope.
        """
        if refusal := state.ruling.refusal():
            raise refusal
        if not self.public:
            self._check(state.principal)

    def sentence(self) -> str:
        """Return what a reader of the API's reference is told: tier, role and scope."""
        if self.public:
            return "Needs no credentials but those of its body or cookie." if self.brings else "Needs no credentials."
        told = [f"the tier `{self.tier.value}` or above" if self.tier is not Tier.FREE else "a user of any tier"]
        told[0] += ", or something kept of a tier before" if self.kept else ""
        told += [f"the role {' or '.join(f'`{role}`' for role in self.roles)}"] if self.roles else []
        told += [f"of an API key the scope `{self.scope}`"] if self.scope else []
        told += ["a login of the last 15 minutes"] if self.recent and not self.roles else []
        told += ["a second factor of the last 15 minutes, or a key from listed networks"] if self.roles else []
        return f"Needs {', '.join(told)}."

    def extensions(self) -> dict[str, str]:
        """Return the same for programs that read the document."""
        said = {
            "x-tier": None if self.public else self.tier.value,
            "x-scope": self.scope,
            "x-role": " ".join(self.roles) or None,
        }
        said |= {"x-credentials": self.brings, "x-proof": self.proof()}
        return {name: value for name, value in said.items() if value is not None}

    def proof(self) -> str | None:
        """Return what of the last quarter of an hour a token needs beyond itself."""
        if self.roles:
            return "second-factor"
        return "login" if self.recent else None

    def _asked(self) -> frozenset[str]:
        """Return the services that the caller's tier must have."""
        return frozenset({self.service}) if self.service else entitlements(self.least).services

    def _check(self, caller: Principal) -> None:
        if self.roles and not any(map(caller.has_role, self.roles)):
            raise Forbidden("This needs another role", details={"role": " or ".join(self.roles)})
        if self.roles and not caller.acts_for_staff(datetime.now(UTC)):
            raise _unproven(caller)
        if not self._asked() <= entitlements(caller.tier).services and not self._keeps(caller):
            details = {"required": self.tier.value, "tier": caller.tier.value}
            raise TierRequired(f"This needs the tier {self.tier.value} or above", details=details)
        if self.scope is not None and not caller.may(self.scope):
            raise Forbidden("This API key lacks a scope", details={"scope": self.scope})
        if self.recent and caller.key_id is None and not caller.has_proved(datetime.now(UTC)):
            raise Forbidden(_PROVE, details={"proof": "too old"})

    def _keeps(self, caller: Principal) -> bool:
        return self.kept is not None and keeps(platform(), caller.user_id, self.kept)


def _unproven(caller: Principal) -> Forbidden:
    if caller.key_id is not None:
        return Forbidden(_LISTED, details={"networks": "none"})
    return Forbidden(_SHOW, details={"proof": "second factor"})


def needs(
    *,
    service: str | None = None,
    tier: str = "free",
    scope: str | None = None,
    roles: Sequence[str] = (),
    security: bool = False,
    recent: bool = False,
    kept: str | None = None,
) -> Callable[[F], F]:
    """Mark a route as needing a service, a scope, one of some roles.

    `tier` is for what no tier lists as a service. `recent`: a login of the last quarter of an hour. `security`: what it
    changes is remembered for seven years. `kept`: a quota of which something may be left from a tier before: it can be
    read and removed without the service.
    """
    if service is not None:
        lowest_with(service)  # a service that no tier has is an error of the import, not of a request
    least = Tier(tier)
    return _marker(
        Needs(
            service=service, least=least, scope=scope, roles=tuple(roles), security=security, recent=recent, kept=kept
        )
    )


def public(function: F) -> F:
    """Mark a route as answering without credentials.

    It is still limited, by source address.
    """
    return _marker(Needs(public=True))(function)


def signed(function: F) -> F:
    """Mark a route whose body is signed by who sends it.

    It stores that body and does nothing else; it is limited by source address. The audit entry is written by the job
    that applies what is stored (`asked()` is to be kept beside it); what is refused changes nothing, and leaves none.
    """
    return _marker(Needs(public=True, noted=True))(function)


def measured(function: F) -> F:
    """Mark a route that takes measurements of anybody and stores nothing; limited by source address.

    Who asked is not looked at, and no audit entry is written: nothing of the product changes.
    """
    return _marker(Needs(public=True, noted=True))(function)


def login(function: F) -> F:
    """Mark a route whose body or cookie is the credential.

    It is limited by source address, and answers 401 or 403 to what it refuses.
    """
    return _marker(Needs(public=True, brings="body"))(function)


def needs_of(function: Callable[..., Any]) -> Needs | None:
    """Return a function's requirements; None where it declares none."""
    return getattr(function, _MARK, None)


def _marker(requirement: Needs) -> Callable[[F], F]:
    def mark(function: F) -> F:
        setattr(function, _MARK, requirement)
        return function

    return mark
