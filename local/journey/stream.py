"""Listen to the WebSocket API during the journey."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from local.patience import QUIET, given_up

_ATTEMPT = 60
_REMEDY = "See: make logs NAME=functions, make logs NAME=workers"


class Listener:
    """A WebSocket connection that keeps every message with its time of arrival.

    It subscribes to `channels` when it is entered.
    """

    def __init__(self, url: str, token: str, channels: tuple[str, ...] = ("jobs",)) -> None:
        self._url = f"{url}?token={quote(token)}"
        self._channels = channels
        self.messages: list[tuple[float, dict[str, Any]]] = []
        self._changed = threading.Condition()
        self._closed = ""
        self._open = ExitStack()

    def __enter__(self) -> Self:
        connection = self._open.enter_context(self._connected())
        for channel in self._channels:
            connection.send(json.dumps({"type": "subscribe", "channel": channel}))
        threading.Thread(target=self._read, args=(connection,), daemon=True).start()
        for channel in self._channels:
            self.wait({"type": "subscribed", "channel": channel}, what=f"the subscription to {channel}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _connected(self) -> ClientConnection:
        """Return an open connection; LocalError where none opens for as long as a wait lasts."""
        begun = time.monotonic()
        while True:
            try:
                # Without pings of ours: a busy gateway that answers one late would end the connection.
                return connect(self._url, open_timeout=_ATTEMPT, ping_interval=None)
            except (OSError, WebSocketException) as error:
                if (waited := time.monotonic() - begun) > QUIET:
                    where = self._url.partition("?")[0]
                    said = f"{type(error).__name__} {error}".strip()
                    raise given_up(f"the stream at {where} to open", waited, said, _REMEDY) from None
                time.sleep(1)

    def wait_for_job(self, job_id: str) -> dict[str, Any]:
        """Wait for the message that announces a job's end, and return it."""
        return self.wait({"type": "job", "id": job_id}, what=f"the end of job {job_id}")

    def wait(self, wanted: Mapping[str, str], *, what: str, seconds: float = QUIET) -> dict[str, Any]:
        """Wait for a message with these fields, and return the first.

        The fields are looked for at its top and in its `data`. LocalError when it does not come, or cannot any more
        since the stream was closed.
        """
        begun = time.monotonic()
        deadline = begun + seconds
        with self._changed:
            while True:
                for _, message in self.messages:
                    if wanted.items() <= {**message.get("data", {}), **message}.items():
                        return message
                left = deadline - time.monotonic()
                if self._closed or left <= 0:
                    waited = time.monotonic() - begun
                    raise given_up(f"{what} on the stream", waited, self._closed, _REMEDY)
                self._changed.wait(left)

    def _read(self, connection: ClientConnection) -> None:
        try:
            for text in connection:
                with self._changed:
                    self.messages.append((time.monotonic(), json.loads(text)))
                    self._changed.notify_all()
            self._end("the stream was closed")
        except ConnectionClosed as error:
            self._end(f"the stream broke: {error}")

    def _end(self, how: str) -> None:
        with self._changed:
            self._closed = how
            self._changed.notify_all()
