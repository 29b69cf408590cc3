"""Declare the room of streams: the minute's sweep of their connections."""

from __future__ import annotations

from premium.manifest import Place, Schedule, Service

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
    places=(
        Place(
            store="dynamodb",
            name="connections",
            reads="premium.privacy.work.items.connections",
            erases="premium.privacy.work.items.erase_connections",
        ),
    ),
)
