"""Transfers as sources wrote them before amounts were in whole units.

Their `amount` was in base units. Such events wait in batches and blocks while a release is rolled out, and stay in the
history: wherever events are read from a store, they are read in the present form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_OF_A_SOURCE = re.compile(r"(retract:)*[a-z0-9-]+:0x[0-9a-f]{64}:(tx|log):\d+(~[0-9a-f]+)?", re.ASCII)
"""Ids that our sources make; the events of others have always been in their own units."""


def in_present_form(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the event with its base units named as such."""
    if event.get("kind") != "transfer" or "amount" not in event or "amount_base_units" in event:
        return event
    if not _OF_A_SOURCE.fullmatch(str(event.get("event_id"))):
        return event
    rest = {name: value for name, value in event.items() if name != "amount"}
    return rest | {"amount_base_units": event["amount"]}
