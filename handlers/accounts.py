"""Routes of a user's profile, API keys and audit log."""

from __future__ import annotations

from uuid import UUID

from handlers.models.accounts import (
    AfterKey,
    ApiKeyView,
    CreatedApiKey,
    NewApiKey,
    ProfileChange,
    ProfileView,
    StreamTokenView,
)
from handlers.models.compliance import ActionPrefix, AfterEntry, AuditEntryView, Day, Since, Until, UserId, whose
from handlers.runtime import Caller, Cursor, Limit, Listing, audited, entry, listing, needs, position, router
from premium.accounts.service import Accounts, stream_tokens
from premium.audit.service import AuditLog, Bounds
from premium.bootstrap import platform

app = router("Accounts")


@app.get("/v1/users/profile")
@needs(scope="profile:read")
def get_profile(caller: Caller) -> ProfileView:
    """Show the caller's profile."""
    return ProfileView.of(Accounts.of(platform()).profile(caller.user_id))


@app.put("/v1/users/profile")
@needs(scope="profile:write", security=True)
def change_profile(caller: Caller, body: ProfileChange) -> ProfileView:
    """Change the caller's email address, and the time zone of his days."""
    audited(target=caller.user_id, email="removed" if body.email is None else "set")
    accounts = Accounts.of(platform())
    if "time_zone" in body.model_fields_set:
        audited(time_zone=body.time_zone)
        accounts.change_time_zone(caller.user_id, body.time_zone)
    return ProfileView.of(accounts.change_email(caller.user_id, body.email))


@app.get("/v1/users/api-keys")
@needs(tier="enterprise", scope="profile:read")
def list_api_keys(caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Listing[ApiKeyView]:
    """List the caller's API keys, newest first, without the keys themselves."""
    start = position(cursor, AfterKey)
    after = (start.created_at, start.id) if start else None
    rows = Accounts.of(platform()).keys(caller.user_id, after=after, limit=limit + 1)
    return listing([ApiKeyView.of(row) for row in rows], limit, AfterKey, created_at="created_at", id="id")


@app.post("/v1/users/api-keys", status_code=201)
@needs(tier="enterprise", scope="profile:write", security=True)
def add_api_key(caller: Caller, body: NewApiKey) -> CreatedApiKey:
    """Create an API key; the key is shown once.

    One that a key makes has scopes of that key alone, ends with it at the latest, and is revoked with it.
    """
    accounts = Accounts.of(platform())
    new = accounts.add_key(caller, name=body.name, scopes=body.scopes, expires_at=body.expires_at)
    audited(prefix=new.record.prefix, scopes=list(new.record.scopes), expires_at=new.record.expires_at)
    return CreatedApiKey.made(new)


@app.delete("/v1/users/api-keys/<key_id>")
@needs(tier="enterprise", scope="profile:write", security=True)
def revoke_api_key(caller: Caller, key_id: UUID) -> ApiKeyView:
    """Revoke an API key; it is refused everywhere within a second."""
    return ApiKeyView.of(Accounts.of(platform()).revoke_key(caller.user_id, key_id))


@app.post("/v1/auth/stream-token", status_code=201)
@needs(scope="streams:open", security=True)
def add_stream_token(caller: Caller) -> StreamTokenView:
    """Give a token that opens one stream within the next minute.

    Offer it as the subprotocol after `premium`, or as `?token=`; the stream ends with the caller's credential.
    """
    new = stream_tokens(platform()).issue(caller.external_id, ends_at=caller.expires_at, key_id=caller.key_id)
    audited(expires_at=new.expires_at)
    return StreamTokenView(token=new.token, expires_at=new.expires_at)


@app.get("/v1/compliance/audit-log")
@needs(scope="audit:read")
def list_audit_entries(
    caller: Caller,
    *,
    user_id: UserId = None,
    day: Day = None,
    since: Since = None,
    until: Until = None,
    action: ActionPrefix = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listing[AuditEntryView]:
    """List what the caller changed, newest first.

    Administrators may ask for another user or for everybody's day.
    """
    user, start, log = whose(caller, user_id, day), position(cursor, AfterEntry), AuditLog.of(platform())
    before = (start.time, start.id) if start else None
    bounds = Bounds(limit=limit + 1, since=since, until=until, before=before, action=action)
    entries = log.of_day(day, bounds) if day else log.of_user(user, bounds)
    return listing([AuditEntryView.of(each) for each in entries], limit, AfterEntry, time="time", id="id")


handler = entry(app)
