"""Run a compiler in a process of its own, bounded in time, memory and answer."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

SECONDS, MEMORY, ANSWER = 60, 1 << 30, 64 << 20
"""Of CPU (twice as much by the clock), of data, and of what it answers, in bytes."""
_LIBRARY = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_DIES_WITH_US = 1
"""PR_SET_PDEATHSIG: a worker that is killed leaves no compiler behind."""
_TASK = Path("/sys/fs/cgroup/memory.max")
"""What this process and its children may have together, where a container says so."""


class NotCompiled(Exception):
    """Nothing was compiled: a code of a case and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def memory(most: str) -> int:
    """Return the bytes of data that a compiler may have.

    1 GiB, but half of what its task has together (`most`, as Linux writes it; `max` where nothing bounds it).
    So a source that takes all it can ends its compiler, never the worker beside it.
    """
    return min(MEMORY, int(most) // 2) if most.strip().isdigit() else MEMORY


_DATA = memory(_TASK.read_text() if _TASK.is_file() else "max")


def run(command: Sequence[str], given: str) -> str:
    """Run a compiler once and return what it writes.

    NotCompiled where it fails or takes too much.
    """
    with tempfile.TemporaryFile() as answer:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=answer, stderr=subprocess.DEVNULL, env={}, cwd="/",
            preexec_fn=_bounded, start_new_session=True,  # noqa: PLW1509 - before any thread of ours
        )  # fmt: skip
        try:
            process.communicate(given.encode(), timeout=2 * SECONDS)
        except subprocess.TimeoutExpired:
            raise NotCompiled("not_compiled", f"the compiler took longer than {2 * SECONDS} s") from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        answer.seek(0)
        text = answer.read(ANSWER).decode(errors="replace")
    if process.returncode or not text.strip():
        raise NotCompiled("not_compiled", "the compiler ended: out of time or memory, or it failed by itself")
    return text


def _bounded() -> None:
    if _LIBRARY is not None:
        _LIBRARY.prctl(_DIES_WITH_US, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_DATA, (_DATA, _DATA))
    resource.setrlimit(resource.RLIMIT_FSIZE, (ANSWER, ANSWER))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
