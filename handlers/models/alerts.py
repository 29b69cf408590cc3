"""Requests and answers of the routes of alert rules."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, JsonValue, StrictBool

from handlers.runtime import Amount, Body, Number, Position, View, Visible, VisibleLines, Whole
from premium.alerts.checks import TELLS_NOBODY
from premium.alerts.language.assets import NamedAsset
from premium.alerts.language.drafts import trigger_of
from premium.alerts.model import Channel, RuleType, Trigger
from premium.alerts.service import ExplainedRule, SavedRule

Name = Annotated[
    str, Field(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$", examples=["Whales on ethereum"]), Visible
]
Destination = Annotated[str, Field(min_length=1, max_length=2048), Visible]
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
        description="Why it cannot fire by what this stage reads, or tells nobody; empty where it does both",
        examples=[[TELLS_NOBODY]],
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


class RulePosition(Position):
    """The last rule of a page."""

    created_at: datetime
    id: UUID


def rule_view(explained: ExplainedRule, *, holds_now: bool | None = None) -> RuleView:
    """Return the view of a rule."""
    row = explained.rule
    conditions = tuple(ConditionView.model_validate(dict(one)) for one in row.conditions)
    told = {"assets": tuple(map(_asset_view, explained.assets)), "warnings": explained.warnings, "holds_now": holds_now}
    return RuleView.model_validate(row.model_dump() | {"trigger": trigger_of(row), "conditions": conditions} | told)


def _asset_view(named: NamedAsset) -> NamedAssetView:
    return NamedAssetView(condition=named.condition, written=named.written, **named.asset._asdict())


def saved_view(saved: SavedRule) -> KeptRuleView:
    """Return a rule that was just saved, with its new secret."""
    shown = rule_view(saved, holds_now=saved.holds_now).model_dump(by_alias=False)
    return KeptRuleView(signing_secret=saved.signing_secret, **shown)
