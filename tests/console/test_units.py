"""The console's own units, and its types, which are those of the API's document."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from handlers.runtime.documents.openapi import document

pytestmark = [pytest.mark.unit, pytest.mark.timeout(300)]
CONSOLE = Path(__file__).parents[2] / "console"


def run(*command: str, told: str | None = None) -> str:
    done = subprocess.run(command, cwd=CONSOLE, input=told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def test_units_hold() -> None:
    run("npx", "--no-install", "vitest", "run")


def test_types_are_those_of_the_document(tmp_path: Path) -> None:
    """Else: make console-types."""
    made = tmp_path / "schema.d.ts"
    text = json.dumps(document("https://api.example.org", "wss://api.example.org/v1/alerts/stream"))
    run("node", "scripts/types.mjs", str(made), told=text)
    assert made.read_text() == (CONSOLE / "src/api/schema.d.ts").read_text()


def test_what_is_loaded_before_somebody_can_act_stays_small() -> None:
    """Compressed: 130 KiB to sign in, 180 for a page, 230 more where a chart is drawn, 20 of styles."""
    dist = CONSOLE / "dist"
    sizes = json.loads(run("node", "scripts/sizes.mjs", str(dist)))
    assert sizes["signin"] <= 130 * 1024
    assert max(sizes["pages"].values()) <= 180 * 1024, sizes["pages"]
    assert sizes["charts"] <= 230 * 1024
    assert sizes["styles"] <= 20 * 1024
