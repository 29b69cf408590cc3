"""Every declared metric is emitted, every emitted one declared, and every alarm watches one of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from premium.manifest import services
from premium.observability import count, observe

pytestmark = pytest.mark.unit
ROOT = Path(__file__).resolve().parents[2]
EMITTERS = {"count", "observe"}
BACKLOG = ROOT / "premium/jobs/backlog.py"
DECLARED = {metric.name for service in services() for metric in service.metrics}


def emissions(source: str) -> Iterator[ast.Call]:
    """Calls of `premium.observability`'s emitters, by the names under which a module imports them."""
    tree = ast.parse(source)
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "premium.observability"
        for alias in node.names
        if alias.name in EMITTERS
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in imported:
            yield node


@cache
def emitted() -> dict[str, str]:
    """Where each metric is emitted; a name that is no literal is an error, because nobody could find it."""
    found = {}
    for folder in ("premium", "handlers", "workers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for call in emissions(path.read_text()):
                name = call.args[0]
                where = f"{path.relative_to(ROOT)}:{call.lineno}"
                assert isinstance(name, ast.Constant), f"{where}: the metric's name must be a literal"
                found[str(name.value)] = where
    return found | {name: str(BACKLOG.relative_to(ROOT)) for name in published(BACKLOG.read_text())}


def published(source: str) -> set[str]:
    """Metrics of the function that publishes by CloudWatch's own call, because they are of other processes."""
    tree = ast.parse(source)
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    pairs = [
        value
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == "MetricName"
    ]
    return {
        str(constants[v.id] if isinstance(v, ast.Name) else v.value)
        for v in pairs
        if isinstance(v, ast.Name | ast.Constant)
    }


def test_every_declared_metric_is_emitted() -> None:
    missing = DECLARED - emitted().keys()
    assert not missing, f"declared in a manifest, emitted nowhere (count or observe): {sorted(missing)}"


def test_every_emitted_metric_is_declared() -> None:
    missing = {name: where for name, where in emitted().items() if name not in DECLARED}
    assert not missing, f"emitted, but no manifest has Metric(name=…): {missing}"


def test_every_alarm_watches_a_metric_that_is_emitted() -> None:
    watched = {alarm.name: alarm.metric for service in services() for alarm in service.alarms}
    silent = {alarm: metric for alarm, metric in watched.items() if metric not in emitted()}
    assert not silent, f"alarms on metrics that nobody emits: {silent}"


def test_only_observability_writes_metrics() -> None:
    """Another way would be one that these tests do not see."""
    ways = ("single_metric", "add_metric", "Metrics(")
    others = [
        str(path.relative_to(ROOT))
        for folder in ("premium", "handlers", "workers")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path != ROOT / "premium/observability.py" and any(way in path.read_text() for way in ways)
    ]
    assert others == []


def test_an_emission_is_one_line_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    count("JobsDone", kind="tax.report")
    observe("JobSeconds", 1.5, "Seconds")
    first, second = capsys.readouterr().out.splitlines()
    assert '"JobsDone":[1.0]' in first
    assert '"kind":"tax.report"' in first
    assert '"Unit":"Seconds"' in second
