"""`make preflight` finds each thing that would stop a deployment and says what to do; by boto3's own shapes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ProfileNotFound,
    UnauthorizedSSOTokenError,
)
from botocore.stub import Stubber

from cdk_app.account.checks import BOOTSTRAP, fargate_vcpu
from cdk_app.account.findings import Client
from cdk_app.account.preflight import UNKNOWN, report
from cdk_app.stage_config import StageConfig
from cdk_app.stages import STAGES

pytestmark = pytest.mark.unit
ROOT = Path(__file__).resolve().parents[3]
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
DOMAIN = {
    "name": "api.premium.example", "zone_id": "Z0123456789", "zone_name": "premium.example",
    "certificate": "arn:aws:acm:us-east-1:123456789012:certificate/0b1c",
}  # fmt: skip


class Account:
    """An account that has what prod needs, but for what a test takes away."""

    def __init__(self, **other: Any) -> None:
        has = {"account": "123456789012", "zones": ZONES, "bootstrap": BOOTSTRAP, "lambda": 1000, "vcpu": 200}
        has |= {"ids": {}, "host": True, "database": True}
        has |= {"addresses": 5, "used": 1, "zone": "premium.example.", "slack": ["T0123456"], "tags": ["stage"]}
        has |= other
        zone = {"Id": "/hostedzone/Z0123456789", "Name": has["zone"], "CallerReference": "x"}
        spaces = [{"SlackTeamId": one, "SlackTeamName": "team"} for one in has["slack"]]
        tags = [{"TagKey": tag, "Type": "UserDefined", "Status": "Active"} for tag in has["tags"]]
        zones = [
            {"ZoneName": one, "State": "available", "ZoneId": has["ids"].get(one, f"use1-az{number}")}
            for number, one in enumerate(has["zones"], start=4)
        ]
        version = {"Parameter": {"Value": str(has["bootstrap"])}}
        self._answers: dict[str, list[tuple[str, dict[str, Any] | str]]] = {
            "sts": [("get_caller_identity", {"Account": has["account"]})],
            "ec2": [
                ("describe_availability_zones", {"AvailabilityZones": zones}),
                ("describe_instance_type_offerings", {"InstanceTypeOfferings": [{}] if has["host"] else []}),
                ("describe_addresses", {"Addresses": [{} for _ in range(has["used"])]}),
            ],
            "rds": [
                (
                    "describe_orderable_db_instance_options",
                    {"OrderableDBInstanceOptions": [{}] if has["database"] else []},
                )
            ],
            "ssm": [("get_parameter", version if has["bootstrap"] else "ParameterNotFound")],
            "lambda": [("get_account_settings", {"AccountLimit": {"ConcurrentExecutions": has["lambda"]}})],
            "service-quotas": [
                ("get_service_quota", {"Quota": {"Value": float(has["vcpu"])}}),
                ("get_service_quota", {"Quota": {"Value": float(has["addresses"])}}),
            ],
            "route53": [("get_hosted_zone", {"HostedZone": zone})],
            "chatbot": [("describe_slack_workspaces", {"SlackWorkspaces": spaces})],
            "ce": [("list_cost_allocation_tags", {"CostAllocationTags": tags})],
        }

    def client(self, service: str, region: str) -> Any:
        """boto3's own, which gives the service's next answer, or its error."""
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": region}
        client = boto3.client(service, **keys)  # type: ignore[call-overload]  # any of them
        stub = Stubber(client)
        operation, answer = self._answers[service].pop(0)
        if isinstance(answer, str):
            stub.add_client_error(operation, answer)
        else:
            stub.add_response(operation, answer)
        stub.activate()
        return client


def prod(**values: Any) -> StageConfig:
    alerting = {"slack_workspace": "T0123456", "slack_channel": "C0123456", "cost_tag": True}
    base = STAGES["prod"].model_dump() | {"account": "123456789012", "domain": DOMAIN, "alerting": alerting}
    return StageConfig.model_validate(base | values)


def test_an_account_that_has_everything_passes() -> None:
    lines, code = report(prod(), Account().client)
    assert code == 0, lines
    assert len(lines) == 10
    assert all(line.startswith("ok") for line in lines)


@pytest.mark.parametrize(
    ("lacking", "name", "remedy"),
    [
        ({"account": "999999999999"}, "account", "sign in to 123456789012"),
        ({"zones": ZONES[:2]}, "availability zones", "us-east-1a, us-east-1b"),
        ({"ids": {"us-east-1b": "use1-az3"}}, "availability zones", "two or three of us-east-1a, us-east-1c"),
        ({"host": False}, "sizes", "`timescale`"),
        ({"database": False}, "sizes", "`postgres`"),
        ({"bootstrap": None}, "bootstrap", "npx cdk bootstrap aws://<account>/us-east-1"),
        ({"bootstrap": 6}, "bootstrap", "npx cdk bootstrap"),
        ({"lambda": 10}, "Lambda concurrency", "ask for 1000"),
        ({"vcpu": 6}, "Fargate vCPU", "L-3032A538"),
        ({"used": 4}, "elastic addresses", "L-0263D0A3"),
        ({"zone": "other.example."}, "hosted zone", "name the zone"),
        ({"slack": []}, "Slack workspace", "Allow"),
        ({"tags": []}, "cost tag", "activate `stage`"),
    ],
)
def test_what_is_missing_is_named_with_what_to_do(lacking: dict[str, Any], name: str, remedy: str) -> None:
    lines, code = report(prod(), Account(**lacking).client)
    assert code == 1
    (place,) = [number for number, line in enumerate(lines) if line.startswith("MISSING")]
    assert lines[place].startswith(f"MISSING {name}:")
    assert remedy in lines[place + 1]


def test_what_a_stage_does_not_use_is_not_asked_for() -> None:
    lines, code = report(STAGES["dev"], Account(slack=[], tags=[], zone="none.").client)
    assert code == 0
    assert not [line for line in lines if "Slack" in line or "zone:" in line or "cost" in line]


def test_a_default_account_is_too_small_for_staging_and_prod() -> None:
    """New accounts have 6 vCPU: the reason for the check."""
    assert fargate_vcpu(STAGES["staging"]) > 6
    assert fargate_vcpu(STAGES["prod"]) > fargate_vcpu(STAGES["staging"])


def refusing(error: Exception) -> Client:
    """Clients of an account that answers every call by an error."""

    def client(*_: str) -> Any:
        raise error

    return client


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NoCredentialsError(), "there are no AWS credentials here"),
        (ProfileNotFound(profile="nobody"), "The config profile (nobody) could not be found"),
        (UnauthorizedSSOTokenError(), "The SSO session associated with this profile has expired"),
        (
            ClientError({"Error": {"Code": "ExpiredToken"}}, "GetCallerIdentity"),
            "AWS does not accept these credentials",
        ),
        (EndpointConnectionError(endpoint_url="https://sts"), "AWS does not answer"),
    ],
)
def test_nobody_whom_aws_knows_is_one_line_of_its_own(error: Exception, said: str) -> None:
    lines, code = report(prod(), refusing(error))
    assert code == UNKNOWN == 3
    (line,) = lines
    assert line.startswith(f"UNKNOWN the account: {said}")
    assert "aws sso login" in line
    assert "AWS_PROFILE=NAME AWS_REGION=us-east-1" in line


def test_what_may_not_be_looked_at_is_unknown_and_not_missing() -> None:
    denied = Account()
    denied._answers["lambda"] = [("get_account_settings", "AccessDeniedException")]
    lines, code = report(prod(), denied.client)
    assert code == UNKNOWN
    assert [line for line in lines if line.startswith("UNKNOWN lambda concurrency: could not be read")]
    assert not [line for line in lines if line.startswith("MISSING")]


def test_the_command_ends_with_the_code_and_one_line() -> None:
    # A home of its own would do, too, but the CDK keeps there what it takes 20 s to unpack.
    files = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), "/nonexistent")
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = kept | files | {"AWS_EC2_METADATA_DISABLED": "true"}
    command = [sys.executable, "-m", "cdk_app.account.preflight", "dev"]
    for more, said in (({}, "no AWS credentials"), ({"AWS_ENDPOINT_URL": "http://here"}, "open another")):
        done = subprocess.run(command, env=environment | more, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, len(done.stdout.splitlines()), done.stderr) == (UNKNOWN, 1, "")
        assert said in done.stdout
