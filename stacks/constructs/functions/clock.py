"""Let any number of scheduled rules call one function, each with its task."""

from __future__ import annotations

import jsii
from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from aws_cdk.interfaces.aws_events import IRuleRef
from constructs import Construct

_TRIES = 2
"""Calls after the first that failed."""


class Clock(Construct):
    """The function that rules call, and the queue of calls that failed.

    Both permit every rule of this account and region at once. CDK's own target writes a permission for each rule into
    the policies of both: SQS takes 20 statements, and Lambda 20,480 letters.
    """

    def __init__(self, scope: Construct, name: str, *, called: lambda_.IFunction, dead_letters: sqs.Queue) -> None:
        super().__init__(scope, name)
        self._called, self._dead_letters = called, dead_letters
        rules = Stack.of(self).format_arn(
            service="events", resource="rule", resource_name="*", arn_format=ArnFormat.SLASH_RESOURCE_NAME
        )
        events_of_aws = iam.ServicePrincipal("events.amazonaws.com")
        called.add_permission(name, principal=events_of_aws, source_account=Stack.of(self).account, source_arn=rules)
        dead_letters.add_to_resource_policy(
            iam.PolicyStatement(
                sid="FailedCalls",
                principals=[events_of_aws],
                actions=["sqs:SendMessage"],
                resources=[dead_letters.queue_arn],
                conditions={"ArnLike": {"aws:SourceArn": rules}},
            )
        )

    def every(self, name: str, schedule: events.Schedule, *, task: str, oldest: Duration) -> events.Rule:
        """Call the function with `{"task": task}`; a call older than `oldest` is a dead letter."""
        target = _Target(self._called.function_arn, self._dead_letters.queue_arn, task, oldest)
        return events.Rule(Stack.of(self), name, schedule=schedule, targets=[target])


@jsii.implements(events.IRuleTarget)
class _Target:
    def __init__(self, function: str, dead_letters: str, task: str, oldest: Duration) -> None:
        self._function, self._dead_letters, self._task, self._oldest = function, dead_letters, task, oldest

    def bind(self, rule: IRuleRef, id: str | None = None) -> events.RuleTargetConfig:  # noqa: A002, ARG002 jsii's own names
        return events.RuleTargetConfig(
            arn=self._function,
            input=events.RuleTargetInput.from_object({"task": self._task}),
            dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=self._dead_letters),
            retry_policy=events.CfnRule.RetryPolicyProperty(
                maximum_retry_attempts=_TRIES, maximum_event_age_in_seconds=self._oldest.to_seconds()
            ),
        )
