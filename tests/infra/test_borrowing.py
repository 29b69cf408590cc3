"""Beside the free platform: what is lent is imported, only ours is attached; what must be new is made all the same."""

from __future__ import annotations

import pytest

from tests.infra.templates import Stage, text

pytestmark = pytest.mark.infra


@pytest.fixture
def lent(stages: dict[str, Stage]) -> Stage:
    return stages["borrowing"]


def test_a_lent_network_gets_our_groups_and_nothing_else(lent: Stage) -> None:
    kinds = {resource.kind for resource in lent.every(stack="network")}
    assert kinds == {"AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"}
    assert "vpc-0123456789abcdef0" in text(lent.resources("AWS::EC2::SecurityGroup")[0].properties["VpcId"])


def test_lent_stores_are_opened_to_our_callers(lent: Stage) -> None:
    for group, port in (("sg-0123456789abcdef0", 6379), ("sg-0123456789abcdef1", 5432)):
        rules = [
            r.properties for r in lent.resources("AWS::EC2::SecurityGroupIngress") if r.properties["GroupId"] == group
        ]
        assert len(rules) == 2
        assert {rule["FromPort"] for rule in rules} == {port}


def test_a_lent_redis_is_not_made_again(lent: Stage) -> None:
    assert not list(lent.every("AWS::ElastiCache::ReplicationGroup"))
    authorizer = next(
        f
        for f in lent.resources("AWS::Lambda::Function", "api")
        if f.properties["Handler"] == "handlers.authorizer.handler"
    )
    assert authorizer.properties["Environment"]["Variables"]["REDIS_SECRET_ARN"].endswith("secret:lent-AbCdEf")


def test_a_lent_queue_and_api_are_used(lent: Stage) -> None:
    mapping = lent.only("AWS::Lambda::EventSourceMapping").properties
    assert mapping["EventSourceArn"] == "arn:aws:sqs:eu-west-1:123456789012:events"
    apis = lent.resources("AWS::ApiGatewayV2::Api")
    assert [api.properties["ProtocolType"] for api in apis] == ["WEBSOCKET"]
    routes = [r for r in lent.resources("AWS::ApiGatewayV2::Route") if r.properties["ApiId"] == "a1b2c3d4e5"]
    assert len(routes) > 30


def test_what_must_be_new_is_new(lent: Stage) -> None:
    assert lent.resources("AWS::RDS::DBInstance")
    assert lent.resources("AWS::DynamoDB::Table")
    assert any(bucket.name.startswith("Reports") for bucket in lent.resources("AWS::S3::Bucket"))


def test_external_timescale_has_no_instance_and_is_reached_by_peering(lent: Stage) -> None:
    assert not list(lent.every("AWS::EC2::Instance"))
    egress = lent.resources("AWS::EC2::SecurityGroupEgress", "timeseries")
    assert {rule.properties["CidrIp"] for rule in egress} == {"10.9.0.0/24"}
    task = lent.only("AWS::ECS::TaskDefinition", "migrations").properties["ContainerDefinitions"][0]
    named = {entry["Name"] for entry in task["Environment"]}
    assert "MIGRATION_TIMESERIES_SECRET_ARN" in named
    assert "MIGRATION_TIMESERIES_ADMIN_SECRET_ARN" not in named


def test_absent_everything_is_made(stages: dict[str, Stage]) -> None:
    prod = stages["prod"]
    for kind in ("AWS::EC2::VPC", "AWS::ElastiCache::ReplicationGroup", "AWS::EC2::Instance"):
        assert prod.only(kind)
    assert len(prod.resources("AWS::ApiGatewayV2::Api")) == 2
    assert len(prod.resources("AWS::SQS::Queue", "messaging")) == 2
