"""Requests and answers of the alert routes in the earlier form (`/v2/premium/alerts`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue, StrictBool

from handlers.models.alerts import Name
from handlers.runtime import Body, Number, View
from premium.alerts.language.earlier import AlertType, alert_type_of, condition_of, draft_of
from premium.alerts.model import Channel, Draft, RuleRow


class EarlierBody(Body):
    """A rule to create in the earlier form, in snake case.

    Its alert type says what `threshold` means.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=None)

    name: Name
    alert_type: AlertType
    channels: tuple[Channel, ...] = Field(default=(), max_length=10)
    condition: dict[str, Number] = Field(max_length=10)
    enabled: StrictBool = True

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
    name: str
    alert_type: str
    channels: tuple[Channel, ...]
    condition: Mapping[str, JsonValue]
    enabled: bool
    created_at: datetime
    updated_at: datetime


def earlier_view(row: RuleRow) -> EarlierView:
    """Return the view of a rule in the earlier form."""
    return EarlierView(
        alert_type=alert_type_of(row),
        channels=tuple(dict.fromkeys(action.type for action in row.actions)),
        condition=condition_of(row),
        **row.model_dump(include={"id", "name", "enabled", "created_at", "updated_at"}),
    )
