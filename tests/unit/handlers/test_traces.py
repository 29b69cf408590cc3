"""Traces cost nothing where nobody keeps them, and carry the request's id where somebody does."""

from __future__ import annotations

import subprocess
import sys

import pytest

from premium.observability import sampled, tracer

pytestmark = pytest.mark.unit
KEPT = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled="


@pytest.mark.parametrize(
    ("trace", "daemon", "kept"),
    [
        (KEPT + "1", "127.0.0.1:2000", True),
        (KEPT + "0", "127.0.0.1:2000", False),
        (KEPT + "1", None, False),
        ("", "x", False),
    ],
)
def test_only_what_lambda_keeps_is_traced(
    monkeypatch: pytest.MonkeyPatch, trace: str, daemon: str | None, kept: bool
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", trace)
    monkeypatch.delenv("AWS_XRAY_DAEMON_ADDRESS", raising=False)
    if daemon:
        monkeypatch.setenv("AWS_XRAY_DAEMON_ADDRESS", daemon)
    assert sampled() is kept


def test_nothing_is_imported_for_what_is_not_kept() -> None:
    program = (
        "import sys; from premium.observability import tracer\nwith tracer.segment('x'): pass\nprint(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert "aws_xray_sdk" not in done.stdout.split()


def test_an_error_passes_through() -> None:
    with pytest.raises(KeyError), tracer.segment("x"):
        raise KeyError
