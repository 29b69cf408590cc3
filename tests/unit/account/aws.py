"""A stage's account by the shapes of botocore's own models: an answer that AWS could not give fails the test."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.stub import ANY, Stubber

from cdk_app.account.session import Account
from cdk_app.account.stage_task import StageTask

SESSION = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
"""One for all, because it keeps the models that it has read."""
TASK = "arn:aws:ecs:us-east-1:123456789012:task/cluster/0123"
CALLER = "arn:aws:sts::123456789012:assumed-role/OperatorsAdmin/alice"
OUTPUTS = {"Cluster": "c", "Definition": "d", "Subnets": "subnet-1,subnet-2", "SecurityGroup": "sg-1", "LogGroup": "g"}
NETWORK = {"subnets": ["subnet-1", "subnet-2"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"}


class StubbedAccount(Account):
    """Each service answers what the test queued, in that order, and nothing else."""

    def __init__(self) -> None:
        names = ("ecs", "logs", "cloudformation", "sts", "secretsmanager")
        self.clients: dict[str, Any] = {name: SESSION.client(name) for name in names}  # type: ignore[call-overload] # by name
        self.stubs = {name: Stubber(client) for name, client in self.clients.items()}
        for stub in self.stubs.values():
            stub.activate()
        self.said: list[str] = []
        self.told: list[str] = []
        self.now = 0.0

    def client(self, name: str) -> Any:
        return self.clients[name]

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def bare_task(self) -> StageTask:
        return StageTask(
            OUTPUTS,
            self.clients["ecs"],
            self.clients["logs"],
            say=self.said.append,
            tell=self.told.append,
            sleep=self.sleep,
            clock=lambda: self.now,
        )

    def deployed(self, name: str, outputs: dict[str, str]) -> None:
        stack = {
            "StackName": name,
            "CreationTime": 0,
            "StackStatus": "CREATE_COMPLETE",
            "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in outputs.items()],
        }
        self.stubs["cloudformation"].add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": name})

    def starts(self, override: dict[str, Any]) -> None:
        asked = {
            "cluster": "c",
            "taskDefinition": "d",
            "launchType": "FARGATE",
            "clientToken": ANY,
            "startedBy": ANY,
            "networkConfiguration": {"awsvpcConfiguration": NETWORK},
            "overrides": {"containerOverrides": [{"name": "Process", **override}]},
        }
        self.stubs["ecs"].add_response("run_task", {"tasks": [{"taskArn": TASK}], "failures": []}, asked)

    def looks(self, *tasks: dict[str, Any]) -> None:
        self.stubs["ecs"].add_response("describe_tasks", {"tasks": list(tasks)}, {"cluster": "c", "tasks": [TASK]})

    def stops(self) -> None:
        self.stubs["ecs"].add_response("stop_task", {}, {"cluster": "c", "task": TASK, "reason": ANY})

    def says_nothing(self) -> None:
        self.stubs["logs"].add_client_error("get_log_events", "ResourceNotFoundException")

    def says(self, *lines: str, token: str, after: str | None = None) -> None:
        """A page of the log, and its end: the token that was given comes back."""
        page = {"events": [{"timestamp": 1, "message": line} for line in lines], "nextForwardToken": token}
        asked = {"logGroupName": "g", "logStreamName": "premium/Process/0123", "startFromHead": True}
        self.stubs["logs"].add_response("get_log_events", page, asked | ({"nextToken": after} if after else {}))
        if token != after:
            end = {"events": [], "nextForwardToken": token}
            self.stubs["logs"].add_response("get_log_events", end, asked | {"nextToken": token})

    def quiet(self, token: str | None) -> None:
        """Three reads at the end of a stopped task's log that bring nothing."""
        for _ in range(3):
            if token:
                self.says(token=token, after=token)
            else:
                self.says_nothing()

    def used_up(self) -> None:
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()
