"""Groups of people: administrators, developers, read-only. Rights are taken with a second factor, by role."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.constructs.access.findings import acknowledge

_VIEW = "job-function/ViewOnlyAccess"
_DEVELOPER = ("PowerUserAccess",)
# In prod whoever develops looks: what runs there is changed by a release, and data are nobody's to read.
_DEVELOPER_IN_PROD = (_VIEW, "CloudWatchReadOnlyAccess", "AWSXrayReadOnlyAccess")


class Operators(Construct):
    """A group of people a level, whose members may take its role.

    For an hour, when they have shown a second factor.
    """

    def __init__(self, scope: Construct, name: str, *, prod: bool) -> None:
        super().__init__(scope, name)
        policies = {
            "Admin": ("AdministratorAccess",),
            "Developer": _DEVELOPER_IN_PROD if prod else _DEVELOPER,
            "ReadOnly": (_VIEW,),
        }
        self.groups = {level: self._group(level, each) for level, each in policies.items()}

    def _group(self, level: str, policies: Sequence[str]) -> iam.Group:
        role = self._role(level, policies)
        group = iam.Group(self, f"{level}Group")
        iam.Policy(
            self,
            f"Take{level}",
            groups=[group],
            statements=[iam.PolicyStatement(actions=["sts:AssumeRole"], resources=[role.role_arn])],
        )
        return group

    def _role(self, level: str, policies: Sequence[str]) -> iam.Role:
        shown = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        role = iam.Role(
            self,
            f"{level}Role",
            assumed_by=iam.PrincipalWithConditions(iam.AccountRootPrincipal(), shown),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(policy) for policy in policies],
            max_session_duration=Duration.hours(1),
        )
        reason = "a job function for people, which AWS keeps in step with its services"
        found = "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{}]"
        acknowledge(role, {found.format(policy): reason for policy in policies})
        return role
