"""Requests and views of what staff does about payments."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import AwareDatetime, Field

from handlers.models.people import Reason
from handlers.runtime import Body, Position, Tier, View
from premium.billing.model import Grant, SeenEvent

OfProvider = Annotated[Literal["stripe", "paddle"] | None, Query(description="Of this provider alone")]
OfType = Annotated[
    str | None,
    Query(alias="type", min_length=1, max_length=255, description="Of this type alone",
          examples=["invoice.payment_failed"]),
]  # fmt: skip
OfState = Annotated[
    Literal["received", "applied", "ignored", "waiting", "failed"] | None, Query(description="In this state alone")
]


class NewGrant(Body):
    """A tier that is given, with its end."""

    tier: Literal["starter", "pro", "enterprise"]
    """What the user may use."""
    until: AwareDatetime
    """When it ends."""
    reason: Reason
    """Why, for the audit trail."""


class GrantView(View):
    """A tier that was given."""

    id: UUID
    """The grant's id."""
    user_id: UUID
    """Whose it is."""
    tier: Tier
    """What the user may use, where nothing that he has is better."""
    until: datetime
    """When it ends."""
    reason: str = Field(description="Why", examples=["Asked for by the user, ticket 4711"])
    created_at: datetime
    """When it was given."""

    @classmethod
    def of(cls, grant: Grant) -> GrantView:
        """Return the view of a grant."""
        return cls(**grant.model_dump(exclude={"granted_by"}))


class AfterEvent(Position):
    """Where a page of events ended."""

    received_at: datetime
    id: UUID


class WebhookEventView(View):
    """An event of a payment provider, without what is in it."""

    id: UUID
    """Ours."""
    provider: Literal["stripe", "paddle"] = Field(description="Who sent it", examples=["stripe"])
    event_id: str = Field(description="The provider's", examples=["evt_1PqXyZ2eZvKYlo2C0aBcDeFg"])
    type: str = Field(description="As the provider calls it", examples=["invoice.payment_failed"])
    created: datetime | None
    """When it happened, as the provider says."""
    received_at: datetime
    """When it came."""
    subscription: str | None = Field(description="The provider's id", examples=["sub_1PqXyZ2eZvKYlo2C"])
    customer: str | None = Field(description="The provider's id", examples=["cus_QhXyZ2eZvKYlo2"])
    state: str = Field(description="received, applied, ignored, waiting or failed", examples=["applied"])
    outcome: str | None = Field(description="What it did: docs/billing.md lists them", examples=["applied"])
    attempts: int = Field(description="How often it changed what is known", examples=[1])
    error: str | None = Field(description="Why it did nothing", examples=["nobody knows its user yet"])

    @classmethod
    def of(cls, event: SeenEvent) -> WebhookEventView:
        """Return the view of an event."""
        return cls(**event.model_dump())


class ReplayView(View):
    """An event that is applied again."""

    provider: Literal["stripe", "paddle"] = Field(description="Who sent it", examples=["stripe"])
    event_id: str = Field(description="The provider's id", examples=["evt_1PqXyZ2eZvKYlo2C0aBcDeFg"])
