"""A user's profile and API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from handlers.runtime import (
    Body,
    Caller,
    Cursor,
    Limit,
    Listing,
    Moment,
    Position,
    Tier,
    View,
    entry,
    listing,
    needs,
    position,
    router,
)
from premium.accounts.keys import ApiKeys
from premium.accounts.model import ApiKey, Profile
from premium.accounts.store import AccountStore
from premium.bootstrap import platform

app = router("Accounts")

Email = Annotated[str, Field(max_length=320, pattern=r"^[^@\s]+@[^@\s]+$", examples=["ada@example.org"])]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$")]


class ProfileView(View):
    id: UUID
    external_id: str
    email: str | None
    wallet_address: str | None
    tier: Tier
    kyc_status: str
    created_at: datetime
    updated_at: datetime


class ProfileChange(Body):
    email: Email | None
    """null removes it."""


class NewApiKey(Body):
    name: Name
    scopes: list[Annotated[str, Field(max_length=64)]] = Field(max_length=50, examples=[["portfolio:read"]])
    expires_at: Moment | None = None


class ApiKeyView(View):
    id: UUID
    name: str
    prefix: str
    """The part of the key that may be shown."""
    scopes: list[str]
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    created_at: datetime


class CreatedApiKey(ApiKeyView):
    key: str | None
    """Shown this once; a replay of the request has null."""

    def remembered(self) -> CreatedApiKey:
        return self.model_copy(update={"key": None})


class After(Position):
    created_at: datetime
    id: UUID


def _profile(row: Profile) -> ProfileView:
    return ProfileView.model_validate(row.model_dump(exclude={"is_restricted"}))


def _store() -> AccountStore:
    return AccountStore(platform().database)


def _keys() -> ApiKeys:
    return ApiKeys(_store(), platform().clock)


def _key(row: ApiKey) -> ApiKeyView:
    return ApiKeyView.model_validate(row.model_dump())


@app.get("/v1/users/profile")
@needs(scope="profile:read")
def profile(caller: Caller) -> ProfileView:
    """Who the platform takes you for."""
    return _profile(_store().profile(caller.user_id))


@app.put("/v1/users/profile")
@needs(scope="profile:write")
def change_profile(caller: Caller, body: ProfileChange) -> ProfileView:
    """Change what is yours to change."""
    _store().set_email(caller.user_id, body.email.lower() if body.email else None)
    return _profile(_store().profile(caller.user_id))


@app.get("/v1/users/api-keys")
@needs(tier="enterprise", scope="profile:read")
def api_keys(caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Listing[ApiKeyView]:
    """API keys, newest first, without the keys themselves."""
    start = position(cursor, After)
    rows = _keys().page(caller.user_id, after=(start.created_at, start.id) if start else None, limit=limit + 1)
    return listing([_key(row) for row in rows], limit, After, created_at="created_at", id="id")


@app.post("/v1/users/api-keys", status_code=201)
@needs(tier="enterprise", scope="profile:write")
def add_api_key(caller: Caller, body: NewApiKey) -> CreatedApiKey:
    """Make an API key; it is shown once."""
    made = _keys().add(
        caller.user_id, name=body.name, scopes=body.scopes, roles=caller.roles, expires_at=body.expires_at
    )
    return CreatedApiKey(key=made.key, **made.record.model_dump())


@app.delete("/v1/users/api-keys/<key_id>")
@needs(tier="enterprise", scope="profile:write")
def revoke_api_key(caller: Caller, key_id: UUID) -> ApiKeyView:
    """Revoke an API key; it is refused everywhere within a second."""
    return _key(_keys().revoke(caller.user_id, key_id))


handler = entry(app)
