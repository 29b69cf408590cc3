"""A service is added by new files alone: lint, types, units and templates hold in the copy that has it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.new_service import files, lay
from tests.fixtures.house import ROOT, House

pytestmark = pytest.mark.infra
MOST_FILES = 12


def test_it_is_few_files_and_changes_none(house: House) -> None:
    own = [path for path in files(ROOT, "notes", "note") if path.parts[0] != "tests"]
    assert len(own) <= MOST_FILES, own
    with pytest.raises(FileExistsError):
        lay(house.root, "notes", "note")


def test_another_name_leaves_nothing_of_the_first() -> None:
    made = files(ROOT, "watch_lists", "watch_list")
    assert Path("premium/watch_lists/store.py") in made
    assert "class WatchListStore" in made[Path("premium/watch_lists/store.py")]
    assert [path for path, text in made.items() if re.search("note(?!d)", f"{path} {text}", re.IGNORECASE)] == []


def test_lint_and_import_rules_hold(house: House) -> None:
    house.run("ruff", "check", ".")
    house.run("ruff", "format", "--check", ".")
    house.run("importlinter.cli", "lint")


def test_types_hold(house: House) -> None:
    """Of the whole tree where it was checked before and little is new, else of what was added.

    No module of the tree imports what was added, so none of them changes its types.
    """
    cache = ("--cache-dir", str(house.root / ".mypy_cache"))
    if (ROOT / ".mypy_cache").is_dir():
        house.run("mypy", *cache)
        return
    added = sorted(str(path) for path in files(ROOT, "notes", "note") if path.suffix == ".py")
    product = [path for path in added if path.split("/")[0] in {"premium", "handlers", "workers", "cdk_app", "stacks"}]
    house.run("mypy", "--follow-imports=silent", *cache, *product)


def test_units_hold(house: House) -> None:
    """Those that look at the whole tree; the others do not change with a service."""
    whole = (
        "test_shape.py",
        "test_declared.py",
        "test_metrics.py",
        "audit/test_coverage.py",
        "handlers/test_routes.py",
        "jobs/test_kinds.py",
        "jobs/test_schedule.py",
    )
    house.run(
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-k",
        "not fifteen or notes",
        *(f"tests/unit/{name}" for name in whole),
    )


def test_its_own_tests_pass(house: House) -> None:
    """What `make service` lays holds before anybody has changed it."""
    house.run("pytest", "-q", "-p", "no:cacheprovider", "tests/unit/notes", "tests/integration/notes")


def test_the_command_says_nothing_of_style(house: House) -> None:
    """A name that is longer than the example's makes a line too long, which is formatted before it is judged."""
    command = ["make", "--old-file=setup", "service", "NAME=watchlists", "ONE=watchlist"]
    done = subprocess.run(command, cwd=house.root, capture_output=True, text=True, check=False)
    made = [house.root / line for line in done.stdout.splitlines() if line and (house.root / line).is_file()]
    try:
        assert (done.returncode, done.stderr) == (0, "")
        assert "E501" not in done.stdout
        assert len(made) == 15
        house.run("ruff", "format", "--check", ".")
        house.run("ruff", "check", ".")
    finally:
        for path in made:
            path.unlink()
        for folder in ("premium", "tests/unit", "tests/integration"):
            shutil.rmtree(house.root / folder / "watchlists", ignore_errors=True)


def test_its_stack_is_in_prod(house: House, tmp_path: Path) -> None:
    """The stage local is deployed with it by tests/e2e/test_upgrade_by_a_service.py."""
    house.run("tests.infra.synthesize", str(tmp_path), "prod")
    template = (tmp_path / "prod" / "premium-prod-service-notes.template.json").read_text()
    assert "GET /v1/notes/{id}" in template
    made = json.loads(template)["Resources"].values()
    alarms = [one["Properties"] for one in made if one["Type"] == "AWS::CloudWatch::Alarm"]
    assert any("docs/runbooks/notes.md#notes-flood" in alarm["AlarmDescription"] for alarm in alarms)
