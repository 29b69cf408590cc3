"""The door of people: preferences, consents, and what staff does with users."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from premium.accounts.service import api_keys, end_streams, sessions, standing_changed
from premium.errors import Conflict, Forbidden, NotFound
from premium.people.model import Consent, Person, Preferences
from premium.people.store import PeopleStore

if TYPE_CHECKING:
    from premium.bootstrap import Platform


@dataclass(frozen=True, kw_only=True)
class People:
    """What users say of themselves, and what staff does with them."""

    store: PeopleStore
    log_out: Callable[[UUID], int]
    """Ends all sessions of a user; says how many there were."""
    changed: Callable[[UUID], None]
    """Tells every process that a user stands differently."""
    drop_role: Callable[[UUID, str], object]
    """Takes a role from all keys of a user."""
    end_streams: Callable[[UUID], object]

    @classmethod
    def of(cls, platform: Platform, *, by_operator: bool = False) -> People:
        """Return the use cases over the stores of a function, or of an operator's command."""
        return cls(
            store=PeopleStore(platform.worker_database if by_operator else platform.database),
            log_out=lambda user_id: sessions(platform).log_out(user_id, None, everywhere=True),
            changed=lambda user_id: standing_changed(platform, user_id),
            drop_role=lambda user_id, role: api_keys(platform, by_operator=by_operator).drop_role(user_id, role),
            end_streams=lambda user_id: end_streams(platform, user_id),
        )

    def preferences(self, user_id: UUID) -> Preferences:
        """Return a user's preferences; the usual ones where he has none."""
        return self.store.preferences(user_id)

    def change_preferences(self, user_id: UUID, changes: Mapping[str, object]) -> Preferences:
        """Change what is given of the preferences; what is not given stays."""
        return self.store.set_preferences(user_id, self.store.preferences(user_id).model_copy(update=dict(changes)))

    def consents(self, user_id: UUID) -> list[Consent]:
        """Return what a user agreed to, withdrawn ones too, the newest first."""
        return self.store.consents(user_id)

    def change_consents(self, user_id: UUID, wanted: Mapping[str, str | None]) -> list[Consent]:
        """Grant purposes in a version, or withdraw them (None)."""
        self.store.set_consents(user_id, wanted)
        return self.store.consents(user_id)

    def found(
        self,
        query: str | None,
        *,
        tier: str | None,
        restricted: bool | None,
        before: tuple[datetime, UUID] | None,
        limit: int,
    ) -> list[Person]:
        """Return users by id, external id, e-mail address or wallet, or all; the newest first."""
        return self.store.found(query, tier=tier, restricted=restricted, before=before, limit=limit)

    def person(self, user_id: UUID) -> Person:
        """Return one user; NotFound for none."""
        rows = self.store.found(str(user_id))
        if not rows:
            raise NotFound("There is no such user")
        return rows[0]

    def restrict(self, user_id: UUID, *, by: UUID, restricted: bool) -> Person:
        """Refuse all that a user asks from now on, or end that.

        His sessions and streams end. Forbidden for one's own account, NotFound for no user. Repeated, it ends what may
        have been missed.
        """
        if user_id == by:
            raise Forbidden("Nobody changes his own restriction")
        person = self.person(user_id)
        self.store.restrict(user_id, restricted=restricted)
        self.changed(user_id)
        if restricted:
            self.log_out(user_id)
            self.end_streams(user_id)
        return person.model_copy(update={"is_restricted": restricted})

    def end_sessions(self, user_id: UUID) -> int:
        """End all sessions of a user; return how many there were, NotFound for no user."""
        self.person(user_id)
        return self.log_out(user_id)

    def change_roles(
        self, user_id: UUID, *, by: UUID | None, grant: Collection[str], revoke: Collection[str]
    ) -> Person:
        """Give and take roles; keys that named a role lose it with it.

        `by` is None for an operator. Forbidden for one's own, NotFound for no user, Conflict for a role in both lists.
        """
        if user_id == by:
            raise Forbidden("Nobody changes his own roles")
        if both := sorted(set(grant) & set(revoke)):
            raise Conflict(f"{', '.join(both)}: granted and revoked at once")
        person = self.person(user_id)
        # The keys first: whoever is stopped in between has taken too little from the user, and repeats it.
        for role in sorted(set(revoke)):
            self.drop_role(user_id, role)
        self.store.change_roles(user_id, grant=grant, revoke=revoke, by=str(by or "operator"))
        self.changed(user_id)
        return person.model_copy(update={"roles": tuple(sorted(self.store.roles(user_id)))})
