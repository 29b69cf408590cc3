"""PostgreSQL's programs where its own user may run them: a clone in /root is a place that it cannot enter."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from local import postgres_home

pytestmark = pytest.mark.integration


def closed(path: Path) -> bool:
    """Stands in for a project's folder of mode 700."""
    return not path.is_relative_to(postgres_home.programs())


def test_programs_copied_out_of_a_closed_folder_find_their_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_home, "SHARED", tmp_path / "shared")
    monkeypatch.setattr(postgres_home, "reachable", closed)
    copied = postgres_home.installed(65534)
    assert copied.is_relative_to(tmp_path)
    for program in ("initdb", "postgres"):
        done = subprocess.run([copied / "bin" / program, "--version"], capture_output=True, text=True, check=False)
        assert "PostgreSQL" in done.stdout, done.stderr
    assert postgres_home.installed(65534) == copied
