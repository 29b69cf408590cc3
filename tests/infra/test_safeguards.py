"""What guards a stage beside its doors: keys of logs, refusals, caps, dead letters, what goes when a stage goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cdk_app.stages import STAGES
from tests.infra.refusals import arn_of
from tests.infra.rights import Process, Roles
from tests.infra.templates import Stage, listed, text

pytestmark = pytest.mark.infra


def test_log_groups_are_under_the_stages_key(stage: Stage) -> None:
    """The network's flows too, which are therefore logged by the stack that has the key."""
    bare = [group.name for group in stage.resources("AWS::Logs::LogGroup") if "KmsKeyId" not in group.properties]
    assert bare == []
    (flows,) = stage.resources("AWS::EC2::FlowLog")
    group = Roles(stage).place(flows.stack, flows.properties["LogGroupName"])
    assert group.startswith("<security/FlowLogs")
    key = next(k for k in stage.resources("AWS::KMS::Key", "security") if k.name.startswith("LogKey"))
    logs = [s for s in key.properties["KeyPolicy"]["Statement"] if "logs." in text(s["Principal"])]
    assert len(logs) == 1
    assert "kms:EncryptionContext:aws:logs:arn" in text(logs[0]["Condition"])


def test_the_trail_is_under_the_key_that_lets_it(stage: Stage) -> None:
    trail = stage.only("AWS::CloudTrail::Trail").properties
    assert "LogKey" in text(trail["KMSKeyId"])
    key = next(k for k in stage.resources("AWS::KMS::Key", "security") if k.name.startswith("LogKey"))
    let = [s for s in key.properties["KeyPolicy"]["Statement"] if "cloudtrail" in text(s["Principal"])]
    actions = {action for statement in let for action in listed(statement["Action"])}
    assert actions == {"kms:GenerateDataKey*", "kms:DescribeKey"}


def test_a_functions_code_may_not_touch_network_interfaces(stage: Stage) -> None:
    """Lambda needs the right to make them; the same role must not give it to what runs inside."""
    allowed: dict[str, set[str]] = {}
    refused: dict[str, set[str]] = {}
    for resource, statement in stage.statements():
        for role in listed(resource.properties.get("Roles", [])):
            actions = {action for action in listed(statement["Action"]) if action.startswith("ec2:")}
            if statement["Effect"] == "Allow":
                allowed.setdefault(text(role), set()).update(actions)
            elif "lambda:SourceFunctionArn" in text(statement["Condition"]):
                refused.setdefault(text(role), set()).update(actions)
    functions = {text(function.properties["Role"]["Fn::GetAtt"][0]) for function in stage.functions().values()}
    for role, actions in allowed.items():
        if any(name.strip('"') in role for name in functions):
            assert actions <= refused.get(role, set()), role
    assert len(refused) == len(functions)


def test_what_queues_and_the_clock_call_is_capped_in_prod(prod: Stage) -> None:
    functions = prod.functions()
    assert functions["handlers.events.schedules.handler"].properties["ReservedConcurrentExecutions"] == 10
    assert functions["handlers.events.alert_events.handler"].properties["ReservedConcurrentExecutions"] == 50
    (source,) = prod.resources("AWS::Lambda::EventSourceMapping")
    assert source.properties["ScalingConfig"]["MaximumConcurrency"] == 50


def test_calls_that_nobody_waits_for_are_kept_when_they_fail(stage: Stage) -> None:
    roles = Roles(stage)
    kept = {_function(stage, config.stack, config.properties["FunctionName"])
            for config in stage.resources("AWS::Lambda::EventInvokeConfig")}  # fmt: skip
    asynchronous = dict(_asynchronous(stage))
    assert {place: why for place, why in asynchronous.items() if place not in kept} == {}
    called = [stage.functions()[f"handlers.events.{name}.handler"] for name in ("stream", "schedules", "uploads")]
    assert {f"<{function.stack}/{function.name}>" for function in called} <= asynchronous.keys()
    for config in stage.resources("AWS::Lambda::EventInvokeConfig"):
        assert config.properties["MaximumRetryAttempts"] == 2
        qualified = config.properties["Qualifier"] != "$LATEST"
        waited = {stage.stacks[config.stack]["Resources"][name]["Type"] for name in config.body["DependsOn"]}
        assert ("AWS::Lambda::Alias" in waited) is qualified, "made before its alias, it fails"
        queue = roles.place(config.stack, config.properties["DestinationConfig"]["OnFailure"]["Destination"])
        assert "DeadLetters" in queue


def _asynchronous(stage: Stage) -> Iterator[tuple[str, str]]:
    """(function, why) of those that the clock calls, or events, or they themselves."""
    roles = Roles(stage)
    for rule in stage.resources("AWS::Events::Rule"):
        for target in rule.properties["Targets"]:
            place = _function(stage, rule.stack, target["Arn"])
            if _type(stage, place) == "AWS::Lambda::Function":
                yield place, f"rule {rule.name}"
    for function in stage.resources("AWS::Lambda::Function"):
        place, role = f"<{function.stack}/{function.name}>", function.properties["Role"]["Fn::GetAtt"][0]
        if not roles.refusal(Process(function.stack, role, {}), "lambda:InvokeFunction", place):
            yield place, "may call itself"


def _function(stage: Stage, stack: str, value: Any) -> str:
    """The function that a reference leads to, behind its alias."""
    place = arn_of(Roles(stage).place(stack, value))
    if _type(stage, place) == "AWS::Lambda::Alias":
        owner, name = place.strip("<>").split("/")
        return _function(stage, owner, stage.stacks[owner]["Resources"][name]["Properties"]["FunctionName"])
    return place


def _type(stage: Stage, place: str) -> str:
    stack, _, name = place.strip("<>").partition("/")
    return str(stage.stacks.get(stack, {"Resources": {}})["Resources"].get(name, {}).get("Type", ""))


def test_a_migration_waits_until_its_failures_would_be_kept(stage: Stage) -> None:
    """So does the vault of a stage that goes: both hand a long work on to another call of themselves."""
    for kind in ("Custom::Migrations", "Custom::EmptiedVault"):
        for made in stage.every(kind):
            waited = {stage.stacks[made.stack]["Resources"][name]["Type"] for name in made.body["DependsOn"]}
            assert "AWS::Lambda::EventInvokeConfig" in waited, made.name
    assert list(stage.every("Custom::Migrations"))


def test_redis_goes_as_the_stage_says(stage: Stage) -> None:
    policy = {"destroy": "Delete", "snapshot": "Snapshot", "retain": "Retain"}[STAGES[stage.name].removal]
    group = stage.only("AWS::ElastiCache::ReplicationGroup").body
    assert (group["DeletionPolicy"], group["UpdateReplacePolicy"]) == (policy, policy)


def test_prods_database_is_measured_inside_and_no_store_speaks_old_tls(stages: dict[str, Stage]) -> None:
    for name in ("dev", "staging", "prod"):
        instance = stages[name].only("AWS::RDS::DBInstance").properties
        assert (instance.get("MonitoringInterval") == 60) is (name == "prod")
        (parameters,) = stages[name].resources("AWS::RDS::DBParameterGroup")
        assert parameters.properties["Parameters"]["ssl_min_protocol_version"] == "TLSv1.2"


def test_developers_change_nothing_in_prod(stages: dict[str, Stage]) -> None:
    for name in ("dev", "staging", "prod"):
        role = next(r for r in stages[name].resources("AWS::IAM::Role") if "OperatorsDeveloper" in r.name)
        policies = text(role.properties["ManagedPolicyArns"])
        assert ("PowerUserAccess" in policies) is (name != "prod")
        assert "AdministratorAccess" not in policies


def test_every_queue_and_topic_has_somebody(stage: Stage) -> None:
    """A queue is filled and emptied, or keeps dead letters; a topic is told something."""
    whole = {name: text(template) for name, template in stage.stacks.items()}
    for topic in stage.resources("AWS::SNS::Topic", "messaging"):
        assert any(topic.name in body for name, body in whole.items() if name != "messaging"), topic.name
    for queue in stage.resources("AWS::SQS::Queue", "messaging"):
        if "DeadLetters" not in queue.name:
            assert any(queue.name in body for name, body in whole.items() if name != "messaging"), queue.name
