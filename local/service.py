"""Start, stop and check a neighbour that is one process on 127.0.0.1.

Its subclasses say how.
"""

from __future__ import annotations

import os
import signal
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from local import ports, processes
from local.errors import LocalError
from local.patience import wait_for

QUICK = 2.0
"""Seconds within which a service that is well answers; one that takes longer is slow."""


class Service(ABC):
    """A neighbour of the stage that runs as one process.

    State in `data`, output in `logs/<name>.log` beside it; safe to start twice and to stop when it does not run.
    """

    name: ClassVar[str]
    variable: ClassVar[str]
    """The environment variable that moves its port."""
    grace: ClassVar[float] = 15
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, data: Path, port: int) -> None:
        self.data = data.absolute()
        self.port = port
        self.log = self.data.parent / "logs" / f"{self.name}.log"
        self.record = self.data / "process.json"
        self._launched = False
        self.crashed = False
        """Known in `prepare`: whether the last process ended without `stop`."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        process = processes.running(self.record)
        return process.pid if process else None

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """Return the program and its arguments."""

    @abstractmethod
    def healthy(self, *, seconds: float = QUICK) -> bool:
        """Tell whether the service answers its own protocol within some seconds."""

    def prepare(self) -> None:  # noqa: B027  # most services need nothing
        """Make what the process needs before it starts: programs, folders, passwords."""

    def environment(self) -> Mapping[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.data), "TZ": "UTC", "LC_ALL": "C.UTF-8"}

    def user(self) -> int | None:
        """Return the user id that runs the service; None is the caller's."""
        return None

    def start(self) -> None:
        """Start the service and return when it is healthy.

        LocalError when its port is taken, it ends, or it does nothing any more without being healthy.
        """
        self._launched = False
        if self.pid is None:
            self._launch()
        self._wait()

    def _launch(self) -> None:
        self._launched = True
        self.crashed = self.record.exists()
        processes.end(self.record, grace=0)
        ports.require_free(self.port, name=self.name, variable=self.variable)
        self.data.mkdir(parents=True, exist_ok=True)
        self.prepare()
        self._spawn()

    def stop(self) -> None:
        """Stop the service; what needs longer than its grace is killed."""
        if not processes.end(self.record, grace=self.grace, first=self.stop_signal):
            self.cut_short()

    def cut_short(self) -> None:  # noqa: B027  # most services leave nothing half done
        """Remove what a stop that was cut short may have left half done."""

    def _spawn(self) -> None:
        processes.spawn(
            self.command(), record=self.record, log=self.log, environment=self.environment(), uid=self.user()
        )

    def _wait(self) -> None:
        def answers() -> bool:
            if self.healthy():
                return True
            if self.pid is None:
                # A process that was killed a moment ago may still have run when we looked.
                self._retry() if self._launched else self._launch()
            return False

        wait_for(
            f"{self.name} to answer at {self.address}", answers, remedy=f"Its log: {self.log}",
            progress=lambda: processes.worked(self.record), said=lambda: last_line(self.log), most=300,
        )  # fmt: skip

    def _retry(self) -> None:
        """Raise LocalError for a process that ended before it was healthy.

        A service that may be started again does so here.
        """
        raise LocalError(f"{self.name} ended while it started: {last_line(self.log)}.", f"Its log: {self.log}")


def last_line(log: Path) -> str:
    """Return the last line that a process logged, which says why it ended."""
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1].strip().rstrip(".") if lines else "it wrote no log"
