"""CloudTrail of the account's region: every management event, validated.

In a bucket of its own and in CloudWatch.
"""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.constructs.bucket import log_bucket
from stacks.constructs.findings import acknowledge
from stacks.frame import Frame


class AuditTrail(Construct):
    """The trail of who did what to the stage's resources.

    The bucket is kept as long as the stage's logs.
    """

    def __init__(self, scope: Construct, name: str, *, frame: Frame) -> None:
        super().__init__(scope, name)
        self.bucket = log_bucket(self, "Bucket", frame=frame)
        group = logs.LogGroup(self, "Logs", retention=frame.log_retention, removal_policy=RemovalPolicy.DESTROY)
        self.trail = cloudtrail.Trail(
            self,
            "Trail",
            bucket=self.bucket,
            send_to_cloud_watch_logs=True,
            cloud_watch_log_group=group,
            enable_file_validation=True,
            include_global_service_events=True,
            is_multi_region_trail=True,
        )
        reason = "CloudTrail's own log of deliveries; logging the log bucket into itself would never end"
        acknowledge(self.bucket, {"AwsSolutions-S1": reason})
