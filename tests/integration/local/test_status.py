"""`make status` tells a process that is slow from one that is down."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from local import ports, status
from local.redis import Redis

pytestmark = pytest.mark.integration


def test_a_slow_process_is_slow_and_one_that_hangs_is_not_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Redis(tmp_path / "redis", ports.free())
    try:
        server.start()
        assert status._health(server).word == "yes"
        assert server.pid is not None
        os.kill(server.pid, signal.SIGSTOP)
        woken = threading.Timer(3, os.kill, (server.pid, signal.SIGCONT))
        woken.start()
        slow = status._health(server)
        assert (slow.word, slow.problem) == ("slow", "")
        assert slow.took > 2
        woken.join()

        os.kill(server.pid, signal.SIGSTOP)
        monkeypatch.setattr(status, "PATIENCE", 1.0)
        hung = status._health(server)
        os.kill(server.pid, signal.SIGCONT)
        assert hung.word == "NO"
        assert "nothing came within 1 s; its log: " in hung.problem
    finally:
        server.stop()
    assert status._health(server).problem == "does not run: make up"
