"""The role that the pipeline takes by OpenID Connect, without a long-lived key.

For one repository and one environment.
"""

from __future__ import annotations

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.constructs.access.findings import acknowledge, wildcard_finding
from stacks.terms.frame import Frame

_ISSUER = "token.actions.githubusercontent.com"


class DeployRole(Construct):
    """A role that may take the roles of `cdk bootstrap`, and nothing else.

    GitHub vouches for repository and environment.
    """

    def __init__(self, scope: Construct, name: str, *, frame: Frame, repository: str) -> None:
        super().__init__(scope, name)
        provider = iam.CfnOIDCProvider(self, "GitHub", url=f"https://{_ISSUER}", client_id_list=["sts.amazonaws.com"])
        self.role = iam.Role(
            self,
            "Role",
            description=f"deploys premium {frame.stage} from {repository}",
            max_session_duration=Duration.hours(4),
            assumed_by=iam.FederatedPrincipal(
                provider.attr_arn,
                {
                    "StringEquals": {
                        f"{_ISSUER}:aud": "sts.amazonaws.com",
                        f"{_ISSUER}:sub": f"repo:{repository}:environment:{frame.stage}",
                    }
                },
                "sts:AssumeRoleWithWebIdentity",
            ),
        )
        bootstrapped = Stack.of(self).format_arn(service="iam", region="", resource="role", resource_name="cdk-*")
        self.role.add_to_policy(iam.PolicyStatement(actions=["sts:AssumeRole"], resources=[bootstrapped]))
        reason = "the names of the bootstrap's roles hold its qualifier, account and region"
        acknowledge(self.role, wildcard_finding(Stack.of(self), bootstrapped, reason))
        CfnOutput(self, "RoleArn", value=self.role.role_arn)
