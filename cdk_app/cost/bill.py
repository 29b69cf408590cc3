"""A month's bill, whose charges are priced together.

What is free or cheaper by quantity counts for the account.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from cdk_app.cost.charges import Charge, Resource, Templates, fixed
from cdk_app.cost.table import Price
from cdk_app.cost.usage import Usage
from cdk_app.cost.usage_charges import used


@dataclass(frozen=True)
class Item:
    """What one resource, or one kind of use, is charged of one price."""

    stack: str
    name: str
    service: str
    key: str
    quantity: Decimal
    unit: str
    dollars: Decimal
    checked: bool = True
    """Whether a second source has the same price."""

    @property
    def fixed(self) -> bool:
        """Tell whether it is paid although nobody calls."""
        return self.stack != "usage"


@dataclass(frozen=True)
class Bill:
    """A stage's items, and the resources that no rule or no price knows."""

    items: tuple[Item, ...]
    unpriced: tuple[str, ...]

    @property
    def total(self) -> Decimal:
        """Return dollars a month."""
        return sum((item.dollars for item in self.items), Decimal(0))

    @property
    def floor(self) -> Decimal:
        """Return what is paid although nobody calls."""
        return sum((item.dollars for item in self.items if item.fixed), Decimal(0))

    @property
    def unchecked(self) -> dict[str, Decimal]:
        """Return dollars by price, of those that stand on their own page's word alone."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for item in self.items:
            if not item.checked and item.dollars:
                sums[item.key] += item.dollars
        return dict(sorted(sums.items(), key=lambda pair: -pair[1]))

    def by(self, field: str) -> list[tuple[str, Decimal]]:
        """Return dollars by `stack` or `service`, the dearest first."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for item in self.items:
            sums[getattr(item, field)] += item.dollars
        return sorted(sums.items(), key=lambda pair: -pair[1])


def templates_of(folder: Path, stage: str) -> Templates:
    """Return the resources of a stage from its cloud assembly."""
    found = []
    for path in sorted(folder.glob(f"premium-{stage}-*.template.json")):
        stack = path.name.split(".")[0].split("-", 2)[2]
        for name, body in json.loads(path.read_text()).get("Resources", {}).items():
            found.append(Resource(stack, name, body["Type"], body.get("Properties", {})))
    return Templates(tuple(found))


def bill(templates: Templates, usage: Usage, prices: Mapping[str, Price]) -> Bill:
    """Return the bill of a stage for a month of use."""
    charges, unknown = fixed(templates)
    charges += used(usage, templates)
    missing = sorted(
        {f"{charge.stack}/{charge.name}: no price {charge.key}" for charge in charges if charge.key not in prices}
    )
    priced = [charge for charge in charges if charge.key in prices]
    unpriced = [f"{each.stack}/{each.name}: no rule for {each.kind}" for each in unknown]
    return Bill(tuple(_items(priced, prices)), (*sorted(unpriced), *missing))


def _items(charges: Iterable[Charge], prices: Mapping[str, Price]) -> list[Item]:
    """Price each key's whole quantity, and give every charge its part of that."""
    whole: dict[str, Decimal] = defaultdict(Decimal)
    listed = list(charges)
    for charge in listed:
        whole[charge.key] += charge.quantity
    items = []
    for charge in listed:
        price, quantity = prices[charge.key], whole[charge.key]
        dollars = price.of(quantity) * charge.quantity / quantity if quantity else Decimal(0)
        items.append(
            Item(
                charge.stack,
                charge.name,
                price.service,
                charge.key,
                charge.quantity,
                price.unit,
                dollars,
                bool(price.checked),
            )
        )
    return sorted(items, key=lambda item: -item.dollars)
