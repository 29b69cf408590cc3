"""Past events packed into a fifth of their memory: few are asked for again."""

from __future__ import annotations

import marshal
from typing import Any

import numpy as np

from premium.alerts.language.values import Event
from premium.alerts.matcher.columns.arrays import Objects


def packed(events: Objects) -> Objects:
    """Return events as bytes.

    One that holds a Decimal, or is packed already, stays as it is.
    """
    found = np.empty(len(events), np.object_)
    found[:] = [_packed(event) for event in events.tolist()]
    return found


def opened(event: Any) -> Event:
    """Return an event as it came."""
    found: Event = marshal.loads(event) if isinstance(event, bytes) else event  # noqa: S302 - this process packed it
    return found


def _packed(event: Any) -> Any:
    if isinstance(event, bytes):
        return event
    try:
        return marshal.dumps(event)
    except ValueError:
        return event
