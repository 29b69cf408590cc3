"""Tell the topic, the audit trail and the user what follows from changes.

A message and an audit entry have the id of their row in the outbox, a notice its key: whoever is killed between two of
them is followed by one who tells again what may have been told, under the same names.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow

from premium.audit.service import SYSTEM_ACTOR, AuditTrail
from premium.billing.manifest import BillingSettings
from premium.billing.notices import notice_of
from premium.billing.store.outbox import Outbox, Told
from premium.bootstrap import Platform
from premium.clock import rfc3339
from premium.notifications.model import PostedNotice
from premium.notifications.service import enqueue_deliveries, notify
from premium.observability import observe

_MOST = 1_000
Point = Callable[[str], None]


def empty_outbox(platform: Platform, *, point: Point) -> int:
    """Tell what waits; how much. UpstreamUnavailable leaves the rest to the next minute's upkeep."""
    box, posted, told = Outbox(platform.worker_database), list[PostedNotice](), 0
    tell = partial(_tell, platform, posted, point)
    try:
        while told < _MOST and box.tell_next(tell):
            told += 1
            point("told")
    finally:
        if posted:
            enqueue_deliveries(platform.redis(1), posted)
    observe("OutboxWaiting", box.waiting(), "Count")
    return told


def _tell(
    platform: Platform, posted: list[PostedNotice], point: Point, connection: Connection[DictRow], told: Told
) -> None:
    publish(platform, told)
    point("published")
    AuditTrail.of(platform).noted(
        SYSTEM_ACTOR, told.kind, at=(told.created_at, told.id), targets=[told.user_id], changes=told.data
    )
    point("audited")
    notice = notice_of(told)
    if notice is not None:
        posted += notify(connection, [notice])


def publish(platform: Platform, told: Told) -> None:
    """Tell the topic `billing-events`, where the stage has one."""
    arn = platform.settings.of(BillingSettings).billing_events_topic_arn
    if arn is None:
        return
    from premium.storage.topics import Topic  # noqa: PLC0415 - SNS, where something is told

    message: dict[str, Any] = {
        "id": str(told.id), "kind": told.kind, "userId": str(told.user_id), "at": rfc3339(told.created_at),
        **told.data,
    }  # fmt: skip
    Topic(arn).publish(message, id=str(told.id), kind=told.kind)
