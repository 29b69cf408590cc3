"""Logins by Google and by a password: on by a stage's settings alone, in every process, with the client's secret."""

from __future__ import annotations

from typing import Any

import pytest

from stacks.terms.functions import answering, deployed
from tests.infra.synthesize import LOGINS
from tests.infra.templates import Resource, Stage, listed, text

pytestmark = pytest.mark.infra
LOGIN = "handlers.logins.handler"


@pytest.fixture
def lent(stages: dict[str, Stage]) -> Stage:
    return stages["borrowing"]


def environments(stage: Stage) -> dict[str, dict[str, Any]]:
    """What each function and each task's container is told."""
    functions = {
        name: f.properties.get("Environment", {}).get("Variables", {}) for name, f in stage.functions().items()
    }
    tasks = {
        f"{task.name}.{container['Name']}": {each["Name"]: each["Value"] for each in container.get("Environment", [])}
        for task in stage.resources("AWS::ECS::TaskDefinition", "workers")
        for container in task.properties["ContainerDefinitions"]
    }
    return functions | tasks


def test_who_logs_in_or_removes_a_way_in_is_told_of_the_switches(lent: Stage) -> None:
    """The wallets' function asks whether something else logs its user in; a worker sends the mails with links."""
    told = environments(lent)
    workers = [name for name in told if name.startswith("DefaultQueue")]
    assert workers
    for name in (LOGIN, "handlers.accounts.handler", *workers):
        assert {key: told[name].get(key) for key in LOGINS} == LOGINS, name


def test_a_stage_that_says_nothing_has_neither(stage: Stage) -> None:
    assert [name for name, told in environments(stage).items() if LOGINS.keys() & told.keys()] == []


def test_the_clients_secret_is_read_by_its_function_and_stands_in_no_template(lent: Stage) -> None:
    """It is a field of the stage's own secret, put there by hand; templates and logs of deployments never show it."""
    function = lent.functions()[LOGIN]
    arn = function.properties["Environment"]["Variables"]["CREDENTIAL_SECRET_ARN"]
    (role,) = listed(function.properties["Role"]["Fn::GetAtt"][0])
    granted = [
        statement
        for resource, statement in lent.statements(function.stack)
        if role in text(resource.properties.get("Roles", [])) and text(arn) in text(statement["Resource"])
    ]
    assert {action for each in granted for action in listed(each["Action"])} >= {"secretsmanager:GetSecretValue"}
    assert [name for name, template in lent.stacks.items() if "google_client_secret" in text(template)] == []


def test_the_way_to_google_and_back_is_routed_and_open(lent: Stage) -> None:
    """Google sends a browser back without a token: the routes are the function's, and its subnets lead outside."""
    routes = {each.properties["RouteKey"] for each in lent.every("AWS::ApiGatewayV2::Route")}
    (service,) = [each for each in deployed() if each.name == "logins"]
    function = answering(service)
    assert function is not None
    wanted = {route for route in function.routes if "google" in route}
    assert wanted >= {"GET /v1/auth/google/start", "GET /v1/auth/google/callback"}
    assert wanted <= routes
    subnets = lent.functions()[LOGIN].properties["VpcConfig"]["SubnetIds"]
    assert text(subnets) == text(_private(lent)), "not the isolated ones, which lead nowhere"


def _private(stage: Stage) -> Any:
    provider: Resource = stage.functions()["handlers.alerts.handler"]
    return provider.properties["VpcConfig"]["SubnetIds"]
