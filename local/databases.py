"""Migrate both databases by the command that a deployment runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from local.errors import LocalError
from local.neighbours import Databases
from local.places import ROOT
from migrations.roles import OWNER


def migrate(databases: Databases, log: Path) -> str:
    """Migrate both databases to the newest schema and return a summary.

    The migrations run as the owner role. LocalError with the command's last lines when it fails.
    """
    environment = os.environ | {
        "PREMIUM_STAGE": "local",
        "MIGRATION_DATABASE_URL": databases.url("premium", OWNER),
        "MIGRATION_TIMESERIES_URL": databases.url("timeseries", OWNER),
    }
    done = subprocess.run(
        [sys.executable, "-m", "migrations", "up"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    said = (done.stdout + done.stderr).strip()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as file:
        file.write(said + "\n")
    if done.returncode:
        lines = "\n".join(f"  {line}" for line in said.splitlines()[-8:])
        raise LocalError(f"The migrations failed:\n{lines}\n", f"The whole of it: {log}")
    return _summary(said.splitlines())


def _summary(lines: list[str]) -> str:
    """Return how many migrations were applied.

    The log has the whole output, with the layout of the time series.
    """
    applied = sum(": applied " in line for line in lines)
    return f"{applied} applied" if applied else "up to date"
