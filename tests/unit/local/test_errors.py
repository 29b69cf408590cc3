"""A command that the machine stops says so in a sentence; an error of ours keeps its traceback."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from urllib.error import URLError

import httpx
import psycopg
import pytest
import redis
from botocore.exceptions import EndpointConnectionError
from websockets.exceptions import InvalidHandshake

from local.clients import Clients
from local.errors import as_local_error
from local.logs import FUNCTIONS, follow
from local.places import ROOT, Places

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "read-only"), (errno.EACCES, "belongs to somebody else")],
)
def test_what_the_disk_refuses_is_said(number: int, words: str) -> None:
    said = str(as_local_error(OSError(number, os.strerror(number), "/state")))
    assert words in said
    assert "/state" in said
    assert "PREMIUM_STATE_DIR" in said


def test_an_emulator_that_is_down_is_said() -> None:
    assert "make up" in str(as_local_error(EndpointConnectionError(endpoint_url="http://127.0.0.1:4566/")))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx.ReadTimeout("timed out"), "stage does not answer (timed out)"),
        (httpx.ReadTimeout(""), "stage does not answer (ReadTimeout)"),
        (InvalidHandshake("timed out during opening handshake"), "stage does not answer"),
        (TimeoutError("timed out"), "process of the stage does not answer"),
        (URLError("refused"), "process of the stage does not answer"),
        (ConnectionResetError(errno.ECONNRESET, "x"), "process of the stage does not answer"),
        (psycopg.OperationalError("timeout expired\nsecond line"), "PostgreSQL does not answer (timeout expired)"),
        (redis.TimeoutError("x"), "Redis does not answer"),
    ],
)
def test_a_neighbour_that_does_not_answer_is_said(error: Exception, words: str) -> None:
    said = str(as_local_error(error))
    assert words in said
    assert "make status" in said


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x")])
def test_our_own_errors_are_not_hidden(error: Exception) -> None:
    assert as_local_error(error) is None


def test_a_state_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    done = subprocess.run(
        [sys.executable, "-m", "local", "down"],
        env=os.environ | {"PREMIUM_STATE_DIR": str(tmp_path / "state")},
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: A file stands where a folder is needed")
    assert "Traceback" not in done.stderr


def test_the_logs_of_functions_wait_for_an_emulator_that_is_down(tmp_path: Path) -> None:
    places = Places.from_environment({"PREMIUM_STATE_DIR": str(tmp_path)})
    (line,) = follow(places, Clients("http://127.0.0.1:1"), FUNCTIONS, lines=20, forever=False)
    assert "does not answer at http://127.0.0.1:1" in line
