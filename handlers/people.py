"""Routes of users' preferences and consents, and of their administration."""

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
from handlers.runtime import Caller, Cursor, Limit, Listing, audited, entry, listing, needs, position, router
from premium.bootstrap import platform
from premium.people.model import STAFF
from premium.people.service import People

app = router("People")


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


handler = entry(app)
