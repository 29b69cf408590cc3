"""Run a Fargate task when a custom resource's properties change.

It succeeds when the task does.
Only the standard library and Lambda's own boto3. A task that outlives this function's time is watched by the next call
of itself; CloudFormation waits an hour.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

import boto3

from stacks.lambdas.answer import answer

POLL_SECONDS = 5
MARGIN_MILLISECONDS = 60_000


def handler(event: dict[str, Any], context: Any) -> None:
    """Answers CloudFormation exactly once: when the task has ended, or when anything here failed."""
    try:
        reason = _outcome(event, context)
    except Exception as error:  # noqa: BLE001 - an unanswered resource blocks the stack for an hour
        reason = f"{type(error).__name__}: {error}"
    if reason != "WATCHED":
        answer(event, reason, "migrations")


def _outcome(event: dict[str, Any], context: Any) -> str:
    """An empty string is success, `WATCHED` that another call has taken over."""
    if event["RequestType"] == "Delete":
        return ""  # the schema stays: it belongs to the database, which has a removal policy of its own
    ecs = boto3.client("ecs")
    task = event.get("Task") or _start(ecs, event["RequestId"])
    while (found := _look(ecs, task)) is None or found["lastStatus"] != "STOPPED":
        if context.get_remaining_time_in_millis() < MARGIN_MILLISECONDS:
            return _hand_on(event, task, context)
        time.sleep(POLL_SECONDS)
    return _verdict(found)


def _look(ecs: Any, task: str) -> Any:
    """None while ECS does not know a task yet that it has just started; it forgets none within the hour."""
    tasks = ecs.describe_tasks(cluster=os.environ["CLUSTER"], tasks=[task])["tasks"]
    return tasks[0] if tasks else None


def _start(ecs: Any, request: str) -> str:
    """One task for a request of CloudFormation, however often Lambda calls for it."""
    network = {
        "subnets": os.environ["SUBNETS"].split(","),
        "securityGroups": [os.environ["SECURITY_GROUP"]],
        "assignPublicIp": "DISABLED",
    }
    answer = ecs.run_task(
        cluster=os.environ["CLUSTER"],
        taskDefinition=os.environ["TASK"],
        launchType="FARGATE",
        clientToken=request,
        networkConfiguration={"awsvpcConfiguration": network},
    )
    if answer["failures"]:
        raise RuntimeError(f"ECS did not start the task: {answer['failures'][0].get('reason')}")
    return str(answer["tasks"][0]["taskArn"])


def _verdict(task: Any) -> str:
    code = next((each.get("exitCode") for each in task["containers"]), None)
    if code == 0:
        return ""
    return f"the migration task ended with {code} ({task.get('stoppedReason')}); its log group says why"


def _hand_on(event: dict[str, Any], task: str, context: Any) -> str:
    payload = json.dumps({**event, "Task": task}).encode()
    boto3.client("lambda").invoke(FunctionName=context.invoked_function_arn, InvocationType="Event", Payload=payload)
    return "WATCHED"
