"""What a template says and what the code declares are the same: alarms, metrics, variables, secrets, needs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from cdk_app.assets import ROOT
from migrations import targets
from premium.config import Settings
from premium.manifest import Need, services
from stacks.terms.classes import classes
from stacks.terms.functions import deployed, functions
from tests.infra.conftest import NAMES
from tests.infra.templates import Json, Resource, Stage, text

pytestmark = pytest.mark.infra
RUNBOOK = re.compile(r"\. Runbook: (docs/runbooks/[a-z_]+\.md)#([a-z0-9-]+)$")
ANYBODY = re.compile(r"^(POWERTOOLS_|AWS_)|^LOG_LEVEL$")
"""Read by Powertools and boto3."""
WITHOUT_A_PERSON = {"workers"}
"""Stacks whose alarms are steps of scaling."""


def alarms(stage: Stage) -> Iterator[Resource]:
    for alarm in stage.every("AWS::CloudWatch::Alarm"):
        if alarm.stack not in WITHOUT_A_PERSON:
            yield alarm


def sections(path: str) -> Mapping[str, str]:
    """The text under each heading, by its anchor."""
    parts = re.split(r"^#+ +(.+)$", (ROOT / path).read_text(), flags=re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-"): body
        for title, body in zip(parts[1::2], parts[2::2], strict=True)
    }


PARTS = ("**Means**:", "**Look**:", "**Stop**:", "**Undo**:")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "local"])
def test_every_alarm_has_a_runbook(stages: dict[str, Stage], name: str) -> None:
    """What it means, where to look, how to stop the harm, how to undo it: each in a sentence at least."""
    found = list(alarms(stages[name]))
    assert found
    for alarm in found:
        link = RUNBOOK.search(alarm.properties["AlarmDescription"])
        assert link, f"{alarm.stack}/{alarm.name}: {alarm.properties['AlarmDescription']}"
        assert (ROOT / link[1]).exists(), f"{link[1]} is missing; {alarm.stack}/{alarm.name} names it"
        section = sections(link[1]).get(link[2])
        assert section is not None, f"{link[1]} has no heading for #{link[2]}"
        lines = [next((line for line in section.splitlines() if part in line), "") for part in PARTS]
        assert all(len(line) > len("- **Means**: a word") for line in lines), f"{link[1]}#{link[2]} lacks a part"


def test_an_alarm_of_the_fleet_s_stack_wakes_nobody(stage: Stage) -> None:
    """They are steps of scaling, which is why they have no runbook."""
    for alarm in stage.every("AWS::CloudWatch::Alarm"):
        if alarm.stack in WITHOUT_A_PERSON:
            told = [
                stage.stacks[alarm.stack]["Resources"][one["Ref"]]["Type"] for one in alarm.properties["AlarmActions"]
            ]
            assert told == ["AWS::ApplicationAutoScaling::ScalingPolicy"], alarm.name


def test_a_declared_alarm_is_in_the_template(stage: Stage) -> None:
    told = [alarm.properties["AlarmDescription"] for alarm in alarms(stage)]
    for service in services():
        for alarm in service.alarms:
            assert [one for one in told if one.startswith(f"[{alarm.severity}] {alarm.text}. Runbook")], alarm.name


def shown(stage: Stage) -> set[str]:
    """The metrics of our namespace that dashboards and alarms name."""
    bodies = [json.loads(_joined(d.properties["DashboardBody"])) for d in stage.resources("AWS::CloudWatch::Dashboard")]
    graphs = [metric for body in bodies for widget in body["widgets"] for metric in widget["properties"]["metrics"]]
    alarms = [alarm.properties for alarm in stage.resources("AWS::CloudWatch::Alarm")]
    expressions = text([graph[0] for graph in graphs] + [alarm.get("Metrics") for alarm in alarms])
    by_name = {graph[1] for graph in graphs if graph[0] == "Premium"}
    by_name |= {alarm["MetricName"] for alarm in alarms if alarm.get("Namespace") == "Premium"}
    searched = re.findall(r"Premium(?:/\w+)?\W+MetricName=\W+(\w+)", expressions)
    queried = re.findall(r"SELECT \w+\((\w+)\) FROM", expressions)
    return {*by_name, *searched, *queried}


def _joined(body: Any) -> str:
    """A dashboard's document, with a word for what is known at deploy alone."""
    parts = body["Fn::Join"][1] if isinstance(body, dict) else [body]
    return "".join(part if isinstance(part, str) else "known-later" for part in parts)


def test_every_metric_that_is_shown_is_declared(stage: Stage) -> None:
    assert shown(stage) == {metric.name for service in services() for metric in service.metrics}


def test_what_is_declared_is_emitted() -> None:
    code = "".join(path.read_text() for path in [*(ROOT / "premium").rglob("*.py"), *(ROOT / "workers").rglob("*.py")])
    for service in services():
        for metric in service.metrics:
            assert code.count(f'"{metric.name}"') > 1, f"{service.name} declares {metric.name}, and nobody emits it"


def environments(stage: Stage) -> Iterator[tuple[str, Mapping[str, object]]]:
    for function in stage.every("AWS::Lambda::Function"):
        yield f"{function.stack}/{function.name}", function.properties.get("Environment", {}).get("Variables", {})
    for task in stage.every("AWS::ECS::TaskDefinition"):
        for container in task.properties["ContainerDefinitions"]:
            given = {pair["Name"]: pair["Value"] for pair in container["Environment"]}
            yield f"{task.stack}/{task.name}", given


def read() -> set[str]:
    """The variables that our code reads: settings, and what is looked up by its name."""
    settings = [service.settings for service in services() if service.settings is not None]
    fields = {name for model in settings for name in model.model_fields} | set(Settings.model_fields)
    sources = [path for folder in ("premium", "handlers", "workers", "stacks/lambdas") for path in _python(folder)]
    looked_up = {name for path in sources for name in re.findall(r'environ(?:\.get\(|\[)"([A-Z_]+)"', path.read_text())}
    return {name.upper() for name in fields} | looked_up | _read_by_migrations()


def _python(folder: str) -> Iterator[Path]:
    return (ROOT / folder).rglob("*.py")


class _Asked(dict[str, str]):
    """An environment that has everything and remembers what it was asked for."""

    def get(self, name: str, default: object = None) -> Any:  # noqa: ARG002 - a dictionary's signature
        return self.setdefault(name, "given")


def _read_by_migrations() -> set[str]:
    asked, secret = _Asked(), {"username": "u", "password": "p", "dbname": "d"}
    for name in targets.DATABASES:
        targets.target(name, asked, lambda _: secret)
    return set(asked)


@pytest.mark.parametrize("name", NAMES)
def test_every_variable_that_is_given_is_read(stages: dict[str, Stage], name: str) -> None:
    known = read()
    for process, given in environments(stages[name]):
        strange = {variable for variable in given if variable not in known and not ANYBODY.match(variable)}
        assert not strange, f"{process} is given {strange}, which nobody reads"


def test_a_secret_is_given_to_its_readers_alone(stage: Stage) -> None:
    for service in services():
        for secret in service.secrets:
            told = {process for process, given in environments(stage) if secret.variable in given}
            assert told, f"nobody is told {secret.variable}"
            for reader, sign in (("function", "api/"), ("worker", "workers/")):
                if reader not in secret.readers:
                    assert not [process for process in told if process.startswith(sign)], secret.variable
            mine = f"service-{service.name}/"
            others = [process for process in told if process.startswith("service-") and not process.startswith(mine)]
            assert not others, secret.variable


def test_every_provided_secret_is_read(stage: Stage) -> None:
    """One that no process is told would be asked of an operator for nothing."""
    given = text([values for _, values in environments(stage)])
    made = [s for s in stage.resources("AWS::SecretsManager::Secret", "security") if _is_provided(s.properties)]
    assert len(made) == 1 + sum(len(service.secrets) for service in services())
    for secret in made:
        assert f"Ref{secret.name}" in given, f"{secret.name} is read by nobody"


def _is_provided(properties: Json) -> bool:
    return '"provided"' in properties.get("GenerateSecretString", {}).get("SecretStringTemplate", "")


def test_every_need_that_is_declared_is_one_that_processes_have() -> None:
    asked = {need for function in functions() for need in function.needs} | {n for q in classes() for n in q.needs}
    assert asked <= set(get_args(Need))
    assert {"database", "redis", "jobs", "websocket", "audit"} <= asked


def test_the_documents_say_what_every_secret_holds() -> None:
    """Those of the first services in docs/deploy.md, a new one's in its own runbook."""
    document = "".join(path.read_text() for path in (ROOT / "docs").rglob("*.md"))
    for service in services():
        for secret in service.secrets:
            assert f"`{secret.name}`" in document, f"docs/runbooks/{service.name}.md: say what {secret.name} holds"


def test_every_service_with_functions_has_a_runbook() -> None:
    for service in deployed():
        assert (ROOT / f"docs/runbooks/{service.name}.md").exists(), service.name
