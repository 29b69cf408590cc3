"""Listens on the WebSocket API while the journey goes on."""

from __future__ import annotations

import json
import threading
import time
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from local.errors import LocalError


class Listener:
    """Connects, subscribes to `channels`, keeps what comes with its time of arrival."""

    def __init__(self, url: str, token: str, channels: tuple[str, ...] = ("jobs",)) -> None:
        self._url = f"{url}?token={quote(token)}"
        self._channels = channels
        self.messages: list[tuple[float, dict[str, Any]]] = []
        self._changed = threading.Condition()
        self._connection: ClientConnection | None = None

    def __enter__(self) -> Self:
        self._connection = connect(self._url, open_timeout=20)
        for channel in self._channels:
            self._connection.send(json.dumps({"type": "subscribe", "channel": channel}))
        threading.Thread(target=self._read, args=(self._connection,), daemon=True).start()
        for channel in self._channels:
            self.wait(lambda message, name=channel: _subscribed(message, name), what=f"the subscription to {channel}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection:
            self._connection.close()

    def wait_for_job(self, job_id: str, *, seconds: float = 20) -> dict[str, Any]:
        """The message that tells this job's end."""
        return self.wait(lambda message: _ended(message, job_id), what=f"the end of job {job_id}", seconds=seconds)

    def wait(self, wanted: Any, *, what: str, seconds: float = 20) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                for _, message in self.messages:
                    if wanted(message):
                        return message
                left = deadline - time.monotonic()
                if left <= 0:
                    raise LocalError(f"The stream did not bring {what}.", "See: make logs")
                self._changed.wait(left)

    def _read(self, connection: ClientConnection) -> None:
        try:
            for text in connection:
                with self._changed:
                    self.messages.append((time.monotonic(), json.loads(text)))
                    self._changed.notify_all()
        except ConnectionClosed:
            return


def _subscribed(message: dict[str, Any], channel: str) -> bool:
    return message.get("type") == "subscribed" and channel in json.dumps(message)


def _ended(message: dict[str, Any], job_id: str) -> bool:
    return job_id in json.dumps(message) and any(word in json.dumps(message) for word in ('"done"', '"failed"'))
