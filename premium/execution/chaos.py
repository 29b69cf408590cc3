"""Kill a worker at a named point of a job, for chaos tests.

In the stage `local` alone, `PREMIUM_CHAOS_POINT=first_write` makes the first attempt of every job die at the point
of that name: SIGKILL for the work horse and for the RQ worker that forked it, as if the container were lost.
Later attempts pass, so that the test sees the job taken up again. Elsewhere the variable is not looked at.
"""

from __future__ import annotations

import os
import signal

VARIABLE = "PREMIUM_CHAOS_POINT"

POINTS = ("recorded", "first_write", "before_commit")
"""Every job passes all three: claimed; something is written, nothing committed; all is written, nothing committed."""


def strikes(point: str, *, stage: str, attempt: int) -> bool:
    """Tell whether a process must die at this point."""
    return stage == "local" and attempt == 1 and os.environ.get(VARIABLE) == point


def strike() -> None:
    """Kill this process, and the RQ worker that forked it."""
    if os.environ.get("RQ_WORKER_ID"):
        os.kill(os.getppid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
