"""Write the audit entries of what providers told, behind its application.

A provider waits for its answer, and comes again where it is late: the intake writes one row, which keeps who asked, and
the entry follows it. It has the row's id: whoever is killed before it says that it is written is followed by one who
writes the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from premium.audit.service import SYSTEM_ACTOR, Action, AuditTrail, Noted
from premium.billing.model import UnnotedEvent
from premium.billing.store import WebhookStore
from premium.bootstrap import Platform

_MOST = 1_000
_AT_ONCE = 50


def note_events(platform: Platform, *, point: Callable[[str], None]) -> int:
    """Write the entries of events that were applied; how many.

    UpstreamUnavailable leaves the rest to the upkeep.
    """
    store, trail, noted = WebhookStore(platform.worker_database), AuditTrail.of(platform), 0

    def write(found: Sequence[UnnotedEvent]) -> None:
        trail.noted_all([_entry(each) for each in found])
        point("entered")

    while noted < _MOST and (written := store.note_next(_AT_ONCE, write)):
        noted += written
    return noted


def _entry(event: UnnotedEvent) -> Noted:
    asked: Mapping[str, Any] = event.asked or {}
    targets = (event.event_id, *([event.subscription] if event.subscription else []))
    action = Action(
        id=event.id, time=event.received_at, actor=SYSTEM_ACTOR, name="webhook applied", targets=targets,
        request_id=asked.get("request_id", ""), address=asked.get("address", ""),
        user_agent=asked.get("user_agent", ""),
    )  # fmt: skip
    told = {"provider": event.provider, "type": event.type, "state": event.state, "outcome": event.outcome}
    if event.state == "failed":
        return Noted(action, {**told, "error": event.error}, "failed", "INVALID_INPUT")
    return Noted(action, told)
