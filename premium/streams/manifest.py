"""Declare the room of streams: the minute's sweep of their connections."""

from __future__ import annotations

from premium.manifest import Schedule, Service

SERVICE = Service(
    name="streams",
    title="Messages over WebSocket",
    schedules=(
        Schedule(
            name="streams.sweep",
            every=1,
            task="premium.execution.upkeep.streams",
            needs=("database", "connections", "connections_sweep", "websocket"),
        ),
    ),
)
