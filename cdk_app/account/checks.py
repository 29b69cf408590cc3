"""Check what an account must have before a stage is deployed.

Each is found out by one read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from botocore.exceptions import BotoCoreError, ClientError

from cdk_app.account.credentials import signed_out
from cdk_app.account.findings import Client, Finding, SignedOut
from cdk_app.account.places import availability_zones, sizes
from cdk_app.stage_config import StageConfig
from stacks.terms.classes import classes
from stacks.terms.frame import EDGE_REGION

BOOTSTRAP = 21
"""The version of the bootstrap stack that the pinned command line makes.

Older ones lack rights that it uses.
"""
UNRESERVED = 100
"""Concurrent executions that Lambda keeps for functions without a reservation."""
FARGATE_VCPU, ELASTIC_IPS = ("fargate", "L-3032A538"), ("ec2", "L-0263D0A3")


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
    availability_zones,
    sizes,
    _bootstrap,
    _lambda_concurrency,
    _fargate_vcpu,
    _elastic_addresses,
    _hosted_zone,
    _slack_workspace,
    _cost_tag,
)
