"""Routes of users' second factors, preferences and consents, and of their administration."""

from __future__ import annotations

from uuid import UUID

from handlers.models.people import (
    AfterPerson,
    ConsentsChange,
    ConsentView,
    OfTier,
    PersonView,
    PreferencesChange,
    PreferencesView,
    RolesChange,
    Search,
    SessionsEndedView,
    Status,
    Why,
)
from handlers.models.people_payments import (
    AfterEvent,
    GrantView,
    NewGrant,
    OfProvider,
    OfState,
    OfType,
    ReplayView,
    WebhookEventView,
)
from handlers.models.second_factors import Code, CodeTakenView, RecoveryCodesView, SecondFactorView
from handlers.runtime import Caller, Cursor, Limit, Listing, RequestId, audited, entry, listing, needs, position, router
from premium.accounts.service import Accounts, second_factors
from premium.billing.service import Grants, Webhooks
from premium.bootstrap import platform
from premium.people.model import STAFF
from premium.people.service import People
from premium.tiers import Tier

app = router("People")


@app.post("/v1/auth/totp", status_code=201)
@needs(security=True, recent=True)
def start_second_factor(caller: Caller) -> SecondFactorView:
    """Begin a second factor: codes by the clock (TOTP) of an authenticator.

    It counts once `POST /v1/auth/totp/confirm` is given a code. One that is confirmed must be removed first.
    """
    email = Accounts.of(platform()).profile(caller.user_id).email
    secret, address = second_factors(platform()).begin(caller, email or caller.external_id)
    audited(target=caller.user_id)
    return SecondFactorView.of(secret, address)


@app.post("/v1/auth/totp/confirm")
@needs(security=True, recent=True)
def confirm_second_factor(caller: Caller, body: Code) -> RecoveryCodesView:
    """Confirm the second factor by its first code; the recovery codes are shown this once.

    From then on new keys, new wallets and what staff does need a code of the last quarter of an hour.
    """
    audited(target=caller.user_id)
    return RecoveryCodesView(recovery_codes=second_factors(platform()).confirm(caller, body.code))


@app.post("/v1/auth/totp/verify")
@needs(security=True)
def verify_second_factor(caller: Caller, body: Code) -> CodeTakenView:
    """Show a code for this session, which counts for a quarter of an hour.

    No code counts twice. A recovery code is used up; ten codes a minute.
    """
    left = second_factors(platform()).show(caller, body.code)
    audited(target=caller.user_id, recovery=left is not None)
    return CodeTakenView(recovery_codes_left=left)


@app.delete("/v1/auth/totp")
@needs(security=True, recent=True)
def remove_second_factor(caller: Caller) -> CodeTakenView:
    """Remove the second factor and its recovery codes."""
    audited(target=caller.user_id)
    second_factors(platform()).remove(caller)
    return CodeTakenView(recovery_codes_left=None)


@app.get("/v1/users/preferences")
@needs(scope="people:read")
def get_preferences(caller: Caller) -> PreferencesView:
    """Show how the caller wants the product."""
    return PreferencesView.of(People.of(platform()).preferences(caller.user_id))


@app.put("/v1/users/preferences")
@needs(scope="people:write")
def change_preferences(caller: Caller, body: PreferencesChange) -> PreferencesView:
    """Change the caller's preferences; what is not given stays."""
    return PreferencesView.of(People.of(platform()).change_preferences(caller.user_id, body.changes()))


@app.get("/v1/users/consents")
@needs(scope="people:read")
def list_consents(caller: Caller) -> list[ConsentView]:
    """List what the caller agreed to, withdrawn ones too, newest first."""
    return [ConsentView.of(row) for row in People.of(platform()).consents(caller.user_id)]


@app.put("/v1/users/consents")
@needs(scope="people:write", security=True)
def change_consents(caller: Caller, body: ConsentsChange) -> list[ConsentView]:
    """Grant or withdraw consents; what is not named stays."""
    audited(target=caller.user_id, consents=body.wanted())
    return [ConsentView.of(row) for row in People.of(platform()).change_consents(caller.user_id, body.wanted())]


@app.get("/v1/admin/users")
@needs(roles=STAFF["look"])
def list_users(
    *,
    query: Search = None,
    tier: OfTier = None,
    status: Status = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listing[PersonView]:
    """List users by id, e-mail address or wallet, or all; newest first."""
    start = position(cursor, AfterPerson)
    before = (start.created_at, start.id) if start else None
    restricted = None if status is None else status == "restricted"
    found = People.of(platform()).found(
        query, tier=tier.value if tier else None, restricted=restricted, before=before, limit=limit + 1
    )
    return listing([PersonView.of(row) for row in found], limit, AfterPerson, created_at="created_at", id="id")


@app.get("/v1/admin/users/<user_id>")
@needs(roles=STAFF["look"])
def get_user(user_id: UUID) -> PersonView:
    """Show one user."""
    return PersonView.of(People.of(platform()).person(user_id))


@app.post("/v1/admin/users/<user_id>/restrict")
@needs(roles=STAFF["restrict"], security=True, recent=True)
def add_restriction(caller: Caller, user_id: UUID, body: Why) -> PersonView:
    """Restrict a user: all that he asks is refused, from his next request on.

    His sessions and streams end. Nobody restricts himself.
    """
    audited(reason=body.reason, restricted=True)
    return PersonView.of(People.of(platform()).restrict(user_id, by=caller.user_id, restricted=True))


@app.post("/v1/admin/users/<user_id>/unrestrict")
@needs(roles=STAFF["restrict"], security=True, recent=True)
def remove_restriction(caller: Caller, user_id: UUID, body: Why) -> PersonView:
    """End a user's restriction; he logs in anew."""
    audited(reason=body.reason, restricted=False)
    return PersonView.of(People.of(platform()).restrict(user_id, by=caller.user_id, restricted=False))


@app.post("/v1/admin/users/<user_id>/logout")
@needs(roles=STAFF["log_out"], security=True, recent=True)
def log_user_out(user_id: UUID, body: Why) -> SessionsEndedView:
    """End all sessions of a user; his keys go on."""
    audited(reason=body.reason)
    return SessionsEndedView(ended=People.of(platform()).end_sessions(user_id))


@app.post("/v1/admin/users/<user_id>/roles")
@needs(roles=STAFF["give_roles"], security=True, recent=True)
def change_roles(caller: Caller, user_id: UUID, body: RolesChange) -> PersonView:
    """Give and take roles of staff, from the user's next request on.

    His API keys lose what he loses. Nobody changes his own.
    """
    audited(reason=body.reason, grant=body.grant, revoke=body.revoke)
    people = People.of(platform())
    return PersonView.of(people.change_roles(user_id, by=caller.user_id, grant=body.grant, revoke=body.revoke))


@app.post("/v1/admin/users/<user_id>/grants", status_code=201)
@needs(roles=STAFF["grant"], security=True, recent=True)
def add_tier_grant(caller: Caller, user_id: UUID, body: NewGrant) -> GrantView:
    """Give a user a tier until a moment; it holds with his next request.

    The best of his subscription and his grants counts; after its end he has what he had without it.
    """
    audited(reason=body.reason, tier=body.tier, until=body.until)
    grants = Grants.of(platform())
    return GrantView.of(grants.give(user_id, Tier(body.tier), body.until, body.reason, by=caller.user_id))


@app.get("/v1/admin/webhooks")
@needs(roles=STAFF["see_payments"])
def list_webhook_events(
    *,
    provider: OfProvider = None,
    kind: OfType = None,
    state: OfState = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listing[WebhookEventView]:
    """List events of the payment providers, and what each did; newest first."""
    start = position(cursor, AfterEvent)
    before = (start.received_at, start.id) if start else None
    found = Webhooks.of(platform()).seen(named=(provider, kind, state), before=before, limit=limit + 1)
    views = [WebhookEventView.of(row) for row in found]
    return listing(views, limit, AfterEvent, received_at="received_at", id="id")


@app.post("/v1/admin/webhooks/<event_id>/replay")
@needs(roles=STAFF["replay_payments"], security=True, recent=True)
def start_webhook_replay(event_id: UUID, request_id: RequestId) -> ReplayView:
    """Have an event applied again, with all of its customer's; nothing happens twice."""
    provider, name = Webhooks.of(platform()).replay_one(event_id, request_id=request_id)
    audited(target=name, provider=provider)
    return ReplayView(provider=provider, event_id=name)


handler = entry(app)
