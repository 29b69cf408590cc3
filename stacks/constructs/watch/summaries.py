"""Send the day's figures every morning and the week's costs every Monday.

To whoever listens to `info`.
"""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_events_targets import LambdaFunction
from constructs import Construct

from stacks.constructs.access.wildcard import wildcard
from stacks.constructs.functions.async_failures import keep_failed_calls
from stacks.constructs.functions.inline_code import inline_function
from stacks.constructs.watch.metrics import BUSINESS
from stacks.terms.frame import Frame

_READS = ("cloudwatch:GetMetricData", "cloudwatch:ListMetrics", "ce:GetCostAndUsage")


class Summaries(Construct):
    """One function, two schedules; what fails thrice is kept in `dead_letters`."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        frame: Frame,
        topic: sns.Topic,
        key: kms.IKey,
        dead_letters: sqs.Queue,
        by_tag: bool,
    ) -> None:
        super().__init__(scope, name)
        environment = {**_told(frame.stage, by_tag), "TOPIC": topic.topic_arn, "NAMESPACE": BUSINESS}
        self.function, role = inline_function(
            self, "summary", frame=frame, timeout=Duration.minutes(1), environment=environment
        )
        role.add_to_policy(iam.PolicyStatement(actions=["sns:Publish"], resources=[topic.topic_arn]))
        key.grant(role, "kms:Decrypt", "kms:GenerateDataKey")
        wildcard(self, "Reads", role, _READS, "metrics and costs are the account's: they have no resources")
        keep_failed_calls(self, self.function, role=role, queue=dead_letters, oldest=Duration.hours(6))
        self._every("Daily", "daily", events.Schedule.cron(hour="6", minute="0"), dead_letters)
        self._every("Weekly", "weekly", events.Schedule.cron(week_day="MON", hour="6", minute="15"), dead_letters)

    def _every(self, name: str, kind: str, schedule: events.Schedule, dead_letters: sqs.IQueue) -> None:
        event = events.RuleTargetInput.from_object({"kind": kind})
        target = LambdaFunction(self.function, event=event, dead_letter_queue=dead_letters, retry_attempts=2)
        events.Rule(self, name, schedule=schedule, targets=[target])


def _told(stage: str, by_tag: bool) -> dict[str, str]:
    return {"STAGE": stage} | ({"COST_TAG": "stage"} if by_tag else {})
