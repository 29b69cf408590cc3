"""Alarms that reach somebody, logs that are kept as long as the stage says, notices, budget."""

from __future__ import annotations

import re

import pytest

from cdk_app.stages import STAGES
from stacks.constructs.functions.service_function import construct_name
from stacks.constructs.watch.alarms import SEVERITIES
from stacks.terms.functions import deployed, functions
from tests.infra.templates import Json, Stage, text

pytestmark = pytest.mark.infra
DAYS = {"dev": 7, "staging": 30, "prod": 365}


def alarms(stage: Stage) -> dict[str, Json]:
    """Those that people are told of: scaling and recovery act by themselves, canaries by their deployment."""
    found = [a for a in stage.resources("AWS::CloudWatch::Alarm") if a.stack not in {"workers", "timeseries"}]
    told = [a for a in found if not a.name.startswith("WatchAlarmsCanary")]
    return {f"{a.stack}/{a.name}": a.properties for a in told}


def named(stage: Stage, part: str) -> Json:
    found = [alarm for name, alarm in alarms(stage).items() if re.search(f"{part}[0-9A-F]{{8}}$", name)]
    assert len(found) == 1, part
    return found[0]


def test_every_log_group_has_the_stages_retention(stage: Stage) -> None:
    for group in stage.resources("AWS::Logs::LogGroup"):
        assert group.properties["RetentionInDays"] == DAYS[stage.name], group.name


def test_every_function_and_task_has_a_log_group_of_ours(stage: Stage) -> None:
    for function in stage.resources("AWS::Lambda::Function"):
        if not function.name.startswith("Custom"):
            assert "Ref" in text(function.properties["LoggingConfig"]["LogGroup"]), function.name
    for task in stage.resources("AWS::ECS::TaskDefinition"):
        assert task.properties["ContainerDefinitions"][0]["LogConfiguration"]["LogDriver"] == "awslogs"


def test_every_alarm_tells_its_class(stage: Stage) -> None:
    for name, alarm in alarms(stage).items():
        severity = alarm["AlarmDescription"].split("]")[0].strip("[")
        topic = "Critical" if name.startswith("edge/") else f"Operations{severity.capitalize()}"
        assert topic in text(alarm["AlarmActions"]), name
        assert alarm["OKActions"], name


def test_canary_and_recovery_alarms_act(stage: Stage) -> None:
    for alarm in stage.resources("AWS::CloudWatch::Alarm", "timeseries"):
        assert alarm.properties["AlarmActions"]
    groups = stage.resources("AWS::CodeDeploy::DeploymentGroup")
    watched = {(group.stack, text(group.properties["AlarmConfiguration"]["Alarms"])) for group in groups}
    canaries = [a for a in stage.resources("AWS::CloudWatch::Alarm") if a.name.startswith("WatchAlarmsCanary")]
    assert {(alarm.stack, text([{"Name": {"Ref": alarm.name}}])) for alarm in canaries} == watched
    assert len(canaries) == len(functions())


def test_a_canary_pages_in_a_release_only(stage: Stage) -> None:
    """Its alarm tells nobody; the release that it takes back is critical, and one that ends well a notice."""
    canaries = [a for a in stage.resources("AWS::CloudWatch::Alarm") if a.name.startswith("WatchAlarmsCanary")]
    assert not [alarm.name for alarm in canaries if alarm.properties.get("AlarmActions")]
    told = {}
    for rule in stage.resources("AWS::Events::Rule", "observability"):
        pattern = rule.properties.get("EventPattern", {})
        if pattern.get("source") == ["aws.codedeploy"]:
            (target,) = rule.properties["Targets"]
            told |= dict.fromkeys(pattern["detail"]["state"], text(target["Arn"]))
    assert {state for state, topic in told.items() if "OperationsCritical" in topic} == {"FAILURE", "STOP"}
    assert {state for state, topic in told.items() if "OperationsInfo" in topic} == {"START", "SUCCESS", "READY"}


def test_every_function_is_watched(stage: Stage) -> None:
    for function in functions():
        title = construct_name(function.name)
        for kind in ("Failing", "Throttled", "LoggedErrors"):
            assert named(stage, f"WatchAlarms{kind}{title}")["AlarmActions"]


@pytest.mark.parametrize(
    ("part", "threshold", "severity"),
    [
        ("ApiErrors", 5, "critical"),
        ("ApiLatency", 500, "warning"),
        ("DatabaseCpu", 90, "critical"),
        ("CacheHits", 80, "info"),
        ("FailedJobs", 0, "warning"),
        ("EventsAge", 300, "warning"),
        ("EventsDeadLetters", 0, "critical"),
        ("StreamsDeadLetters", 0, "critical"),
        ("UploadsDeadLetters", 0, "critical"),
        ("SchedulesDeadLetters", 0, "critical"),
        ("MigrationsDeadLetters", 0, "critical"),
        ("TimeseriesDown", 1, "critical"),
        ("TimeseriesCpu", 90, "critical"),
        ("TimeseriesConnections", 80, "warning"),
        ("TimeseriesVolume", 80, "critical"),
        ("TimeseriesArchive", 600, "critical"),
        ("TimeseriesBackup", 36 * 3600, "critical"),
    ],
)
def test_thresholds(stage: Stage, part: str, threshold: float, severity: str) -> None:
    alarm = named(stage, part)
    assert alarm["Threshold"] == threshold
    assert alarm["AlarmDescription"].startswith(f"[{severity}]")


def test_connections_alarm_at_four_fifths(stage: Stage) -> None:
    postgres = STAGES[stage.name].postgres
    assert postgres is not None
    assert named(stage, "DatabaseConnections")["Threshold"] == postgres.max_connections * 0.8


def test_downtime_of_five_minutes_wakes_somebody(stage: Stage) -> None:
    if not STAGES[stage.name].alerting.outside:  # dev: its canary asks from inside alone
        assert not list(stage.every("AWS::Route53::HealthCheck"))
        return
    alarm = stage.only("AWS::CloudWatch::Alarm", "edge").properties
    assert alarm["EvaluationPeriods"] * alarm["Period"] == 300
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["AlarmActions"]
    check = stage.only("AWS::Route53::HealthCheck").properties["HealthCheckConfig"]
    assert (check["Type"], check["ResourcePath"]) == ("HTTPS", "/v1/health")


def test_alarms_may_publish_to_encrypted_topics(stage: Stage) -> None:
    key = next(k for k in stage.resources("AWS::KMS::Key", "security") if k.name.startswith("MessageKey"))
    allowed = text(key.properties["KeyPolicy"])
    for service in ("cloudwatch", "events", "sns", "budgets"):
        assert f"{service}.amazonaws.com" in allowed


def test_a_dashboard_a_service_and_three_of_the_platform(stage: Stage) -> None:
    found = [(dashboard.stack, dashboard.name) for dashboard in stage.resources("AWS::CloudWatch::Dashboard")]
    of_services = [stack for stack, _ in found if stack.startswith("service-")]
    wanted = deployed() if STAGES[stage.name].service_dashboards else ()
    assert sorted(of_services) == sorted(f"service-{each.name.replace('_', '-')}" for each in wanted)
    rest = text([name for stack, name in found if stack == "observability"])
    assert all(f"Dashboards{name}" in rest for name in ("Stores", "Workers", "Business"))


def test_errors_in_logs_are_counted(stage: Stage) -> None:
    filters = [each for each in stage.resources("AWS::Logs::MetricFilter") if each.stack != "timeseries"]  # its figures
    groups = {text(f.properties["LogGroupName"]) for f in filters}
    assert len(groups) == len(stage.resources("AWS::CodeDeploy::DeploymentGroup")) + len(
        stage.resources("AWS::ECS::Service")
    )


def test_deployments_are_told(stage: Stage) -> None:
    patterns = text(
        [rule.properties.get("EventPattern") for rule in stage.resources("AWS::Events::Rule", "observability")]
    )
    assert "CloudFormation Stack Status Change" in patterns
    assert "CodeDeploy Deployment State-change Notification" in patterns


def test_the_budget_warns_before_it_is_spent(stage: Stage) -> None:
    notices = stage.only("AWS::Budgets::Budget").properties["NotificationsWithSubscribers"]
    assert {(n["Notification"]["NotificationType"], n["Notification"]["Threshold"]) for n in notices} == {
        ("ACTUAL", 80),
        ("FORECASTED", 100),
    }


def test_a_channel_of_slack_has_one_configuration_of_all_topics(stages: dict[str, Stage]) -> None:
    """AWS refuses a second one of the same channel, and with it the stack."""
    slack = stages["borrowing"].only("AWS::Chatbot::SlackChannelConfiguration")
    assert len(slack.properties["SnsTopicArns"]) == len(SEVERITIES) + 1
    assert "DowntimeCritical" in text(slack.properties["SnsTopicArns"])
    assert not list(stages["prod"].every("AWS::Chatbot::SlackChannelConfiguration"))


def test_costs_are_the_accounts_until_the_tag_is_activated(stages: dict[str, Stage]) -> None:
    """A filter by a tag that is not activated counts nothing, so that its budget never rings."""
    budgets = {name: stages[name].only("AWS::Budgets::Budget").properties["Budget"] for name in ("prod", "borrowing")}
    assert "CostFilters" not in budgets["prod"]
    assert budgets["borrowing"]["CostFilters"] == {"TagKeyValue": ["user:stage$prod"]}
    for name, by_tag in (("prod", False), ("borrowing", True)):
        functions = stages[name].resources("AWS::Lambda::Function", "observability")
        (told,) = [f.properties["Environment"]["Variables"] for f in functions if f.name.startswith("Summaries")]
        assert ("COST_TAG" in told) is by_tag


def test_nobody_listens_who_is_not_named(stages: dict[str, Stage]) -> None:
    assert not list(stages["prod"].every("AWS::SNS::Subscription"))
    endpoints = text([s.properties["Endpoint"] for s in stages["borrowing"].resources("AWS::SNS::Subscription")])
    assert "ops@premium.example" in endpoints
    assert "events.pagerduty.com" in endpoints
