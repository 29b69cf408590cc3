"""The last lines of each log, and no more of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from local import logs
from local.clients import Clients
from local.errors import LocalError
from local.places import Places

pytestmark = pytest.mark.unit


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places.from_environment({"PREMIUM_STATE_DIR": str(tmp_path)})
    made.logs.mkdir()
    (made.logs / "redis.log").write_text("".join(f"line {number}\n" for number in range(30_000)))
    (made.logs / "evm.log").write_text("one\ntwo\n")
    return made


def shown(places: Places, name: str | None, lines: int) -> list[str]:
    return list(logs.follow(places, Clients("http://127.0.0.1:1"), name, lines=lines, forever=False))


@pytest.mark.parametrize("lines", [1, 3, 20_000, 40_000])
def test_the_last_lines_of_one_log(places: Places, lines: int) -> None:
    found = shown(places, "redis", lines)
    assert len(found) == min(lines, 30_000)
    assert found[-1] == "redis      | line 29999"
    assert found[0] == f"redis      | line {30_000 - len(found)}"


def test_each_log_gives_its_own_last_lines(places: Places) -> None:
    assert shown(places, None, 2)[:4] == [
        "evm        | one", "evm        | two", "redis      | line 29998", "redis      | line 29999",
    ]  # fmt: skip


def test_functions_give_their_last_lines_in_the_order_of_time(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    events = {"late": [("k1", 30, "third")], "early": [("k2", 10, "first"), ("k3", 20, "second")]}

    class Function:
        def __init__(self, name: str) -> None:
            self.name = self.physical_id = name

    monkeypatch.setattr(logs, "resources", lambda *_: [Function("late"), Function("early")])
    monkeypatch.setattr(logs, "_groups", lambda _, function: [function])
    monkeypatch.setattr(logs, "_events", lambda _, group, __: events[group])
    assert shown(places, "functions", 2) == ["functions  | early: second", "functions  | late: third"]


def test_a_log_that_is_not_there_names_those_that_are(places: Places) -> None:
    with pytest.raises(LocalError, match="There are: evm, redis, functions"):
        shown(places, "mysql", 2)
