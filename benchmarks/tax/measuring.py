"""One program in a process of its own: seconds, and peak memory by the kernel's own count."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Run(NamedTuple):
    """Seconds and MiB of one process; None seconds: over the cap, or it failed, and `note` says which."""

    seconds: float | None
    mebibytes: float
    engine: float | None = None
    """Seconds inside the computation, where the program told of them."""
    bare: float | None = None
    """Seconds of a bare heap loop in the same process."""
    note: str = ""
    processor: float | None = None
    """Seconds of the processor: what a busy machine leaves alone."""


def measured(command: Sequence[str], *, cap: float, folder: Path) -> Run:
    """One process, killed with its children at the cap."""
    with (folder / "output").open("w+") as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=folder, start_new_session=True)
        try:
            killed, status, usage = _awaited(process.pid, started + cap)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        lines = output.read().strip().splitlines()
    peak = usage.ru_maxrss / 1024
    if killed:
        return Run(None, peak, note=f"given up after {cap:.0f} s")
    if process.returncode:
        return Run(None, peak, note=f"failed with {process.returncode}: {lines[-1][:60] if lines else ''}")
    return Run(**{"seconds": seconds, "mebibytes": peak, "processor": usage.ru_utime + usage.ru_stime} | _told(lines))


def _awaited(pid: int, until: float) -> tuple[bool, int, os.struct_rusage]:  # type: ignore[name-defined] # wait4's own type has no public name
    killed = False
    while True:
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            return killed, status, usage
        if not killed and time.perf_counter() > until:
            os.killpg(pid, signal.SIGKILL)
            killed = True
        time.sleep(0.01)


def _told(lines: Sequence[str]) -> dict[str, Any]:
    """What a program says of itself: a line of JSON, or `ENGINE` and seconds."""
    for line in reversed(lines):
        if line.startswith("ENGINE "):
            return {"engine": float(line.split()[1])}
        if line.startswith("{"):
            return {name: value for name, value in json.loads(line).items() if value is not None}
    return {}
