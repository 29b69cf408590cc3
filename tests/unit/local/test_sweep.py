"""A run sweeps what killed runs left, while others begin and end beside it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import processes
from tests.fixtures import run

pytestmark = pytest.mark.unit


def test_a_folder_that_goes_while_it_is_looked_at_ends_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone, killed = tmp_path / f"{run.PREFIX}gone", tmp_path / f"{run.PREFIX}killed"
    killed.mkdir()
    (killed / "controller").write_text(json.dumps({"pid": os.getpid(), "started": "at another time"}))

    def listed(_: Path, pattern: str) -> Iterator[Path]:
        assert pattern == f"{run.PREFIX}*"
        yield from (gone, killed)

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv(run.VARIABLE, "")
    with monkeypatch.context() as here:
        here.setattr(run, "finish", _emptied)
        here.setattr(Path, "glob", listed)
        run.begin()
    assert not killed.exists()
    begun = Path(os.environ[run.VARIABLE])
    known = json.loads((begun / "controller").read_text())
    assert known == {"pid": os.getpid(), "started": processes.started(os.getpid())}
    assert [each.name for each in begun.iterdir()] == ["controller"]


def _emptied(folder: Path) -> None:
    (folder / "controller").unlink()
    folder.rmdir()
