"""One Lambda function of the product: its own role and log group, X-Ray, a `live` alias that callers use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.constructs.provision import Provisions, give_all
from stacks.constructs.resource import resource
from stacks.constructs.wildcard import wildcard
from stacks.frame import Frame
from stacks.model import Functions
from stacks.routes import Function

_TRACING = ("xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets")
_INTERFACES = (
    "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface",
    "ec2:DescribeSubnets", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """The network a function runs in."""

    vpc: ec2.IVpc
    subnets: ec2.SubnetSelection
    security_group: ec2.ISecurityGroup


@dataclass(frozen=True)
class Package:
    """What all functions of a stage share: archives, sizes, variables, and where they run."""

    code: lambda_.Code
    layer: lambda_.ILayerVersion
    runtime: lambda_.Runtime
    sizes: Functions
    environment: Mapping[str, str]
    place: Place | None = None


class ServiceFunction(Construct):
    """`alias` is what is called; `function.role` got exactly what `function.needs` names."""

    def __init__(
        self, scope: Construct, function: Function, *, frame: Frame, package: Package, provisions: Provisions
    ) -> None:
        super().__init__(scope, "".join(part.capitalize() for part in function.name.split("_")))
        self.log_group = logs.LogGroup(
            self, "Logs", retention=frame.log_retention, removal_policy=RemovalPolicy.DESTROY
        )
        self.role = self._role(package.place is not None)
        place = package.place
        environment = {**package.environment, **give_all(provisions, function.needs, self.role)}
        self.function = lambda_.Function(
            self,
            "Function",
            handler=f"{function.module}.handler",
            code=package.code,
            layers=[package.layer],
            runtime=package.runtime,
            architecture=lambda_.Architecture.ARM_64,
            memory_size=package.sizes.memory,
            timeout=Duration.seconds(function.timeout),
            environment=environment | {"SERVICE_NAME": function.name, "POWERTOOLS_SERVICE_NAME": function.name},
            role=self.role,
            reserved_concurrent_executions=package.sizes.concurrency,
            log_group=self.log_group,
            vpc=place.vpc if place else None,
            vpc_subnets=place.subnets if place else None,
            security_groups=[place.security_group] if place else None,
        )
        resource(self.function, lambda_.CfnFunction).tracing_config = lambda_.CfnFunction.TracingConfigProperty(
            mode="Active"
        )
        self.function.node.add_dependency(*self._rights)
        self.alias = self._alias(package.sizes.provisioned if function.hot else 0)

    def _role(self, networked: bool) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.log_group.grant_write(role)
        reason = "X-Ray has no resources: its writes can only be granted on *"
        self._rights = [wildcard(self, "Tracing", role, _TRACING, reason)]
        if networked:
            reason = "Lambda makes its network interfaces itself; EC2 knows no resource for them before they exist"
            self._rights.append(wildcard(self, "Interfaces", role, _INTERFACES, reason))
        return role

    def _alias(self, provisioned: int) -> lambda_.Alias:
        return lambda_.Alias(
            self,
            "Live",
            alias_name="live",
            version=self.function.current_version,
            provisioned_concurrent_executions=provisioned or None,
        )
