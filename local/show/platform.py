"""A worker's platform of the stage, for what clock and operators do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from local import environment
from local.errors import LocalError
from local.places import ROOT
from local.progress import say
from local.up import Stage
from premium.bootstrap import Platform
from premium.config import Settings


@contextmanager
def worker_platform(stage: Stage) -> Iterator[Platform]:
    """Yield a worker's platform of the stage, for what clock and operators do."""
    given = environment.worker_environment(stage.places, stage.clients)
    before = dict(os.environ)
    os.environ.update(given)
    try:
        platform = Platform(Settings.from_environment(os.environ))
        yield platform
        platform.close()
    finally:
        os.environ.clear()
        os.environ.update(before)


def run_apart(stage: Stage, module: str, *arguments: str) -> None:
    """Run a part of a show in a process of its own.

    It prints as it goes. Its stores and chains are its own, the AWS emulator is the stage's. LocalError where it ends
    early.
    """
    given = environment.worker_environment(stage.places, stage.clients)
    quiet = {"LOG_LEVEL": "CRITICAL", "POWERTOOLS_METRICS_DISABLED": "true", "POWERTOOLS_SERVICE_NAME": "show"}
    surroundings = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env={**surroundings, **given, **quiet, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE, text=True, cwd=ROOT,
    ) as part:  # fmt: skip
        for line in part.stdout or ():
            say(line.rstrip("\n"))
    if part.returncode:
        raise LocalError("A part of the show ended early.", "Its last lines say why.")
