"""Users as the platform knows them, their API keys, and what a request brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from premium.clock import rfc3339
from premium.networks import Network, outside
from premium.tiers import Tier

_SHOWN = 10
REFRESH_DAYS = 30
"""The life of a refresh token; each use gives another of as many days."""


Networks = Annotated[tuple[Network, ...] | None, Field(max_length=20)]
"""From where a key is taken; None: from everywhere."""


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What a key may."""

    scopes: frozenset[str]
    expires_at: datetime | None = None
    """None: it has no end."""
    networks: Sequence[Network] | None = None
    """None: it works from everywhere."""

    def beyond(self, other: Rights) -> dict[str, str]:
        """Return what these rights have that another's lack, a sentence a field of the API."""
        found = {}
        if more := sorted(self.scopes - other.scopes):
            found["scopes"] = f"not {', '.join(more[:_SHOWN])}"
        if other.expires_at is not None and (self.expires_at is None or self.expires_at > other.expires_at):
            found["expiresAt"] = f"at most {rfc3339(other.expires_at)}"
        if other.networks is not None and (self.networks is None or outside(self.networks, other.networks)):
            found["networks"] = f"within {', '.join(map(str, other.networks[:_SHOWN]))}"
        return found


class Row(BaseModel):
    """Base of rows: frozen, nothing extra."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class User(Row):
    """The user that a credential belongs to."""

    id: UUID
    external_id: str
    email: str | None
    tier: Tier
    is_restricted: bool
    agreed: int | None = None
    """Requests a month that were agreed with him; None: what the tier allows."""


class Standing(User):
    """A user, his roles, and the issue of the newest token that named his tier."""

    roles: frozenset[str]
    has_second_factor: bool
    tier_issued_at: datetime | None
    claimed_tier: Tier | None = None
    """While a grant holds beside a claim: what the newest token claims; else None."""
    claimed_at: datetime | None = None

    def outdated_by(self, tier: Tier, issued_at: datetime | None) -> bool:
        """Tell whether a token's tier takes the place of the stored one.

        The newer token's does; of two of one second the lower tier, in whichever order they come.
        """
        known, since = self.tier, self.tier_issued_at
        if self.claimed_tier is not None:
            known, since = self.claimed_tier, self.claimed_at
        if since is None or issued_at is None:
            return since is None and (issued_at is not None or tier != known)
        lower = known != tier and known.includes(tier)
        return issued_at > since or (issued_at == since and lower)


class KeyOwner(User):
    """The user of an API key, with what the key itself allows."""

    key_id: UUID
    scopes: tuple[str, ...]
    networks: Networks
    expires_at: datetime | None
    revoked_at: datetime | None

    def usable(self, now: datetime) -> bool:
        """Tell whether the key is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class SessionOwner(User):
    """The user of a session, with how far the session itself holds."""

    session_id: UUID
    roles: frozenset[str]
    amr: tuple[str, ...]
    logged_in_at: datetime
    has_second_factor: bool
    second_factor_at: datetime | None
    """When the session last showed it."""
    ends_at: datetime
    revoked_at: datetime | None

    @property
    def proven_at(self) -> datetime | None:
        """Return when the user last proved that it is he.

        By his second factor, where he has one.
        """
        return self.second_factor_at if self.has_second_factor else self.logged_in_at

    def usable(self, now: datetime) -> bool:
        """Tell whether the session is neither revoked nor over."""
        return self.revoked_at is None and now < self.ends_at


class KnownWallet(Row):
    """Whose a wallet is, and how that was proven."""

    wallet_id: UUID
    user_id: UUID
    kind: Literal["eoa", "contract"]
    chain_id: int


class Wallet(Row):
    """A wallet that its user logs in with."""

    id: UUID
    address: str
    kind: Literal["eoa", "contract"]
    chain_id: int
    is_primary: bool
    proven_at: datetime
    last_login_at: datetime | None


class Session(Row):
    """A session as its user sees it."""

    id: UUID
    amr: tuple[str, ...]
    ip: str | None
    user_agent: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class Profile(Row):
    """A user's own data as he sees it."""

    id: UUID
    external_id: str
    email: str | None
    name: str | None
    country: str | None
    """ISO 3166-1 alpha-2, as he says himself."""
    wallet_address: str | None
    time_zone: str | None
    """IANA name of the zone whose days are the user's own; None: he has not said."""
    tier: Tier
    kyc_status: str
    is_restricted: bool
    created_at: datetime
    updated_at: datetime


class ApiKey(Row):
    """An API key as its owner sees it.

    The key itself was shown once and is kept by nobody.
    """

    id: UUID
    name: str
    prefix: str
    scopes: tuple[str, ...]
    networks: Networks
    alerts_enabled: bool
    """Whether mail tells that its use nears its quota."""
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime
    parent_id: UUID | None
    """The key that made it; None: its user by a token."""

    @property
    def rights(self) -> Rights:
        """Return what the key may."""
        return Rights(scopes=frozenset(self.scopes), expires_at=self.expires_at, networks=self.networks)


class WatchedKey(Row):
    """A key, as far as its owner is told of its use."""

    prefix: str
    alerts_enabled: bool


@dataclass(frozen=True)
class NewKey:
    """An API key at the one moment when it is known."""

    key: str
    record: ApiKey


class EmailLogin(Row):
    """The user of an e-mail address, and what he proves himself by."""

    user_id: UUID
    password: bytes | None
    """The hash of his password; None where he has none."""


class Activity(Row):
    """How many users were active, and how many of a cohort came back.

    Active in the last n days: `last_active` is later than n days before the moment. A cohort are the users made
    between n + 1 and n days before the moment; returned are those of them who were last active n days after they were
    made, or later.
    """

    active_day: int
    active_week: int
    active_month: int
    cohort_1: int
    returned_1: int
    cohort_7: int
    returned_7: int
    cohort_30: int
    returned_30: int


@dataclass(frozen=True, kw_only=True)
class Granted:
    """The tokens of a session, at the one moment when they are known."""

    session_id: UUID
    user_id: UUID
    access_token: str = field(repr=False)
    expires_in: int
    """Seconds of the access token."""
    refresh_token: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """The credentials of a request as sent, its source and its route."""

    authorization: str | None
    api_key: str | None
    address: str
    """Whose requests are counted together: an IP address, or the IPv6 network that one subscriber has."""
    source: str
    """The IP address itself, by which a key's networks judge."""
    route: str

    @property
    def changes(self) -> bool:
        """Whether the request may change something.

        What does is refused while requests cannot be counted.
        """
        return not self.route.startswith(("GET ", "HEAD ", "OPTIONS "))
