"""What is missing on a machine is said in one sentence with its remedy, before anything starts."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from local import preflight
from local.errors import LocalError
from local.places import ROOT
from premium.chains.registry import check_shipped

pytestmark = pytest.mark.unit


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def program(folder: Path, name: str, version: str, status: int = 0) -> None:
    """Tells its version and ends anything else that it is asked with `status`."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n[ \"$1\" = --version ] && echo '{version}' && exit 0\nexit {status}\n")
    path.chmod(0o755)


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10, 10, 100 * 1024**2))
    with pytest.raises(LocalError, match=r"Only 100 MiB are free .* PREMIUM_STATE_DIR="):
        preflight.check(tmp_path / "not" / "made" / "yet")


def test_an_old_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path / "bin", "node", "v18.20.4")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(LocalError, match=r"Node.js 20 or newer is needed, found v18.20.4"):
        preflight.check(tmp_path)


def test_no_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LocalError, match=r"Node.js 20 or newer is missing"):
        preflight.check(tmp_path)


def test_a_wrong_chain_stops_before_anything_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def wrong() -> None:
        check_shipped('{"chains": [{"name": "mine", "rpcs": []}]}')

    monkeypatch.setattr(preflight, "check_shipped", wrong)
    with pytest.raises(LocalError, match=r"premium/chains/chains\.json: chain 'mine': .*docs/add-a-chain"):
        preflight.check(tmp_path)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Enough of the project for `scripts/setup.sh` to begin."""
    for name in ("scripts", "requirements"):
        shutil.copytree(ROOT / name, tmp_path / "clone" / name)
    for name in ("package.json", "package-lock.json", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / "clone" / name)
    return tmp_path / "clone"


def setup(clone: Path, programs: Path) -> subprocess.CompletedProcess[str]:
    path = f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin"
    return subprocess.run(
        ["bash", clone / "scripts/setup.sh"],
        env={"PATH": path, "HOME": str(clone)},
        capture_output=True,
        text=True,
        check=False,
    )


def said(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


def test_setup_names_a_too_old_python(clone: Path, tmp_path: Path) -> None:
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        program(tmp_path / "bin", name, "Python 3.9.2", status=1)
    message = said(setup(clone, tmp_path / "bin"))
    assert message.startswith("error: Python 3.11 or newer is needed, found: Python 3.9.2.")
    assert len(message.splitlines()) == 1


def test_setup_names_a_full_disk(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "df"
    fake.write_text("#!/bin/sh\necho 'Filesystem 1024-blocks Used Available'; echo '/dev/x 10 10 512000 1% /'\n")
    fake.chmod(0o755)
    assert "Only 500 MiB are free" in said(setup(clone, tmp_path / "bin"))
    assert not (clone / ".venv").exists()


def test_setup_names_a_too_old_node(clone: Path, tmp_path: Path) -> None:
    (clone / ".venv" / "bin").mkdir(parents=True)
    program(clone / ".venv" / "bin", "python", "")
    inputs = ("requirements/bootstrap.txt", "requirements/dev.txt", "pyproject.toml")
    installed = hashlib.sha256(b"".join((clone / name).read_bytes() for name in inputs)).hexdigest()
    (clone / ".venv" / ".installed").write_text(installed)
    program(tmp_path / "bin", "node", "v16.0.0", status=1)
    assert "Node.js 20 or newer is needed, found v16.0.0" in said(setup(clone, tmp_path / "bin"))
