"""Daily backups by AWS Backup, kept apart from what they back up.

With point-in-time recovery where a store has it.
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_backup as backup
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.constructs.access.findings import acknowledge
from stacks.constructs.stores.emptied_vault import EmptiedVault
from stacks.terms.frame import Frame

BACKED_UP = ("backup", "daily")  # the tag of resources of later stacks, which this plan finds by it
_SERVICE = "service-role/AWSBackupServiceRolePolicyForBackup"


class Backups(Construct):
    """One plan over `resources` and everything tagged `BACKED_UP`."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        frame: Frame,
        key: kms.IKey,
        message_key: kms.IKey,
        resources: Sequence[backup.BackupResource],
    ) -> None:
        super().__init__(scope, name)
        self.vault = backup.BackupVault(self, "Vault", encryption_key=key, removal_policy=frame.store_removal)
        self.plan = backup.BackupPlan(self, "Plan", backup_vault=self.vault, backup_plan_rules=[self._daily(frame)])
        if frame.store_removal == RemovalPolicy.DESTROY:  # after the plan, which would fill it again
            emptied = EmptiedVault(self, "Emptied", frame=frame, vault=self.vault, message_key=message_key)
            self.plan.node.add_dependency(emptied)
        tagged = backup.BackupResource.from_tag(*BACKED_UP)
        self.plan.add_selection("Everything", resources=[*resources, tagged], role=self._role())

    def _daily(self, frame: Frame) -> backup.BackupPlanRule:
        return backup.BackupPlanRule(
            rule_name="daily",
            schedule_expression=events.Schedule.cron(hour="3", minute="0"),
            delete_after=Duration.days(35 if frame.prod else 7),
        )

    def _role(self) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("backup.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(_SERVICE)],
        )
        finding = f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{_SERVICE}]"
        acknowledge(role, {finding: "AWS Backup's own service policy: it follows the services that Backup can read"})
        return role
