"""The custom resource that pins the host's machine image: CloudFormation is always answered."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from local.aws import Aws
from stacks.lambdas import pin_image
from tests.fixtures.cloudformation import Told, told

pytestmark = pytest.mark.infra
NAME = "/an/image"  # the emulator reserves AWS's own names as well


@pytest.fixture
def answers() -> Iterator[Told]:
    with told() as address:
        yield address


def test_it_looks_up_what_is_there_now_and_says_why_when_it_cannot(aws: Aws, answers: Told) -> None:
    address, found = answers
    event = {
        "ResponseURL": address,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Pinned",
        "ResourceProperties": {"Parameter": NAME, "Renewed": "2026-11-29"},
    }
    boto3.client("ssm").put_parameter(Name=NAME, Value="ami-0123456789abcdef0", Type="String", Overwrite=True)
    pin_image.handler({**event, "RequestType": "Create"}, None)
    boto3.client("ssm").delete_parameter(Name=NAME)
    pin_image.handler({**event, "RequestType": "Update", "PhysicalResourceId": "pinned-image"}, None)
    pin_image.handler({**event, "RequestType": "Delete", "PhysicalResourceId": "pinned-image"}, None)
    assert [answer["Status"] for answer in found] == ["SUCCESS", "FAILED", "SUCCESS"]
    assert found[0]["Data"] == {"ImageId": "ami-0123456789abcdef0"}
    assert "ParameterNotFound" in found[1]["Reason"]
    assert {answer["PhysicalResourceId"] for answer in found} == {"pinned-image"}
