"""Labels in a real database: imported, repeated, taken back, ended by a delisting, stale, at odds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from premium.bootstrap import Platform
from premium.cli.main import main
from premium.errors import NotFound
from premium.security.labelled import Labels, at_odds
from premium.security.labels.label import BadList

pytestmark = pytest.mark.integration

LISTED = [f"0x{number:040x}" for number in range(1, 11)]
START = datetime(2026, 3, 1, tzinfo=UTC)


class Time:
    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def labels(platform: Platform, time: Time) -> Labels:
    whole = Labels.of(platform, by_operator=True)
    return Labels(store=whole.store, clock=time)


def rows(addresses: list[str], kind: str = "sanctioned") -> bytes:
    return json.dumps([{"address": each, "kind": kind, "chain": "all"} for each in addresses]).encode()


def test_an_import_is_used_repeated_and_undone(labels: Labels, platform: Platform, time: Time) -> None:
    made = labels.take("ofac", rows(LISTED), platform.chains)
    assert (made.listed, made.added, made.ended) == (10, 10, 0)
    assert labels.harm([LISTED[0], "0x" + "9" * 40], 1) == {LISTED[0]: "sanctioned"}
    time.moment += timedelta(days=1)
    again = labels.take("ofac", rows(LISTED), platform.chains)
    assert (again.added, again.ended) == (0, 0)
    time.moment += timedelta(days=1)
    fewer = labels.take("ofac", rows(LISTED[1:]), platform.chains)
    assert (fewer.added, fewer.ended) == (0, 1)
    assert labels.harm(LISTED[:2], 1) == {LISTED[1]: "sanctioned"}, "a delisting takes effect with its import"
    ended = labels.store.of([LISTED[0]], 1)[0]
    assert (ended.label.until, ended.in_force(time.moment - timedelta(hours=1))) == (time.moment, True)
    undone = labels.undo("ofac")
    assert (undone.added, undone.ended) == (0, 1)
    assert set(labels.harm(LISTED, 1)) == set(LISTED)
    labels.undo("ofac")
    labels.undo("ofac")
    assert labels.harm(LISTED, 1) == {}
    with pytest.raises(NotFound):
        labels.undo("ofac")


def test_a_list_of_nothing_or_a_fifth_shorter_is_refused_and_changes_nothing(
    labels: Labels, platform: Platform
) -> None:
    labels.take("ofac", rows(LISTED), platform.chains)
    for wrong, words in {
        b"[]": "no label", b"<sdnList></sdnList>": "no label", rows(LISTED[:8]): "a fifth fewer", b"<a": "no XML"
    }.items():  # fmt: skip
        with pytest.raises(BadList, match=words):
            labels.take("ofac", wrong, platform.chains)
    assert set(labels.harm(LISTED, 1)) == set(LISTED)
    labels.take("ofac", rows(LISTED[:8]), platform.chains, fewer=True)
    assert set(labels.harm(LISTED, 1)) == set(LISTED[:8])


def test_lists_grow_stale_and_contradict_each_other(labels: Labels, platform: Platform, time: Time) -> None:
    labels.take("ofac", rows(LISTED), platform.chains)
    labels.take("own", rows(LISTED[:1], "exchange"), platform.chains)
    goplus = json.dumps({"result": {LISTED[2]: {"mixer": "1"}, "0x" + "8" * 40: {"mixer": "1"}}}).encode()
    labels.take("goplus", goplus, platform.chains, chain=1)
    assert labels.stale() == []
    odds = at_odds(labels.store.of([LISTED[0]], 1), time.moment)
    assert odds == "Lists contradict each other: ofac names harm, own does not."
    assert labels.harm(["0x" + "8" * 40], 1) == {}, "another's opinion is none of ours"
    time.moment += timedelta(days=31)
    labels.take("own", rows(LISTED[:1], "exchange"), platform.chains)
    assert labels.stale() == [
        "The list goplus was last refreshed on 2026-03-01.", "The list ofac was last refreshed on 2026-03-01."
    ]  # fmt: skip
    assert labels.age() == timedelta(days=31)


def test_operators_import_show_and_undo_by_command(platform: Platform, tmp_path: Path) -> None:
    runner, file = CliRunner(), tmp_path / "list.json"
    file.write_bytes(rows(LISTED))
    made = runner.invoke(main, ["security", "labels", "import", str(file), "--source", "own"])
    assert made.output == "own: 10 labels, 10 new, 0 ended\n"
    shown = runner.invoke(main, ["security", "labels", "show", LISTED[0].upper().replace("X", "x")])
    assert "sanctioned, in force: -, own" in shown.output
    assert "unknown, not safe" in runner.invoke(main, ["security", "labels", "show", "0x" + "9" * 40]).output
    looked = runner.invoke(main, ["security", "labels", "undo", "own", "--dry-run"])
    assert "nothing was done" in looked.output
    undone = runner.invoke(main, ["security", "labels", "undo", "own", "--yes"])
    assert undone.output == "own: 10 labels went, 0 stand again\n"
    wrong = runner.invoke(main, ["security", "labels", "undo", "own", "--yes"])
    assert (wrong.exit_code, "no import of own" in wrong.output) == (1, True)
