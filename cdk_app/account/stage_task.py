"""Run one task of a stage on ECS and follow it to its end.

What it prints goes to standard output, how it fares to standard error.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from cdk_app.account.task_output import CONTAINER, TaskOutput

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_logs import CloudWatchLogsClient

POLL_SECONDS = 3.0
START_SECONDS = 600.0
"""How long a task may take to run.

Its image is pulled within one minute; a busy region waits for room.
"""
OVERRIDES = 8192
"""What RunTask takes of words and variables together, in characters."""


class TaskError(Exception):
    """A task that cannot run, as a sentence for an operator."""


class StageTask:
    """A task that a stack describes by its outputs.

    Outputs: Cluster, Definition, Subnets (comma-separated), SecurityGroup, LogGroup.
    """

    def __init__(
        self,
        outputs: Mapping[str, str],
        ecs: ECSClient,
        logs: CloudWatchLogsClient,
        *,
        say: Callable[[str], None] = print,
        tell: Callable[[str], None] = lambda line: print(line, file=sys.stderr, flush=True),
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._outputs, self._ecs, self._logs = outputs, ecs, logs
        self._say, self._tell, self._sleep, self._clock = say, tell, sleep, clock

    def run(self, words: Sequence[str], environment: Mapping[str, str] | None = None) -> int:
        """Run `python -m premium.cli <words>` and return its exit code.

        TaskError where ECS refuses the task, or it stops or hangs before it runs. Ctrl-C stops the task.
        """
        arn = self._start(words, environment or {})
        self._tell(f"started {arn}")
        try:
            return self._follow(arn)
        except KeyboardInterrupt:
            self._stop(arn, "stopped by the operator")
            self._tell("stopped; what the command had begun is in the audit log")
            return 130

    def _start(self, words: Sequence[str], environment: Mapping[str, str]) -> str:
        outputs, operation = self._outputs, environment.get("PREMIUM_OPERATION") or str(uuid4())
        override: Any = {"name": CONTAINER, "command": ["python", "-m", "premium.cli", *words]}
        if environment:
            override["environment"] = [{"name": name, "value": value} for name, value in environment.items()]
        if len(json.dumps(override)) > OVERRIDES:
            raise TaskError(f"the arguments are longer than the {OVERRIDES} characters that ECS takes")
        answer = self._ecs.run_task(
            cluster=outputs["Cluster"],
            taskDefinition=outputs["Definition"],
            launchType="FARGATE",
            clientToken=operation,  # a call that boto3 repeats starts no second task
            startedBy=operation,
            networkConfiguration={
                "awsvpcConfiguration": {
                    "subnets": outputs["Subnets"].split(","),
                    "securityGroups": [outputs["SecurityGroup"]],
                    "assignPublicIp": "DISABLED",
                }
            },
            overrides={"containerOverrides": [override]},
        )
        if not answer["tasks"]:
            reasons = ", ".join(str(each.get("reason")) for each in answer["failures"]) or "no reason given"
            raise TaskError(f"ECS did not start the task: {reasons}")
        return answer["tasks"][0]["taskArn"]

    def _follow(self, arn: str) -> int:
        output = TaskOutput(self._logs, self._outputs["LogGroup"], arn, say=self._say, sleep=self._sleep)
        begun, status = self._clock(), ""
        while True:
            task = self._look(arn)
            now = str(task.get("lastStatus", "")) if task else ""
            if now and now != status:
                status = now
                self._tell(f"{now.lower().replace('_', ' ')}, after {self._clock() - begun:.0f} s")
            if task and now == "STOPPED":
                output.to_the_end()
                return self._ended(task)
            output.show()
            if now in {"", "PROVISIONING", "PENDING", "ACTIVATING"} and self._clock() - begun > START_SECONDS:
                self._stop(arn, "it did not start in time")
                raise TaskError(f"the task did not start within {START_SECONDS:.0f} s and was stopped")
            self._sleep(POLL_SECONDS)

    def _look(self, arn: str) -> Any:
        """None while ECS does not know the task yet."""
        tasks = self._ecs.describe_tasks(cluster=self._outputs["Cluster"], tasks=[arn])["tasks"]
        return tasks[0] if tasks else None

    def _stop(self, arn: str, reason: str) -> None:
        self._ecs.stop_task(cluster=self._outputs["Cluster"], task=arn, reason=reason)

    def _ended(self, task: Any) -> int:
        """Return the exit code; a container without one never ran."""
        container: Any = next(iter(task["containers"]), {})
        code = container.get("exitCode")
        reasons = [str(each) for each in (task.get("stoppedReason"), container.get("reason")) if each]
        if code is None:
            raise TaskError(f"the task stopped before it ran: {'; '.join(reasons) or 'ECS gives no reason'}")
        if code and container.get("reason"):
            self._tell(f"ended with {code}: {container['reason']}")
        return int(code)
