"""The script that a TimescaleDB host runs at every start, filled in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

FILES = Path(__file__).parent / "timescale"
SCRIPT = FILES / "user_data.sh"


def fill(values: Mapping[str, str], *, files: str, region: str, signal: str) -> str:
    """Return the script that brings `files` (an S3 URL) and these values.

    It tells the address `signal` how it went.
    """
    lines = "\n".join(f"{name}={value}" for name, value in values.items())
    script = SCRIPT.read_text()
    for name, value in {"VALUES": lines, "FILES": files, "REGION": region, "SIGNAL": signal}.items():
        script = script.replace(f"@{name}@", value)
    return script
