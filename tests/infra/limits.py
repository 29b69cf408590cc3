"""What AWS would refuse of a stage for its size or its sums, which no template shows by itself.

Quotas that every account has and no request raises, or that a new account begins with. A value that is known at deploy
is taken for as long as its kind can be. What one resource alone shows (names, ranges, engines) is cfn-lint's.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from tests.infra.refusals import arn_of
from tests.infra.rights import Roles
from tests.infra.templates import Json, Resource, Stage, listed

UNRESERVED, CONCURRENCY = 100, 1000
UNZIPPED = 250 * 1024**2
ROUTES = 300
WCU = 1500
CAPACITIES = {
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesSQLiRuleSet": 200,
}
FORBIDDEN_HEADERS = re.compile(
    r"(?i)^(cache-control|connection|content-length|cookie|host|if-.*|max-forwards|pragma|proxy-.*|range|te|trailer"
    r"|transfer-encoding|upgrade|via|x-edge-.*|x-amz-.*|x-amzn-.*|x-real-ip|accept-encoding)$"
)
"""Headers that CloudFront adds to no request to an origin."""
_POLICY_SIZES = {
    "AWS::KMS::Key": ("KeyPolicy", 32_768),
    "AWS::S3::BucketPolicy": ("PolicyDocument", 20_480),
    "AWS::SQS::QueuePolicy": ("PolicyDocument", 8_192),
    "AWS::IAM::ManagedPolicy": ("PolicyDocument", 6_144),
    "AWS::IAM::Role": ("AssumeRolePolicyDocument", 2_048),
}
_ACCOUNT, _REGION, _RANDOM = 12, 14, 14


def exceeded(stage: Stage) -> list[str]:
    """A sentence for each limit that the stage passes."""
    return [sentence for rule in RULES for sentence in rule(stage)]


def size(stage: Stage, stack: str, value: Any) -> int:
    """Characters of a text once it is deployed, at most."""
    if not isinstance(value, dict):
        return len(str(value))
    ((function, of),) = value.items()
    if function == "Fn::Join":
        return sum(size(stage, stack, part) + len(of[0]) for part in of[1])
    if function == "Fn::Sub":
        text = of if isinstance(of, str) else of[0]
        return len(re.sub(r"\$\{[^}]+\}", "", text)) + (_ACCOUNT + _REGION) * text.count("${")
    if function in {"Fn::Select", "Fn::Split"}:
        return size(stage, stack, of[1])
    return _reference(stage, stack, of)


def _reference(stage: Stage, stack: str, of: Any) -> int:
    """A name, an address or an ARN: with its stack's name, its own and twelve letters."""
    name = of[0] if isinstance(of, list) else of
    if name.startswith("AWS::"):
        return _REGION
    if name in Roles(stage).exports:
        return size(stage, *Roles(stage).exports[name])
    return 50 + _REGION + _ACCOUNT + len(f"premium-{stage.name}-{stack}-{name}") + _RANDOM


def document(stage: Stage, stack: str, policy: Any) -> int:
    """The same of a policy, whose spaces do not count: names of its fields and every value."""
    if isinstance(policy, dict) and not any(key == "Ref" or key.startswith("Fn::") for key in policy):
        return 2 + sum(len(key) + 4 + document(stage, stack, value) for key, value in policy.items())
    if isinstance(policy, list):
        return 2 + sum(1 + document(stage, stack, value) for value in policy)
    return 2 + size(stage, stack, policy)


def _templates(stage: Stage) -> Iterator[str]:
    for name, template in stage.stacks.items():
        for what, number, most in (
            ("bytes", len(json.dumps(template)), 1_000_000),
            ("resources", len(template["Resources"]), 500),
            ("outputs", len(template.get("Outputs", {})), 200),
            ("parameters", len(template.get("Parameters", {})), 200),
        ):
            if number > most:
                yield f"{name} has {number} {what}, and CloudFormation takes {most}"


def _exports(stage: Stage) -> Iterator[str]:
    names = [o["Export"]["Name"] for t in stage.stacks.values() for o in t.get("Outputs", {}).values() if "Export" in o]
    yield from (f"{name} is exported {number} times" for name, number in Counter(names).items() if number > 1)
    yield from (f"the export {name} has {len(name)} letters of 255" for name in names if len(name) > 255)


def _circles(stage: Stage) -> Iterator[str]:
    for name, template in stage.stacks.items():
        resources = template["Resources"]
        graph = {each: set(_named(body)) & resources.keys() for each, body in resources.items()}
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            yield f"{name}: these wait for one another: {', '.join(error.args[1])}"


def _named(node: Any) -> Iterator[str]:
    """Whom a resource waits for."""
    if isinstance(node, list):
        for each in node:
            yield from _named(each)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "Ref":
                yield value
            elif key == "Fn::GetAtt":
                yield value[0]
            elif key == "DependsOn":
                yield from listed(value)
            elif key == "Fn::Sub":
                yield from re.findall(r"\$\{([A-Za-z0-9]+)[.}]", value if isinstance(value, str) else value[0])
            else:
                yield from _named(value)


def _environments(stage: Stage) -> Iterator[str]:
    for function in stage.every("AWS::Lambda::Function"):
        variables = function.properties.get("Environment", {}).get("Variables", {})
        number = sum(len(name) + size(stage, function.stack, value) for name, value in variables.items())
        if number > 4096:
            yield f"the environment of {function.name} has {number} bytes, and Lambda takes 4096"


def _packages(stage: Stage) -> Iterator[str]:
    found: dict[str, int] = {}
    for function in stage.functions().values():
        layers = [stage.stacks[function.stack]["Resources"][each["Ref"]] for each in function.properties["Layers"]]
        keys = [function.properties["Code"]["S3Key"], *(each["Properties"]["Content"]["S3Key"] for each in layers)]
        number = sum(found.setdefault(key, _unzipped(stage, key)) for key in dict.fromkeys(keys))
        if number > UNZIPPED:
            yield f"{function.name} and its layers have {number / 1024**2:.0f} MiB unzipped, and Lambda takes 250"


def _unzipped(stage: Stage, key: str) -> int:
    with zipfile.ZipFile(stage.folder / f"asset.{key}") as archive:
        return sum(each.file_size for each in archive.infolist())


def _waits(stage: Stage) -> Iterator[str]:
    """A gateway waits for 29 seconds, for an authorizer 10; a queue hides a message for six times its consumer's."""
    roles = Roles(stage)
    for kind, key, most in (
        ("AWS::ApiGatewayV2::Integration", "IntegrationUri", 29),
        ("AWS::ApiGatewayV2::Authorizer", "AuthorizerUri", 10),
    ):
        for caller in stage.every(kind):
            called = function_of(stage, roles.place(caller.stack, caller.properties[key]))
            if called and called.properties["Timeout"] > most:
                yield f"{called.name} may take {called.properties['Timeout']} s; its gateway waits for {most}"
    for source in stage.every("AWS::Lambda::EventSourceMapping"):
        called = function_of(stage, roles.place(source.stack, source.properties["FunctionName"]))
        queue = resource_of(stage, roles.place(source.stack, source.properties["EventSourceArn"]))
        if called and queue and queue.properties["VisibilityTimeout"] < 6 * called.properties["Timeout"]:
            yield f"{queue.name} hides a message for less than six times the {called.properties['Timeout']} s it takes"


def resource_of(stage: Stage, place: str) -> Resource | None:
    """The resource of the stage that an address leads to, if it is one of it."""
    found = re.search(r"<([^<>/]+)/([^<>]+)>", arn_of(place))
    body = stage.stacks.get(found[1], {}).get("Resources", {}).get(found[2]) if found else None
    return Resource(found[1], found[2], body["Type"], body.get("Properties", {}), body) if found and body else None


def function_of(stage: Stage, place: str) -> Resource | None:
    """The function, behind its alias."""
    found = resource_of(stage, place)
    if found and found.kind == "AWS::Lambda::Alias":
        return function_of(stage, Roles(stage).place(found.stack, found.properties["FunctionName"]))
    return found


def _concurrency(stage: Stage) -> Iterator[str]:
    reserved, warm = Counter[str](), Counter[str]()
    for function in stage.every("AWS::Lambda::Function"):
        reserved[function.name] += function.properties.get("ReservedConcurrentExecutions", 0)
    for alias in stage.every("AWS::Lambda::Alias"):
        number = alias.properties.get("ProvisionedConcurrencyConfig", {}).get("ProvisionedConcurrentExecutions", 0)
        warm[alias.properties["FunctionName"]["Ref"]] += number
    taken = sum(max(reserved[name], warm[name]) for name in {*reserved, *warm})
    if taken > CONCURRENCY - UNRESERVED:
        yield f"{taken} executions are reserved; an account has {CONCURRENCY} and keeps {UNRESERVED} for the others"
    cold = [name for name in reserved if 0 < reserved[name] < warm[name]]
    yield from (f"{name} keeps {warm[name]} warm of the {reserved[name]} that it may have" for name in cold)


def _policies(stage: Stage) -> Iterator[str]:
    inline: Counter[tuple[str, str]] = Counter()
    for resource in stage.every():
        of = resource.properties
        if resource.kind == "AWS::IAM::Policy":
            for role in of.get("Roles", []):
                inline[resource.stack, json.dumps(role)] += document(stage, resource.stack, of["PolicyDocument"])
        if resource.kind == "AWS::IAM::Role" and len(of.get("ManagedPolicyArns", [])) > 10:
            yield f"{resource.name} has more than 10 managed policies"
        field, most = _POLICY_SIZES.get(resource.kind, ("", 0))
        number = document(stage, resource.stack, of[field]) if field else 0
        if number > most:
            yield f"the policy of {resource.name} has {number} letters, and AWS takes {most}"
        statements = len(of["PolicyDocument"]["Statement"]) if resource.kind == "AWS::SQS::QueuePolicy" else 0
        if statements > 20:
            yield f"the policy of {resource.name} has {statements} statements, and SQS takes 20"
    for (stack, role), number in inline.items():
        if number > 10_240:
            yield f"the policies of {stack}/{role} have {number} letters together, and IAM takes 10240"


def _callers(stage: Stage) -> Iterator[str]:
    """Who may call a function or an alias stands in a policy of its own."""
    roles, sizes = Roles(stage), Counter[str]()
    for permission in stage.every("AWS::Lambda::Permission"):
        called = roles.place(permission.stack, permission.properties["FunctionName"])
        sizes[called] += 150 + document(stage, permission.stack, permission.properties)
    yield from (f"who may call {called} takes {number} letters of 20480" for called, number in sizes.items()
                if number > 20_480)  # fmt: skip


def _groups(stage: Stage) -> Iterator[str]:
    roles, rules = Roles(stage), Counter[tuple[str, str]]()
    for way in ("Ingress", "Egress"):
        for rule in stage.every(f"AWS::EC2::SecurityGroup{way}"):
            rules[way, roles.place(rule.stack, rule.properties["GroupId"])] += 1
        for group in stage.every("AWS::EC2::SecurityGroup"):
            rules[way, f"<{group.stack}/{group.name}>"] += len(group.properties.get(f"SecurityGroup{way}", []))
    yield from (f"{group} has {number} rules of {way}, and EC2 takes 60" for (way, group), number in rules.items()
                if number > 60)  # fmt: skip


def _gateways(stage: Stage) -> Iterator[str]:
    roles, found = Roles(stage), defaultdict[tuple[str, str], int](int)
    for kind, most in (("Route", ROUTES), ("Integration", 300), ("Authorizer", 10), ("Stage", 10)):
        for each in stage.every(f"AWS::ApiGatewayV2::{kind}"):
            found[kind, roles.place(each.stack, each.properties["ApiId"])] += 1
        yield from (f"{api} has {number} of {kind}, and API Gateway takes {most}" for (of, api), number in found.items()
                    if of == kind and number > most)  # fmt: skip


def _firewalls(stage: Stage) -> Iterator[str]:
    for acl in stage.every("AWS::WAFv2::WebACL"):
        number = sum(_capacity(rule["Statement"]) for rule in acl.properties["Rules"])
        if number > WCU:
            yield f"{acl.name} takes {number} capacity units, and WAF gives {WCU}"


def _capacity(statement: Json) -> int:
    """Units of a rule, as AWS WAF's guide counts them."""
    ((kind, of),) = statement.items()
    inside = [of.get("ScopeDownStatement"), of.get("Statement"), *of.get("Statements", [])]
    nested = sum(_capacity(each) for each in inside if each)
    own = {"RateBasedStatement": 2, "IPSetReferenceStatement": 1}
    if kind == "ManagedRuleGroupStatement":
        return CAPACITIES[of["Name"]]
    if kind == "ByteMatchStatement":
        return (2 if of["PositionalConstraint"] != "CONTAINS" else 10) + 10 * len(of["TextTransformations"])
    return own.get(kind, 0) + nested


def _edges(stage: Stage) -> Iterator[str]:
    for distribution in stage.every("AWS::CloudFront::Distribution"):
        config = distribution.properties["DistributionConfig"]
        headers = [h["HeaderName"] for origin in config["Origins"] for h in origin.get("OriginCustomHeaders", [])]
        yield from (f"CloudFront adds no header {name}" for name in headers if FORBIDDEN_HEADERS.match(name))
        if len(config.get("CacheBehaviors", [])) > 25 or len(config["Origins"]) > 25:
            yield "a distribution has 25 behaviours and 25 origins"
    for function in stage.every("AWS::CloudFront::Function"):
        if size(stage, function.stack, function.properties["FunctionCode"]) > 10_240:
            yield f"{function.name} has more than the 10 KB of a CloudFront function"


def _alarms(stage: Stage) -> Iterator[str]:
    queries = 0
    for alarm in stage.every("AWS::CloudWatch::Alarm"):
        of = alarm.properties
        asked = [each for each in of.get("Metrics", []) if "SELECT " in str(each.get("Expression", ""))]
        periods = [each["Period"] for each in asked] or [of.get("Period") or _period(of)]
        looked = of["EvaluationPeriods"] * max(periods)
        queries += len(asked)
        most = 10_800 if asked else 604_800 if max(periods) >= 3600 else 86_400
        if looked > most:
            yield f"{alarm.name} looks back {looked} s, and CloudWatch {most}"
    if queries > 200:
        yield f"{queries} alarms ask queries, and a region has 200"


def _period(alarm: Json) -> int:
    stats = [each["MetricStat"]["Period"] for each in alarm.get("Metrics", []) if "MetricStat" in each]
    return max(stats, default=60)


RULES: tuple[Callable[[Stage], Iterator[str]], ...] = (
    _templates, _exports, _circles, _environments, _packages, _waits, _concurrency, _policies, _callers, _groups,
    _gateways, _firewalls, _edges, _alarms,
)  # fmt: skip
