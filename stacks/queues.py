"""The worker fleet's queue classes: what each is given, and its share of the stage's tasks."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from stacks.model import Model
from stacks.routes import Need

_COMMON: tuple[Need, ...] = ("database", "timeseries", "redis", "jobs", "connections", "websocket")


class QueueClass(Model):
    """One RQ queue, its service's needs, processes a task, and the part of the fleet it may grow to."""

    name: str = Field(pattern=r"^[a-z]+$")
    needs: tuple[Need, ...]
    processes: int = Field(default=2, ge=1, le=16)
    share: Decimal = Field(gt=0, le=1)


CLASSES = (
    QueueClass(name="alerts", needs=(*_COMMON, "event_sender"), processes=1, share=Decimal("0.25")),
    QueueClass(name="notifications", needs=(*_COMMON, "notifications"), processes=4, share=Decimal("0.15")),
    QueueClass(name="default", needs=(*_COMMON, "usage", "audit", "exports", "free_replica"), share=Decimal("0.1")),
    QueueClass(name="aggregation", needs=(*_COMMON, "exports", "free_replica"), share=Decimal("0.2")),
    QueueClass(name="scanning", needs=_COMMON, share=Decimal("0.15")),
    QueueClass(name="tax", needs=(*_COMMON, "reports", "exports"), share=Decimal("0.15")),
)
