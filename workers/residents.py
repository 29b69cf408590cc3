"""Keep the resident processes of a fleet's queues alive."""

from __future__ import annotations

import ctypes
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from redis import Redis
from redis.exceptions import RedisError

from premium.jobs.presence import SIGN_SECONDS, seen
from premium.manifest import Resident, services
from premium.observability import logger

FROZEN_SECONDS = 30.0
"""Silence after which a resident is taken for frozen; one that starts has given its first sign long before."""
_PR_SET_PDEATHSIG = 1


def declared() -> tuple[Resident, ...]:
    """Return the residents of all services."""
    return tuple(resident for service in services() for resident in service.residents)


def resident_queues() -> frozenset[str]:
    """Return the queues that residents serve instead of workers that fork for each job."""
    return frozenset(each.queue for each in declared())


@dataclass
class _Place:
    """A resident's place in the fleet, and the process that fills it."""

    resident: Resident
    process: subprocess.Popen[bytes] | None = None
    heard: float = 0.0
    """When it was started or last gave a sign of life, or when nobody could."""

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None


class ResidentKeeper:
    """Keeps the processes of the residents of some queues alive.

    One that ends is replaced within a second; one that is frozen, as soon as its silence has lasted too long.
    """

    def __init__(
        self,
        queues: Sequence[str],
        count: int = 1,
        *,
        redis: Redis | None = None,
        start: Callable[[str], subprocess.Popen[bytes]] | None = None,
    ) -> None:
        """`count`: processes of each; the shards of the matcher divide themselves among them.

        `redis` is where they give signs of life; without it only death is seen. `start` runs a process by its name.
        """
        wanted = [each for queue in queues for each in declared() if each.queue == queue]
        self._places = [_Place(each) for each in wanted for _ in range(count)]
        self._redis, self._start = redis, start or _start
        self._stopping, self._looked = False, time.monotonic()

    def check(self) -> None:
        """Start what is not there; called once a second."""
        self._end_frozen()
        for place in self._places:
            if self._stopping or place.runs:
                continue
            if place.process is not None:
                code = place.process.returncode
                logger.warning("a resident died and is replaced", resident=place.resident.name, code=code)
            place.process, place.heard = self._start(place.resident.name), time.monotonic()

    def _end_frozen(self) -> None:
        """Kill what gives no sign of life though Redis would take it: it would keep its place and serve nothing.

        What it had in hand is void or is taken up by the next, as after any death.
        """
        now = time.monotonic()
        if self._redis is None or self._stopping or now - self._looked < SIGN_SECONDS:
            return
        # Without our own turns for a while (a machine that slept) nobody's silence means anything.
        slept, self._looked = now - self._looked > FROZEN_SECONDS / 2, now
        for place in self._places:
            if slept or self._hears(self._redis, place):
                place.heard = now
            elif now - place.heard > FROZEN_SECONDS and place.process is not None and place.runs:
                logger.error("a resident is frozen and is killed", resident=place.resident.name, pid=place.process.pid)
                place.process.kill()

    @staticmethod
    def _hears(redis: Redis, place: _Place) -> bool:
        """Return whether the process lives as far as can be told: without Redis nobody gives a sign."""
        if place.process is None:
            return True
        name = f"{place.resident.name}@{socket.gethostname()}-{place.process.pid}"
        try:
            return seen(redis, place.resident.queue, name)
        except RedisError:
            return True

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Ask all to end.

        By SIGTERM they finish what they have in hand, by SIGKILL they leave it to the next.
        """
        self._stopping = True
        for place in self._places:
            if place.process is not None and place.runs:
                place.process.send_signal(how)

    def stopped(self) -> bool:
        """Return whether all have ended."""
        return not any(place.runs for place in self._places)


def _start(name: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "workers.resident", name]
    return subprocess.Popen(command, preexec_fn=_die_with_parent)  # noqa: PLW1509  # one call into libc


def _die_with_parent() -> None:
    """End with a supervisor that is killed: an orphan would serve beside its successor's residents."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
