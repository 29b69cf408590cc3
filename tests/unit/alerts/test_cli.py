"""`premium alerts match`: what is printed, in which order, and what is said of files that are wrong."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from premium.cli.main import main

pytestmark = pytest.mark.unit


def rule(name: str, *conditions: tuple[str, str, Any], kind: str = "price", **more: Any) -> dict[str, Any]:
    listed = [{"field": field, "operator": operator, "value": value} for field, operator, value in conditions]
    return {"id": name, "type": kind, "conditions": listed, "actions": []} | more


def price(name: str, usd: Any, minute: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "event_id": name, "kind": "price", "chain": "ethereum", "asset": "ETH", "price_usd": usd,
        "timestamp": f"2026-01-01T00:{minute:02}:00Z",
    } | more  # fmt: skip


@pytest.fixture
def match(tmp_path: Path) -> Any:
    def run(rules: list[Any], events: list[Any], *options: str) -> Result:
        for name, lines in (("rules", rules), ("events", events)):
            text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
            (tmp_path / f"{name}.jsonl").write_text(text)
        files = ["--rules", str(tmp_path / "rules.jsonl"), "--events", str(tmp_path / "events.jsonl")]
        return CliRunner().invoke(main, ["alerts", "match", *files, *options])

    return run


def pairs(result: Result) -> list[tuple[str, str]]:
    assert result.exit_code == 0, result.output
    return [(one["rule_id"], one["event_id"]) for one in map(json.loads, result.stdout.splitlines())]


ABOVE = ("price_usd", "gt", "100")


def test_by_event_and_then_by_the_order_of_the_rules(match: Any) -> None:
    rules = [rule("z", ABOVE), rule("a", ("price_usd", "gt", "1")), rule("m", ABOVE, ("asset", "eq", "ETH"))]
    events = [price("e2", "101"), price("e1", "102")]
    assert pairs(match(rules, events, "--level")) == [(name, at) for at in ("e2", "e1") for name in ("z", "a", "m")]


def test_without_level_an_edge_fires_once_and_comes_again(match: Any) -> None:
    events = [price(str(at), usd, at) for at, usd in enumerate([99, 101, 102, 98, 103])]
    assert pairs(match([rule("r", ABOVE)], events)) == [("r", "1"), ("r", "4")]
    assert [at for _, at in pairs(match([rule("r", ABOVE)], events, "--level"))] == ["1", "2", "4"]
    level = [rule("r", ABOVE, trigger="level", cooldown_seconds=90)]
    assert [at for _, at in pairs(match(level, events))] == ["1", "4"]
    assert [at for _, at in pairs(match([rule("r", ABOVE, hysteresis="3")], events))] == ["1"]


def test_an_event_counts_once_unless_each_stands_on_its_own(match: Any) -> None:
    events = [price("e", "101"), price("e", "101")]
    rules = [rule("r", ABOVE, trigger="level")]
    assert pairs(match(rules, events)) == [("r", "e")]
    assert pairs(match(rules, events, "--level")) == [("r", "e")] * 2


def test_numbers_are_exact_and_ids_are_any_strings(match: Any) -> None:
    rules = [
        '{"rule_id":"ü 1","type":"price","conditions":[{"field":"price_usd","operator":"gt","value":0.1}],"actions":[]}'
    ]
    line = '{"id":"\\"e\\"","kind":"price","price_usd":%s}'
    assert pairs(match(rules, [line % "0.1", line % "0.10000000000000000000000001"], "--level")) == [("ü 1", '"e"')]
    assert pairs(match(rules, [line % "NaN", line % "1e400"], "--level")) == [("ü 1", '"e"')]


def test_numbers_of_any_size_are_compared_and_none_stops_the_run(match: Any) -> None:
    rules = [rule("r", ABOVE, trigger="level")]
    line = '{"id":"%s","kind":"price","asset":"E","timestamp":%s,"price_usd":%s}'
    numbers = [
        '"1e0000003"',
        '"1e9999999"',
        "1e9999999",
        '"1e99999999999999999999"',
        "1e99999999999999999999",
        '"-1e9999999"',
    ]
    events = [line % (at, time, one) for at, one in enumerate(numbers) for time in ("1e9999999", '"1e9999999"')]
    for options in (["--level"], []):
        assert sorted({at for _, at in pairs(match(rules, events, *options))}) == ["0", "1", "2"]


def test_fields_are_the_events_own_dotted_where_nested(match: Any) -> None:
    rules = [
        rule("r", ("pool.fee", "lte", "0x1f4"), ("pool.name", "eq", "ETH/USDC")),
        rule("off", ABOVE, enabled=False),
    ]
    events = [price("e", "101", pool={"fee": 500, "name": "ETH/USDC"}), price("f", "101", pool={"fee": None})]
    assert pairs(match(rules, events, "--level")) == [("r", "e")]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("{", "line 2: not JSON"),
        ("[]", "line 2: must be a JSON object"),
        (rule("a", ABOVE), "line 2: id: 'a' is on line 1 already"),
        (rule("b", ("price_usd", "like", "1")), "line 2: conditions[0].operator: must be one of gt"),
        (rule("b", ABOVE, ("asset", "gt", "x")), "line 2: conditions[1].operator: gt does not fit"),
        (rule("b", ("price_usd", "gt", "NaN")), "line 2: conditions[0].value: must be a number value"),
        (rule("b"), "line 2: conditions: a list of 1 to 10"),
        (rule("b", ABOVE, kind="weather"), "line 2: type: must be one of"),
        (rule("b", ABOVE, cooldown_seconds=-1), "line 2: cooldown_seconds: "),
        (rule("b", ABOVE, trigger="both"), "line 2: trigger: must be edge or level"),
    ],
)
def test_a_wrong_rule_is_named_by_file_line_and_field(match: Any, wrong: Any, said: str) -> None:
    result = match([rule("a", ABOVE), wrong], [price("e", 1)])
    assert result.exit_code == 1
    assert f"rules.jsonl: {said}" in result.stderr
    assert result.stdout == ""


def test_what_cannot_be_read_of_the_events_is_counted_and_passed_over(match: Any) -> None:
    result = match([rule("r", ABOVE)], ["{", "", {"kind": "price"}, {"event_id": "x"}, price("e", "101")])
    assert pairs(result) == [("r", "e")]
    said = result.stderr.splitlines()
    assert ["line 1" in said[0], "line 3: event_id" in said[1], "line 4: kind" in said[2]] == [True] * 3
    assert said[-1].endswith("3 lines could not be read and were passed over")
    assert "events," not in result.stderr, "progress belongs on a terminal"


def run(tmp_path: Path, stdout: Any, **more: Any) -> subprocess.Popen[bytes]:
    (tmp_path / "rules").write_text(json.dumps(rule("r", ABOVE, trigger="level")))
    command = [
        sys.executable,
        "-c",
        "from premium.cli.main import main; main()",
        "alerts",
        "match",
        "--rules",
        str(tmp_path / "rules"),
    ]
    return subprocess.Popen([*command, "--events", "-"], stdin=subprocess.PIPE, stdout=stdout, **more)


def test_events_come_through_a_pipe_and_firings_go_where_they_are_sent_while_a_terminal_shows_progress(
    tmp_path: Path,
) -> None:
    shown, terminal = pty.openpty()
    try:
        with (tmp_path / "fired").open("wb") as fired, run(tmp_path, fired, stderr=terminal) as process:
            process.communicate(f"{json.dumps(price('e', '101'))}\r\n".encode(), timeout=30)
        assert process.returncode == 0
        assert json.loads((tmp_path / "fired").read_text()) == {"rule_id": "r", "event_id": "e"}
        assert b"events" in os.read(shown, 10_000)
    finally:
        os.close(terminal)
        os.close(shown)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux alone has a device that is always full")
def test_a_full_disk_is_said_in_a_sentence(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full, run(tmp_path, full, stderr=subprocess.PIPE) as process:
        _, said = process.communicate(json.dumps(price("e", "101")).encode(), timeout=30)
    assert (process.returncode, said) == (1, b"Error: cannot write: No space left on device\n")
