"""All ports are looked at before anything starts."""

from __future__ import annotations

import pytest

from local import ports
from local.errors import LocalError

pytestmark = pytest.mark.unit


def test_every_taken_port_is_named_with_its_holder_and_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    held = {4566: "ministack (pid 7)", 55432: "postgres (pid 8)"}
    monkeypatch.setattr(ports, "taken", lambda port: port in held)
    monkeypatch.setattr(ports, "holder", held.__getitem__)
    monkeypatch.setattr(ports.time, "sleep", lambda _: None)
    monkeypatch.setattr(ports.time, "monotonic", iter(range(0, 1000, 2)).__next__)
    wanted = {
        "PREMIUM_AWS_PORT": ("aws", 4566),
        "PREMIUM_POSTGRES_PORT": ("postgres", 55432),
        "PREMIUM_EVM_PORT": ("evm", 1),
    }
    with pytest.raises(LocalError) as told:
        ports.require_all_free(wanted)
    text = str(told.value)
    for part in (
        "4566 for aws is taken by ministack (pid 7) (PREMIUM_AWS_PORT",
        "55432 for postgres",
        "postgres (pid 8)",
    ):
        assert part in text
    assert "evm" not in text
    assert "Nothing was started" in text


def test_one_port_for_two_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "taken", lambda _: False)
    with pytest.raises(LocalError, match="given to both aws and evm"):
        ports.require_all_free({"PREMIUM_AWS_PORT": ("aws", 5), "PREMIUM_EVM_PORT": ("evm", 5)})
