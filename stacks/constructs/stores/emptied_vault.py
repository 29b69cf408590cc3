"""A vault that lets its stack be deleted: its recovery points go first."""

from __future__ import annotations

from aws_cdk import CustomResource, Duration, Stack
from aws_cdk import aws_backup as backup
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.constructs.access.findings import acknowledge, wildcard_finding
from stacks.constructs.access.wildcard import wildcard
from stacks.constructs.functions.async_failures import keep_failed_calls
from stacks.constructs.functions.inline_code import inline_function
from stacks.constructs.stores.queue_with_dlq import event_dead_letters
from stacks.terms.frame import Frame

# A recovery point has the ARN of what it is: a snapshot, a table's backup, or one of the service's own.
_POINTS = (
    ("backup", "recovery-point:*", "backup:DeleteRecoveryPoint"),
    ("rds", "snapshot:awsbackup:*", "rds:DeleteDBSnapshot"),
    ("dynamodb", "table/*/backup/*", "dynamodb:DeleteBackup"),
    ("ec2", "snapshot/*", "ec2:DeleteSnapshot"),
)
_REASON = "a recovery point's id is made with it, and only those of this stage's vault are asked for"


class EmptiedVault(Construct):
    """Made after the vault and deleted before it; then it empties it.

    A call of itself that failed is kept in a queue under `message_key`, which outlives the vault.
    """

    def __init__(
        self, scope: Construct, name: str, *, frame: Frame, vault: backup.BackupVault, message_key: kms.IKey
    ) -> None:
        super().__init__(scope, name)
        function, role = inline_function(self, "empty_vault", frame=frame, timeout=Duration.minutes(14))
        rights = self._rights(role, function, vault)
        queue = event_dead_letters(self, "DeadLetters", key=message_key)
        kept = keep_failed_calls(self, function, role=role, queue=queue)
        CustomResource(
            self,
            "Resource",
            service_token=function.function_arn,
            resource_type="Custom::EmptiedVault",
            service_timeout=Duration.hours(1),
            properties={"Vault": vault.backup_vault_name},
        ).node.add_dependency(*rights, kept)  # which must outlive it

    def _rights(self, role: iam.Role, function: lambda_.Function, vault: backup.BackupVault) -> list[iam.Policy]:
        list_points = iam.PolicyStatement(
            actions=["backup:ListRecoveryPointsByBackupVault"], resources=[vault.backup_vault_arn]
        )
        itself = iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn])
        own = iam.Policy(self, "Vault", roles=[role], statements=[list_points, itself])
        jobs = ("backup:ListBackupJobs", "backup:StopBackupJob")
        return [own, wildcard(self, "Jobs", role, jobs, "backup jobs have no resources"), self._deletes(role)]

    def _deletes(self, role: iam.Role) -> iam.Policy:
        stack, policy = Stack.of(self), iam.Policy(self, "Points", roles=[role])
        for service, points, action in _POINTS:
            account = "" if service == "ec2" else stack.account
            arn = f"arn:{stack.partition}:{service}:{stack.region}:{account}:{points}"
            actions = sorted({"backup:DeleteRecoveryPoint", action})
            policy.add_statements(iam.PolicyStatement(actions=actions, resources=[arn]))
            acknowledge(policy, wildcard_finding(stack, arn, _REASON))
        return policy
