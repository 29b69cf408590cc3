"""One Lambda function of the product, called by its alias `live`.

Its own role and log group, traced by X-Ray.
"""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.constructs.access.provision import Provisions, give_all
from stacks.constructs.access.resource import resource
from stacks.constructs.access.wildcard import wildcard
from stacks.constructs.functions.async_failures import keep_failed_calls
from stacks.constructs.watch.log_group import log_group
from stacks.terms.frame import Frame
from stacks.terms.functions import Function
from stacks.terms.packages import Packages

_TRACING = ("xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets")
_INTERFACES = (
    "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface",
    "ec2:DescribeSubnets", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
)  # fmt: skip


class ServiceFunction(Construct):
    """A function whose role has exactly what `function.given` names.

    `alias` is what is called; `failures` keeps calls that nobody waits for and that failed.
    """

    def __init__(
        self,
        scope: Construct,
        function: Function,
        *,
        frame: Frame,
        packages: Packages,
        layer: lambda_.ILayerVersion,
        provisions: Provisions,
        failures: sqs.Queue | None = None,
    ) -> None:
        super().__init__(scope, construct_name(function.name))
        self.log_group = log_group(self, "Logs", frame=frame)
        place = packages.place
        self.role = self._role(place is not None)
        environment = {**packages.environment, **frame.settings, **give_all(provisions, function.given, self.role)}
        self.function = lambda_.Function(
            self,
            "Function",
            handler=f"{function.module}.handler",
            code=packages.code,
            layers=[layer],
            runtime=packages.runtime,
            architecture=lambda_.Architecture.ARM_64,
            memory_size=packages.memory,
            timeout=Duration.seconds(function.timeout),
            environment=environment | {"SERVICE_NAME": function.name, "POWERTOOLS_SERVICE_NAME": function.name},
            role=self.role,
            reserved_concurrent_executions=packages.reserved.get(function.name),
            log_group=self.log_group,
            vpc=place.vpc if place else None,
            vpc_subnets=place.subnets if place else None,
            security_groups=[place.security_group] if place else None,
        )
        resource(self.function, lambda_.CfnFunction).tracing_config = lambda_.CfnFunction.TracingConfigProperty(
            mode="Active"
        )
        self.function.node.add_dependency(*self._rights)
        self.alias = self._alias(packages.provisioned if function.hot else 0)
        if place:
            self._keep_interfaces()
        if failures:
            keep_failed_calls(self, self.function, role=self.role, queue=failures, alias=self.alias)

    def _role(self, networked: bool) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        self.log_group.grant_write(role)
        reason = "X-Ray has no resources: its writes can only be granted on *"
        self._rights = [wildcard(self, "Tracing", role, _TRACING, reason)]
        if networked:
            reason = "Lambda makes its network interfaces itself; EC2 knows no resource for them before they exist"
            self._rights.append(wildcard(self, "Interfaces", role, _INTERFACES, reason))
        return role

    def _keep_interfaces(self) -> None:
        """Let Lambda handle the function's network interfaces, and the function's own code not.

        A policy of its own, which may know the function: the role's are made before it.
        """
        by_its_code = {"ArnEquals": {"lambda:SourceFunctionArn": self.function.function_arn}}
        refused = iam.PolicyStatement(
            effect=iam.Effect.DENY, actions=[*_INTERFACES], resources=["*"], conditions=by_its_code
        )
        iam.Policy(self, "NoInterfaces", statements=[refused], roles=[self.role])

    def _alias(self, provisioned: int) -> lambda_.Alias:
        return lambda_.Alias(
            self,
            "Live",
            alias_name="live",
            version=self.function.current_version,
            provisioned_concurrent_executions=provisioned or None,
        )


def construct_name(name: str) -> str:
    """Return `alert_events` as `AlertEvents`."""
    return "".join(part.capitalize() for part in name.split("_"))
