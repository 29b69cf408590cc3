"""The front door: a firewall in us-east-1, TLS, the secret that shuts the side door, streams sent to their stage."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from cdk_app.assets import ROOT
from handlers.runtime.requests.origin import HEADER
from premium.entitlements import entitlements
from premium.tiers import Tier
from stacks.constructs.fronts.socket_front import STAGE
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
    assert {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesSQLiRuleSet", "Public", "Address", "Flood"} <= names


def rates(stage: Stage) -> dict[str, Json]:
    rules = stage.only("AWS::WAFv2::WebACL").properties["Rules"]
    return {rule["Name"]: rule["Statement"]["RateBasedStatement"] for rule in rules if "Action" in rule}


def test_no_header_lifts_a_rate(stage: Stage) -> None:
    """Anybody can make up an Authorization header: what a rate asks of is the address and the path alone."""
    limits = {name: (rate["Limit"], rate["EvaluationWindowSec"]) for name, rate in rates(stage).items()}
    assert limits == {"Public": (2000, 300), "Address": (10_000, 60), "Flood": (1_000_000, 300)}
    assert all(rate["AggregateKeyType"] == "IP" for rate in rates(stage).values())
    assert not any("Header" in text(rate) or "Cookie" in text(rate) for rate in rates(stage).values())
    assert limits["Flood"][0] > 5 * entitlements(Tier.ENTERPRISE).requests_a_minute
    pro = entitlements(Tier.PRO).requests_a_minute
    assert limits["Address"][0] >= pro, "one user of the tier pro calls from one address"


def test_listed_networks_pass_the_address_rule_alone(stages: dict[str, Stage]) -> None:
    listed = stages["borrowing"].only("AWS::WAFv2::IPSet")
    assert listed.properties["Addresses"] == ["198.51.100.0/24"]
    exempt = rates(stages["borrowing"])
    assert listed.name in text(exempt["Address"]["ScopeDownStatement"]["NotStatement"])
    assert not any(listed.name in text(exempt[name]) for name in ("Public", "Flood"))
    assert not list(stages["prod"].every("AWS::WAFv2::IPSet"))


def test_no_log_of_the_edge_keeps_what_opens_a_door(stage: Stage) -> None:
    fields = stage.only("AWS::WAFv2::LoggingConfiguration").properties["RedactedFields"]
    assert {"QueryString": {}} in fields
    headers = {field["SingleHeader"]["Name"] for field in fields if "SingleHeader" in field}
    assert headers == {"authorization", "x-api-key", "cookie", "sec-websocket-protocol", "x-origin-secret"}
    sampled = stage.only("AWS::WAFv2::WebACL").properties["DataProtectionConfig"]["DataProtections"]
    hidden = {protection["Field"]["FieldType"]: protection["Field"].get("FieldKeys") for protection in sampled}
    assert "QUERY_STRING" in hidden
    assert set(hidden["SINGLE_HEADER"]) == headers
    assert "Logging" not in distribution(stage), "the older log holds cs-uri-query"
    logged = stage.only("AWS::Logs::Delivery").properties["RecordFields"]
    assert {"cs-uri-stem", "sc-status", "c-ip"} <= set(logged)
    assert not {field for field in logged if "query" in field or "Cookie" in field or "Referer" in field}


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
    apis = [origin["OriginCustomHeaders"] for origin in origins if "OriginCustomHeaders" in origin]
    assert len(apis) == 2, "the HTTP API's and the streams'"
    for (header,) in apis:
        assert header["HeaderName"].lower() == HEADER
        assert "{{resolve:secretsmanager:" in text(header["HeaderValue"])
    for asking in ("handlers.authorizer.handler", "handlers.events.stream.handler"):
        variables = stage.functions()[asking].properties["Environment"]["Variables"]
        assert "Origin" in text(variables["ORIGIN_SECRET_ARN"]), asking


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


def run_function(file: str, request: Json) -> Json:
    """What a function of the edge makes of a request, in the engine that knows its language."""
    node = shutil.which("node")
    assert node, "node is needed by the CDK itself"
    code = (ROOT / "stacks/constructs/fronts" / file).read_text().replace("@STAGE@", STAGE)
    script = f"{code}\nconsole.log(JSON.stringify(handler({json.dumps({'request': request})})))"
    answer: Json = json.loads(subprocess.run([node, "-e", script], capture_output=True, text=True, check=True).stdout)
    return answer


def test_a_stream_goes_to_the_socket_apis_stage() -> None:
    asked = {"uri": "/v1/alerts/stream", "querystring": {"token": {"value": "t"}}}
    answer = run_function("stream_path.js", asked)
    assert answer["uri"] == f"/{STAGE}"
    assert answer["querystring"] == {"token": {"value": "t"}, "channel": {"value": "alerts"}}


def led(uri: str, accept: str = "text/html,*/*") -> Json:
    return run_function("console_path.js", {"uri": uri, "headers": {"accept": {"value": accept}}})


def test_pages_of_the_console_share_one_file() -> None:
    assert led("/app/portfolio")["uri"] == "/app/index.html"
    assert led("/app/")["uri"] == "/app/index.html"
    assert led("/app/assets/index-Ab1.js")["uri"] == "/app/assets/index-Ab1.js"
    assert led("/")["headers"]["location"]["value"] == "/app/"
    assert led("/app")["headers"]["location"]["value"] == "/app/"
    assert led("/", accept="application/json")["uri"] == "/", "a program at the root is the API's"


def test_the_console_has_the_headers_of_its_file(stage: Stage) -> None:
    told = json.loads((ROOT / "console/headers.json").read_text())
    policy = stage.only("AWS::CloudFront::ResponseHeadersPolicy")
    config = policy.properties["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    assert security["ContentSecurityPolicy"]["ContentSecurityPolicy"] == told["Content-Security-Policy"]
    assert security["FrameOptions"]["FrameOption"] == told["X-Frame-Options"]
    assert security["ReferrerPolicy"]["ReferrerPolicy"] == told["Referrer-Policy"]
    assert (
        f"max-age={security['StrictTransportSecurity']['AccessControlMaxAgeSec']};" in told["Strict-Transport-Security"]
    )
    own = {each["Header"]: each["Value"] for each in config["CustomHeadersConfig"]["Items"]}
    assert own.items() <= told.items()
    named = set(own) | {"Content-Security-Policy", "Strict-Transport-Security", "X-Content-Type-Options"}
    assert named | {"X-Frame-Options", "Referrer-Policy"} == set(told), "a header of the file is served nowhere"
    shown = {each["PathPattern"]: each for each in distribution(stage)["CacheBehaviors"]}
    for path in ("/app", "/app/*"):
        assert policy.name in text(shown[path]["ResponseHeadersPolicyId"])
        assert "ConsolePath" in text(shown[path]["FunctionAssociations"])


def test_a_form_reaches_the_store_of_uploads_and_nothing_else_does(stage: Stage) -> None:
    """Without the viewer's cookies and headers, and without the secret that opens our own side door."""
    behaviour = next(b for b in distribution(stage)["CacheBehaviors"] if b["PathPattern"] == "/uploads")
    assert "UploadPath" in text(behaviour["FunctionAssociations"])
    assert "OriginRequestPolicyId" not in behaviour, "cookies would go along"
    origin = next(one for one in distribution(stage)["Origins"] if one["Id"] == behaviour["TargetOriginId"])
    assert "Exports" in text(origin["DomainName"]) or "RegionalDomainName" in text(origin["DomainName"])
    assert "OriginCustomHeaders" not in origin
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    post, get = (run_function("upload_path.js", {"method": method, "uri": "/uploads"}) for method in ("POST", "GET"))
    assert (post["uri"], post["cookies"]) == ("/", {})
    assert get["statusCode"] == 405


def test_static_assets_are_read_by_cloudfront_alone(stage: Stage) -> None:
    assert stage.only("AWS::CloudFront::OriginAccessControl")
    static = next(b for b in stage.resources("AWS::S3::Bucket", "edge") if b.name.startswith("Static"))
    assert set(static.properties["PublicAccessBlockConfiguration"].values()) == {True}
