"""The fleet and the migrations: one service a queue, scaled on its backlog, no job killed, schema before code."""

from __future__ import annotations

from typing import Any

import pytest

from cdk_app import assets
from cdk_app.stages import STAGES
from premium.chains import registry
from premium.config import Settings
from premium.jobs.queue import QUEUES
from stacks.terms.classes import classes
from tests.fixtures.image_root import Declared
from tests.infra.templates import Resource, Stage, listed, text

pytestmark = pytest.mark.infra
SIZES = {"dev": ("512", "1024"), "staging": ("1024", "2048"), "prod": ("1024", "2048")}


def tasks_of_the_fleet(stage: Stage) -> list[Resource]:
    """The tasks of its classes: an operator's own is none of them."""
    found = stage.resources("AWS::ECS::TaskDefinition", "workers")
    return [task for task in found if not task.name.startswith("Operator")]


def test_there_is_a_class_for_every_queue() -> None:
    assert tuple(queue.name for queue in classes()) == QUEUES
    assert sum(queue.share for queue in classes()) <= 1


def test_one_service_a_queue_with_rollback(stage: Stage) -> None:
    services = stage.resources("AWS::ECS::Service", "workers")
    assert len(services) == len(QUEUES)
    for service in services:
        deployment = service.properties["DeploymentConfiguration"]
        assert deployment["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
        assert deployment["MinimumHealthyPercent"] == 100


def test_tasks_are_sized_drained_and_locked_down(stage: Stage) -> None:
    for task in tasks_of_the_fleet(stage):
        fleet, (cpu, memory) = STAGES[stage.name].fleet, SIZES[stage.name]
        large = fleet is not None and any(task.name.startswith(f"{name.capitalize()}Queue") for name in fleet.large)
        assert (task.properties["Cpu"], int(task.properties["Memory"])) == (cpu, int(memory) * (2 if large else 1))
        assert task.properties["RuntimePlatform"]["CpuArchitecture"] == "ARM64"
        container = task.properties["ContainerDefinitions"][0]
        assert container["StopTimeout"] == 120
        assert container["ReadonlyRootFilesystem"] is not STAGES[stage.name].shell_access, (
            "ECS Exec's agent writes to it"
        )
        assert container["User"] == "10001"
        assert container["Command"][:3] == ["python", "-m", "workers.fleet"]
        assert "Secrets" not in container


def test_whoever_writes_mails_knows_the_stages_pages(stage: Stage) -> None:
    """A worker without them could send no link."""
    wanted = ",".join(STAGES[stage.name].origins)
    for task in stage.resources("AWS::ECS::TaskDefinition", "workers"):
        (container,) = task.properties["ContainerDefinitions"]
        told = {each["Name"]: each["Value"] for each in container["Environment"]}
        assert told["CORS_ORIGINS"] == wanted, task.name
    for name, function in stage.functions().items():
        if name.startswith("handlers."):
            assert function.properties["Environment"]["Variables"]["CORS_ORIGINS"] == wanted, name


def test_a_folder_that_a_task_mounts_is_a_volume_of_the_image(stage: Stage) -> None:
    """Or Fargate gives it to root alone; tests/integration/workers/test_image.py runs the image in such a root."""
    declared = Declared.read((assets.ROOT / "Dockerfile").read_text())
    for task in stage.resources("AWS::ECS::TaskDefinition"):
        (container,) = task.properties["ContainerDefinitions"]
        assert {mount["ContainerPath"] for mount in container["MountPoints"]} == set(declared.volumes)
        assert container["User"] == declared.user


def test_capacity_is_the_stages(stage: Stage) -> None:
    fleet = STAGES[stage.name].fleet
    assert fleet is not None
    targets = stage.resources("AWS::ApplicationAutoScaling::ScalableTarget", "workers")
    alerts = STAGES[stage.name].alerts
    least = sorted(target.properties["MinCapacity"] for target in targets)
    resident = {"alerts": alerts.tasks, "notifications": min(alerts.tasks, 1)}
    assert least == sorted(max(fleet.minimum, resident.get(queue, 0)) for queue in QUEUES)
    assert sum(target.properties["MaxCapacity"] for target in targets) <= fleet.total
    assert all(target.properties["MaxCapacity"] >= 1 for target in targets)


def test_matchers_and_their_function_agree_and_the_chains_are_read_by_tasks_that_always_run(stage: Stage) -> None:
    alerts = STAGES[stage.name].alerts
    tasks = [dict_of(task.properties["ContainerDefinitions"][0]["Environment"]) for task in tasks_of_the_fleet(stage)]
    (matcher,) = [one for one in tasks if "ALERT_SHARDS" in one]
    given = [function.properties["Environment"]["Variables"] for function in stage.functions().values()]
    shards = {one["ALERT_SHARDS"] for one in given if "ALERT_SHARDS" in one}
    assert shards == {matcher["ALERT_SHARDS"]} == {str(alerts.shards)}
    assert matcher.get("EVENT_SOURCES", "") == ",".join(alerts.sources)
    assert "EVENTS_QUEUE_URL" in matcher
    assert not alerts.sources or alerts.tasks >= alerts.shards
    known = registry.load(Settings(premium_stage="prod"))
    assert all(known[name] for name in alerts.sources)


def dict_of(pairs: list[dict[str, Any]]) -> dict[str, Any]:
    return {pair["Name"]: pair["Value"] for pair in pairs}


def test_scaling_follows_the_published_backlog(stage: Stage) -> None:
    watched = [a.properties for a in stage.resources("AWS::CloudWatch::Alarm", "workers")]
    queues = {alarm["Dimensions"][0]["Value"] for alarm in watched}
    assert {(alarm["Namespace"], alarm["MetricName"]) for alarm in watched} == {("Premium", "Backlog")}
    assert queues == set(QUEUES)
    policies = stage.resources("AWS::ApplicationAutoScaling::ScalingPolicy", "workers")
    assert {policy.properties["PolicyType"] for policy in policies} == {"StepScaling"}


def test_a_fleet_grows_at_once_and_shrinks_after_ten_quiet_minutes(stage: Stage) -> None:
    """Simulated: what each alarm's policy does to the number of tasks, by the minutes that its metric must hold."""
    policies = {p.name: p.properties["StepScalingPolicyConfiguration"]
                for p in stage.resources("AWS::ApplicationAutoScaling::ScalingPolicy", "workers")}  # fmt: skip
    waits: dict[int, set[int]] = {}
    for alarm in stage.resources("AWS::CloudWatch::Alarm", "workers"):
        (action,) = alarm.properties["AlarmActions"]
        steps = [step["ScalingAdjustment"] for step in policies[action["Ref"]]["StepAdjustments"]]
        (sign,) = {1 if step > 0 else -1 for step in steps}
        assert alarm.properties["Period"] == 60
        waits.setdefault(sign, set()).add(alarm.properties["EvaluationPeriods"])
    assert waits == {1: {1}, -1: {10}}


def test_a_release_leaves_the_number_of_tasks_alone(stage: Stage) -> None:
    for service in stage.resources("AWS::ECS::Service", "workers"):
        assert "DesiredCount" not in service.properties, "a fleet that has scaled out would be set back"
    for target in stage.resources("AWS::ApplicationAutoScaling::ScalableTarget", "workers"):
        least = target.properties["MinCapacity"]
        floors = [each["ScalableTargetAction"] for each in target.properties.get("ScheduledActions", ())]
        assert floors == ([{"MinCapacity": least}] if least else [])


def test_the_scheduler_may_publish_that_metric_alone(stage: Stage) -> None:
    found = [s for _, s in stage.statements("api") if "cloudwatch:PutMetricData" in listed(s["Action"])]
    assert len(found) == 1
    assert found[0]["Condition"] == {"StringEquals": {"cloudwatch:namespace": "Premium"}}


def test_a_task_may_protect_itself(stage: Stage) -> None:
    for queue in QUEUES:
        rights = [
            action
            for policy, statement in stage.statements("workers")
            if policy.name.startswith(f"{queue.capitalize()}QueueTaskTaskRole")
            for action in listed(statement["Action"])
        ]
        assert "ecs:UpdateTaskProtection" in rights, queue


def test_those_who_read_the_chains_alone_may_send_events(stage: Stage) -> None:
    """Beside the operator's task, which gives dead letters back."""
    senders = [
        (policy.name, text(statement["Resource"]))
        for policy, statement in stage.statements("workers")
        if "sqs:SendMessage" in listed(statement["Action"]) and not policy.name.startswith("Operat")
    ]
    ((name, queue),) = senders
    assert name.startswith("AlertsQueueTaskTaskRole")
    assert "Events" in queue
    assert "DeadLetters" not in queue
    told = {
        task.name: "EVENTS_QUEUE_URL" in text(task.properties["ContainerDefinitions"][0]["Environment"])
        for task in tasks_of_the_fleet(stage)
    }
    assert [name for name, is_told in told.items() if is_told] == [name for name in told if name.startswith("Alerts")]


def test_code_waits_for_the_schema(stage: Stage) -> None:
    waiting = {name: one for name, one in stage.artifacts().items() if name.startswith(("api", "workers", "service-"))}
    assert len(waiting) > 2
    for name, artifact in waiting.items():
        assert f"premium-{stage.name}-migrations" in artifact["dependencies"], name


def test_migrations_run_when_the_image_changes(stage: Stage) -> None:
    applied = stage.only("Custom::Migrations").properties
    assert len(applied["Image"]) == 64
    assert set(applied) == {"ServiceToken", "ServiceTimeout", "Image"}
    task = stage.only("AWS::ECS::TaskDefinition", "migrations").properties["ContainerDefinitions"][0]
    assert task["Command"] == ["python", "-m", "migrations", "up"]
    named = {entry["Name"] for entry in task["Environment"]}
    for prefix in ("MIGRATION_DATABASE", "MIGRATION_TIMESERIES"):
        assert {
            f"{prefix}_SECRET_ARN",
            f"{prefix}_HOST",
            f"{prefix}_ADMIN_SECRET_ARN",
            f"{prefix}_ROLE_SECRET_ARNS",
        } <= named


def test_migrations_are_run_by_a_role_that_can_start_one_task(stage: Stage) -> None:
    run = [s for _, s in stage.statements("migrations") if "ecs:RunTask" in listed(s["Action"])]
    assert len(run) == 1
    assert text(run[0]["Resource"]).count("TaskDefinition") == 1
