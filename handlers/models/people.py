"""Requests and views of people."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field, JsonValue, StrictBool, model_validator

from handlers.runtime import Body, Position, Tier, View, Visible
from premium.people.model import PURPOSES, Consent, Person, Preferences, Purpose, Role

Reason = Annotated[
    str,
    Field(min_length=3, max_length=200, pattern=r"^\S(.*\S)?$", examples=["Asked for by the user, ticket 4711"]),
    Visible,
]
Search = Annotated[
    str | None,
    Query(
        min_length=3,
        max_length=320,
        description="Id, external id, e-mail address or wallet, whole",
        examples=["ada@example.org"],
    ),
]
OfTier = Annotated[Tier | None, Query(description="Of this tier alone")]
Status = Annotated[Literal["active", "restricted"] | None, Query(description="Who may use the product, or may not")]
_LANGUAGE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"
_TRADING = "The console's own settings, any JSON object of at most 16 KiB"


class PreferencesView(View):
    """How a user wants the product."""

    language: str = Field(description="BCP 47", examples=["en"])
    theme: Literal["dark", "light", "system"]
    """Of the console."""
    notifications_enabled: bool
    """Whether mail and push tell of what is no alert of the user's own."""
    trading_preferences: dict[str, JsonValue] = Field(description=_TRADING, examples=[{"slippageBps": 50}])
    updated_at: datetime | None
    """When they were last changed; null: never."""

    @classmethod
    def of(cls, row: Preferences) -> PreferencesView:
        """Return the view of preferences."""
        return cls.model_validate(row.model_dump())


class PreferencesChange(Body):
    """Changes of preferences; a field that is left out stays."""

    language: str | None = Field(
        default=None, pattern=_LANGUAGE, max_length=35, description="BCP 47", examples=["pt-BR"]
    )
    theme: Literal["dark", "light", "system"] | None = None
    """Of the console."""
    notifications_enabled: StrictBool | None = None
    """Whether mail and push tell of what is no alert of the user's own."""
    trading_preferences: dict[str, JsonValue] | None = Field(
        default=None, description=_TRADING, examples=[{"slippageBps": 50}]
    )

    def changes(self) -> dict[str, Any]:
        """Return what changes, by field."""
        return {name: value for name in self.model_fields_set if (value := getattr(self, name)) is not None}


class ConsentView(View):
    """What a user agreed to, and until when."""

    purpose: str = Field(description="What for", examples=["marketing"])
    version: str = Field(description="Of the text that the user was shown", examples=["2026-10"])
    granted_at: datetime
    """When the user agreed."""
    withdrawn_at: datetime | None
    """When the user took it back, or agreed to another version; null: it stands."""

    @classmethod
    def of(cls, row: Consent) -> ConsentView:
        """Return the view of a consent."""
        return cls.model_validate(row.model_dump())


class ConsentChange(Body):
    """One purpose, granted or withdrawn."""

    purpose: Purpose
    """What for."""
    version: Annotated[str, Visible] | None = Field(
        default=None,
        min_length=1,
        max_length=40,
        description="Of the text that the user was shown",
        examples=["2026-10"],
    )
    granted: StrictBool = Field(description="false: it is withdrawn", examples=[True])

    @model_validator(mode="after")
    def _says_which(self) -> ConsentChange:
        if self.granted and self.version is None:
            raise ValueError("a consent that is granted names the version of its text")
        return self


class ConsentsChange(Body):
    """Consents to grant or withdraw; the others stay."""

    consents: list[ConsentChange] = Field(
        min_length=1,
        max_length=len(PURPOSES),
        description="Each purpose at most once",
        examples=[[{"purpose": "marketing", "version": "2026-10", "granted": True}]],
    )

    @model_validator(mode="after")
    def _once_each(self) -> ConsentsChange:
        if len({each.purpose for each in self.consents}) < len(self.consents):
            raise ValueError("a purpose stands in it twice")
        return self

    def wanted(self) -> dict[str, str | None]:
        """Return the version by purpose, None for what is withdrawn."""
        return {each.purpose: each.version if each.granted else None for each in self.consents}


class PersonView(View):
    """A user as staff sees him."""

    id: UUID
    """The user's id here."""
    external_id: str = Field(description="The user's id on the free platform, or ours", examples=["user_123"])
    email: str | None = Field(description="Where mail goes; null: nowhere", examples=["ada@example.org"])
    wallet_address: str | None = Field(
        description="The user's first wallet", examples=["0x52908400098527886E0F7030069857D2E4169EE7"]
    )
    tier: Tier
    """What the user pays for."""
    kyc_status: str = Field(description="How far the identity is checked", examples=["none"])
    status: Literal["active", "restricted"]
    """Whether the user may use the product."""
    switched_off: bool
    """An operator switched the user off, which staff cannot undo."""
    roles: list[str] = Field(description="Roles of staff that the user was given here", examples=[["support"]])
    last_active: datetime | None
    """The user's last request, to the hour."""
    created_at: datetime
    """When the user came."""

    @classmethod
    def of(cls, row: Person) -> PersonView:
        """Return the view of a user."""
        shown = row.model_dump(exclude={"is_restricted", "is_switched_off"})
        stands: Literal["active", "restricted"] = "restricted" if row.is_restricted else "active"
        return cls(**shown, status=stands, switched_off=row.is_switched_off)


class Why(Body):
    """The reason of what staff does."""

    reason: Reason
    """Stands in the audit trail."""


class RolesChange(Why):
    """Roles to give and to take."""

    grant: list[Role] = Field(default=[], max_length=4, description="Roles to give", examples=[["support"]])
    revoke: list[Role] = Field(default=[], max_length=4, description="Roles to take", examples=[["finance"]])

    @model_validator(mode="after")
    def _changes_something(self) -> RolesChange:
        if not self.grant and not self.revoke:
            raise ValueError("give at least one role in grant or revoke")
        return self


class SessionsEndedView(View):
    """What an administrator's logout ended."""

    ended: int = Field(description="How many sessions are over now", examples=[2])


class AfterPerson(Position):
    """A position in the list of users."""

    created_at: datetime
    id: UUID
