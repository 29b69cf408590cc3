"""Both APIs: every route behind the authorizer, throttled, logged; functions by alias, traced, rolled back by alarm."""

from __future__ import annotations

import pytest
from stacks.routes import FUNCTIONS, HTTP, SCHEDULED

from cdk_app.stages import STAGES
from handlers.runtime.cors import EXPOSED
from premium.tax import service
from tests.infra.conftest import ON_AWS
from tests.infra.templates import Resource, Stage, text

pytestmark = pytest.mark.infra
EVERYWHERE = (*ON_AWS, "local")


def routes(stage: Stage) -> list[Resource]:
    return [r for r in stage.resources("AWS::ApiGatewayV2::Route") if r.name.startswith("Http")]


def functions(stage: Stage) -> dict[str, Resource]:
    found = stage.resources("AWS::Lambda::Function", "api")
    return {f.properties["Handler"]: f for f in found if f.properties["Handler"].startswith("handlers.")}


@pytest.mark.parametrize("name", EVERYWHERE)
def test_every_route_asks_the_authorizer(stages: dict[str, Stage], name: str) -> None:
    found = routes(stages[name])
    assert {r.properties["RouteKey"] for r in found} == {key for function in HTTP for key in function.routes}
    for route in found:
        assert route.properties["AuthorizationType"] == "CUSTOM", route.properties["RouteKey"]
        assert route.properties["AuthorizerId"]


@pytest.mark.parametrize("name", EVERYWHERE)
def test_the_authorizer_is_asked_every_time(stages: dict[str, Stage], name: str) -> None:
    """A cache would skip metering, limits and revocation; an identity source would answer 401 without an envelope."""
    authorizer = stages[name].only("AWS::ApiGatewayV2::Authorizer").properties
    assert authorizer["AuthorizerResultTtlInSeconds"] == 0
    assert authorizer["IdentitySource"] == []
    assert authorizer["EnableSimpleResponses"] is True
    assert authorizer["AuthorizerPayloadFormatVersion"] == "2.0"
    assert "AuthorizerLive" in text(authorizer["AuthorizerUri"])


@pytest.mark.parametrize("name", EVERYWHERE)
def test_every_function_is_there_and_called_by_its_alias(stages: dict[str, Stage], name: str) -> None:
    stage = stages[name]
    assert set(functions(stage)) == {f"{function.module}.handler" for function in FUNCTIONS}
    aliases = stage.resources("AWS::Lambda::Alias", "api")
    assert {alias.properties["Name"] for alias in aliases} == {"live"}
    assert len(aliases) == len(FUNCTIONS)
    for integration in stage.resources("AWS::ApiGatewayV2::Integration"):
        assert "Live" in text(integration.properties["IntegrationUri"])
    assert "Live" in text(stage.only("AWS::Lambda::EventSourceMapping").properties["FunctionName"])


def test_functions_are_small_traced_and_on_arm(stage: Stage) -> None:
    for function in functions(stage).values():
        assert function.properties["MemorySize"] == 512
        assert function.properties["Architectures"] == ["arm64"]
        assert function.properties["TracingConfig"] == {"Mode": "Active"}
        assert function.properties["LoggingConfig"]["LogGroup"]


def test_functions_are_told_arns_never_secrets(stage: Stage) -> None:
    for function in functions(stage).values():
        variables = function.properties["Environment"]["Variables"]
        assert variables["PREMIUM_STAGE"] == stage.name
        assert "{{resolve:" not in text(variables)
        assert not {name for name in variables if name.endswith(("_URL", "PASSWORD", "TOKEN"))} - {"EVENTS_QUEUE_URL"}


def test_both_stages_are_throttled_and_logged(stage: Stage) -> None:
    throttle = STAGES[stage.name].throttle
    for api in stage.resources("AWS::ApiGatewayV2::Stage"):
        settings = api.properties["DefaultRouteSettings"]
        assert settings["ThrottlingRateLimit"] == throttle.rate
        assert settings["ThrottlingBurstLimit"] == throttle.burst
        assert settings["DetailedMetricsEnabled"] is True
        assert "requestId" in api.properties["AccessLogSettings"]["Format"]
        assert "querystring" not in api.properties["AccessLogSettings"]["Format"].lower()


def test_the_gateway_may_write_the_sockets_log(stage: Stage) -> None:
    """Without the account's setting a WebSocket stage with an access log cannot be made."""
    account = stage.only("AWS::ApiGateway::Account")
    assert account.body["DeletionPolicy"] == "Retain"
    socket = next(r for r in stage.resources("AWS::ApiGatewayV2::Stage") if r.name.startswith("Socket"))
    assert account.name in socket.body["DependsOn"]


def test_cors_is_for_our_origins_alone(stage: Stage) -> None:
    apis = stage.resources("AWS::ApiGatewayV2::Api")
    cors = next(api.properties for api in apis if api.properties["ProtocolType"] == "HTTP")["CorsConfiguration"]
    assert cors["AllowOrigins"] == list(STAGES[stage.name].origins)
    assert "*" not in cors["AllowOrigins"]
    assert cors["AllowMethods"] == ["GET", "POST", "PUT", "DELETE"]
    assert cors["AllowCredentials"] is True
    assert set(cors["ExposeHeaders"]) == set(EXPOSED.split(", ")), "as the functions themselves say"


def test_new_versions_come_by_a_canary_that_an_alarm_takes_back(stage: Stage) -> None:
    config = stage.only("AWS::CodeDeploy::DeploymentConfig").properties["TrafficRoutingConfig"]
    minutes = 60 if stage.name == "prod" else 5
    assert config["TimeBasedCanary"] == {"CanaryInterval": minutes, "CanaryPercentage": 5}
    groups = stage.resources("AWS::CodeDeploy::DeploymentGroup")
    assert len(groups) == len(FUNCTIONS)
    for group in groups:
        assert group.properties["AlarmConfiguration"]["Enabled"] is True
        assert len(group.properties["AlarmConfiguration"]["Alarms"]) == 1
        assert "DEPLOYMENT_STOP_ON_ALARM" in group.properties["AutoRollbackConfiguration"]["Events"]
    for alias in stage.resources("AWS::Lambda::Alias"):
        assert "CodeDeployLambdaAliasUpdate" in alias.body["UpdatePolicy"]


def test_hot_functions_are_warm_in_prod_alone(stage: Stage) -> None:
    warm = [a for a in stage.resources("AWS::Lambda::Alias") if "ProvisionedConcurrencyConfig" in a.properties]
    hot = [function for function in FUNCTIONS if function.hot]
    assert len(warm) == (len(hot) if stage.name == "prod" else 0)


def test_without_a_proxy_concurrency_is_bounded(stage: Stage) -> None:
    bounds = {f.properties.get("ReservedConcurrentExecutions") for f in functions(stage).values()}
    assert bounds == {STAGES[stage.name].functions.concurrency}


def test_chain_events_fail_one_by_one(stage: Stage) -> None:
    mapping = stage.only("AWS::Lambda::EventSourceMapping").properties
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_schedules_retry_and_end_in_dead_letters(stage: Stage) -> None:
    rules = stage.resources("AWS::Events::Rule", "api")
    assert len([rule for rule in rules if "ScheduleExpression" in rule.properties]) == len(SCHEDULED)
    for rule in rules:
        target = rule.properties["Targets"][0]
        assert "DeadLetterConfig" in target
        assert target["RetryPolicy"]["MaximumRetryAttempts"] == 2
        assert "Live" in text(target["Arn"])


@pytest.mark.parametrize("name", EVERYWHERE)
def test_an_upload_starts_its_import(stages: dict[str, Stage], name: str) -> None:
    """The rule listens where the presigned forms write, in the bucket that tells of its objects."""
    stage = stages[name]
    (rule,) = [r for r in stage.resources("AWS::Events::Rule", "api") if "EventPattern" in r.properties]
    detail = rule.properties["EventPattern"]["detail"]
    assert detail["object"] == {"key": [{"prefix": service.UPLOADS}]}
    assert "Exports" in text(detail["bucket"])
    buckets = stage.resources("AWS::S3::Bucket", "data")
    telling = [bucket.name for bucket in buckets if "NotificationConfiguration" in bucket.properties]
    assert [bucket.startswith("Exports") for bucket in telling] == [True]
    assert "UploadsLive" in text(rule.properties["Targets"][0]["Arn"])


def test_the_socket_has_its_three_routes(stage: Stage) -> None:
    keys = {
        r.properties["RouteKey"] for r in stage.resources("AWS::ApiGatewayV2::Route") if r.name.startswith("Socket")
    }
    assert keys == {"$connect", "$disconnect", "$default"}
