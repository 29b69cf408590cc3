"""Look a machine image up once, and keep it until it is renewed.

A custom resource: CloudFormation calls it again only when its properties change (`Renewed`), so that a release of
Amazon Linux replaces no host. Only the standard library and Lambda's own boto3.
"""

from __future__ import annotations

from typing import Any

import boto3

from stacks.lambdas.answer import answer


def handler(event: dict[str, Any], _: Any) -> None:
    """Answers CloudFormation exactly once, with `ImageId` or with why there is none."""
    found, reason = {}, ""
    if event["RequestType"] != "Delete":
        try:
            name = event["ResourceProperties"]["Parameter"]
            found = {"ImageId": boto3.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]}
        except Exception as error:  # noqa: BLE001 - an unanswered resource blocks the stack for an hour
            reason = f"{type(error).__name__}: {error}"
    answer(event, reason, "pinned-image", found)
