"""Queues that a resident process serves instead of workers that fork for each job, and how a fleet keeps it alive."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from premium.observability import logger

MODULES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"alerts": ("workers.matcher", "workers.sources"), "notifications": ("workers.notifications",)}
)
"""Queue → the programs that serve it: an index that lives on and what fills it, thousands of deliveries at once."""

_PR_SET_PDEATHSIG = 1


class Residents:
    """One process for each of the queues that have a program; replaced within a second when it ends."""

    def __init__(self, queues: Sequence[str], count: int = 1) -> None:
        """`count`: processes of each; the shards of the matcher divide themselves among them."""
        self._modules = [module for name in queues for module in MODULES.get(name, ()) for _ in range(count)]
        self._running: list[subprocess.Popen[bytes] | None] = [None] * len(self._modules)
        self._stopping = False

    def check(self) -> None:
        """Once a second: starts what is not there."""
        for place, process in enumerate(self._running):
            if self._stopping or (process is not None and process.poll() is None):
                continue
            if process is not None:
                logger.warning("a resident died and is replaced", program=self._modules[place], code=process.returncode)
            self._running[place] = _start(self._modules[place])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """They finish what they have in hand; by SIGKILL they leave it to the next."""
        self._stopping = True
        for process in self._running:
            if process is not None and process.poll() is None:
                process.send_signal(how)

    def stopped(self) -> bool:
        return all(process is None or process.poll() is not None for process in self._running)


def _start(module: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", module], preexec_fn=_die_with_parent)  # noqa: PLW1509  # one call into libc


def _die_with_parent() -> None:
    """A supervisor that is killed leaves no orphan that would serve beside its successor's."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
