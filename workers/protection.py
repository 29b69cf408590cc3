"""Protect a task from scale-in while a long job runs.

Neither scaling nor a deploy stops a task under ECS scale-in protection.

A task has several worker processes and one protection. Each busy process holds a shared lock on one file; the last one
out gets it alone and lifts the protection. The kernel drops the lock of a killed process, so that none is stuck.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from premium.observability import logger

MINUTES = 60
"""Renewed by each job that starts; longer than any job's time-out, so that a lost task is not protected for ever."""

_TIMEOUT_SECONDS = 2.0


class Protection:
    """The scale-in protection of one task.

    `agent` is `$ECS_AGENT_URI`; None (outside ECS) makes it do nothing. `lock` is one file for all of a task.
    """

    def __init__(self, agent: str | None, lock: Path) -> None:
        self._agent = agent
        self._lock = lock

    @contextmanager
    def held(self) -> Iterator[None]:
        """Protected inside; an agent that fails is logged, and the job runs all the same."""
        if self._agent is None:
            yield
            return
        busy = os.open(self._lock, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(busy, fcntl.LOCK_SH)
            self._put({"ProtectionEnabled": True, "ExpiresInMinutes": MINUTES})
            yield
        finally:
            fcntl.flock(busy, fcntl.LOCK_UN)  # a work horse inherits the lock: closing alone would not release it
            os.close(busy)
            self.lift_if_idle()

    def lift_if_idle(self) -> None:
        """Lift the protection unless a process is busy.

        Whoever starts a job meanwhile waits and protects after us.
        """
        if self._agent is None:
            return
        alone = os.open(self._lock, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._put({"ProtectionEnabled": False})
        except BlockingIOError:
            return
        finally:
            os.close(alone)

    def _put(self, state: dict[str, object]) -> None:
        try:
            answer = httpx.put(f"{self._agent}/task-protection/v1/state", json=state, timeout=_TIMEOUT_SECONDS)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            logger.warning("scale-in protection not changed", state=state, error=type(error).__name__)
