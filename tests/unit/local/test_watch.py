"""A command that takes long says so in a terminal, and nowhere else."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

from local.places import ROOT

pytestmark = pytest.mark.unit
LONG = '. scripts/watch.sh; watched "Thinking of prod" bash -c "sleep 3.5; echo done; exit 7"'


def test_in_a_terminal_a_line_tells_and_goes(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    done = subprocess.run(["bash", "-c", LONG], cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, text=True, check=False)
    os.close(theirs)
    said = os.read(ours, 4096).decode()
    os.close(ours)
    assert (done.returncode, done.stdout) == (7, "done\n")
    assert "… Thinking of prod, 2 s" in said
    assert said.endswith("\r\x1b[K")


def test_elsewhere_nothing_is_added() -> None:
    done = subprocess.run(["bash", "-c", LONG], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (7, "done\n", "")
