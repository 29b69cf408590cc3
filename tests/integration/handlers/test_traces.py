"""A traced invocation tells X-Ray's daemon its request's id."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading

import pytest

pytestmark = pytest.mark.integration
TRACE = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


def test_the_request_id_reaches_the_daemon() -> None:
    """A daemon of ours listens; the program is one invocation."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as daemon:
        daemon.bind(("127.0.0.1", 0))
        daemon.settimeout(20)
        got: list[bytes] = []
        listener = threading.Thread(target=lambda: got.append(daemon.recv(65_000)))
        listener.start()
        environment = {
            "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{daemon.getsockname()[1]}",
            "_X_AMZN_TRACE_ID": TRACE,
            "LAMBDA_TASK_ROOT": "/var/task",
            "AWS_REGION": "us-east-1",
        }
        program = (
            "from premium.observability import tracer\nwith tracer.segment('request', request_id='req_1'): print('in')"
        )
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, env=environment)
        listener.join()
    assert b'"request_id": "req_1"' in got[0] or b'"request_id":"req_1"' in got[0]
