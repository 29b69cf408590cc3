"""Resolve the asset names of rules to the keys of events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from premium.alerts.language.drafts import invalid
from premium.alerts.model import Draft
from premium.prices.assets import AssetNames, Resolved, UnknownAsset, Use


class NamedAsset(NamedTuple):
    """The asset of one condition.

    `written` is what the rule's owner wrote, None where it was kept before.
    """

    condition: int
    asset: Resolved
    written: str | None = None


def wanted(draft: Draft, field: str) -> str | None:
    """Return the text that a field must equal, None where none is named."""
    texts = (one["value"] for one in draft.conditions if one["field"] == field and one["operator"] == "eq")
    return next((text for text in texts if isinstance(text, str)), None)


def with_keys(draft: Draft, names: AssetNames) -> tuple[Draft, tuple[NamedAsset, ...]]:
    """Return the draft with its assets by their keys, and each name's meaning.

    InvalidInput names the condition whose asset is unknown or ambiguous.
    """
    conditions: list[Mapping[str, Any]] = list(draft.conditions)
    found = list[NamedAsset]()
    chain = wanted(draft, "chain")
    for place, condition in enumerate(draft.conditions):
        value = condition["value"]
        if condition["field"] != "asset" or not isinstance(value, str):
            continue
        try:
            asset = names.resolve(value, use_of(draft.type), chain)
        except UnknownAsset as error:
            raise invalid(f"conditions.{place}.value", str(error)) from None
        conditions[place] = {**condition, "value": asset.asset}
        found.append(NamedAsset(place, asset, value))
    return draft.model_copy(update={"conditions": tuple(conditions)}), tuple(found)


def kept_assets(draft: Draft, names: AssetNames) -> tuple[NamedAsset, ...]:
    """Return what is known of the assets of a rule that is kept."""
    return tuple(
        NamedAsset(place, names.about(condition["value"]))
        for place, condition in enumerate(draft.conditions)
        if condition["field"] == "asset" and isinstance(condition["value"], str)
    )


def with_key(event: Mapping[str, Any], names: AssetNames) -> Mapping[str, Any]:
    """Return an event with its asset's key in place of a symbol.

    A feed's symbol means what it means in a rule: a price is the market's, a transfer is on the event's chain. A name
    that is not known stays as it is.
    """
    written, kind = event.get("asset"), event.get("kind")
    if not isinstance(written, str) or (":" in written and written.islower()):
        return event
    moved = kind == "transfer"
    try:
        found = names.resolve(written, "transfer" if moved else "price", str(event.get("chain")) if moved else None)
    except UnknownAsset:
        return event
    return {"symbol": found.symbol} | dict(event) | {"asset": found.asset}


def use_of(rule_type: str) -> Use:
    """Return what assets of a type of rule are named for."""
    return "transfer" if rule_type == "whale" else "price"
