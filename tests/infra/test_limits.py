"""Limits that AWS holds a stage to: each is computed from the templates, and each is seen to refuse."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

from tests.infra.conftest import GROWN, NAMES
from tests.infra.limits import ROUTES, exceeded
from tests.infra.templates import Json, Stage

pytestmark = pytest.mark.infra
Spoil = Callable[[dict[str, Json]], None]


@pytest.mark.parametrize("name", NAMES)
def test_no_stage_passes_a_limit(stages: dict[str, Stage], name: str) -> None:
    stage = stages[name]
    assert exceeded(Stage("prod", stage.folder) if name == "borrowing" else stage) == []


@pytest.mark.parametrize("name", GROWN)
def test_a_dozen_services_more_pass_the_one_that_the_guide_names(grown_stages: dict[str, Stage], name: str) -> None:
    """Routes of an API: docs/deploy.md has the quota raised before."""
    assert [each for each in exceeded(grown_stages[name]) if f"API Gateway takes {ROUTES}" not in each] == []


def first(stacks: dict[str, Json], kind: str, field: str = "") -> Json:
    """The properties of the first resource of a type, that has the field."""
    found = [b for t in stacks.values() for b in t["Resources"].values() if b["Type"] == kind]
    return next(body["Properties"] for body in found if field in body["Properties"] or not field)


def _many_outputs(stacks: dict[str, Json]) -> None:
    stacks["data"]["Outputs"] = {f"O{number}": {"Value": "x"} for number in range(201)}


def _many_resources(stacks: dict[str, Json]) -> None:
    stacks["data"]["Resources"] |= {f"R{number}": {"Type": "AWS::SNS::Topic"} for number in range(500)}


def _exported_twice(stacks: dict[str, Json]) -> None:
    stacks["api"]["Outputs"] |= stacks["data"]["Outputs"]


def _circle(stacks: dict[str, Json]) -> None:
    one, two = list(stacks["messaging"]["Resources"])[:2]
    stacks["messaging"]["Resources"][one]["DependsOn"] = [two]
    stacks["messaging"]["Resources"][two]["DependsOn"] = [one]


def _long_environment(stacks: dict[str, Json]) -> None:
    first(stacks, "AWS::Lambda::Function", "Environment")["Environment"]["Variables"]["NODES"] = "x" * 4000


def _slow_route(stacks: dict[str, Json]) -> None:
    for body in stacks["service-tax"]["Resources"].values():
        if body["Type"] == "AWS::Lambda::Function" and body["Properties"].get("Handler") == "handlers.tax.handler":
            body["Properties"]["Timeout"] = 60


def _slow_authorizer(stacks: dict[str, Json]) -> None:
    for body in stacks["api"]["Resources"].values():
        if body["Type"] == "AWS::Lambda::Function" and body["Properties"]["Handler"] == "handlers.authorizer.handler":
            body["Properties"]["Timeout"] = 20


def _slow_consumer(stacks: dict[str, Json]) -> None:
    first(stacks, "AWS::SQS::Queue", "VisibilityTimeout")["VisibilityTimeout"] = 30


def _all_reserved(stacks: dict[str, Json]) -> None:
    first(stacks, "AWS::Lambda::Function", "ReservedConcurrentExecutions")["ReservedConcurrentExecutions"] = 950


def _warmer_than_allowed(stacks: dict[str, Json]) -> None:
    for body in stacks["api"]["Resources"].values():
        if body["Type"] == "AWS::Lambda::Function":
            body["Properties"]["ReservedConcurrentExecutions"] = 1


def _long_policy(stacks: dict[str, Json]) -> None:
    document = first(stacks, "AWS::IAM::Policy")["PolicyDocument"]
    document["Statement"] += [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "x" * 100}] * 80


def _long_key_policy(stacks: dict[str, Json]) -> None:
    document = first(stacks, "AWS::KMS::Key")["KeyPolicy"]
    document["Statement"] *= 100


def _many_statements(stacks: dict[str, Json]) -> None:
    document = first(stacks, "AWS::SQS::QueuePolicy")["PolicyDocument"]
    document["Statement"] *= 21


def _many_callers(stacks: dict[str, Json]) -> None:
    resources = stacks["api"]["Resources"]
    permission = next(body for body in resources.values() if body["Type"] == "AWS::Lambda::Permission")
    resources |= {f"P{number}": permission for number in range(60)}


def _many_rules(stacks: dict[str, Json]) -> None:
    resources = stacks["network"]["Resources"]
    rule = next(body for body in resources.values() if body["Type"] == "AWS::EC2::SecurityGroupIngress")
    resources |= {f"R{number}": rule for number in range(60)}


def _many_routes(stacks: dict[str, Json]) -> None:
    resources = stacks["service-tax"]["Resources"]
    route = next(body for body in resources.values() if body["Type"] == "AWS::ApiGatewayV2::Route")
    resources |= {f"R{number}": route for number in range(ROUTES)}


def _heavy_firewall(stacks: dict[str, Json]) -> None:
    first(stacks, "AWS::WAFv2::WebACL")["Rules"] *= 2


def _forbidden_header(stacks: dict[str, Json]) -> None:
    origins = first(stacks, "AWS::CloudFront::Distribution")["DistributionConfig"]["Origins"]
    origins[0]["OriginCustomHeaders"] = [{"HeaderName": "X-Amz-Secret", "HeaderValue": "x"}]


def _old_data(stacks: dict[str, Json]) -> None:
    alarm = first(stacks, "AWS::CloudWatch::Alarm", "Metrics")
    alarm["Metrics"] = [{"Id": "all", "Expression": 'SELECT SUM(JobsFailed) FROM "Premium"', "Period": 86_400}]


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_many_outputs, "201 outputs"),
        (_many_resources, "resources, and CloudFormation takes 500"),
        (_exported_twice, "is exported 2 times"),
        (_circle, "wait for one another"),
        (_long_environment, "Lambda takes 4096"),
        (_slow_route, "its gateway waits for 29"),
        (_slow_authorizer, "its gateway waits for 10"),
        (_slow_consumer, "less than six times"),
        (_all_reserved, "executions are reserved"),
        (_warmer_than_allowed, "keeps 2 warm of the 1"),
        (_long_policy, "IAM takes 10240"),
        (_long_key_policy, "AWS takes 32768"),
        (_many_statements, "SQS takes 20"),
        (_many_callers, "letters of 20480"),
        (_many_rules, "EC2 takes 60"),
        (_many_routes, f"API Gateway takes {ROUTES}"),
        (_heavy_firewall, "WAF gives 1500"),
        (_forbidden_header, "CloudFront adds no header"),
        (_old_data, "and CloudWatch 10800"),
    ],
)
def test_what_passes_a_limit_is_named(prod: Stage, spoil: Spoil, sentence: str) -> None:
    spoilt = Stage(prod.name, prod.folder)
    spoilt.__dict__["stacks"] = copy.deepcopy(prod.stacks)
    spoil(spoilt.stacks)
    assert any(sentence in each for each in exceeded(spoilt)), exceeded(spoilt)


def test_the_layer_is_measured_unzipped(prod: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.infra.limits.UNZIPPED", 20 * 1024**2)
    assert any("MiB unzipped" in each for each in exceeded(prod))
