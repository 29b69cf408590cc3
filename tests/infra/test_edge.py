"""The front door: a firewall in us-east-1, TLS, the secret that shuts the side door, streams sent to their stage."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from cdk_app.assets import ROOT
from stacks.constructs.socket_front import STAGE
from tests.infra.templates import Json, Stage, text

pytestmark = pytest.mark.infra


def distribution(stage: Stage) -> Json:
    config = stage.only("AWS::CloudFront::Distribution").properties["DistributionConfig"]
    assert isinstance(config, dict)
    return config


def test_the_firewall_stands_before_everything(stage: Stage) -> None:
    acl = stage.only("AWS::WAFv2::WebACL").properties
    assert acl["Scope"] == "CLOUDFRONT"
    assert "FirewallAcl" in text(distribution(stage)["WebACLId"])
    names = {rule["Name"] for rule in acl["Rules"]}
    assert {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesSQLiRuleSet", "Anonymous", "Flood"} <= names
    limits = {r["Name"]: r["Statement"]["RateBasedStatement"]["Limit"] for r in acl["Rules"] if "Action" in r}
    assert limits["Anonymous"] == 2000
    assert limits["Flood"] > 5 * 100_000, "the enterprise tier may make 100,000 requests a minute"


def test_the_firewall_logs_no_credentials(stage: Stage) -> None:
    fields = stage.only("AWS::WAFv2::LoggingConfiguration").properties["RedactedFields"]
    assert {field["SingleHeader"]["Name"] for field in fields} == {"authorization", "x-api-key", "cookie"}


def test_the_edge_lives_in_us_east_1(stages: dict[str, Stage]) -> None:
    for name in ("prod", "borrowing"):
        artifacts = json.loads((stages[name].folder / "manifest.json").read_text())["artifacts"]
        edge = next(artifact for key, artifact in artifacts.items() if key.endswith("-edge"))
        assert edge["environment"].endswith("/us-east-1")


def test_the_origins_secret_is_resolved_in_the_edges_region(stages: dict[str, Stage]) -> None:
    """CloudFormation resolves secrets of the stack's own region alone."""
    for name, elsewhere in (("prod", False), ("borrowing", True)):
        (secret,) = [s for s in stages[name].resources("AWS::SecretsManager::Secret", "security") if "Origin" in s.name]
        assert secret.properties.get("ReplicaRegions") == ([{"Region": "us-east-1"}] if elsewhere else None)
        origins = distribution(stages[name])["Origins"]
        reference = text([o["OriginCustomHeaders"] for o in origins if "OriginCustomHeaders" in o])
        assert (":secretsmanager:us-east-1:" in reference) is elsewhere


def test_the_side_door_is_shut(stage: Stage) -> None:
    origins = distribution(stage)["Origins"]
    headers = [origin["OriginCustomHeaders"] for origin in origins if "OriginCustomHeaders" in origin]
    assert len(headers) == 1
    assert headers[0][0]["HeaderName"] == "X-Origin-Secret"
    assert "{{resolve:secretsmanager:" in text(headers[0][0]["HeaderValue"])
    authorizer = next(
        f
        for f in stage.resources("AWS::Lambda::Function", "api")
        if f.properties["Handler"] == "handlers.authorizer.handler"
    )
    assert "Origin" in text(authorizer.properties["Environment"]["Variables"]["ORIGIN_SECRET_ARN"])


def test_viewers_and_origins_speak_tls(stages: dict[str, Stage]) -> None:
    for name in ("dev", "prod", "borrowing"):
        config = distribution(stages[name])
        behaviours = [config["DefaultCacheBehavior"], *config["CacheBehaviors"]]
        assert {b["ViewerProtocolPolicy"] for b in behaviours} <= {"https-only", "redirect-to-https"}
        custom = [origin["CustomOriginConfig"] for origin in config["Origins"] if "CustomOriginConfig" in origin]
        assert {origin["OriginProtocolPolicy"] for origin in custom} == {"https-only"}
        assert all(origin["OriginSSLProtocols"] == ["TLSv1.2"] for origin in custom)
    named = distribution(stages["borrowing"])
    assert named["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert named["Aliases"] == ["api.premium.example"]


def test_answers_are_not_cached(stage: Stage) -> None:
    disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # AWS's managed policy CachingDisabled
    config = distribution(stage)
    assert config["DefaultCacheBehavior"]["CachePolicyId"] == disabled
    stream = next(b for b in config["CacheBehaviors"] if b["PathPattern"] == "/v1/*/stream")
    assert stream["CachePolicyId"] == disabled
    assert stream["FunctionAssociations"][0]["EventType"] == "viewer-request"


def test_a_stream_goes_to_the_socket_apis_stage() -> None:
    node = shutil.which("node")
    assert node, "node is needed by the CDK itself"
    code = (ROOT / "stacks/constructs/stream_path.js").read_text().replace("@STAGE@", STAGE)
    event = {"request": {"uri": "/v1/alerts/stream", "querystring": {"token": {"value": "t"}}}}
    script = f"{code}\nconsole.log(JSON.stringify(handler({json.dumps(event)})))"
    answer = json.loads(subprocess.run([node, "-e", script], capture_output=True, text=True, check=True).stdout)
    assert answer["uri"] == f"/{STAGE}"
    assert answer["querystring"] == {"token": {"value": "t"}, "channel": {"value": "alerts"}}


def test_static_assets_are_read_by_cloudfront_alone(stage: Stage) -> None:
    assert stage.only("AWS::CloudFront::OriginAccessControl")
    static = next(b for b in stage.resources("AWS::S3::Bucket", "edge") if b.name.startswith("Static"))
    assert set(static.properties["PublicAccessBlockConfiguration"].values()) == {True}
