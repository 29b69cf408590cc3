"""Processes that do a job as a worker does, and may be killed at a named point of it."""

from __future__ import annotations

import os
import subprocess
import sys

from premium.execution.chaos import VARIABLE
from premium.jobs.model import JobRecord

LEASE_SECONDS = 1
"""Of a job whose process died: it is taken up again after so long."""
_JOB = """
import sys
from importlib import import_module
from uuid import UUID
from premium.bootstrap import platform
from premium.execution.runtime import carry_out
from premium.jobs.kinds import declared
kind = declared()[sys.argv[1]]
module, _, name = kind.function.rpartition(".")
carry_out(kind, getattr(import_module(module), name).__wrapped__, UUID(sys.argv[2]), platform())
"""


def work(job: JobRecord, *, point: str = "") -> int:
    """Do a job in a process of its own, which dies at the point; return its exit code."""
    environment = {**os.environ, VARIABLE: point, "JOB_LEASE_SECONDS": str(LEASE_SECONDS)}
    command = [sys.executable, "-c", _JOB, job.kind, str(job.id)]
    return subprocess.run(command, env=environment, check=False, timeout=120).returncode
