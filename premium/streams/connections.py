"""Users' open WebSocket connections in DynamoDB, by their id or user."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from boto3.dynamodb.conditions import Attr, Key

from premium.clock import Clock
from premium.manifest import services
from premium.storage.tables import Change, Item, Table

CHANNELS = tuple(channel for service in services() for channel in service.channels)
MAX_PER_USER = 25
_LIFE = timedelta(hours=2, minutes=10)
"""API Gateway closes a connection after two hours; what was not told so is forgotten soon after."""
_NEVER = 2**62


class Connections:
    """Connections and the stream channels they subscribed to.

    One item each: `connection_id`, `user_id`, `channels` (a set, absent when empty), `ttl`.
    """

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def add(
        self, connection_id: str, user_id: UUID, channels: Iterable[str] = (), *, ends_at: int | None = None
    ) -> bool:
        """Add a connection; False, and nothing kept, when the user has too many.

        Nothing is sent to it after `ends_at` (Unix seconds), when the credential that opened it is over.
        """
        if len(self._live(user_id)) >= MAX_PER_USER:
            return False
        item = {
            "connection_id": connection_id,
            "user_id": str(user_id),
            "ttl": min(self._now() + int(_LIFE.total_seconds()), ends_at or _NEVER),
        }
        subscribed = set(channels)
        return self._table.put(item | ({"channels": subscribed} if subscribed else {}))

    def subscribe(self, connection_id: str, channel: str) -> bool:
        """Add a channel; False when the connection is not known any more."""
        return self._known(connection_id, Change(add={"channels": {channel}}))

    def unsubscribe(self, connection_id: str, channel: str) -> bool:
        """Take a channel away; False when the connection is not known any more."""
        item = self._table.get({"connection_id": connection_id})
        if item is None:
            return False
        left = set(item.get("channels", ())) - {channel}
        return self._known(connection_id, Change(set={"channels": left}) if left else Change(remove=("channels",)))

    def remove(self, connection_id: str) -> None:
        """Forget a connection."""
        self._table.delete({"connection_id": connection_id})

    def listening(self, user_id: UUID, channel: str) -> list[str]:
        """Return ids of the user's connections that subscribed to the channel."""
        return [item["connection_id"] for item in self._live(user_id) if channel in item.get("channels", ())]

    def _known(self, connection_id: str, change: Change) -> bool:
        condition = Attr("connection_id").exists()
        return self._table.update({"connection_id": connection_id}, change, condition=condition) is not None

    def _live(self, user_id: UUID) -> list[Item]:
        # DynamoDB removes what has expired hours late, so the ttl is looked at here too.
        page = self._table.query(
            Key("user_id").eq(str(user_id)), index="user", filter=Attr("ttl").gt(self._now()), limit=4 * MAX_PER_USER
        )
        return list(page.items)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
