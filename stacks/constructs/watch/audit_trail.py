"""CloudTrail of the account's region: every management event, validated.

In a bucket of its own and in CloudWatch.
"""

from __future__ import annotations

from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.constructs.access.findings import acknowledge
from stacks.constructs.stores.bucket import log_bucket
from stacks.constructs.watch.log_group import log_group
from stacks.terms.frame import Frame


class AuditTrail(Construct):
    """The trail of who did what to the stage's resources.

    The bucket is kept as long as the stage's logs.
    """

    def __init__(self, scope: Construct, name: str, *, frame: Frame, key: kms.Key) -> None:
        super().__init__(scope, name)
        self.bucket = log_bucket(self, "Bucket", frame=frame)
        group = log_group(self, "Logs", frame=frame, key=key)
        self.trail = cloudtrail.Trail(
            self,
            "Trail",
            bucket=self.bucket,
            send_to_cloud_watch_logs=True,
            cloud_watch_log_group=group,
            enable_file_validation=True,
            include_global_service_events=True,
            is_multi_region_trail=True,
            encryption_key=key,
        )
        reason = "CloudTrail's own log of deliveries; logging the log bucket into itself would never end"
        acknowledge(self.bucket, {"AwsSolutions-S1": reason})
