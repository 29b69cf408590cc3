"""Where things stand and who may call whom: security groups point from callers to stores, never the other way."""

from __future__ import annotations

import re

import pytest

from cdk_app.stages import STAGES
from tests.infra.templates import Resource, Stage, text

pytestmark = pytest.mark.infra
CALLERS = ("Functions", "Workers", "Migrations")
ALLOWED = {
    ("Functions", "Database"), ("Functions", "Proxy"), ("Functions", "Timeseries"), ("Functions", "Redis"),
    ("Workers", "Database"), ("Workers", "Proxy"), ("Workers", "Timeseries"), ("Workers", "Redis"),
    ("Migrations", "Proxy"), ("Migrations", "Redis"), ("Migrations", "Database"), ("Migrations", "Timeseries"),
    ("Proxy", "Database"),
    ("Functions", "Endpoints"), ("Workers", "Endpoints"), ("Migrations", "Endpoints"), ("Timeseries", "Endpoints"),
}  # fmt: skip


def role(reference: object) -> str:
    found = re.search(
        r"Groups(Functions|Workers|Migrations|Database|Proxy|Timeseries|Redis|Endpoints)", text(reference)
    )
    assert found, text(reference)
    return found.group(1)


def test_the_vpc_spans_the_stages_zones(stage: Stage) -> None:
    config = STAGES[stage.name]
    assert stage.only("AWS::EC2::VPC").properties["CidrBlock"] == "10.0.0.0/16"
    subnets = stage.resources("AWS::EC2::Subnet")
    assert {subnet.properties["AvailabilityZone"] for subnet in subnets} == set(config.zones)
    assert len(subnets) == 3 * len(config.zones)
    assert len(stage.resources("AWS::EC2::NatGateway")) == config.nat_gateways


def test_prod_synthesizes_three_zones_without_an_account(prod: Stage) -> None:
    assert STAGES["prod"].account is None
    assert len({subnet.properties["AvailabilityZone"] for subnet in prod.resources("AWS::EC2::Subnet")}) == 3


def test_database_subnets_lead_nowhere(stage: Stage) -> None:
    routes = [
        route for route in stage.resources("AWS::EC2::Route") if "database" in text(route.properties["RouteTableId"])
    ]
    assert routes == []


def test_flow_logs_are_kept(stage: Stage) -> None:
    assert stage.only("AWS::EC2::FlowLog").properties["TrafficType"] == "ALL"


def services(stage: Stage, kind: str) -> dict[str, Resource]:
    """The endpoints of a kind, by the last words of their service's name."""
    found = [e for e in stage.resources("AWS::EC2::VPCEndpoint") if e.properties["VpcEndpointType"] == kind]
    names = [
        re.search(r"us-east-1\.([a-z0-9.]+)\"|\.([a-z0-9]+)\"\]", text(e.properties["ServiceName"])) for e in found
    ]
    return {(name[1] or name[2]) if name else "": endpoint for name, endpoint in zip(names, found, strict=True)}


def test_stores_of_objects_and_tables_are_reached_without_a_way_out(stage: Stage) -> None:
    gateways = services(stage, "Gateway")
    assert set(gateways) == {"s3", "dynamodb"}
    assert all("database" in text(each.properties["RouteTableIds"]) for each in gateways.values())


def test_other_services_of_aws_are_reached_as_the_stage_pays(stage: Stage) -> None:
    """By endpoints in as many zones as it says, never in one alone; else through the NAT gateways."""
    zones = STAGES[stage.name].endpoint_zones
    if zones:
        found = services(stage, "Interface")
        assert {"secretsmanager", "logs", "ecr.api", "ecr.dkr", "ssm", "ssmmessages"} <= set(found)
        assert {len(each.properties["SubnetIds"]) for each in found.values()} == {zones}
    else:
        kinds = {e.properties["VpcEndpointType"] for e in stage.resources("AWS::EC2::VPCEndpoint")}
        assert kinds == {"Gateway"}
        assert STAGES[stage.name].nat_gateways >= 1


def test_the_series_host_has_a_way_to_what_it_is_made_of(stage: Stage) -> None:
    """Its subnet is isolated where endpoints are, and leads to a NAT gateway where none are."""
    subnet = text(stage.only("AWS::EC2::NetworkInterface").properties["SubnetId"])
    assert ("database" if STAGES[stage.name].endpoint_zones else "private") in subnet


def test_rules_name_two_groups_and_point_one_way(stage: Stage) -> None:
    found = set()
    for rule in stage.resources("AWS::EC2::SecurityGroupIngress", "network"):
        assert "SourceSecurityGroupId" in rule.properties, rule.name
        assert rule.properties["IpProtocol"] == "tcp"
        found.add((role(rule.properties["SourceSecurityGroupId"]), role(rule.properties["GroupId"])))
    assert found == ALLOWED


def test_no_group_is_open_and_stores_start_nothing_but_the_host_that_asks_s3(stage: Stage) -> None:
    for group in stage.resources("AWS::EC2::SecurityGroup"):
        assert "SecurityGroupIngress" not in group.properties, group.name
        world = [rule for rule in group.properties.get("SecurityGroupEgress", []) if rule.get("CidrIp") == "0.0.0.0/0"]
        caller = any(f"Groups{name}" in group.name for name in (*CALLERS, "Timeseries"))
        assert [(rule["FromPort"], rule["ToPort"]) for rule in world] == ([(443, 443)] if caller else [])


def test_our_functions_and_tasks_run_in_private_subnets(stage: Stage) -> None:
    for function in stage.functions().values():
        subnets = function.properties["VpcConfig"]["SubnetIds"]
        assert all("private" in text(subnet) for subnet in subnets)
        assert "GroupsFunctions" in text(function.properties["VpcConfig"]["SecurityGroupIds"])
    for service in stage.resources("AWS::ECS::Service"):
        network = service.properties["NetworkConfiguration"]["AwsvpcConfiguration"]
        assert network["AssignPublicIp"] == "DISABLED"
        assert all("private" in text(subnet) for subnet in network["Subnets"])
        assert "GroupsWorkers" in text(network["SecurityGroups"])
