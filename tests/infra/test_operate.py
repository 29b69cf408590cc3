"""What an operator does by hand: the task of `make operate`, and a shell where the stage allows one."""

from __future__ import annotations

from typing import Any

import pytest

from premium.config import Settings
from tests.infra.templates import Resource, Stage, listed, text

pytestmark = pytest.mark.infra
OUTPUTS = {"Cluster", "Definition", "Subnets", "SecurityGroup", "LogGroup"}


@pytest.mark.parametrize("stack", ["workers", "rotation"])
def test_the_stack_says_how_its_task_is_started(stage: Stage, stack: str) -> None:
    """`cdk_app/account/stage_task.py` reads these, and a task has no other way to its log group."""
    said = {name: one["Value"] for name, one in stage.stacks[stack]["Outputs"].items() if name in OUTPUTS}
    assert set(said) == OUTPUTS
    task = stage.stacks[stack]["Resources"][said["Definition"]["Ref"]]["Properties"]
    (container,) = task["ContainerDefinitions"]
    assert container["Name"] == "Process"
    assert container["LogConfiguration"]["Options"]["awslogs-group"] == said["LogGroup"]
    assert container["LogConfiguration"]["Options"]["awslogs-stream-prefix"] == "premium"


def operator(stage: Stage) -> Resource:
    (found,) = [t for t in stage.resources("AWS::ECS::TaskDefinition", "workers") if t.name.startswith("Operator")]
    return found


def test_an_operators_command_finds_what_it_needs_and_records_its_changes(stage: Stage) -> None:
    """By the process's own settings: what a command of `premium` requires is there."""
    (container,) = operator(stage).properties["ContainerDefinitions"]
    assert container["ReadonlyRootFilesystem"] is True
    given: dict[str, Any] = {each["Name"]: each["Value"] for each in container["Environment"]}
    plain = {name: value if isinstance(value, str) else "arn:aws:known:later" for name, value in given.items()}
    settings = Settings.from_environment(plain)
    for name in ("audit_table", "jobs_table", "database_secret_arn", "timeseries_secret_arn", "redis_secret_arn"):
        assert settings.require(name)
    rights = [s for policy, s in stage.statements("workers") if policy.name.startswith("OperatorTaskRole")]
    trail = {action for s in rights if "FnGetAttAudit" in text(s["Resource"]) for action in listed(s["Action"])}
    assert trail == {"dynamodb:PutItem", "dynamodb:Query"}, "appended to and verified, never changed"


def test_a_shell_is_where_the_stage_allows_it_and_is_written_down(stages: dict[str, Stage]) -> None:
    dev = stages["dev"]
    (cluster,) = dev.resources("AWS::ECS::Cluster", "workers")
    session = cluster.properties["Configuration"]["ExecuteCommandConfiguration"]
    assert session["Logging"] == "OVERRIDE"
    assert session["LogConfiguration"]["CloudWatchEncryptionEnabled"] is True
    log = dev.stacks["workers"]["Resources"][session["LogConfiguration"]["CloudWatchLogGroupName"]["Ref"]]
    assert log["Properties"]["KmsKeyId"] == session["KmsKeyId"]
    key = dev.only("AWS::KMS::Key", "workers")
    may_use = [text(s["Principal"]) for s in key.properties["KeyPolicy"]["Statement"] if "Condition" in s]
    assert any("logs." in principal for principal in may_use), "or the log group cannot be made"
    for service in dev.resources("AWS::ECS::Service", "workers"):
        assert service.properties["EnableExecuteCommand"] is True
        task = dev.stacks["workers"]["Resources"][service.properties["TaskDefinition"]["Ref"]]["Properties"]
        assert task["ContainerDefinitions"][0]["LinuxParameters"]["InitProcessEnabled"] is True
        queue = service.name.partition("Queue")[0]
        mine = [
            s
            for p, s in dev.statements("workers")
            if text(p.properties["Roles"]).startswith(f'[{{"Ref": "{queue}Queue')
        ]
        actions = {action for s in mine for action in listed(s["Action"])}
        assert {"ssmmessages:OpenDataChannel", "logs:PutLogEvents", "logs:DescribeLogGroups", "kms:Decrypt"} <= actions


@pytest.mark.parametrize("name", ["staging", "prod", "borrowing"])
def test_there_is_no_shell_elsewhere(stages: dict[str, Stage], name: str) -> None:
    stage = stages[name]
    (cluster,) = stage.resources("AWS::ECS::Cluster", "workers")
    assert "Configuration" not in cluster.properties
    assert not [s for s in stage.resources("AWS::ECS::Service", "workers") if s.properties.get("EnableExecuteCommand")]
    assert "ssmmessages" not in text(stage.stacks["workers"])
