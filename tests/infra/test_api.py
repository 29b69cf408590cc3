"""Both APIs: every route behind the authorizer, throttled, logged; functions by alias, traced, rolled back by alarm."""

from __future__ import annotations

import json

import pytest

from cdk_app.stages import STAGES
from handlers.runtime.answers.cors import EXPOSED
from premium.manifest import service, services
from premium.tax.manifest import UPLOADS
from stacks.terms.functions import deployed, fronts, functions, of_service, schedules
from tests.infra.conftest import ON_AWS
from tests.infra.templates import Resource, Stage, text

pytestmark = pytest.mark.infra
EVERYWHERE = (*ON_AWS, "local")


def routes(stage: Stage) -> list[Resource]:
    return [r for r in stage.resources("AWS::ApiGatewayV2::Route") if r.name.startswith("Http")]


@pytest.mark.parametrize("name", EVERYWHERE)
def test_every_route_asks_the_authorizer(stages: dict[str, Stage], name: str) -> None:
    found = routes(stages[name])
    wanted = {"GET /v1/health", "$default", *(route for each in services() for route in each.routes)}
    assert {r.properties["RouteKey"] for r in found} >= wanted
    assert len(found) == sum(len(function.routes) for function in functions())
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
    assert set(stage.functions()) == {f"{function.module}.handler" for function in functions()}
    aliases = stage.resources("AWS::Lambda::Alias")
    assert {alias.properties["Name"] for alias in aliases} == {"live"}
    assert len(aliases) == len(functions())
    for integration in stage.resources("AWS::ApiGatewayV2::Integration"):
        if name == "local" and integration.name.startswith("Socket"):
            continue  # below
        assert "Live" in text(integration.properties["IntegrationUri"])
    assert "Live" in text(stage.only("AWS::Lambda::EventSourceMapping").properties["FunctionName"])


@pytest.mark.parametrize("name", EVERYWHERE)
def test_each_service_has_a_stack_with_its_own_functions(stages: dict[str, Stage], name: str) -> None:
    placed = {handler: function.stack for handler, function in stages[name].functions().items()}
    for each in deployed():
        for function in of_service(each):
            assert placed[f"{function.module}.handler"] == f"service-{each.name.replace('_', '-')}"
    assert {placed[f"{function.module}.handler"] for function in fronts()} == {"api"}


@pytest.mark.parametrize("name", EVERYWHERE)
def test_these_apis_alone_may_call_a_function(stages: dict[str, Stage], name: str) -> None:
    allowed = stages[name].resources("AWS::Lambda::Permission")
    for permission in [each for each in allowed if each.properties["Principal"] == "apigateway.amazonaws.com"]:
        source = text(permission.properties["SourceArn"])
        assert "HttpApi" in source or "SocketApi" in source, permission.name


def test_functions_are_small_traced_and_on_arm(stage: Stage) -> None:
    for function in stage.functions().values():
        assert function.properties["MemorySize"] == 512
        assert function.properties["Architectures"] == ["arm64"]
        assert function.properties["TracingConfig"] == {"Mode": "Active"}
        assert function.properties["LoggingConfig"]["LogGroup"]


def test_functions_are_told_arns_never_secrets(stage: Stage) -> None:
    for function in stage.functions().values():
        variables = function.properties["Environment"]["Variables"]
        assert variables["PREMIUM_STAGE"] == stage.name
        assert "{{resolve:" not in text(variables)
        told = {name for name in variables if name.endswith(("_URL", "PASSWORD", "TOKEN"))}
        assert told <= {"EVENTS_QUEUE_URL", "EXCHANGE_RATE_URL"}  # neither holds a key


def test_both_stages_are_throttled_and_logged(stage: Stage) -> None:
    throttle = STAGES[stage.name].throttle
    for api in stage.resources("AWS::ApiGatewayV2::Stage"):
        settings = api.properties["DefaultRouteSettings"]
        assert settings["ThrottlingRateLimit"] == throttle.rate
        assert settings["ThrottlingBurstLimit"] == throttle.burst
        assert settings["DetailedMetricsEnabled"] is False, "five metrics a route, which the access log has too"
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
    minutes = 60 if stage.name == "prod" else 5
    for config in stage.resources("AWS::CodeDeploy::DeploymentConfig"):
        canary = config.properties["TrafficRoutingConfig"]["TimeBasedCanary"]
        assert canary == {"CanaryInterval": minutes, "CanaryPercentage": 5}
    groups = stage.resources("AWS::CodeDeploy::DeploymentGroup")
    assert len(groups) == len(functions())
    for group in groups:
        assert group.properties["AlarmConfiguration"]["Enabled"] is True
        assert len(group.properties["AlarmConfiguration"]["Alarms"]) == 1
        assert "DEPLOYMENT_STOP_ON_ALARM" in group.properties["AutoRollbackConfiguration"]["Events"]
    for alias in stage.resources("AWS::Lambda::Alias"):
        assert "CodeDeployLambdaAliasUpdate" in alias.body["UpdatePolicy"]


def test_hot_functions_are_warm_in_prod_alone(stage: Stage) -> None:
    warm = [a for a in stage.resources("AWS::Lambda::Alias") if "ProvisionedConcurrencyConfig" in a.properties]
    hot = [function for function in functions() if function.hot]
    assert len(warm) == (len(hot) if stage.name == "prod" else 0)


def test_without_a_proxy_concurrency_is_bounded(stage: Stage) -> None:
    found = {handler: f.properties.get("ReservedConcurrentExecutions") for handler, f in stage.functions().items()}
    reserved = STAGES[stage.name].reserved()
    assert found == {f"{function.module}.handler": reserved.get(function.name) for function in functions()}
    assert (
        set(reserved)
        >= {"dev": {"authorizer", "meta"}, "staging": set(), "prod": {"schedules", "alert_events"}}[stage.name]
    )


def test_chain_events_fail_one_by_one(stage: Stage) -> None:
    mapping = stage.only("AWS::Lambda::EventSourceMapping").properties
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_schedules_retry_and_end_in_dead_letters(stage: Stage) -> None:
    rules = [*stage.resources("AWS::Events::Rule", "api"), *stage.resources("AWS::Events::Rule", "service-tax")]
    for rule in rules:
        target = rule.properties["Targets"][0]
        assert "DeadLetterConfig" in target
        assert target["RetryPolicy"]["MaximumRetryAttempts"] == 2
        assert "Live" in text(target["Arn"])


@pytest.mark.parametrize("name", EVERYWHERE)
def test_every_schedule_is_in_the_stack_at_its_own_pace(stages: dict[str, Stage], name: str) -> None:
    rules = [rule.properties for rule in stages[name].resources("AWS::Events::Rule", "api")]
    found = {json.loads(rule["Targets"][0]["Input"])["task"]: rule["ScheduleExpression"] for rule in rules}
    assert {task: _minutes(pace) for task, pace in found.items()} == {each.name: each.every for each in schedules()}


def _minutes(pace: str) -> int:
    if pace.startswith("cron("):
        return 1440
    number, unit = pace.removeprefix("rate(").rstrip(")").split()
    return int(number) * {"minute": 1, "hour": 60, "day": 1440}[unit.rstrip("s")]


def test_what_runs_once_a_day_runs_at_its_hour(stage: Stage) -> None:
    rules = [rule.properties for rule in stage.resources("AWS::Events::Rule", "api")]
    found = {json.loads(rule["Targets"][0]["Input"])["task"]: rule["ScheduleExpression"] for rule in rules}
    assert found["usage.aggregate"] == "cron(0 1 * * ? *)"


@pytest.mark.parametrize("name", EVERYWHERE)
def test_an_upload_calls_its_consumer(stages: dict[str, Stage], name: str) -> None:
    """The rule listens where the presigned forms write, in the bucket that tells of its objects."""
    stage = stages[name]
    (rule,) = stage.resources("AWS::Events::Rule", "service-tax")
    detail = rule.properties["EventPattern"]["detail"]
    assert [consumer.uploads for consumer in service("tax").consumers] == [UPLOADS]
    assert detail["object"] == {"key": [{"prefix": UPLOADS}]}
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


@pytest.mark.parametrize(("name", "alias"), [("dev", True), ("prod", True), ("local", False)])
def test_the_socket_calls_the_alias_where_it_follows_it(stages: dict[str, Stage], name: str, alias: bool) -> None:
    """The emulator's WebSocket keeps an alias' first version; `test_upgrade_by_a_service.py` shows that on a stage."""
    (made,) = [r for r in stages[name].resources("AWS::ApiGatewayV2::Integration") if r.name.startswith("Socket")]
    assert ("StreamLive" in text(made.properties["IntegrationUri"])) is alias
