"""Requests and answers of the alert routes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, JsonValue, StrictBool

from handlers.runtime import Amount, Body, ExactJson, Number, Position, View, Visible, VisibleLines, Whole
from premium.alerts.language.assets import NamedAsset
from premium.alerts.language.drafts import trigger_of
from premium.alerts.language.earlier_events import in_present_form
from premium.alerts.language.event import MAX_EVENT_BYTES
from premium.alerts.language.templates import text_of
from premium.alerts.model import Channel, DeliveryRow, DeliveryStatus, HistoryRow, RuleType, Trigger
from premium.alerts.service import ExplainedRule, SavedRule, Trial

Name = Annotated[
    str, Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$", examples=["Whales on ethereum"]), Visible
]
Destination = Annotated[str, Field(min_length=1, max_length=2048), Visible]
MAX_SHOWN_EVENT = 6 * MAX_EVENT_BYTES
"""Characters of an event in an answer, in which each byte may take six."""
MAX_SHOWN_FIELD, MAX_SHOWN_FIELDS = 1_000, 100
_NONE_YET = "This stage has no such event yet: this one is an example, made to fit the rule"
_SLACK, _SLACK_URL = "An incoming webhook of Slack", "https://hooks.slack.com/services/T0000/B0000/x5f2c9a1b7"
_DISCORD = "A webhook of Discord"
_DISCORD_URL = "https://discord.com/api/webhooks/100000000000000000/token_of_the_webhook"
_SMS = "A phone number with its country"
_IMPORTANT = "Channels whose messages are tried for a day where they do not arrive, not for an hour"
_TEMPLATE = "Text with {{field}} placeholders; the rule's type has a default"


class ConditionBody(Body):
    """One condition of a rule."""

    field: str = Field(
        min_length=1,
        max_length=256,
        description="A field of the rule's events (docs/alerts.md)",
        examples=["amount_usd"],
    )
    operator: Literal["gt", "gte", "lt", "lte", "eq"]
    """How the event's value compares with `value`."""
    value: Number = Field(
        description="Exact, whether it is written as a JSON number or as a string", examples=["1000000"]
    )


class ActionBody(Body):
    """One notification of a rule."""

    type: Channel
    """Where it goes."""
    destination: Destination | None = Field(
        default=None, description="The profile's where there is none", examples=["ada@example.org"]
    )
    template: Annotated[str, VisibleLines] | None = Field(
        default=None,
        min_length=1,
        max_length=2000,
        description=_TEMPLATE,
        examples=["{{rule_name}}: {{amount_usd}} USD on {{chain}}"],
    )
    important: StrictBool = False
    """Try it for a day where it does not arrive, not for an hour."""


class NewRule(Body):
    """A rule to create."""

    name: Name
    """The user's own name for it."""
    type: RuleType
    """What it watches."""
    conditions: tuple[ConditionBody, ...] = Field(min_length=1, max_length=10, description="All must hold")
    """All must hold."""
    actions: tuple[ActionBody, ...] = Field(default=(), max_length=10)
    """Who is told; without any, the history and the stream alone."""
    enabled: StrictBool = True
    """false: it is kept and matches nothing."""
    cooldown_seconds: Whole = Field(default=0, ge=0, le=31 * 24 * 3600)
    """For so long after a firing it does not fire again."""
    trigger: Trigger | None = Field(default=None, description="edge for levels (price, gas, TVL), else level")
    hysteresis: Amount | None = Field(
        default=None, ge=0, description="In the unit of the conditions' field", examples=["50"]
    )
    fire_if_true: StrictBool = Field(default=False, description="Fire once, at once, where the conditions hold already")


class RuleChange(Body):
    """Changes of a rule; a field that is left out stays."""

    name: Name | None = None
    """The user's own name for it."""
    type: RuleType | None = None
    """What it watches."""
    conditions: tuple[ConditionBody, ...] | None = Field(default=None, min_length=1, max_length=10)
    """All must hold; they replace those there are."""
    actions: tuple[ActionBody, ...] | None = Field(default=None, max_length=10)
    """Who is told; they replace those there are."""
    enabled: StrictBool | None = None
    """false: it is kept and matches nothing."""
    cooldown_seconds: Whole | None = Field(default=None, ge=0, le=31 * 24 * 3600)
    """For so long after a firing it does not fire again."""
    trigger: Trigger | None = Field(default=None, description="null: the default of the rule's conditions")
    hysteresis: Amount | None = Field(default=None, ge=0, description="null: none")
    version: Whole | None = Field(
        default=None, description="Refused with CONFLICT where the rule has another by now", examples=[3]
    )
    new_signing_secret: StrictBool = False
    """Make a new secret for its webhooks; the answer shows it once."""

    def changes(self) -> dict[str, Any]:
        """Return the given fields of a draft.

        null has a meaning for trigger and hysteresis alone.
        """
        given = self.model_dump(include=self.model_fields_set - {"version", "new_signing_secret"})
        return {name: value for name, value in given.items() if value is not None or name in ("trigger", "hysteresis")}


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


class DestinationsBody(Body):
    """A user's destinations."""

    email: Destination | None = Field(
        default=None, description="The profile's address where there is none", examples=["ada@example.org"]
    )
    webhook: Destination | None = Field(
        default=None,
        description="A URL of your own server, called with a signature",
        examples=["https://hooks.example.org/premium"],
    )
    push: Destination | None = Field(
        default=None, description="A device's registration token of Firebase", examples=["fcm-registration-token"]
    )
    telegram: Destination | None = Field(
        default=None, description="The chat's id, or @channel", examples=["@my_alerts"]
    )
    slack: Destination | None = Field(default=None, description=_SLACK, examples=[_SLACK_URL])
    discord: Destination | None = Field(default=None, description=_DISCORD, examples=[_DISCORD_URL])
    sms: Destination | None = Field(default=None, description=_SMS, examples=["+14155550123"])
    important: tuple[Channel, ...] = Field(default=(), max_length=7, description=_IMPORTANT, examples=[["webhook"]])


class ConditionView(View):
    """One condition of a rule."""

    field: str = Field(description="A field of the rule's events", examples=["amount_usd"])
    operator: str = Field(description="How the event's value compares with `value`", examples=["gte"])
    value: JsonValue = Field(description="Exact, as it was given", examples=["1000000"])


class ActionView(View):
    """One notification of a rule."""

    type: Channel
    """Where it goes."""
    destination: str | None = Field(description="The profile's where there is none", examples=["ada@example.org"])
    template: str | None = Field(
        description="The text; null: the type's default", examples=["{{rule_name}}: {{amount_usd}} USD on {{chain}}"]
    )
    important: bool
    """It is tried for a day where it does not arrive, not for an hour."""


class NamedAssetView(View):
    """The asset that a condition names, as it was resolved."""

    condition: int = Field(description="Its place among the rule's conditions, from 0", examples=[0])
    written: str | None = Field(
        description="As it was written in this request: a symbol, or chain:address", examples=["ETH"]
    )
    asset: str = Field(
        description="What it means: chain:address, coingecko:<id>, or the name that a feed sends",
        examples=["ethereum:0x0000000000000000000000000000000000000000"],
    )
    symbol: str | None = Field(description="Of the registry; null where it lists none", examples=["ETH"])
    chain: str | None = Field(description="Null for the name of a feed", examples=["ethereum"])
    decimals: int | None = Field(
        description="Null where the registry does not say them: the contract is asked", examples=[18]
    )


class RuleView(View):
    """A rule."""

    id: UUID
    """The rule's id."""
    name: str = Field(description="The user's own name for it", examples=["Whales on ethereum"])
    type: RuleType
    """What it watches."""
    conditions: tuple[ConditionView, ...]
    """All must hold."""
    actions: tuple[ActionView, ...]
    """Who is told."""
    enabled: bool
    """false: it matches nothing."""
    cooldown_seconds: int = Field(description="For so long after a firing it does not fire again", examples=[300])
    trigger: Trigger
    """`edge` fires when a level crosses into the condition, `level` each time it holds."""
    hysteresis: Amount | None
    """How far a level must go back before it can cross again."""
    holds_now: bool | None = Field(
        default=None, description="Whether an edge rule that names its asset, chain or protocol holds; null in lists"
    )
    assets: tuple[NamedAssetView, ...] = Field(description="What the assets of its conditions mean")
    warnings: tuple[str, ...] = Field(
        description="Why it cannot fire by what this stage reads; empty where it can",
        examples=[["This stage does not read polygon: the rule does not fire here (blocks are read of ethereum)"]],
    )
    version: int
    """Counts changes; give it back to change only what you have seen."""
    created_at: datetime
    """When it was made."""
    updated_at: datetime
    """When it was last changed."""


class KeptRuleView(RuleView):
    """A rule that was just created or changed."""

    signing_secret: str | None = Field(
        description="Of this rule's webhooks; shown once, when it is made", examples=["whsec_9f2c…"]
    )

    def remembered(self) -> KeptRuleView:
        """Return the answer without its secret, as repeated requests get it."""
        return self.model_copy(update={"signing_secret": None})


class DeliveryView(View):
    """A delivery of an alert."""

    id: UUID
    """The delivery's id."""
    notice: Literal["fired", "retracted"]
    """What is told: that it fired, or that it was taken back."""
    channel: Channel
    """Over which channel."""
    destination: str | None = Field(description="Where to", examples=["ada@example.org"])
    status: DeliveryStatus
    """`dead`: the attempts are used up."""
    attempts: int
    """Tries so far."""
    last_error: str | None = Field(description="Why the last try failed", examples=["the destination answered 500"])
    next_attempt_at: datetime | None
    """When it is tried again."""
    ended_at: datetime | None
    """When it was sent or given up."""


class AlertView(View):
    """An alert and its deliveries."""

    id: UUID
    """The alert's id."""
    rule_id: UUID
    """The rule that it met."""
    rule_name: str = Field(description="The rule's name at that time", examples=["Whales on ethereum"])
    type: RuleType
    """What the rule watches."""
    event_id: str = Field(description="The event's own id", examples=["ethereum:19000000:12"])
    message: str = Field(
        description="What was told, where the action has no template of its own",
        examples=["Whales: 12.5 ETH ($43,891.07) moved on ethereum"],
    )
    event: Mapping[str, JsonValue] = Field(
        description="The event as it was matched, by the names of its fields (docs/alerts.md)",
        examples=[
            {"event_id": "ethereum:19000000:12", "kind": "transfer", "chain": "ethereum", "amount_usd": "1250000"}
        ],
    )
    event_time: datetime
    """When the event happened."""
    triggered_at: datetime
    """When the rule fired."""
    retracted_at: datetime | None
    """When a reorganisation took the event back."""
    is_test: bool
    """It was a trial of the rule."""
    deliveries: tuple[DeliveryView, ...]
    """What became of each notification."""


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


class DestinationsView(View):
    """A user's destinations."""

    email: str | None = Field(
        default=None, description="The address; the profile's where there is none", examples=["ada@example.org"]
    )
    webhook: str | None = Field(
        default=None,
        description="A URL of your own server, called with a signature",
        examples=["https://hooks.example.org/premium"],
    )
    push: str | None = Field(
        default=None, description="A device's registration token of Firebase", examples=["fcm-registration-token"]
    )
    telegram: str | None = Field(default=None, description="The chat's id, or @channel", examples=["@my_alerts"])
    slack: str | None = Field(default=None, description=_SLACK, examples=[_SLACK_URL])
    discord: str | None = Field(default=None, description=_DISCORD, examples=[_DISCORD_URL])
    sms: str | None = Field(default=None, description=_SMS, examples=["+14155550123"])
    important: tuple[Channel, ...] = Field(description=_IMPORTANT, examples=[["webhook"]])


class KeptDestinationsView(DestinationsView):
    """Destinations that were just kept."""

    signing_secret: str | None = Field(
        description="Of notices to the webhook that are not a rule's; shown once, when it is made",
        examples=["whsec_9f2c…"],
    )

    def remembered(self) -> KeptDestinationsView:
        """Return the answer without its secret, as it is kept for repeated requests."""
        return self.model_copy(update={"signing_secret": None})


class RulePosition(Position):
    """The last rule of a page."""

    created_at: datetime
    id: UUID


class AlertPosition(Position):
    """The last alert of a page."""

    event_time: datetime
    id: UUID


def rule_view(explained: ExplainedRule, *, holds_now: bool | None = None) -> RuleView:
    """Return the view of a rule."""
    row = explained.rule
    conditions = tuple(ConditionView.model_validate(dict(one)) for one in row.conditions)
    more = {"trigger": trigger_of(row), "conditions": conditions, "warnings": explained.gaps, "holds_now": holds_now}
    return RuleView.model_validate(row.model_dump() | more | {"assets": tuple(map(_asset_view, explained.assets))})


def _asset_view(named: NamedAsset) -> NamedAssetView:
    return NamedAssetView(condition=named.condition, written=named.written, **named.asset._asdict())


def saved_view(saved: SavedRule) -> KeptRuleView:
    """Return a rule that was just saved, with its new secret."""
    shown = rule_view(saved, holds_now=saved.holds_now).model_dump(by_alias=False)
    return KeptRuleView(signing_secret=saved.signing_secret, **shown)


def alert_view(row: HistoryRow) -> AlertView:
    """Return the view of an alert with its deliveries."""
    named = row.model_dump(exclude={"alert_rule_id", "rule_type", "event_data", "deliveries"})
    return AlertView(
        rule_id=row.alert_rule_id,
        type=row.rule_type,
        message=_message(row),
        event=_bounded(in_present_form(row.event_data)),
        deliveries=tuple(map(_delivery_view, row.deliveries)),
        **named,
    )


def _bounded(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an event as it may be shown.

    Of one that is larger than any event may be now, the short fields.
    """
    if len(json.dumps(event, default=str)) <= MAX_SHOWN_EVENT:
        return event
    short = {name: value for name, value in event.items() if len(json.dumps(value, default=str)) <= MAX_SHOWN_FIELD}
    return {**dict(list(short.items())[:MAX_SHOWN_FIELDS]), "truncated": True}


def _message(row: HistoryRow) -> str:
    return text_of(
        None, in_present_form(row.event_data), rule_name=row.rule_name, rule_type=row.rule_type, alert_id=row.id,
        retracted=row.retracted_at is not None,
    )  # fmt: skip


def _delivery_view(row: DeliveryRow) -> DeliveryView:
    return DeliveryView.model_validate(row.model_dump())


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
    )
