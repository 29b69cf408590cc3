"""A service is added by new files alone: lint, types, units and templates hold in the copy that has it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fixtures.house import House, added

pytestmark = pytest.mark.infra
MOST_FILES = 12


def test_it_is_few_files_and_changes_none() -> None:
    """`build` refuses a file that is there already."""
    own = [path for path in added() if path.parts[0] != "tests"]
    assert len(own) <= MOST_FILES, own


def test_lint_and_import_rules_hold(house: House) -> None:
    house.run("ruff", "check", ".")
    house.run("ruff", "format", "--check", ".")
    house.run("importlinter.cli", "lint")


def test_types_hold(house: House) -> None:
    house.run("mypy", "--cache-dir", str(house.root / ".mypy_cache"))


WHOLE_TREE = (
    "test_shape.py", "test_declared.py", "test_metrics.py", "audit/test_coverage.py", "jobs/test_kinds.py",
    "jobs/test_schedule.py", "handlers/test_routes.py", "handlers/test_openapi.py", "handlers/test_callers.py",
    "handlers/test_import_time.py",
)  # fmt: skip
"""Units that look at every service; the others do not change with one more."""


@pytest.mark.timeout(300)  # a busy machine imports every handler in a process of its own
def test_units_hold(house: House) -> None:
    house.run("pytest", "-q", "-p", "no:cacheprovider", *(f"tests/unit/{name}" for name in WHOLE_TREE))


def test_its_stack_is_in_every_stage(house: House, tmp_path: Path) -> None:
    house.run("tests.infra.synthesize", str(tmp_path), "prod", "local")
    for stage in ("prod", "local"):
        text = (tmp_path / stage / f"premium-{stage}-service-notes.template.json").read_text()
        assert "GET /v1/notes/{id}" in text
    alarms = [
        one["Properties"]
        for one in json.loads(text_of(tmp_path, "prod"))["Resources"].values()
        if one["Type"] == "AWS::CloudWatch::Alarm"
    ]
    assert any("docs/runbooks/notes.md#notes-flood" in alarm["AlarmDescription"] for alarm in alarms)


def text_of(folder: Path, stage: str) -> str:
    return (folder / stage / f"premium-{stage}-service-notes.template.json").read_text()
