"""Start the rotation of a stage's passwords and follow it to its end.

`python -m cdk_app.account.rotate prod [--region eu-west-1] [--status]`; started again it goes on where it died.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_logs import CloudWatchLogsClient

CONTAINER = "Process"
POLL_SECONDS = 5.0


class RotationTask:
    """The task of one stage, by its stack's outputs."""

    def __init__(
        self,
        outputs: Mapping[str, str],
        ecs: ECSClient,
        logs: CloudWatchLogsClient,
        *,
        say: Callable[[str], None] = print,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._outputs, self._ecs, self._logs, self._say, self._sleep = outputs, ecs, logs, say, sleep

    def run(self, command: str) -> int:
        """Run `premium rotation <command>` and return its exit code."""
        arn = self._start(command)
        self._say(f"started {arn}")
        said: str | None = None
        while True:
            task = self._look(arn)
            said = self._show(arn, said)
            if task and task.get("lastStatus") == "STOPPED":
                return self._ended(task)
            self._sleep(POLL_SECONDS)

    def _start(self, command: str) -> str:
        outputs = self._outputs
        words = ["python", "-m", "premium.cli", "rotation", command]
        answer = self._ecs.run_task(
            cluster=outputs["Cluster"],
            taskDefinition=outputs["Definition"],
            launchType="FARGATE",
            networkConfiguration={
                "awsvpcConfiguration": {
                    "subnets": outputs["Subnets"].split(","),
                    "securityGroups": [outputs["SecurityGroup"]],
                    "assignPublicIp": "DISABLED",
                }
            },
            overrides={"containerOverrides": [{"name": CONTAINER, "command": words}]},
        )
        if not answer["tasks"]:
            raise SystemExit(f"rotate: ECS did not start the task: {answer['failures'][0].get('reason')}")
        return answer["tasks"][0]["taskArn"]

    def _look(self, arn: str) -> Any:
        """None while ECS does not know the task yet."""
        tasks = self._ecs.describe_tasks(cluster=self._outputs["Cluster"], tasks=[arn])["tasks"]
        return tasks[0] if tasks else None

    def _show(self, arn: str, token: str | None) -> str | None:
        """Print the lines since `token`; the stream is there once the task has said something."""
        stream = f"premium/{CONTAINER}/{arn.rpartition('/')[2]}"
        more: Any = {"nextToken": token} if token else {}
        try:
            page = self._logs.get_log_events(
                logGroupName=self._outputs["LogGroup"], logStreamName=stream, startFromHead=True, **more
            )
        except self._logs.exceptions.ResourceNotFoundException:
            return token
        for event in page["events"]:
            self._say(event["message"])
        return page["nextForwardToken"]

    def _ended(self, task: Any) -> int:
        code = next((each.get("exitCode") for each in task["containers"]), None)
        if code is None:
            self._say(f"the task did not run: {task.get('stoppedReason')}")
        return 1 if code is None else int(code)


def outputs_of(stage: str, cloudformation: Any) -> Mapping[str, str]:
    """Return the outputs of a stage's rotation stack by name."""
    (stack,) = cloudformation.describe_stacks(StackName=f"premium-{stage}-rotation")["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def main(arguments: Sequence[str]) -> int:
    """Return the task's exit code; a sentence and 1 where the account says no."""
    parser = argparse.ArgumentParser(prog="python -m cdk_app.account.rotate")
    parser.add_argument("stage")
    parser.add_argument("--region")
    parser.add_argument("--status", action="store_true", help="say what is done, change nothing")
    given = parser.parse_args(arguments)
    session = boto3.Session(region_name=given.region)
    try:
        outputs = outputs_of(given.stage, session.client("cloudformation"))
        task = RotationTask(outputs, session.client("ecs"), session.client("logs"))
        return task.run("status" if given.status else "run")
    except (BotoCoreError, ClientError) as error:
        print(f"rotate: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
