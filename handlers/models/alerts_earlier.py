"""Requests and answers of the alert routes in the earlier form (`/v2/premium/alerts`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue, StrictBool

from handlers.models.alerts import Name
from handlers.runtime import Body, Number, View
from premium.alerts.checks import TELLS_NOBODY
from premium.alerts.language.earlier import AlertType, alert_type_of, condition_of, draft_of
from premium.alerts.model import Channel, Draft
from premium.alerts.service import ExplainedRule


class EarlierBody(Body):
    """A rule to create in the earlier form, in snake case.

    Its alert type says what `threshold` means.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=None)

    name: Name
    """The user's own name for it."""
    alert_type: AlertType
    """What it watches, and what `threshold` means."""
    channels: tuple[Channel, ...] = Field(default=(), max_length=10)
    """Where it goes; the destinations are the profile's."""
    condition: dict[str, Number] = Field(
        max_length=10,
        description="The fields of that type: `threshold`, `asset`, `chain` …",
        examples=[{"threshold": "1000000"}],
    )
    enabled: StrictBool = True
    """false: it is kept and matches nothing."""

    def draft(self) -> Draft:
        """Return the draft of a rule that the earlier form describes.

        InvalidInput names what is not understood.
        """
        draft = draft_of(self.name, self.alert_type, self.channels, self.condition)
        return draft.model_copy(update={"enabled": self.enabled})


class EarlierView(View):
    """A rule in the earlier form, in snake case."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=None)

    id: UUID
    """The rule's id."""
    name: str = Field(description="The user's own name for it", examples=["Whales"])
    alert_type: str = Field(description="What it watches", examples=["whale_movement"])
    channels: tuple[Channel, ...]
    """Where it goes."""
    condition: Mapping[str, JsonValue] = Field(
        description="The fields of that type", examples=[{"threshold": "1000000"}]
    )
    enabled: bool
    """false: it matches nothing."""
    warnings: tuple[str, ...] = Field(
        description="Why it cannot fire by what this stage reads, or tells nobody; empty where it does both",
        examples=[[TELLS_NOBODY]],
    )
    created_at: datetime
    """When it was made."""
    updated_at: datetime
    """When it was last changed."""


def earlier_view(explained: ExplainedRule) -> EarlierView:
    """Return the view of a rule in the earlier form."""
    row = explained.rule
    return EarlierView(
        alert_type=alert_type_of(row),
        channels=tuple(dict.fromkeys(action.type for action in row.actions)),
        condition=condition_of(row),
        warnings=explained.warnings,
        **row.model_dump(include={"id", "name", "enabled", "created_at", "updated_at"}),
    )
