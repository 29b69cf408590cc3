"""What operators do about batches and rules: split, drop, take back, switch off."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result

from premium.bootstrap import Platform
from premium.cli.main import main
from premium.config import Settings
from premium.storage.postgres import Database
from premium.switches.service import Switches
from tests.fixtures.postgres import Databases
from tests.integration.alerts.line import Line, price

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def operator(variables: dict[str, str], postgres: Databases, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """The platform that the commands run on."""
    given = variables | {"DATABASE_URL": postgres.url("premium", "premium_worker")}
    made = Platform(Settings.from_environment(given))
    for module in ("alerts", "operators", "switches"):
        monkeypatch.setattr(f"premium.cli.{module}.platform", lambda: made)
    return made


def premium(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


def batches(*arguments: str) -> Result:
    return premium("alerts", "batches", *arguments)


def test_a_dropped_event_leaves_its_neighbours_and_can_be_taken_back(line: Line, above: Callable[..., UUID]) -> None:
    above()
    (batch,) = line.send(price(1, "90"), price(2, "110"), price(3, "90"), price(4, "120"))
    assert [json.loads(one)["event_id"] for one in batches("show", str(batch)).stdout.splitlines()] == [
        "p1", "p2", "p3", "p4",
    ]  # fmt: skip
    dry = batches("drop", str(batch), "--event", "p2", "--why", "poison", "--dry-run")
    assert (dry.exit_code, dry.stdout) == (0, "would drop 1 events; nothing was done\n")
    assert batches("drop", str(batch), "--event", "p2", "--why", "poison").exit_code == 2, "nobody can be asked"
    dropped = batches("drop", str(batch), "--event", "p2", "--why", "poison", "--yes")
    assert dropped.exit_code == 0, dropped.output
    while line.run():
        pass
    assert line.fired() == [("p4", False)]
    (one,) = [json.loads(text) for text in batches("list", "--dropped").stdout.splitlines()]
    assert batches("list").stdout == ""
    assert batches("requeue", one["id"]).exit_code == 0
    while line.run():
        pass
    assert ("p2", False) in line.fired()
    assert batches("list", "--dropped").stdout == ""


def test_a_batch_is_split_and_all_of_it_is_matched(line: Line, above: Callable[..., UUID]) -> None:
    above()
    (batch,) = line.send(*(price(n, "110" if n % 2 else "90") for n in range(5)))
    halves = batches("split", str(batch))
    assert (halves.exit_code, len(halves.stdout.split())) == (0, 2), halves.output
    alone = batches("split", halves.stdout.split()[0], "--each")
    assert len(alone.stdout.split()) == 3
    assert batches("split", alone.stdout.split()[0]).exit_code == 1, "one event"
    assert batches("split", str(batch)).exit_code == 1, "it is not there any more"
    while line.run():
        pass
    assert line.fired() == [("p1", False), ("p3", False)]


def test_wrong_batches_are_named(line: Line) -> None:
    unknown = str(uuid4())
    for done in (batches("drop", unknown, "--why", "x", "--yes"), batches("show", unknown)):
        assert (done.exit_code, unknown in done.output) == (1, True)
    assert batches("drop", unknown, unknown, "--event", "e", "--why", "x").exit_code == 2


def test_a_rule_that_is_off_makes_no_alert_until_it_is_on(
    line: Line, above: Callable[..., UUID], operator: Platform, worker: Database
) -> None:
    rule = str(above())
    assert premium("rules", "switch", rule, "--why", "noise").exit_code == 2, "on or off"
    assert premium("rules", "switch", rule, "--off", "--why", "a\nb\x1b").exit_code == 2
    assert premium("rules", "switch", rule, "--off", "--why", "noise").stdout == f"{rule} is off\n"
    assert premium("rules", "switch", rule, "--off", "--why", "more noise").stdout == f"{rule} is off, as it was\n"
    line.send(price(1, "90"), price(2, "110"))
    while line.run():
        pass
    assert line.fired() == []
    assert [each.why for each in Switches.of(operator).all("rule")] == ["more noise"]
    assert rule in premium("rules", "list").stdout
    assert premium("rules", "switch", rule, "--on", "--why", "calm").exit_code == 0
    line.send(price(3, "90"), price(4, "110"))
    while line.run():
        pass
    assert line.fired() == [("p4", False)]
    with worker.transaction() as connection:
        (owner,) = connection.execute("SELECT user_id FROM alert_rules").fetchall()
    assert premium("users", "switch", str(owner["user_id"]), "--off", "--why", "abuse").exit_code == 0
    line.send(price(5, "90"), price(6, "110"))
    while line.run():
        pass
    assert line.fired() == [("p4", False)]
