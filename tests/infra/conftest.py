"""`stages`: every template of every stage, synthesized once a run by a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures import run
from tests.infra.templates import Stage

NAMES = ("dev", "staging", "prod", "borrowing", "local")
ON_AWS = ("dev", "staging", "prod")
GROWN = tuple(f"grown-{name}" for name in ON_AWS)
SILENT = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test of them waits for all the templates: half a minute on quiet cores, minutes on busy ones."""
    for item in items:
        if "stages" in getattr(item, "fixturenames", ()) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(600))


def _synthesize(folder: Path) -> None:
    command = [sys.executable, "-O", "-m", "tests.infra.synthesize", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | SILENT)
    assert done.returncode == 0, done.stderr[-4000:]


@pytest.fixture(scope="session")
def stages() -> dict[str, Stage]:
    folder = run.folder() / "synth"
    run.once("synth", lambda: _synthesize(folder))
    return {name: Stage(name, folder / name) for name in (*NAMES, *GROWN)}


@pytest.fixture(params=ON_AWS)
def stage(request: pytest.FixtureRequest, stages: dict[str, Stage]) -> Stage:
    """Each stage that AWS holds, one after the other."""
    return stages[request.param]


@pytest.fixture
def prod(stages: dict[str, Stage]) -> Stage:
    return stages["prod"]
