"""What the body of a resident process is given.

A resident is a process that lives on beside the workers that fork for each job. Its body is `serve(residence)`, plain
or a coroutine; `workers.resident` runs it.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

from premium.bootstrap import Platform


class Stop:
    """The wish that a process ends.

    Asked by a signal, waited for by threads and coroutines.
    """

    def __init__(self) -> None:
        self.wanted = False
        # Readable for good once asked. A signal may interrupt any lock of Python's own, but not this.
        self._asked = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._listeners: list[Callable[[], object]] = []

    def listen(self) -> None:
        """Take SIGTERM and SIGINT as the wish; only the main thread may call it."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def ask(self) -> None:
        """Wake all who wait; more than once is no error."""
        self.wanted = True
        os.eventfd_write(self._asked, 1)
        for listener in self._listeners:
            listener()

    def wait(self, seconds: float) -> bool:
        """Wait at most this long; return whether the stop is wanted."""
        select.select([self._asked], [], [], seconds)
        return self.wanted

    def event(self) -> asyncio.Event:
        """Return an event of the running loop that is set with the wish."""
        event, loop = asyncio.Event(), asyncio.get_running_loop()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has ended by itself
                loop.call_soon_threadsafe(event.set)

        self._listeners.append(wake)
        if self.wanted:
            event.set()
        return event

    def _on_signal(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - signal calls with two
        self.ask()


@dataclass
class Residence:
    """What the body of a resident is given."""

    platform: Platform
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}")
    """The name under which the process holds leases."""
    stop: Stop = field(default_factory=Stop)
    doing: str = "starts"
    """A few words that operators see."""

    def say(self, doing: str) -> None:
        """Tell operators what the process does from now on."""
        self.doing = doing


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but no longer than until the stop is wanted."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
