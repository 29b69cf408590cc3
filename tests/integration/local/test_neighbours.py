"""Whose emulator stands at AWS_ENDPOINT_URL."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from local import ports
from local.aws import Aws
from local.external import ExternalAws
from local.neighbours import Neighbours
from local.places import Places

pytestmark = pytest.mark.integration


def aws(state: Path, port: int, endpoint: str) -> Aws | ExternalAws:
    given = {"PREMIUM_STATE_DIR": str(state), "PREMIUM_AWS_PORT": str(port), "AWS_ENDPOINT_URL": endpoint}
    return Neighbours.at(Places.from_environment(given)).aws


def test_a_shell_that_knows_our_emulator_does_not_make_it_somebody_elses(tmp_path: Path) -> None:
    port = ports.free()
    for host in ("localhost", "127.0.0.1"):
        assert isinstance(aws(tmp_path, port, f"http://{host}:{port}/"), Aws)


def test_an_emulator_that_somebody_else_runs_on_our_port_is_used_and_never_stopped(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as theirs:
        port = theirs.getsockname()[1]
        found = aws(tmp_path, port, f"http://localhost:{port}")
    assert isinstance(found, ExternalAws)


def test_an_endpoint_elsewhere_is_somebody_elses(tmp_path: Path) -> None:
    assert isinstance(aws(tmp_path, ports.free(), "http://localhost:1"), ExternalAws)
