"""The task that rotates a stage's own passwords.

`make rotate` starts it, and a schedule where the stage has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import ArnFormat, Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk.aws_events_targets import EcsTask
from constructs import Construct

from stacks.constructs.tasks.fargate_task import FargateTask, TaskSize
from stacks.data import DataStack
from stacks.edge import ORIGIN_HEADER, EdgeStack
from stacks.migrations import MigrationsStack
from stacks.network import PRIVATE
from stacks.security import SecurityStack
from stacks.terms.frame import Frame, PremiumStack
from stacks.timeseries import TimeseriesStack

_SECRETS = (
    "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:DescribeSecret",
    "secretsmanager:UpdateSecretVersionStage",
)  # fmt: skip
_PURPOSES = {"app": ("App", ""), "worker": ("Worker", "Worker")}
"""Of each purpose: its roles' secrets, and how its connection's name begins."""


@dataclass(frozen=True, kw_only=True)
class Rotated:
    """The stacks whose passwords are rotated."""

    security: SecurityStack
    data: DataStack
    timeseries: TimeseriesStack
    migrations: MigrationsStack
    edge: EdgeStack


class RotationStack(PremiumStack):
    """The stack of the rotation: `task`, and what it is told of as `plan`.

    What is lent or somebody else's is not in the plan.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        frame: Frame,
        vpc: ec2.IVpc,
        group: ec2.ISecurityGroup,
        every_days: int | None,
        rotated: Rotated,
    ) -> None:
        super().__init__(scope, "rotation", frame=frame, description="Premium: passwords that change by themselves")
        self._rotated, self._arns = rotated, dict[str, str]()
        self.plan = self._plan()
        self.task = FargateTask(
            self,
            "Task",
            frame=frame,
            image=rotated.migrations.image,
            size=TaskSize(cpu=256, memory=512),
            command=("python", "-m", "premium.cli", "rotation", "run"),
        )
        self._rights(self.task.task_role)
        self.task.run_with(self._environment())
        if every_days:
            self._schedule(every_days, group)
        self.task.started_by_hand(cluster=rotated.migrations.cluster, vpc=vpc, group=group)

    def _environment(self) -> dict[str, str]:
        audit = self._rotated.data.provisions()["audit"].give(self.task.task_role)
        fixed = {"PREMIUM_STAGE": self.frame.stage, "SERVICE_NAME": "rotation", "LOG_LEVEL": "INFO"}
        return {**fixed, **audit, "ROTATION_PLAN": self.to_json_string(self.plan)}

    def _plan(self) -> Mapping[str, object]:
        rotated = self._rotated
        databases = []
        if rotated.data.database:
            host = rotated.data.database.instance.db_instance_endpoint_address
            databases.append(self._database("database", host, rotated.data.connections))
        if rotated.timeseries.server:
            databases.append(self._database("timeseries", rotated.timeseries.server, rotated.timeseries.connections))
        plan: dict[str, object] = {"databases": databases, "origin": self._origin()}
        if rotated.data.redis:
            plan["redis"] = {
                "group": rotated.data.redis.group.ref,
                "auth": self._secret("RedisAuth"),
                "connection": self._known(rotated.data.connections["Redis"]),
            }
        return plan

    def _database(self, name: str, host: str, connections: Mapping[str, secretsmanager.ISecret]) -> object:
        title = name.capitalize()
        purposes = [
            {
                "name": purpose,
                "connection": self._known(connections[f"{before}{title}"]),
                "roles": [self._secret(f"{title}{role}"), self._secret(f"{title}{role}Alternate")],
            }
            for purpose, (role, before) in _PURPOSES.items()
        ]
        people = {who.lower(): self._secret(f"{title}{who}") for who in ("Admin", "Owner")}
        return {"name": name, "host": host, **people, "purposes": purposes}

    def _origin(self) -> object:
        distribution = self._rotated.edge.distribution.distribution_id
        return {"distribution": distribution, "header": ORIGIN_HEADER, "secret": self._secret("Origin")}

    def _secret(self, name: str) -> str:
        return self._known(self._rotated.security.secrets[name])

    def _known(self, secret: secretsmanager.ISecret) -> str:
        self._arns[secret.node.path] = secret.secret_arn
        return secret.secret_arn

    def _rights(self, role: iam.Role) -> None:
        """Allow these secrets, this replication group and this distribution."""
        rotated = self._rotated
        role.add_to_policy(iam.PolicyStatement(actions=list(_SECRETS), resources=list(self._arns.values())))
        rotated.security.data_key.grant(role, "kms:Decrypt", "kms:GenerateDataKey")
        edge = rotated.edge
        distribution = self.format_arn(
            service="cloudfront", region="", resource="distribution", resource_name=edge.distribution.distribution_id
        )
        actions = ["cloudfront:GetDistribution", "cloudfront:GetDistributionConfig", "cloudfront:UpdateDistribution"]
        role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[distribution]))
        role.add_to_policy(iam.PolicyStatement(actions=["wafv2:GetWebACL"], resources=[edge.firewall.arn]))
        if rotated.data.redis:
            group = self.format_arn(
                service="elasticache",
                resource="replicationgroup",
                resource_name=rotated.data.redis.group.ref,
                arn_format=ArnFormat.COLON_RESOURCE_NAME,
            )
            changes = ["elasticache:ModifyReplicationGroup", "elasticache:DescribeReplicationGroups"]
            role.add_to_policy(iam.PolicyStatement(actions=changes, resources=[group]))

    def _schedule(self, days: int, group: ec2.ISecurityGroup) -> None:
        target = EcsTask(
            cluster=self._rotated.migrations.cluster,
            task_definition=self.task.definition,
            role=self._starter(),
            subnet_selection=PRIVATE,
            security_groups=[group],
            assign_public_ip=False,
            max_event_age=Duration.hours(1),
            retry_attempts=2,
        )
        events.Rule(self, "Schedule", schedule=events.Schedule.rate(Duration.days(days)), targets=[target])

    def _starter(self) -> iam.IRole:
        """Return the rule's role: this one task, and no tags on others, which the library's own role may set."""
        role = iam.Role(self, "Starter", assumed_by=iam.ServicePrincipal("events.amazonaws.com"))
        task = self.task
        definition = task.definition.task_definition_arn
        role.add_to_policy(iam.PolicyStatement(actions=["ecs:RunTask"], resources=[definition]))
        roles = [task.task_role.role_arn, task.execution_role.role_arn]
        role.add_to_policy(iam.PolicyStatement(actions=["iam:PassRole"], resources=roles))
        return role.without_policy_updates()
