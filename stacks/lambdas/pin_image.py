"""Look a machine image up once, and keep it until it is renewed.

A custom resource: CloudFormation calls it again only when its properties change (`Renewed`), so that a release of
Amazon Linux replaces no host. Only the standard library and Lambda's own boto3.
"""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import boto3


def handler(event: dict[str, Any], _: Any) -> None:
    """Answers CloudFormation exactly once, with `ImageId` or with why there is none."""
    image, reason = "", ""
    if event["RequestType"] != "Delete":
        try:
            name = event["ResourceProperties"]["Parameter"]
            image = boto3.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
        except Exception as error:  # noqa: BLE001 - an unanswered resource blocks the stack for an hour
            reason = f"{type(error).__name__}: {error}"
    body = {
        "Status": "FAILED" if reason else "SUCCESS",
        "Reason": reason or "done",
        "PhysicalResourceId": event.get("PhysicalResourceId", "pinned-image"),
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": {"ImageId": image},
    }
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own https address
        event["ResponseURL"], data=json.dumps(body).encode(), method="PUT", headers={"Content-Type": ""}
    )
    with urllib.request.urlopen(request, timeout=30):  # noqa: S310 - as above
        pass
