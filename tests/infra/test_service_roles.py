"""Roles of AWS's services: made where an account lacks them, before the stacks whose first use would be too early."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from stacks.lambdas import service_roles
from tests.fixtures.cloudformation import Told, told
from tests.infra.deployment import earlier
from tests.infra.templates import Stage, listed

pytestmark = pytest.mark.infra
TAKEN = "Service role name AWSServiceRoleForECS has been taken in this account, please try a different suffix."
USERS = {
    "ecs.amazonaws.com": "AWS::ECS::Cluster",
    "ecs.application-autoscaling.amazonaws.com": "AWS::ApplicationAutoScaling::ScalableTarget",
    "elasticache.amazonaws.com": "AWS::ElastiCache::ReplicationGroup",
    "rds.amazonaws.com": "AWS::RDS::DBInstance",
}


@pytest.fixture
def answers() -> Iterator[Told]:
    with told() as address:
        yield address


def run(monkeypatch: pytest.MonkeyPatch, url: str, kind: str, *said: str | None) -> list[float]:
    """Seconds that it slept; `said` is what IAM answers, None for a role that it made."""
    client, slept = boto3.session.Session(region_name="us-east-1").client("iam"), list[float]()
    with Stubber(client) as stub:
        for message in said:
            if message is None:
                stub.add_response("create_service_linked_role", {}, {"AWSServiceName": "ecs.amazonaws.com"})
            else:
                stub.add_client_error("create_service_linked_role", "InvalidInput", message)
        monkeypatch.setattr(service_roles.boto3, "client", lambda _: client)
        monkeypatch.setattr(service_roles.time, "sleep", slept.append)
        properties = {"Services": ["ecs.amazonaws.com"]}
        event: dict[str, Any] = {"RequestType": kind, "ResponseURL": url, "ResourceProperties": properties}
        service_roles.handler({**event, "StackId": "s", "RequestId": "r", "LogicalResourceId": "Made"}, None)
        stub.assert_no_pending_responses()
    return slept


def test_a_role_is_made_once_and_waited_for(monkeypatch: pytest.MonkeyPatch, answers: Told) -> None:
    assert run(monkeypatch, answers[0], "Create", None) == [service_roles.SETTLED_SECONDS]
    assert run(monkeypatch, answers[0], "Update", TAKEN) == []
    assert run(monkeypatch, answers[0], "Delete") == []
    assert [each["Status"] for each in answers[1]] == ["SUCCESS"] * 3


def test_another_refusal_fails_the_stack_with_its_reason(monkeypatch: pytest.MonkeyPatch, answers: Told) -> None:
    run(monkeypatch, answers[0], "Create", "The service has no such role.")
    assert answers[1][0]["Status"] == "FAILED"
    assert "no such role" in answers[1][0]["Reason"]


def test_every_stage_has_the_roles_before_who_uses_them(stage: Stage) -> None:
    made = stage.only("Custom::ServiceRoles")
    assert set(made.properties["Services"]) == USERS.keys()
    for kind in USERS.values():
        for user in stage.resources(kind):
            assert made.stack in earlier(stage, user.stack), user.name


def test_its_function_may_make_these_roles_alone(stage: Stage) -> None:
    rights = [s for _, s in stage.statements() if "iam:CreateServiceLinkedRole" in listed(s["Action"])]
    assert len(rights) == 1
    services = {each["Fn::Join"][1][-1].split("/")[2] for each in rights[0]["Resource"]}
    assert services == USERS.keys()
