"""Declare what the room of asks brings: its metric."""

from __future__ import annotations

from premium.manifest import Metric, Service

SERVICE = Service(
    name="asks",
    title="Questions of handlers to residents",
    metrics=(Metric(name="AsksDropped", title="Asks whose deadline passed before their reply", minutes=5),),
)
