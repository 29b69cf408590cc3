"""Sends messages to users' open WebSocket connections."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError

from premium.errors import AppError
from premium.observability import logger
from premium.storage.plain import to_json
from premium.streams.connections import Connections, Opened

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

    from premium.streams.credentials import Standing

_SWEPT_AT_ONCE = 500
_GREETING_PAUSES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.6)


class Gone(Exception):
    """The connection is closed, or not open yet."""


class Streams:
    """Users' open connections, through the WebSocket API's management address.

    `endpoint` is that address; `client` replaces the one made from it. `standing` says whose credentials have ended;
    without it that is asked when a connection is opened alone.
    """

    def __init__(
        self,
        connections: Connections,
        endpoint: str,
        *,
        standing: Standing | None = None,
        client: ApiGatewayManagementApiClient | None = None,
    ) -> None:
        self.connections = connections
        self._standing = standing
        self._endpoint = endpoint
        self._given = client

    def publish(self, user_id: UUID, channel: str, message: Mapping[str, Any], *, scope: str | None = None) -> int:
        """Send `{"type": …, "data": {…}}` to a user's listening connections; return how many it reached.

        `scope` is what a key needs to hear this message, beside the channel's own. Never raises for a stream's own
        troubles: what is streamed can also be read over HTTP.
        """
        return self.publish_all(user_id, channel, [message], scope=scope)

    def publish_all(
        self, user_id: UUID, channel: str, messages: Sequence[Mapping[str, Any]], *, scope: str | None = None
    ) -> int:
        """Send several messages, as `publish` does, for one look at the connections."""
        try:
            listening = self._still_open(self.connections.subscribed(user_id, channel, scope))
        except AppError:
            logger.warning("connections cannot be read; nothing was streamed", channel=channel)
            return 0
        bodies = [to_json(message).encode() for message in messages] if listening else []
        reached = ([self.post(each.id, body) for body in bodies] for each in listening)
        return sum(any(told) for told in reached)

    def post(self, connection_id: str, body: bytes) -> bool:
        """Send to one connection; False, and forgotten, when it is gone (410)."""
        try:
            return self._send(connection_id, body)
        except Gone:
            self._forget(connection_id)
            return False

    def close(self, connection_id: str) -> None:
        """Close a connection and forget it.

        Never raises, because the sweep of each minute tries again.
        """
        try:
            self._client.delete_connection(ConnectionId=connection_id)
        except ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") != 410:
                logger.warning("a connection was not closed", error=str(error.response.get("Error", {}).get("Code")))
                return
        except BotoCoreError as error:
            logger.warning("a connection was not closed", error=type(error).__name__)
            return
        self._forget(connection_id)

    def close_of(self, user_id: UUID, credentials: Collection[UUID] | None = None) -> int:
        """Close a user's connections, or those of some keys and sessions.

        Returns how many there were.
        """
        try:
            opened = self.connections.of_user(user_id)
        except AppError:
            logger.warning("connections cannot be read; the sweep of the next minute closes them")
            return 0
        ended = [each for each in opened if credentials is None or each.caller.credential in credentials]
        for each in ended:
            self.close(each.id)
        return len(ended)

    def greet(self, connection_id: str) -> bool:
        """Tell a new connection its id, as soon as it is open.

        False when it does not open within two seconds.
        """
        body = to_json({"type": "connected", "connectionId": connection_id}).encode()
        for pause in _GREETING_PAUSES:
            time.sleep(pause)
            with suppress(Gone):
                return self._send(connection_id, body)
        return False

    def sweep(self) -> int:
        """Close the connections whose credentials have ended; return how many."""
        every, closed = self.connections.every(), 0
        while part := list(islice(every, _SWEPT_AT_ONCE)):
            closed += self._sweep(part)
        return closed

    def _sweep(self, some: Sequence[Opened]) -> int:
        over = [each for each in some if each.over]
        for each in over:
            self.close(each.id)
        current = [each for each in some if not each.over]
        return len(over) + len(current) - len(self._still_open(current))

    def _still_open(self, opened: Sequence[Opened]) -> Sequence[Opened]:
        """Return those whose user and key may still hear; the others are closed."""
        if self._standing is None or not opened:
            return opened
        ended = self._standing.ended(opened)
        for each in opened:
            if each.id in ended:
                self.close(each.id)
        return [each for each in opened if each.id not in ended]

    def _send(self, connection_id: str, body: bytes) -> bool:
        try:
            self._client.post_to_connection(ConnectionId=connection_id, Data=body)
        except ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 410:
                raise Gone from None
            logger.warning("a message was not streamed", error=str(error.response.get("Error", {}).get("Code")))
            return False
        except BotoCoreError as error:
            logger.warning("a message was not streamed", error=type(error).__name__)
            return False
        return True

    def _forget(self, connection_id: str) -> None:
        try:
            self.connections.remove(connection_id)
        except AppError:
            logger.info("a gone connection stays until its ttl")

    @cached_property
    def _client(self) -> ApiGatewayManagementApiClient:
        return self._given or _management(self._endpoint)


def _management(endpoint: str) -> ApiGatewayManagementApiClient:
    import boto3  # noqa: PLC0415 - 85 ms that a process without streams need not spend
    from botocore.config import Config  # noqa: PLC0415 - comes with it

    config = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2, "mode": "standard"})
    return boto3.client("apigatewaymanagementapi", endpoint_url=endpoint, config=config)
