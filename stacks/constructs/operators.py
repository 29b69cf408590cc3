"""Groups of people: administrators, developers, read-only. Rights are taken with a second factor, by role."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.constructs.findings import acknowledge

_POLICIES = {"Admin": "AdministratorAccess", "Developer": "PowerUserAccess", "ReadOnly": "job-function/ViewOnlyAccess"}


class Operators(Construct):
    """A group of people a level, whose members may take its role.

    For an hour, when they have shown a second factor.
    """

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        self.groups = {level: self._group(level, policy) for level, policy in _POLICIES.items()}

    def _group(self, level: str, policy: str) -> iam.Group:
        role = self._role(level, policy)
        group = iam.Group(self, f"{level}Group")
        iam.Policy(
            self,
            f"Take{level}",
            groups=[group],
            statements=[iam.PolicyStatement(actions=["sts:AssumeRole"], resources=[role.role_arn])],
        )
        return group

    def _role(self, level: str, policy: str) -> iam.Role:
        shown = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        role = iam.Role(
            self,
            f"{level}Role",
            assumed_by=iam.PrincipalWithConditions(iam.AccountRootPrincipal(), shown),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(policy)],
            max_session_duration=Duration.hours(1),
        )
        finding = f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{policy}]"
        acknowledge(role, {finding: "a job function for people, which AWS keeps in step with its services"})
        return role
