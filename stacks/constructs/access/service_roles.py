"""Make the roles by which ECS, RDS and ElastiCache act, before their first use."""

from __future__ import annotations

from aws_cdk import CustomResource, Duration, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.constructs.functions.inline_code import inline_function
from stacks.terms.frame import Frame

_ROLES = {
    "ecs.amazonaws.com": "AWSServiceRoleForECS",
    "ecs.application-autoscaling.amazonaws.com": "AWSServiceRoleForApplicationAutoScaling_ECSService",
    "elasticache.amazonaws.com": "AWSServiceRoleForElastiCache",
    "rds.amazonaws.com": "AWSServiceRoleForRDS",
}


class ServiceRoles(Construct):
    """Make the service-linked roles that an account lacks.

    A resource of CloudFormation for such a role fails in an account that has it.
    """

    def __init__(self, scope: Construct, name: str, *, frame: Frame) -> None:
        super().__init__(scope, name)
        function, role = inline_function(self, "service_roles", frame=frame, timeout=Duration.minutes(2))
        CustomResource(
            self,
            "Made",
            service_token=function.function_arn,
            resource_type="Custom::ServiceRoles",
            service_timeout=Duration.minutes(5),
            properties={"Services": sorted(_ROLES)},
        ).node.add_dependency(self._right(role))

    def _right(self, role: iam.Role) -> iam.Policy:
        stack = Stack.of(self)
        arns = [
            f"arn:{stack.partition}:iam::{stack.account}:role/aws-service-role/{service}/{name}"
            for service, name in sorted(_ROLES.items())
        ]
        statement = iam.PolicyStatement(actions=["iam:CreateServiceLinkedRole"], resources=arns)
        return iam.Policy(self, "Right", roles=[role], statements=[statement])
