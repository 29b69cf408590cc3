"""Check what an account must have before a stage is deployed.

Each is found out by one read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cdk_app.account.credentials import signed_out
from cdk_app.stage_config import StageConfig
from stacks.terms.classes import classes
from stacks.terms.frame import EDGE_REGION
from stacks.terms.model import POSTGRES_VERSION

BOOTSTRAP = 21
"""The version of the bootstrap stack that the pinned command line makes.

Older ones lack rights that it uses.
"""
UNRESERVED = 100
"""Concurrent executions that Lambda keeps for functions without a reservation."""
WITHOUT_PROXY = frozenset({"use1-az3"})
"""Zones, by their ids, without RDS Proxy; their names differ from account to account."""
FARGATE_VCPU, ELASTIC_IPS = ("fargate", "L-3032A538"), ("ec2", "L-0263D0A3")
Client = Callable[[str, str], Any]
"""`client(service, region)`."""


@dataclass(frozen=True)
class Finding:
    """One thing that a deployment needs.

    Whether it is there, what was seen, what to do.
    """

    name: str
    ok: bool
    seen: str
    remedy: str
    known: bool = True
    """False where it could not be looked at."""


class SignedOut(Exception):
    """Nothing can be asked: the text says why."""


Check = Callable[[StageConfig, Client], Finding | None]


def findings(config: StageConfig, client: Client) -> Iterator[Finding]:
    """Yield what every check found; one that may not look says so, and is unknown.

    SignedOut where nobody is asked at all.
    """
    for check in CHECKS:
        try:
            found = check(config, client)
        except (BotoCoreError, ClientError) as error:
            if reason := signed_out(error):
                raise SignedOut(reason) from None
            title, seen = check.__name__.strip("_").replace("_", " "), f"could not be read: {error}"
            found = Finding(title, ok=False, seen=seen, remedy="sign in as who may read it", known=False)
        if found:
            yield found


def _account(config: StageConfig, client: Client) -> Finding:
    found = client("sts", config.region).get_caller_identity()["Account"]
    ok = config.account in (None, found)
    return Finding("account", ok, found, f"sign in to {config.account}, or name {found} in the values")


def _availability_zones(config: StageConfig, client: Client) -> Finding:
    answer = client("ec2", config.region).describe_availability_zones()["AvailabilityZones"]
    ids = {zone["ZoneName"]: zone["ZoneId"] for zone in answer if zone["State"] == "available"}
    wrong = [f"{config.region} lacks {zone}" for zone in config.zones if zone not in ids]
    wrong += [f"{zone} is {ids[zone]}" for zone in config.zones if ids.get(zone) in WITHOUT_PROXY]
    fit = sorted(name for name, zone in ids.items() if zone not in WITHOUT_PROXY)
    remedy = f"set `zones` to two or three of {', '.join(fit)}"
    return Finding("availability zones", not wrong, ", ".join(wrong) or "there", remedy)


def _sizes(config: StageConfig, client: Client) -> Finding | None:
    """Say which size of a server is not sold in its place."""
    wrong, zone = [], config.zones[0]
    if config.timescale and not config.timescale.external:
        asked = {"instance-type": config.timescale.instance, "location": zone}
        filters = [{"Name": name, "Values": [value]} for name, value in asked.items()]
        sold = client("ec2", config.region).describe_instance_type_offerings(
            LocationType="availability-zone", Filters=filters
        )
        wrong += [] if sold["InstanceTypeOfferings"] else [f"{config.timescale.instance} in {zone}"]
    if config.postgres:
        name = f"db.{config.postgres.instance}"
        sold = client("rds", config.region).describe_orderable_db_instance_options(
            Engine="postgres", EngineVersion=POSTGRES_VERSION, DBInstanceClass=name, Vpc=True
        )
        wrong += [] if sold["OrderableDBInstanceOptions"] else [f"{name} with PostgreSQL {POSTGRES_VERSION}"]
    seen = f"not sold here: {', '.join(wrong)}" if wrong else "sold"
    return Finding("sizes", not wrong, seen, "name others in `timescale` and `postgres`, or other `zones`")


def _bootstrap(config: StageConfig, client: Client) -> Finding:
    old = {}
    for region in sorted({config.region, EDGE_REGION}):
        ssm = client("ssm", region)
        try:
            version = int(ssm.get_parameter(Name="/cdk-bootstrap/hnb659fds/version")["Parameter"]["Value"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ParameterNotFound":
                raise
            version = 0
        if version < BOOTSTRAP:
            old[region] = version
    seen = ", ".join(f"{region} has version {version}" for region, version in old.items())
    remedy = "; ".join(f"npx cdk bootstrap aws://<account>/{region}" for region in old)
    return Finding("bootstrap", not old, seen or f"version {BOOTSTRAP} or newer", remedy)


def _lambda_concurrency(config: StageConfig, client: Client) -> Finding:
    limit = client("lambda", config.region).get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    needed = max(sum(config.reserved().values()) + UNRESERVED, 1000)
    remedy = f"ask for {needed} of the quota L-B99A9384 (Lambda, concurrent executions)"
    return Finding("Lambda concurrency", limit >= needed, f"{limit} of {needed}", remedy)


def fargate_vcpu(config: StageConfig) -> float:
    """Return the vCPU of all tasks at their most.

    Those that always run count twice: a release starts the new ones beside them.
    """
    fleet = config.fleet
    if fleet is None:
        return 0
    least = {"alerts": config.alerts.tasks}
    most = sum(each.tasks(fleet, least.get(each.name, 0)) for each in classes())
    always = sum(max(fleet.minimum, least.get(each.name, 0)) for each in classes())
    return (most + always) * fleet.cpu / 1024 + 0.75  # the migrations and the rotation


def _fargate_vcpu(config: StageConfig, client: Client) -> Finding:
    limit, needed = _quota(client, config.region, FARGATE_VCPU), fargate_vcpu(config)
    remedy = f"ask for {needed:.0f} of the quota {FARGATE_VCPU[1]} (Fargate On-Demand vCPU resource count)"
    return Finding("Fargate vCPU", limit >= needed, f"{limit:g} of {needed:g}", remedy)


def _elastic_addresses(config: StageConfig, client: Client) -> Finding | None:
    if not config.nat_gateways or config.existing.vpc_id:
        return None
    used = len(client("ec2", config.region).describe_addresses()["Addresses"])
    free = _quota(client, config.region, ELASTIC_IPS) - used
    remedy = f"release some, or ask for more of the quota {ELASTIC_IPS[1]} (EC2-VPC Elastic IPs)"
    return Finding("elastic addresses", free >= config.nat_gateways, f"{free:g} of {config.nat_gateways}", remedy)


def _quota(client: Client, region: str, quota: tuple[str, str]) -> float:
    service, code = quota
    answer = client("service-quotas", region).get_service_quota(ServiceCode=service, QuotaCode=code)
    return float(answer["Quota"]["Value"])


def _hosted_zone(config: StageConfig, client: Client) -> Finding | None:
    if config.domain is None:
        return None
    name = client("route53", EDGE_REGION).get_hosted_zone(Id=config.domain.zone_id)["HostedZone"]["Name"].rstrip(".")
    domain = config.domain
    ok = name == domain.zone_name and f".{domain.name}".endswith(f".{name}")
    return Finding("hosted zone", ok, f"{domain.zone_id} is {name}", f"name the zone of {domain.name} in `domain`")


def _slack_workspace(config: StageConfig, client: Client) -> Finding | None:
    workspace = config.alerting.slack_workspace
    if workspace is None:
        return None
    found = client("chatbot", EDGE_REGION).describe_slack_workspaces()["SlackWorkspaces"]
    ok = workspace in {each["SlackTeamId"] for each in found}
    remedy = "once: console of Amazon Q Developer in chat applications, Configure new client, Slack, Allow"
    return Finding("Slack workspace", ok, f"{workspace} is {'' if ok else 'not '}authorised", remedy)


def _cost_tag(config: StageConfig, client: Client) -> Finding | None:
    if not config.alerting.cost_tag:
        return None
    found = client("ce", EDGE_REGION).list_cost_allocation_tags(TagKeys=["stage"], Status="Active")
    ok = bool(found["CostAllocationTags"])
    remedy = (
        "a day after the first deployment: Billing, Cost allocation tags, activate `stage`; till then no `cost_tag`"
    )
    return Finding("cost tag", ok, f"`stage` is {'' if ok else 'not '}activated", remedy)


CHECKS: tuple[Check, ...] = (
    _account,
    _availability_zones,
    _sizes,
    _bootstrap,
    _lambda_concurrency,
    _fargate_vcpu,
    _elastic_addresses,
    _hosted_zone,
    _slack_workspace,
    _cost_tag,
)
