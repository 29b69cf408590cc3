"""Deploy functions by a canary: 5 % of the calls first, then all."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.constructs.access.findings import acknowledge
from stacks.constructs.functions.service_function import ServiceFunction

_SHARE = 5
_SERVICE = "service-role/AWSCodeDeployRoleForLambdaLimited"


class Canary(Construct):
    """One CodeDeploy application and role for the functions of a stack."""

    def __init__(self, scope: Construct, name: str, *, minutes: int) -> None:
        super().__init__(scope, name)
        self._application = codedeploy.LambdaApplication(self, "Application")
        self._role = self._service_role()
        self._config = codedeploy.LambdaDeploymentConfig(
            self,
            "Config",
            traffic_routing=codedeploy.TimeBasedCanaryTrafficRouting(
                interval=Duration.minutes(minutes), percentage=_SHARE
            ),
        )

    def deploy(self, made: ServiceFunction, alarm: cloudwatch.IAlarm) -> None:
        """Shift the calls of a function to its new version; the alarm takes it back."""
        codedeploy.LambdaDeploymentGroup(
            made,
            "Deployment",
            application=self._application,
            alias=made.alias,
            deployment_config=self._config,
            role=self._role.without_policy_updates(),
            alarms=[alarm],
            auto_rollback=codedeploy.AutoRollbackConfig(
                failed_deployment=True, stopped_deployment=True, deployment_in_alarm=True
            ),
        )

    def _service_role(self) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("codedeploy.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(_SERVICE)],
        )
        finding = f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{_SERVICE}]"
        acknowledge(role, {finding: "CodeDeploy's own service policy, the narrow one for functions"})
        return role
