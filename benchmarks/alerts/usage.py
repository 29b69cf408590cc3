"""Processor time of a stage's parts, which shows where the limit is."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress

import psutil

from local.up import Stage


class Usage:
    """Processor time since it was made, by the names of `make status`.

    Processes that have ended meanwhile are left out.
    """

    def __init__(self, stage: Stage) -> None:
        own = stage.neighbours.own
        self._roots = {one.name: psutil.Process(one.pid) for one in own if one.pid is not None}
        self._fleet = stage.fleet.pid
        self._begun, self._before = time.monotonic(), self._now()

    def __str__(self) -> str:
        seconds = time.monotonic() - self._begun
        shares = {name: (now - self._before.get(name, 0.0)) / seconds for name, now in self._now().items()}
        parts = ", ".join(f"{name} {share:.2f}" for name, share in shares.items() if share >= 0.005)
        return f"cores used: {sum(shares.values()):.2f} ({parts})"

    def _now(self) -> Mapping[str, float]:
        """Seconds by part; the emulator's own processes are the functions' instances."""
        found: dict[str, float] = {"sender": _spent(psutil.Process(os.getpid()))}
        for name, root in self._roots.items():
            found[name] = _spent(root)
            inner = "functions" if name == "aws" else name
            found[inner] = found.get(inner, 0.0) + sum(map(_spent, _below(root)))
        for one in _below(psutil.Process(self._fleet)) if self._fleet else ():
            name = _module(one)
            found[name] = found.get(name, 0.0) + _spent(one)
        return found


def _spent(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def _below(process: psutil.Process) -> list[psutil.Process]:
    """None of one that has ended: a run may restart what it measures."""
    with suppress(psutil.NoSuchProcess):
        return process.children(recursive=True)
    return []


def _module(process: psutil.Process) -> str:
    """Return the resident's name, `workers` for the fleet's other processes."""
    with suppress(psutil.NoSuchProcess):
        line = process.cmdline()
        if "workers.resident" in line:
            return line[line.index("workers.resident") + 1].rpartition(".")[2]
    return "workers"
