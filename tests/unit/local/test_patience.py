"""A wait goes on while something moves, and ends in a sentence that says what was waited for."""

from __future__ import annotations

from itertools import count

import pytest

from local import patience
from local.errors import LocalError
from local.patience import wait_for

pytestmark = pytest.mark.unit


class Time:
    """A clock that each sleep moves."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    clock = Time()
    monkeypatch.setattr(patience, "time", clock)
    return clock


def test_what_moves_is_waited_for_beyond_the_quiet_seconds(time: Time) -> None:
    work = count()
    wait_for("the workers", lambda: time.now > 250, remedy="r", progress=lambda: next(work), quiet=60, pause=0.5)
    assert time.now > 250


def test_what_stands_still_is_given_up_and_said(time: Time) -> None:
    with pytest.raises(LocalError) as told:
        wait_for("the workers to register", lambda: False, remedy="Log: w.log", said=lambda: "no memory.", quiet=60)
    assert 60 < time.now < 62
    text = str(told.value)
    assert text.startswith("Waited 60 s in vain for the workers to register. The last of it: no memory. Log: w.log.")
    assert "run the same command again" in text


def test_what_only_moves_is_given_up_too(time: Time) -> None:
    work = count()
    with pytest.raises(LocalError, match="Waited 900 s in vain"):
        wait_for("the end", lambda: False, remedy="r", progress=lambda: next(work), pause=0.5)


def test_what_is_there_is_not_waited_for(time: Time) -> None:
    wait_for("nothing", lambda: True, remedy="r")
    assert time.now == 0
