"""Keep the resident processes of a fleet's queues alive."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
from collections.abc import Sequence

from premium.manifest import Resident, services
from premium.observability import logger

_PR_SET_PDEATHSIG = 1


def declared() -> tuple[Resident, ...]:
    """Return the residents of all services."""
    return tuple(resident for service in services() for resident in service.residents)


def resident_queues() -> frozenset[str]:
    """Return the queues that residents serve instead of workers that fork for each job."""
    return frozenset(each.queue for each in declared())


class ResidentKeeper:
    """Keeps the processes of the residents of some queues alive.

    One that ends is replaced within a second.
    """

    def __init__(self, queues: Sequence[str], count: int = 1) -> None:
        """`count`: processes of each; the shards of the matcher divide themselves among them."""
        self._names = [
            each.name for queue in queues for each in declared() if each.queue == queue for _ in range(count)
        ]
        self._running: list[subprocess.Popen[bytes] | None] = [None] * len(self._names)
        self._stopping = False

    def check(self) -> None:
        """Start what is not there; called once a second."""
        for place, process in enumerate(self._running):
            if self._stopping or (process is not None and process.poll() is None):
                continue
            if process is not None:
                logger.warning("a resident died and is replaced", resident=self._names[place], code=process.returncode)
            self._running[place] = _start(self._names[place])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ask all to end.

        By SIGTERM they finish what they have in hand, by SIGKILL they leave it to the next.
        """
        self._stopping = True
        for process in self._running:
            if process is not None and process.poll() is None:
                process.send_signal(how)

    def stopped(self) -> bool:
        """Return whether all have ended."""
        return all(process is None or process.poll() is not None for process in self._running)


def _start(name: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "workers.resident", name]
    return subprocess.Popen(command, preexec_fn=_die_with_parent)  # noqa: PLW1509  # one call into libc


def _die_with_parent() -> None:
    """End with a supervisor that is killed: an orphan would serve beside its successor's residents."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
