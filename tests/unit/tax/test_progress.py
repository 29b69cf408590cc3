"""Progress: on a terminal only, on standard error only, after two seconds only, and of every part of the work."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from random import Random
from threading import Event
from typing import TypeVar

import pytest

from premium.cli import progress
from premium.cli.progress import watched
from premium.tax.calculation import calculate
from tests.unit.tax.histories import history

pytestmark = pytest.mark.unit
Item = TypeVar("Item")


class Terminal(io.StringIO):
    def __init__(self) -> None:
        super().__init__()
        self.shown = Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if "Reading" in text:
            self.shown.set()
        return super().write(text)


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """In place of standard error; a fixture would come before the test's own capturing."""
    monkeypatch.setenv("TERM", "xterm")
    made = Terminal()
    monkeypatch.setattr(sys, "stderr", made)
    return made


def test_long_work_is_seen_on_standard_error_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    err, out = terminal(monkeypatch), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(progress, "SLOW", 0.0)
    with watched() as watch:
        items = iter(watch("Reading", range(3000), 4000))
        assert [next(items) for _ in range(2500)] == list(range(2500))
        assert err.shown.wait(5)
        assert sum(1 for _ in items) == 500
    assert "3,000" in err.getvalue(), "the estimate gives way to the count"
    assert out.getvalue() == ""


def test_short_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    err = terminal(monkeypatch)
    with watched() as watch:
        watch.wait("Reading")
    assert err.getvalue() == ""


def test_nobody_watches_a_file(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "SLOW", 0.0)
    with watched() as watch:
        assert list(watch("Reading", [1, 2], 2)) == [1, 2]
    assert capsys.readouterr() == ("", "")


class Told:
    """Every part with its count and how many items went through."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, int, int]] = []

    def __call__(self, what: str, items: Iterable[Item], count: int) -> Iterator[Item]:
        given = list(items)
        yield from given
        self.parts.append((what, count, len(given)))

    def wait(self, what: str) -> None:
        self.parts.append((what, 0, 0))


@pytest.mark.parametrize("method", ["fifo", "section_104", "acb", "total_average", "ie_fifo_four_week"])
def test_reading_and_calculating_are_told_of_to_their_ends(method: str) -> None:
    told = Told()
    rows = history(Random(4), 40)
    calculate({"transactions": rows}, jurisdiction="generic", method=method, watch=told)
    assert told.parts == [("Reading", 40, 40), ("Ordering", 0, 0), ("Calculating", 40, 40), ("Adding up", 0, 0)]
