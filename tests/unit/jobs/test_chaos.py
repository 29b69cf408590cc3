"""A process dies at a point only on a developer's machine, and once a job."""

from __future__ import annotations

import pytest

from premium.execution.chaos import VARIABLE, strikes

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("point", "stage", "attempt", "expected"),
    [
        ("first_write", "local", 1, True),
        ("before_commit", "local", 1, False),
        ("first_write", "local", 2, False),
        ("first_write", "dev", 1, False),
        ("first_write", "prod", 1, False),
    ],
)
def test_where_it_strikes(
    monkeypatch: pytest.MonkeyPatch, point: str, stage: str, attempt: int, expected: bool
) -> None:
    monkeypatch.setenv(VARIABLE, "first_write")
    assert strikes(point, stage=stage, attempt=attempt) is expected


def test_without_the_variable_it_never_strikes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert not strikes("first_write", stage="local", attempt=1)
