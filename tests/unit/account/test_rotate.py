"""`make rotate` starts the stage's task, prints what it says, and ends as it ends."""

from __future__ import annotations

import boto3
import pytest
from botocore.stub import ANY, Stubber

from cdk_app.account.rotate import RotationTask, outputs_of

pytestmark = pytest.mark.unit
TASK = "arn:aws:ecs:us-east-1:123456789012:task/cluster/0123"
OUTPUTS = {"Cluster": "c", "Definition": "d", "Subnets": "subnet-1,subnet-2", "SecurityGroup": "sg-1", "LogGroup": "g"}


class Account:
    """AWS by the shapes of boto3's own models."""

    def __init__(self) -> None:
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
        self.ecs = boto3.client("ecs", **keys)
        self.logs = boto3.client("logs", **keys)
        self.cloudformation = boto3.client("cloudformation", **keys)
        self.stubs = {n: Stubber(getattr(self, n)) for n in ("ecs", "logs", "cloudformation")}
        for stub in self.stubs.values():
            stub.activate()
        self.said: list[str] = []

    def task(self) -> RotationTask:
        return RotationTask(OUTPUTS, self.ecs, self.logs, say=self.said.append, sleep=lambda _: None)

    def starts(self) -> None:
        network = {"subnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"}
        words = ["python", "-m", "premium.cli", "rotation", "run"]
        asked = {
            "cluster": "c", "taskDefinition": "d", "launchType": "FARGATE",
            "networkConfiguration": {"awsvpcConfiguration": network},
            "overrides": {"containerOverrides": [{"name": "Process", "command": words}]},
        }  # fmt: skip
        self.stubs["ecs"].add_response("run_task", {"tasks": [{"taskArn": TASK}], "failures": []}, asked)

    def looks(self, *tasks: dict[str, object]) -> None:
        self.stubs["ecs"].add_response("describe_tasks", {"tasks": list(tasks)}, {"cluster": "c", "tasks": [TASK]})


def test_it_follows_the_task_to_its_end() -> None:
    account = Account()
    account.starts()
    account.looks()  # ECS does not know it yet
    account.stubs["logs"].add_client_error("get_log_events", "ResourceNotFoundException")
    account.looks({"lastStatus": "RUNNING"})
    page = {"events": [{"timestamp": 1, "message": "database.app: tell"}], "nextForwardToken": "t"}
    account.stubs["logs"].add_response(
        "get_log_events", page, {"logGroupName": ANY, "logStreamName": ANY, "startFromHead": True}
    )
    account.looks({"lastStatus": "STOPPED", "containers": [{"exitCode": 0}]})
    page = {"events": [{"timestamp": 2, "message": "Rotated"}], "nextForwardToken": "t2"}
    expected = {"logGroupName": "g", "logStreamName": "premium/Process/0123", "startFromHead": True, "nextToken": "t"}
    account.stubs["logs"].add_response("get_log_events", page, expected)
    assert account.task().run("run") == 0
    assert account.said == [f"started {TASK}", "database.app: tell", "Rotated"]


@pytest.mark.parametrize(("container", "code"), [({"exitCode": 1}, 1), ({}, 1)])
def test_a_task_that_failed_or_never_ran_fails_the_command(container: dict[str, int], code: int) -> None:
    account = Account()
    account.starts()
    account.looks({"lastStatus": "STOPPED", "containers": [container], "stoppedReason": "CannotPullContainerError"})
    account.stubs["logs"].add_client_error("get_log_events", "ResourceNotFoundException")
    assert account.task().run("run") == code
    assert container or "CannotPullContainerError" in account.said[-1]


def test_a_task_that_does_not_start_is_a_sentence() -> None:
    account = Account()
    refused = {"tasks": [], "failures": [{"reason": "RESOURCE:CPU"}]}
    account.stubs["ecs"].add_response("run_task", refused)
    with pytest.raises(SystemExit, match="RESOURCE:CPU"):
        account.task().run("run")


def test_the_stack_says_where_it_runs() -> None:
    account = Account()
    outputs = [{"OutputKey": name, "OutputValue": value} for name, value in OUTPUTS.items()]
    stack = {
        "StackName": "premium-dev-rotation",
        "CreationTime": 0,
        "StackStatus": "CREATE_COMPLETE",
        "Outputs": outputs,
    }
    account.stubs["cloudformation"].add_response(
        "describe_stacks", {"Stacks": [stack]}, {"StackName": "premium-dev-rotation"}
    )
    assert outputs_of("dev", account.cloudformation) == OUTPUTS
