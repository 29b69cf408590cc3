"""A shell in running tasks (ECS Exec), where a stage allows it.

What is typed and answered is kept in a log group, encrypted as the session is by a key of its own.
"""

from __future__ import annotations

from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.constructs.access.wildcard import wildcard
from stacks.terms.frame import Frame

_CHANNELS = (
    "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
)  # fmt: skip
_WRITE = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")


class Shell(Construct):
    """The key and the log of sessions; `configuration` is the cluster's, `allow` a task role's."""

    def __init__(self, scope: Construct, name: str, *, frame: Frame) -> None:
        super().__init__(scope, name)
        self.key = kms.Key(
            self,
            "Key",
            description=f"premium {frame.stage}: shells in tasks, and their log",
            enable_key_rotation=True,
            removal_policy=frame.store_removal,
        )
        self.log_group = logs.LogGroup(
            self, "Log", retention=frame.log_retention, encryption_key=self.key, removal_policy=frame.store_removal
        )
        self.configuration = ecs.ExecuteCommandConfiguration(
            kms_key=self.key,
            logging=ecs.ExecuteCommandLogging.OVERRIDE,
            log_configuration=ecs.ExecuteCommandLogConfiguration(
                cloud_watch_log_group=self.log_group, cloud_watch_encryption_enabled=True
            ),
        )

    def allow(self, scope: Construct, role: iam.Role) -> None:
        """Let a task open its end of a session, and log it."""
        wildcard(scope, "Channels", role, _CHANNELS, "a session's channels have no ARN")
        wildcard(scope, "FindLog", role, ("logs:DescribeLogGroups",), "the agent lists log groups to find its own")
        role.add_to_policy(iam.PolicyStatement(actions=list(_WRITE), resources=[self.log_group.log_group_arn]))
        self.key.grant(role, "kms:Decrypt")
