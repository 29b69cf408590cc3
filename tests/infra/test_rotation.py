"""The rotation's task is told everything of a stage's own, may change it, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from premium.rotation.plan import Plan
from tests.infra.templates import Stage, listed, text

pytestmark = pytest.mark.infra


def plan_of(stage: Stage) -> Plan:
    """The variable as the task gets it, with a name for what is known at deploy alone."""
    task = stage.only("AWS::ECS::TaskDefinition", "rotation")
    environment = {each["Name"]: each["Value"] for each in task.properties["ContainerDefinitions"][0]["Environment"]}
    parts = environment["ROTATION_PLAN"]["Fn::Join"][1]
    return Plan.model_validate_json("".join(part if isinstance(part, str) else _named(part) for part in parts))


def _named(token: Any) -> str:
    return json.dumps(token).replace('"', "'")


def test_every_password_of_ours_is_in_the_plan(stage: Stage) -> None:
    plan = plan_of(stage)
    assert [part.name for part in plan.databases] == ["database", "timeseries"]
    for part in plan.databases:
        assert [purpose.name for purpose in part.purposes] == ["app", "worker"]
    assert plan.redis
    assert plan.origin
    named = text(plan.model_dump())
    made = [s for s in stage.resources("AWS::SecretsManager::Secret") if "GenerateSecretString" in s.properties]
    generated = [s for s in made if "provided" not in s.properties["GenerateSecretString"]["SecretStringTemplate"]]
    # These sign in nowhere; another one only makes open pages, or users, start again, or is asked for beside the old.
    kept = ("Cursors", "Sessions", "Credentials")
    passwords = [secret for secret in generated if not any(name in secret.name for name in kept)]
    assert (len(generated), len(passwords)) == (17, 14)
    for secret in passwords:
        assert secret.name in named, f"{secret.name} is never rotated"


def test_what_is_lent_or_somebody_elses_is_left_alone(stages: dict[str, Stage]) -> None:
    plan = plan_of(stages["borrowing"])
    assert [part.name for part in plan.databases] == ["database"]
    assert plan.redis is None
    assert plan.origin


def test_the_proxy_lets_both_roles_of_a_purpose_in(stages: dict[str, Stage]) -> None:
    users = text(stages["prod"].only("AWS::RDS::DBProxy").properties["Auth"])
    for role in ("DatabaseApp", "DatabaseAppAlternate", "DatabaseWorker", "DatabaseWorkerAlternate", "DatabaseAdmin"):
        assert role in users


def test_only_secrets_of_the_plan_may_be_changed(stage: Stage) -> None:
    planned = _values(plan_of(stage).model_dump())
    for policy, statement in stage.statements():
        if "secretsmanager:PutSecretValue" in listed(statement["Action"]):
            assert policy.stack == "rotation"
            for secret in listed(statement["Resource"]):
                assert _named(secret) in planned


def _values(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [each for one in value.values() for each in _values(one)]
    if isinstance(value, (list, tuple)):
        return [each for one in value for each in _values(one)]
    return [str(value)]


def test_prod_rotates_by_itself(stages: dict[str, Stage]) -> None:
    rule = stages["prod"].only("AWS::Events::Rule", "rotation").properties
    assert rule["ScheduleExpression"] == "rate(90 days)"
    assert not list(stages["dev"].every("AWS::Events::Rule", "rotation"))
