"""Answer CloudFormation for a custom resource; code of functions that are deployed inline."""

from __future__ import annotations

import json
import urllib.request
from typing import Any


def answer(event: dict[str, Any], reason: str, name: str, data: dict[str, str] | None = None) -> None:
    """An empty reason is success; `name` is the resource's where it has none.

    `data` is what other resources may ask it for.
    """
    body = json.dumps(
        {
            "Status": "FAILED" if reason else "SUCCESS",
            "Reason": reason or "done",
            "PhysicalResourceId": event.get("PhysicalResourceId", name),
            "StackId": event["StackId"],
            "RequestId": event["RequestId"],
            "LogicalResourceId": event["LogicalResourceId"],
            "Data": data or {},
        }
    ).encode()
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT", headers={"Content-Type": ""})  # noqa: S310 - CloudFormation's own https address
    with urllib.request.urlopen(request, timeout=30):  # noqa: S310 - as above
        pass
