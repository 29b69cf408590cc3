"""Tables of `premium` fit the terminal that shows them, and lose nothing where none does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from premium.cli import status, tables
from premium.jobs.state import State

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
PROBLEM = "jobs have failed for good within 24 hours: premium queues failed, then requeue or acknowledge"
STATES = (
    State(what="queue", name="tax", count=0, rate=0, owner="2 workers"),
    State(what="dead letters", name="jobs of aggregation", count=3, oldest=NOW - timedelta(hours=3),
          said="2 acknowledged", problem=PROBLEM),
)  # fmt: skip
ROW = {"id": "5dabb7e2-8e02-4b2a-9bd8-a05a1da29d8c", "kind": "tax.report", "reason": "word " * 60 + "end"}


def on(monkeypatch: pytest.MonkeyPatch, columns: int | None) -> None:
    for module in (status, tables):
        monkeypatch.setattr(module, "terminal_width", lambda: columns)


@pytest.mark.parametrize("columns", [80, 100])
def test_status_on_a_narrow_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on(monkeypatch, columns)
    status.write(STATES, NOW)
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= columns for line in lines)
    assert lines[0].split() == ["what", "name", "count", "age", "a", "minute", "owner"]
    assert lines[1].startswith("queue ")
    assert lines[2].split() == ["dead", "letters", "jobs", "of", "aggregation", "3", "3", "h"]
    assert " ".join(" ".join(lines[3:]).split()) == f"2 acknowledged {PROBLEM}"
    assert all(line.startswith("    ") for line in lines[3:])


def test_status_beside_a_wide_terminal_or_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for columns in (200, None):
        on(monkeypatch, columns)
        status.write(STATES, NOW)
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 3
        assert lines[2].endswith(PROBLEM)


def test_rows_that_do_not_fit_stand_below_each_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on(monkeypatch, 80)
    tables.show([ROW, ROW], as_json=False)
    first, second = capsys.readouterr().out.rstrip("\n").split("\n\n")
    assert first == second
    assert all(len(line) <= 80 for line in first.splitlines())
    assert first.startswith(f"id      {ROW['id']}\nkind    tax.report\nreason  word")
    assert first.count("word") == 60


def test_a_pipe_gets_whole_lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    on(monkeypatch, None)
    tables.show([ROW], as_json=False)
    heading, line = capsys.readouterr().out.splitlines()
    assert heading.split() == ["id", "kind", "reason"]
    assert line.endswith("word end")
