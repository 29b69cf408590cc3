"""Routes of logins, sessions, a user's profile, API keys and audit log."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from handlers.models.accounts import ProfileChange, ProfileView, StreamTokenView
from handlers.models.api_keys import AfterKey, ApiKeyChange, ApiKeyView, CreatedApiKey, NewApiKey, audit_of
from handlers.models.compliance import ActionPrefix, AfterEntry, AuditEntryView, Day, Since, Until, UserId, whose
from handlers.models.refresh_cookie import forget_cookie, handed_out, shown_token
from handlers.models.sessions import (
    CurrentSessionView,
    LoggedOutView,
    LoggingOut,
    LoginView,
    LoginWalletView,
    NonceRequest,
    NonceView,
    OwnWalletView,
    Refreshing,
    SessionView,
    TokensView,
    UserView,
    WalletLogin,
    WalletProof,
)
from handlers.runtime import (
    Caller,
    Client,
    Cursor,
    Limit,
    Listing,
    Principal,
    Visitor,
    audited,
    entry,
    listing,
    login,
    needs,
    position,
    public,
    router,
)
from premium.accounts.service import Accounts, api_keys, sessions, stream_tokens, wallet_logins
from premium.audit.service import AuditLog, Bounds
from premium.bootstrap import platform
from premium.errors import Forbidden, Unauthenticated

app = router("Accounts")


@app.get("/v1/users/profile")
@needs(scope="profile:read")
def get_profile(caller: Caller) -> ProfileView:
    """Show the caller's profile."""
    return ProfileView.of(Accounts.of(platform()).profile(caller.user_id))


@app.put("/v1/users/profile")
@needs(scope="profile:write", security=True)
def change_profile(caller: Caller, body: ProfileChange) -> ProfileView:
    """Change the caller's email address, and the time zone of his days.

    Another address gets a code and holds once `POST /v1/users/profile/email` is given it; until then the one of before
    stays.
    """
    return _changed_profile(caller, body)


@app.post("/v1/users/profile")
@needs(scope="profile:write", security=True)
def replace_profile(caller: Caller, body: ProfileChange) -> ProfileView:
    """Change the caller's profile, as PUT does."""
    return _changed_profile(caller, body)


@app.get("/v1/users/api-keys")
@needs(service="api_keys", scope="profile:read", kept="api_keys")
def list_api_keys(caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> Listing[ApiKeyView]:
    """List the caller's API keys, newest first, without the keys themselves."""
    start = position(cursor, AfterKey)
    after = (start.created_at, start.id) if start else None
    rows = api_keys(platform()).of(caller.user_id, after=after, limit=limit + 1)
    return listing([ApiKeyView.of(row) for row in rows], limit, AfterKey, created_at="created_at", id="id")


@app.post("/v1/users/api-keys", status_code=201)
@needs(service="api_keys", scope="profile:write", security=True, recent=True)
def add_api_key(caller: Caller, body: NewApiKey) -> CreatedApiKey:
    """Create an API key; the key is shown once.

    One that a key makes has scopes of that key alone, works from its networks, ends with it at the latest, and is
    revoked with it.
    """
    keys = api_keys(platform())
    new = keys.add(caller, name=body.name, rights=body.rights(), alerts_enabled=body.alerts_enabled)
    audited(prefix=new.record.prefix, **audit_of(new.record))
    return CreatedApiKey.made(new)


@app.put("/v1/users/api-keys/<key_id>")
@needs(service="api_keys", scope="profile:write", security=True)
def change_api_key(caller: Caller, key_id: UUID, body: ApiKeyChange) -> ApiKeyView:
    """Change an API key, from its next request on.

    What is not given stays. A key gives no key more than it may itself. Streams that the key opened are closed where
    its rights change.
    """
    changed = api_keys(platform()).change(caller, key_id, body.changes())
    audited(target=changed.id, prefix=changed.prefix, **audit_of(changed))
    return ApiKeyView.of(changed)


@app.delete("/v1/users/api-keys/<key_id>")
@needs(service="api_keys", scope="profile:write", security=True, kept="api_keys")
def revoke_api_key(caller: Caller, key_id: UUID) -> ApiKeyView:
    """Revoke an API key; it is refused everywhere within a second."""
    return ApiKeyView.of(api_keys(platform()).revoke(caller.user_id, key_id))


@app.post("/v1/auth/nonce")
@public
def add_nonce(client: Client, body: NonceRequest) -> NonceView:
    """Give a nonce for a message that a wallet signs.

    It lives five minutes and works once. 30 attempts a minute from an IP address, 10 for a wallet.
    """
    made = wallet_logins(platform()).challenge(body.address, client.origin)
    return NonceView.model_validate(made, from_attributes=True)


@app.post("/v1/auth/verify-wallet", status_code=201)
@login
def verify_wallet(client: Client, body: WalletLogin) -> LoginView:
    """Open a session for the wallet that signed a message of EIP-4361.

    The rules stand in one order, and the first that fails is told in `details`; the nonce is spent by the first message
    that can be read, right or wrong. Only 503 leaves it unspent.
    """
    if body.cookie and not client.on_own_page():
        raise Forbidden("Only a page of ours keeps its refresh token in a cookie")
    made, created, proof = wallet_logins(platform()).log_in(
        body.message, body.signature, ip=client.address, user_agent=client.user_agent
    )
    audited(target=made.session_id, user=made.user_id, wallet=proof.address, kind=proof.kind, created=created)
    profile = Accounts.of(platform()).profile(made.user_id)
    user = UserView(id=profile.id, external_id=profile.external_id, tier=profile.tier)
    return LoginView(created=created, user=user, **handed_out(made, cookie=body.cookie))


@app.post("/v1/auth/refresh", status_code=201)
@login
def refresh_session(client: Client, body: Refreshing) -> TokensView:
    """Give the next tokens of a session for its refresh token.

    The token is worth nothing after. Shown again within ten seconds it gives tokens once more, for two tabs at once;
    later it ends the session.
    """
    token, from_cookie = shown_token(client, body.refresh_token)
    if token is None:
        raise Unauthenticated("There is no refresh token, neither in the body nor in the cookie")
    renewed = sessions(platform()).refresh(token, seen=lambda session, user: audited(target=session, user=user))
    return TokensView(**handed_out(renewed, cookie=from_cookie))


@app.post("/v1/auth/logout")
@login
def log_out(client: Client, visitor: Visitor, body: LoggingOut) -> LoggedOutView:
    """End this session, or all of the user's.

    Which one says the access token, else the refresh token in the body or in the cookie, which is forgotten.
    """
    if visitor is not None and visitor.key_id is not None:
        raise Forbidden("A key has no session; it is revoked")
    own, (token, _) = sessions(platform()), shown_token(client, body.refresh_token)
    known = (visitor.session_id, visitor.user_id) if visitor else own.of_refresh(token or "")
    if known is None:
        raise Unauthenticated("Neither an access token nor a refresh token says whose session ends")
    session_id, user_id = known
    audited(target=session_id or user_id, user=user_id, everywhere=body.everywhere)
    forget_cookie()
    return LoggedOutView(ended=own.log_out(user_id, session_id, everywhere=body.everywhere))


@app.get("/v1/users/wallets")
@needs(scope="profile:read")
def list_login_wallets(caller: Caller) -> list[OwnWalletView]:
    """List the wallets that the caller logs in with, the first one first."""
    return [OwnWalletView.of(row) for row in wallet_logins(platform()).all(caller.user_id)]


@app.post("/v1/users/wallets", status_code=201)
@needs(security=True, recent=True)
def add_login_wallet(caller: Caller, body: WalletProof) -> OwnWalletView:
    """Let the caller log in with another wallet.

    It signs a message of EIP-4361, whose nonce comes from `POST /v1/auth/nonce`. A wallet that is his already is
    answered as it is; of one that is another's nothing is told but that.
    """
    if caller.key_id is not None:
        raise Forbidden("A key adds no way to log in")
    wallet, is_new = wallet_logins(platform()).add(caller.user_id, body.message, body.signature)
    audited(target=wallet.id, wallet=wallet.address, kind=wallet.kind, new=is_new)
    return OwnWalletView.of(wallet)


@app.delete("/v1/users/wallets/<wallet_id>")
@needs(security=True, recent=True)
def remove_login_wallet(caller: Caller, wallet_id: UUID) -> OwnWalletView:
    """Remove a wallet: it logs nobody in any more.

    Not the last one of a user whom neither a password nor Google nor a token of the free platform logs in. Sessions
    that it opened go on until they are ended.
    """
    if caller.key_id is not None:
        raise Forbidden("A key removes no way to log in")
    from premium.logins.service import Logins  # noqa: PLC0415 - no other route of this function needs it

    opens = Logins.of(platform()).opens
    wallet = wallet_logins(platform()).remove(caller.user_id, caller.external_id, wallet_id, other=opens)
    audited(target=wallet.id, wallet=wallet.address)
    return OwnWalletView.of(wallet)


@app.get("/v1/auth/session")
@needs(scope="profile:read")
def get_session(caller: Caller) -> CurrentSessionView:
    """Show who the caller is, and by which credential."""
    own = sessions(platform())
    ends = None if caller.expires_at is None else datetime.fromtimestamp(caller.expires_at, UTC)
    return CurrentSessionView(
        user_id=caller.user_id,
        external_id=caller.external_id,
        wallets=[LoginWalletView.of(row) for row in own.wallets(caller.user_id)],
        tier=caller.tier,
        roles=sorted(caller.roles),
        scopes=sorted(caller.scopes),
        session_id=caller.session_id,
        amr=own.methods(caller.session_id),
        expires_at=ends,
    )


@app.get("/v1/auth/sessions")
@needs(scope="profile:read")
def list_sessions(caller: Caller) -> list[SessionView]:
    """List the caller's sessions that live, newest first."""
    return [SessionView.of(row, caller.session_id) for row in sessions(platform()).all(caller.user_id)]


@app.delete("/v1/auth/sessions/<session_id>")
@needs(scope="profile:write", security=True)
def revoke_session(caller: Caller, session_id: UUID) -> LoggedOutView:
    """End one of the caller's sessions.

    Its tokens are refused everywhere from their next request on.
    """
    sessions(platform()).revoke(caller.user_id, session_id)
    return LoggedOutView(ended=1)


@app.post("/v1/auth/stream-token", status_code=201)
@needs(scope="streams:open", security=True)
def add_stream_token(caller: Caller) -> StreamTokenView:
    """Give a token that opens one stream within the next minute.

    Offer it as the subprotocol after `premium`, or as `?token=`; the stream ends with the caller's credential.
    """
    new = stream_tokens(platform()).issue(
        caller.external_id, ends_at=caller.expires_at, key_id=caller.key_id, session_id=caller.session_id
    )
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


def _changed_profile(caller: Principal, body: ProfileChange) -> ProfileView:
    accounts, user = Accounts.of(platform()), caller.user_id
    accounts.change_names(user, body.names())
    if "time_zone" in body.model_fields_set:
        audited(time_zone=body.time_zone)
        accounts.change_time_zone(user, body.time_zone)
    pending = accounts.change_email(user, body.email)
    audited(target=user, email="removed" if body.email is None else "asked" if pending else "kept")
    return ProfileView.of(accounts.profile(user), pending)


handler = entry(app)
