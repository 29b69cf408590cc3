"""What a resource of a template is charged for, by its type.

`RULES` say what is paid although nobody calls, `FREE` are charged for use alone or nothing; the rest is unpriced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cdk_app.cost.table import HOURS

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Resource:
    """A resource of a synthesized template."""

    stack: str
    name: str
    kind: str
    properties: Json


@dataclass(frozen=True)
class Charge:
    """A quantity of something that the price table has under `key`."""

    key: str
    quantity: Decimal
    stack: str
    name: str


@dataclass(frozen=True)
class Templates:
    """All resources of a stage, and what one rule must know of another."""

    resources: tuple[Resource, ...]

    def every(self, kind: str) -> Iterator[Resource]:
        """Yield the resources of a type."""
        return (resource for resource in self.resources if resource.kind == kind)


Rule = Callable[[Resource, Templates], list[tuple[str, Decimal]]]


def fixed(templates: Templates) -> tuple[list[Charge], list[Resource]]:
    """Return the charges of all resources, and the resources whose type has no rule."""
    charges, unpriced = [], []
    for resource in templates.resources:
        rule = RULES.get(resource.kind)
        if rule is not None:
            parts = rule(resource, templates)
            charges += [Charge(key, quantity, resource.stack, resource.name) for key, quantity in parts]
        elif resource.kind not in FREE and not resource.kind.startswith(("AWS::IAM::", "Custom::")):
            unpriced.append(resource)
    return charges, unpriced


def _each(key: str, quantity: Decimal | int = 1) -> Rule:
    return lambda _resource, _templates: [(key, Decimal(quantity))]


def _database(resource: Resource, _: Templates) -> list[tuple[str, Decimal]]:
    of, multi = resource.properties, ".multi" if resource.properties.get("MultiAZ") else ""
    parts = [(f"rds.{of['DBInstanceClass']}{multi}", HOURS)]
    if "AllocatedStorage" in of:
        parts.append((f"rds.gp3{multi}", Decimal(of["AllocatedStorage"])))
    return parts


def _proxy(_: Resource, templates: Templates) -> list[tuple[str, Decimal]]:
    (target,) = [each for each in templates.every("AWS::RDS::DBInstance") if "AllocatedStorage" in each.properties]
    return [("rds.proxy", HOURS * max(2, _VCPUS[target.properties["DBInstanceClass"].rsplit(".", 1)[1]]))]


_VCPUS = {"micro": 2, "small": 2, "medium": 2, "large": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16}


def _redis(resource: Resource, _: Templates) -> list[tuple[str, Decimal]]:
    return [(resource.properties["CacheNodeType"], HOURS * int(resource.properties["NumCacheClusters"]))]


def _instance(resource: Resource, _: Templates) -> list[tuple[str, Decimal]]:
    of = resource.properties
    disks = [each["Ebs"]["VolumeSize"] for each in of.get("BlockDeviceMappings", [])]
    parts = [(f"ec2.{of['InstanceType']}", HOURS), ("ebs.gp3", Decimal(sum(disks)))]
    if of.get("Monitoring"):
        parts.append(("metric.month", Decimal(_DETAILED)))
    return parts


_DETAILED = 7  # metrics of an instance that EC2's detailed monitoring makes


def _volume(resource: Resource, _: Templates) -> list[tuple[str, Decimal]]:
    return [("ebs.gp3", Decimal(resource.properties["Size"]))]


def _endpoint(resource: Resource, _: Templates) -> list[tuple[str, Decimal]]:
    if resource.properties.get("VpcEndpointType") != "Interface":
        return []
    return [("endpoint.hour", HOURS * len(resource.properties["SubnetIds"]))]


def _acl(resource: Resource, _: Templates) -> list[tuple[str, Decimal]]:
    return [("waf.acl", Decimal(1)), ("waf.rule", Decimal(len(resource.properties["Rules"])))]


def _alarm(resource: Resource, _: Templates) -> list[tuple[str, Decimal]]:
    """Every metric that an alarm looks at is charged, those of its expression too."""
    looked_at = [each for each in resource.properties.get("Metrics", []) if "MetricStat" in each]
    return [("alarm.month", Decimal(len(looked_at) or 1))]


def _check(_: Resource, __: Templates) -> list[tuple[str, Decimal]]:
    return [("health.check", Decimal(1)), ("health.https", Decimal(1))]


def _service(resource: Resource, templates: Templates) -> list[tuple[str, Decimal]]:
    """A fleet at its least: what it grows to is usage."""
    least = [
        each.properties["MinCapacity"]
        for each in templates.every("AWS::ApplicationAutoScaling::ScalableTarget")
        if resource.name in str(each.properties["ResourceId"])
    ]
    return of_tasks(resource, templates, HOURS * (least[0] if least else resource.properties.get("DesiredCount", 0)))


def of_tasks(service: Resource, templates: Templates, hours: Decimal) -> list[tuple[str, Decimal]]:
    """Return what so many hours of a service's task are charged."""
    reference = service.properties["TaskDefinition"]["Ref"]
    (task,) = [each for each in templates.every("AWS::ECS::TaskDefinition") if each.name == reference]
    vcpus, gigabytes = Decimal(task.properties["Cpu"]) / 1024, Decimal(task.properties["Memory"]) / 1024
    return [("fargate.vcpu", vcpus * hours), ("fargate.gb", gigabytes * hours)]


def _alias(resource: Resource, templates: Templates) -> list[tuple[str, Decimal]]:
    """Instances that are kept warm, for every second of a month."""
    warm = resource.properties.get("ProvisionedConcurrencyConfig", {}).get("ProvisionedConcurrentExecutions", 0)
    reference = resource.properties["FunctionName"]["Ref"]
    (function,) = [each for each in templates.every("AWS::Lambda::Function") if each.name == reference]
    size = Decimal(function.properties.get("MemorySize", 128)) / 1024
    return [("lambda.provisioned", size * warm * HOURS * 3600)] if warm else []


RULES: Mapping[str, Rule] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": lambda *_: [],  # read with its service
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::Dashboard": _each("dashboard.month"),
    "AWS::EC2::EIP": _each("ipv4.hour", HOURS),
    "AWS::EC2::Instance": _instance,
    "AWS::EC2::NatGateway": _each("nat.hour", HOURS),
    "AWS::EC2::VPCEndpoint": _endpoint,
    "AWS::EC2::Volume": _volume,
    "AWS::ECS::Service": _service,
    "AWS::ElastiCache::ReplicationGroup": _redis,
    "AWS::KMS::Key": _each("kms.key"),
    "AWS::Lambda::Alias": _alias,
    "AWS::Logs::MetricFilter": _each("metric.month"),
    "AWS::RDS::DBInstance": _database,
    "AWS::RDS::DBProxy": _proxy,
    "AWS::Route53::HealthCheck": _check,
    "AWS::SecretsManager::Secret": _each("secret.month"),
    "AWS::WAFv2::WebACL": _acl,
}

FREE = frozenset(
    {
        "AWS::ApiGateway::Account", "AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Authorizer",
        "AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Stage",
        "AWS::ApplicationAutoScaling::ScalingPolicy", "AWS::Backup::BackupPlan", "AWS::Backup::BackupSelection",
        "AWS::Backup::BackupVault", "AWS::Budgets::Budget", "AWS::CDK::Metadata",
        "AWS::Chatbot::SlackChannelConfiguration", "AWS::CloudFormation::CustomResource",
        "AWS::CloudFormation::WaitCondition", "AWS::CodeDeploy::Application",
        "AWS::CloudFormation::WaitConditionHandle", "AWS::CloudFront::Distribution", "AWS::CloudFront::Function",
        "AWS::CloudFront::OriginAccessControl", "AWS::CloudFront::ResponseHeadersPolicy", "AWS::CloudTrail::Trail",
        "AWS::CodeDeploy::DeploymentConfig", "AWS::CodeDeploy::DeploymentGroup", "AWS::DynamoDB::Table",
        "AWS::EC2::FlowLog", "AWS::EC2::InternetGateway", "AWS::EC2::LaunchTemplate", "AWS::EC2::NetworkInterface",
        "AWS::EC2::Route", "AWS::EC2::RouteTable", "AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress", "AWS::EC2::Subnet", "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPC", "AWS::EC2::VPCGatewayAttachment", "AWS::EC2::VolumeAttachment", "AWS::ECS::Cluster",
        "AWS::ECS::ClusterCapacityProviderAssociations", "AWS::ECS::TaskDefinition",
        "AWS::ElastiCache::ParameterGroup", "AWS::ElastiCache::SubnetGroup", "AWS::Events::Rule", "AWS::KMS::Alias",
        "AWS::Lambda::EventInvokeConfig", "AWS::Lambda::EventSourceMapping", "AWS::Lambda::Function",
        "AWS::Lambda::LayerVersion", "AWS::Lambda::Permission", "AWS::Lambda::Version", "AWS::Logs::Delivery",
        "AWS::Logs::DeliveryDestination", "AWS::Logs::DeliverySource", "AWS::Logs::LogGroup",
        "AWS::Logs::ResourcePolicy", "AWS::RDS::DBParameterGroup", "AWS::RDS::DBProxyTargetGroup",
        "AWS::RDS::DBSubnetGroup", "AWS::Route53::RecordSet", "AWS::S3::Bucket", "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription", "AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SQS::Queue",
        "AWS::SQS::QueuePolicy", "AWS::SSM::Document", "AWS::SSM::Parameter", "AWS::SecretsManager::ResourcePolicy",
        "AWS::SecretsManager::SecretTargetAttachment", "AWS::WAFv2::IPSet", "AWS::WAFv2::LoggingConfiguration",
        "AWS::XRay::Group", "AWS::XRay::SamplingRule",
    }
)  # fmt: skip
