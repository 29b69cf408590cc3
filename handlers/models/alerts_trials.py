"""The request and the answer of a rule's trial."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, JsonValue, StrictBool

from handlers.runtime import Body, ExactJson, View
from premium.alerts.checks import TELLS_NOBODY
from premium.alerts.language.event import MAX_EVENT_BYTES
from premium.alerts.trials import Trial

_NONE_YET = "This stage has no such event yet: this one is an example, made to fit the rule"


def _of_a_queue(event: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Refuse an event that the events queue would refuse for its size."""
    size = len(json.dumps(event, ensure_ascii=False, separators=(",", ":"), default=str).encode())
    if size > MAX_EVENT_BYTES:
        raise ValueError(f"has {size} bytes as JSON, of {MAX_EVENT_BYTES} at most")
    return event


class TrialBody(Body):
    """The event and options of a rule's trial."""

    event: Annotated[dict[str, ExactJson], AfterValidator(_of_a_queue)] | None = Field(
        default=None,
        description="By default the newest that the stage has of what the rule is about, or an example; 64 KiB at most",
        examples=[{"kind": "transfer", "chain": "ethereum", "amount": "1250.5", "amount_usd": "1250000"}],
    )
    deliver: StrictBool = Field(default=True, description="false: judge the event, tell nobody")


class TriedConditionView(View):
    """A condition in a trial."""

    field: str = Field(description="A field of the event", examples=["amount_usd"])
    operator: str = Field(description="How it was compared", examples=["gte"])
    holds: bool
    """Whether it holds for the event."""


class TrialView(View):
    """The outcome of a trial."""

    matches: bool
    """Whether all conditions hold."""
    conditions: tuple[TriedConditionView, ...]
    """Each of them."""
    event: Mapping[str, JsonValue] = Field(
        description="The event that was judged",
        examples=[{"kind": "transfer", "chain": "ethereum", "amount_usd": "1250000"}],
    )
    event_source: Literal["given", "recent", "example"] = Field(
        description="given: yours; recent: the newest of this stage; example: made to fit, as the stage has none yet"
    )
    note: str | None = Field(description="Says so where the stage has no such event yet", examples=[_NONE_YET])
    example: Mapping[str, JsonValue] | None = Field(
        description="An event that would fire the rule, where the one that was judged does not",
        examples=[{"kind": "transfer", "chain": "ethereum", "amount_usd": "1250000"}],
    )
    alert_id: UUID | None = Field(description="In the history, where its deliveries show their status")
    deliveries: tuple[UUID, ...]
    """Ids of the notifications that were started."""
    warnings: tuple[str, ...] = Field(description="Those of the rule", examples=[[TELLS_NOBODY]])


def trial_view(trial: Trial) -> TrialView:
    """Return the view of a trial's outcome."""
    judged = (
        TriedConditionView(field=one.condition.field, operator=one.condition.operator, holds=one.holds)
        for one in trial.verdicts
    )
    return TrialView(
        matches=trial.matches,
        conditions=tuple(judged),
        event=trial.event,
        event_source=trial.origin,
        note=_NONE_YET if trial.origin == "example" else None,
        example=trial.example,
        alert_id=trial.alert.id if trial.alert else None,
        deliveries=trial.alert.deliveries if trial.alert else (),
        warnings=trial.warnings,
    )
