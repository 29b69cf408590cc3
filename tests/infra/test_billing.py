"""Billing in every deployed stage: topic, secrets, schedules and alarms where its processes need them."""

from __future__ import annotations

import pytest

from tests.infra.templates import Stage, text

pytestmark = pytest.mark.infra
JOBS = ("billing.upkeep", "billing.dunning", "billing.changes", "billing.compare", "billing.purge")
ALARMS = ("WebhooksRefused", "WebhooksFailed", "UnknownPrices", "ReconciliationDifferences", "OutboxWaiting")


def test_those_who_ask_providers_are_told_where_their_keys_are(stage: Stage) -> None:
    told_of = [set(each.properties.get("Environment", {}).get("Variables", {})) for each in stage.functions().values()]
    (hearing,) = [names for names in told_of if "STRIPE_WEBHOOK_SECRET_ARN" in names]
    assert {"STRIPE_API_SECRET_ARN", "PADDLE_API_SECRET_ARN"} <= hearing
    tasks = [
        each for each in stage.resources("AWS::ECS::TaskDefinition", "workers") if each.name.startswith("DefaultQueue")
    ]
    told = {each["Name"] for task in tasks for each in task.properties["ContainerDefinitions"][0]["Environment"]}
    assert {"STRIPE_API_SECRET_ARN", "PADDLE_API_SECRET_ARN", "BILLING_EVENTS_TOPIC_ARN"} <= told
    assert "STRIPE_WEBHOOK_SECRET_ARN" not in told, "only who hears webhooks"


def test_every_job_of_the_clock_has_a_rule(stage: Stage) -> None:
    rules = text([each.properties for each in stage.resources("AWS::Events::Rule")])
    assert [name for name in JOBS if name not in rules] == []


def test_every_alarm_stands(stage: Stage) -> None:
    alarms = text([each.properties for each in stage.resources("AWS::CloudWatch::Alarm")])
    assert [name for name in ALARMS if name not in alarms] == []
