"""Speak to a stage's account with an operator's credentials."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

from cdk_app.account.credentials import sign_in, signed_out
from cdk_app.account.stacks import outputs_of
from cdk_app.account.stage_task import StageTask, TaskError

_PATIENT = Config(retries={"mode": "standard", "max_attempts": 8}, connect_timeout=5, read_timeout=30)
Main = Callable[[Sequence[str]], int]


class Account:
    """The clients of one account and region."""

    def __init__(self, region: str | None = None) -> None:
        # The stubs know services by literal names; here they are data.
        self._session: Any = boto3.Session(region_name=region)

    def client(self, name: str) -> Any:
        """Return the client of an AWS service."""
        return self._session.client(name, config=_PATIENT)

    def task(self, stage: str, stack: str) -> StageTask:
        """Return the task that a stack of the stage describes."""
        if stage == "local":
            raise TaskError("the stage local runs on this machine: .venv/bin/premium does it there (docs/operate.md)")
        outputs = outputs_of(stage, stack, self.client("cloudformation"))
        missing = {"Cluster", "Definition", "Subnets", "SecurityGroup", "LogGroup"} - outputs.keys()
        if missing:
            raise TaskError(f"the stack {stack} of {stage} has no output {min(missing)}: deploy this release first")
        return StageTask(outputs, self.client("ecs"), self.client("logs"))

    def operation(self) -> Mapping[str, str]:
        """Return what a task is told of who starts it, for its audit entries.

        It is a claim: CloudTrail's RunTask with the same `startedBy` proves it.
        """
        caller = self.client("sts").get_caller_identity()["Arn"]
        return {"PREMIUM_OPERATOR": caller, "PREMIUM_OPERATION": str(uuid4())}


def sentences(name: str) -> Callable[[Main], Main]:
    """Turn what an operator can mend into a sentence and exit code 1."""

    def around(main: Main) -> Main:
        @functools.wraps(main)
        def run(arguments: Sequence[str]) -> int:
            try:
                return main(arguments)
            except (TaskError, BotoCoreError, ClientError) as error:
                print(f"{name}: {_said(error)}", file=sys.stderr)
                return 1

        return run

    return around


def _said(error: Exception) -> str:
    match error:
        case NoRegionError():
            return "no region is known here: set AWS_REGION, or say --region"
    reason = signed_out(error)
    return str(error) if reason is None else f"{reason}: {sign_in('REGION')}"
