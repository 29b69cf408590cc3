"""Users' open WebSocket connections in DynamoDB, by their id or user."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from boto3.dynamodb.conditions import Attr, Key

from premium.clock import Clock
from premium.manifest import services
from premium.principal import Principal
from premium.storage.tables import Change, Item, Table
from premium.tiers import Tier

SCOPES: Mapping[str, str] = {channel: f"{service.name}:read" for service in services() for channel in service.channels}
"""What an API key needs for each channel: it hears no more than it may read."""
CHANNELS = tuple(SCOPES)
MAX_PER_USER = 25
_LIFE = timedelta(hours=2, minutes=10)
"""API Gateway closes a connection after two hours; what was not told so is forgotten soon after."""
_NEVER = 2**62


@dataclass(frozen=True, kw_only=True)
class Opened:
    """An open connection, and the credential behind it."""

    id: str
    caller: Principal
    over: bool
    """The credential has ended; nothing is sent any more."""


class Connections:
    """Connections and the stream channels they subscribed to.

    One item each: `connection_id`, `user_id`, `external_id`, `tier`, `scopes`, `key_id`, `session_id`, `channels`
    (sets, absent when empty), `refused` (messages over the limit), `ttl`, never later than the credential's end.
    """

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def add(self, connection_id: str, caller: Principal, channels: Iterable[str] = ()) -> bool:
        """Add a connection; False, and nothing kept, when the user has too many.

        Nothing is sent to it after the end of the credential that opened it.
        """
        if len(self._live(caller.user_id)) >= MAX_PER_USER:
            return False
        item = {
            "connection_id": connection_id,
            "user_id": str(caller.user_id),
            "external_id": caller.external_id,
            "tier": caller.tier.value,
            "key_id": str(caller.key_id) if caller.key_id else None,
            "session_id": str(caller.session_id) if caller.session_id else None,
            "scopes": set(caller.scopes),
            "channels": set(channels),
            "ttl": min(self._now() + int(_LIFE.total_seconds()), caller.expires_at or _NEVER),
        }
        return self._table.put({name: value for name, value in item.items() if value})

    def get(self, connection_id: str) -> Opened | None:
        """Return a connection; None when it is not known any more."""
        item = self._table.get({"connection_id": connection_id})
        return None if item is None else self._opened(item)

    def every(self) -> Iterator[Opened]:
        """Return all connections that are kept, those that are over too."""
        return (self._opened(item) for item in self._table.scan())

    def of_user(self, user_id: UUID) -> list[Opened]:
        """Return a user's connections that are not over."""
        return [self._opened(item) for item in self._live(user_id)]

    def refuse(self, connection_id: str) -> int:
        """Count a message that was over the limit; return how many were."""
        changed = self._table.update(
            {"connection_id": connection_id}, Change(add={"refused": 1}), condition=Attr("connection_id").exists()
        )
        return int(changed["refused"]) if changed else 0

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

    def subscribed(self, user_id: UUID, channel: str, scope: str | None = None) -> list[Opened]:
        """Return the user's connections that subscribed to the channel, and have the scope."""
        opened = [self._opened(item) for item in self._live(user_id) if channel in item.get("channels", ())]
        return [each for each in opened if scope is None or each.caller.may(scope)]

    def listening(self, user_id: UUID, channel: str) -> list[str]:
        """Return ids of the user's connections that subscribed to the channel."""
        return [each.id for each in self.subscribed(user_id, channel)]

    def _known(self, connection_id: str, change: Change) -> bool:
        condition = Attr("connection_id").exists()
        return self._table.update({"connection_id": connection_id}, change, condition=condition) is not None

    def _live(self, user_id: UUID) -> list[Item]:
        # DynamoDB removes what has expired hours late, so the ttl is looked at here too.
        page = self._table.query(
            Key("user_id").eq(str(user_id)), index="user", filter=Attr("ttl").gt(self._now()), limit=4 * MAX_PER_USER
        )
        return list(page.items)

    def _opened(self, item: Mapping[str, Any]) -> Opened:
        key_id, session_id = item.get("key_id"), item.get("session_id")
        caller = Principal(
            user_id=UUID(item["user_id"]),
            external_id=item.get("external_id", ""),
            tier=Tier(item.get("tier", Tier.FREE)),
            # What an earlier release opened, two hours ago at most, says no scopes: they were all.
            scopes=frozenset(item.get("scopes", () if "tier" in item else ("*",))),
            key_id=UUID(key_id) if key_id else None,
            session_id=UUID(session_id) if session_id else None,
            expires_at=int(item["ttl"]),
        )
        return Opened(id=item["connection_id"], caller=caller, over=int(item["ttl"]) <= self._now())

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
