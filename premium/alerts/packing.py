"""Events of the past, most of which nobody asks for again, in a fifth of their room."""

from __future__ import annotations

import marshal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premium.alerts.evaluate import Event

Objects = NDArray[np.object_]


def packed(events: Objects) -> Objects:
    """Each as bytes; what cannot be packed (an exact decimal among its values), or is, stays as it is."""
    found = np.empty(len(events), np.object_)
    found[:] = [_packed(event) for event in events.tolist()]
    return found


def opened(event: Any) -> Event:
    """As it came."""
    found: Event = marshal.loads(event) if isinstance(event, bytes) else event  # noqa: S302 - this process packed it
    return found


def _packed(event: Any) -> Any:
    if isinstance(event, bytes):
        return event
    try:
        return marshal.dumps(event)
    except ValueError:
        return event
