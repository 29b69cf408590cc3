"""Prove that every request ran in a deployed function, never in-process.

Every request id stands in the log of a function of our stacks.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from local.clients import Clients
from local.logs import function_messages
from local.patience import QUIET


def functions_by_request(
    clients: Clients, request_ids: Iterable[str], *, since: float, seconds: float = QUIET
) -> dict[str, str]:
    """Return the function that logged each request id.

    Ids that none logged are absent. `since`: seconds of the epoch.
    """
    missing = set(request_ids)
    found: dict[str, str] = {}
    seen: set[str] = set()
    deadline = time.monotonic() + seconds
    while missing and time.monotonic() < deadline:
        for function, message in function_messages(clients, int(since * 1000), seen):
            for request_id in [one for one in missing if one in message]:
                found[request_id] = function
                missing.discard(request_id)
        if missing:
            time.sleep(0.5)
    return found
