"""What code calls, its role may do: the calls that tests against the emulator made, and those AWS makes for it."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest

from tests.fixtures.calls import Call, known
from tests.infra.refusals import arn_of, refusals
from tests.infra.rights import Roles, needed, processes
from tests.infra.templates import Stage, listed

pytestmark = pytest.mark.infra


def test_no_role_refuses_what_its_code_calls(stage: Stage) -> None:
    assert refusals(stage, known()) == []


def test_lambda_may_do_what_it_does_for_a_function(stage: Stage) -> None:
    """It polls queues and keeps failed calls under the function's own role."""
    roles, known_processes = Roles(stage), dict(processes(stage))
    wanted = list(_for_functions(stage, roles))
    assert {action for _, action, _ in wanted} == {*_POLLS, "sqs:SendMessage"}
    asked = [(who, right) for who, action, where in wanted for right in needed(roles, action, where, "")]
    found = [roles.refusal(known_processes[who], action, where) for who, (action, where, _) in asked]
    assert [why for why in found if why] == []


_POLLS = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def _for_functions(stage: Stage, roles: Roles) -> Iterator[tuple[str, str, str]]:
    """(process, action, resource) of what Lambda does with queues for functions of ours."""
    names = {f"<{f.stack}/{f.name}>": f.properties["Environment"]["Variables"]["SERVICE_NAME"]
             for f in stage.functions().values()}  # fmt: skip
    for resource in stage.every():
        of = resource.properties
        if resource.kind in {"AWS::Lambda::EventSourceMapping", "AWS::Lambda::EventInvokeConfig"}:
            name = names.get(_function(stage, roles.place(resource.stack, of["FunctionName"])))
            kept = of.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
            rights = _POLLS if "EventSourceArn" in of else ("sqs:SendMessage",) if kept else ()
            where = roles.place(resource.stack, of.get("EventSourceArn", kept)) if rights else ""
            yield from ((f"function:{name}", action, where) for action in rights if name)


def _function(stage: Stage, place: str) -> str:
    """The function that a name, or an alias of it, leads to."""
    found = arn_of(place)
    stack, _, name = found.strip("<>").partition("/")
    body = stage.stacks[stack]["Resources"].get(name, {})
    if body.get("Type") == "AWS::Lambda::Alias":
        return Roles(stage).place(stack, body["Properties"]["FunctionName"])
    return found


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (Call("function:security", "s3:GetObject", "REPORTS_BUCKET", ""), "which it is not given"),
        (Call("function:tax", "dynamodb:Scan", "JOBS_TABLE", ""), "may not dynamodb:Scan"),
        (Call("function:tax", "dynamodb:Query", "JOBS_TABLE", "made-up"), "/index/made-up"),
        (Call("function:tax", "dynamodb:DeleteItem", "AUDIT_TABLE", ""), "may not dynamodb:DeleteItem"),
        (Call("function:schedules", "cloudwatch:PutMetricData", "", "Other"), "but under"),
        (Call("function:tax", "ec2:CreateNetworkInterface", "", ""), "is denied"),
        (Call("function:meta", "kms:Sign", "", ""), "on anything"),
        (Call("function:gone", "s3:GetObject", "", ""), "is no process"),
    ],
)
def test_what_a_role_refuses_is_named(prod: Stage, call: Call, sentence: str) -> None:
    (said,) = refusals(prod, frozenset({call}))
    assert said.startswith(call.who)
    assert sentence in said


def test_a_store_s_key_is_asked_for_too(prod: Stage) -> None:
    """As AWS would: a table's item cannot be read without its key, whatever the role says of the table."""
    stacks = copy.deepcopy(prod.stacks)
    for body in stacks["service-tax"]["Resources"].values():
        if body["Type"] == "AWS::IAM::Policy":
            for statement in body["Properties"]["PolicyDocument"]["Statement"]:
                kept = [each for each in listed(statement["Action"]) if not each.startswith("kms:")]
                statement["Action"] = kept
    spoilt = Stage(prod.name, prod.folder)
    spoilt.__dict__["stacks"] = stacks
    (said,) = refusals(spoilt, frozenset({Call("function:tax", "dynamodb:GetItem", "JOBS_TABLE", "")}))
    assert "may not kms:Decrypt on <security/DataKey" in said
