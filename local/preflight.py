"""Check the requirements of the stage before anything starts.

Each has the sentence that says what to do.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from local.errors import LocalError
from local.places import ROOT
from premium.chains.registry import check_shipped
from premium.config import ConfigurationError

FREE_BYTES = 2 * 1024**3


def check(state: Path) -> None:
    """Raise LocalError for the first requirement that is not met."""
    _disk(state)
    _node()
    _packages()
    _chains()


def _disk(state: Path) -> None:
    folder = next(path for path in (state, *state.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES:
        raise LocalError(
            f"Only {free // 1024**2} MiB are free on the disk of {folder}; the local stage needs 2 GiB.",
            "Free some space, or put its state elsewhere: PREMIUM_STATE_DIR=/other/disk make up",
        )


def _node() -> None:
    node = shutil.which("node")
    if node is None:
        raise LocalError("Node.js 20 or newer is missing.", "Install it: https://nodejs.org")
    shown = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = re.match(r"v(\d+)\.", shown)
    if major is None or int(major[1]) < 20:
        raise LocalError(f"Node.js 20 or newer is needed, found {shown or 'none'}.", "Install it: https://nodejs.org")


def _packages() -> None:
    if not (ROOT / "node_modules" / ".bin" / "cdk").exists():
        raise LocalError("The CDK command is not installed in this project.", "Run: make setup")


def _chains() -> None:
    """A wrong entry would deploy, and then stop each process and function that reads chains."""
    try:
        check_shipped()
    except ConfigurationError as error:
        raise LocalError(f"{error}.", "Mend the entry: docs/add-a-chain.md") from None
