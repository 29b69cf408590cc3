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

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from local.errors import LocalError


class Listener:
    """A WebSocket connection that keeps every message with its time of arrival.

    It subscribes to `channels` when it is entered.
    """

    def __init__(self, url: str, token: str, channels: tuple[str, ...] = ("jobs",)) -> None:
        self._url = f"{url}?token={quote(token)}"
        self._channels = channels
        self.messages: list[tuple[float, dict[str, Any]]] = []
        self._changed = threading.Condition()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        connection = self._open.enter_context(connect(self._url, open_timeout=20))
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

    def wait_for_job(self, job_id: str, *, seconds: float = 20) -> dict[str, Any]:
        """Wait for the message that announces a job's end, and return it."""
        return self.wait({"type": "job", "id": job_id}, what=f"the end of job {job_id}", seconds=seconds)

    def wait(self, wanted: Mapping[str, str], *, what: str, seconds: float = 20) -> dict[str, Any]:
        """Wait for a message with these fields, and return the first.

        The fields are looked for at its top and in its `data`. LocalError when it does not come.
        """
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                for _, message in self.messages:
                    if wanted.items() <= {**message.get("data", {}), **message}.items():
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
