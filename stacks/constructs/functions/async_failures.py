"""Keep calls that failed and whose answers nobody waits for.

Lambda tries such a call twice more and then forgets it, unless it is told of a queue.
"""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

_RETRIES = 2


def keep_failed_calls(
    scope: Construct,
    function: lambda_.IFunction,
    *,
    role: iam.IRole,
    queue: sqs.Queue,
    alias: lambda_.Alias | None = None,
    oldest: Duration | None = None,
) -> lambda_.CfnEventInvokeConfig:
    """Send a call to the queue when it failed three times.

    Or when it waited for longer than `oldest`. Without an alias it is of the newest version. A call that must not be
    lost waits for what is returned.
    """
    policy = iam.Policy(scope, "KeepFailures", roles=[role], statements=_sending(queue))
    config = lambda_.CfnEventInvokeConfig(
        scope,
        "Failures",
        function_name=function.function_name,
        qualifier=alias.alias_name if alias else "$LATEST",
        maximum_retry_attempts=_RETRIES,
        maximum_event_age_in_seconds=int((oldest or Duration.hours(1)).to_seconds()),
        destination_config=lambda_.CfnEventInvokeConfig.DestinationConfigProperty(
            on_failure=lambda_.CfnEventInvokeConfig.OnFailureProperty(destination=queue.queue_arn)
        ),
    )
    if alias:
        config.node.add_dependency(alias)  # its name is a text, which waits for nothing
    config.node.add_dependency(policy)  # Lambda asks at once whether the role may send there
    return config


def _sending(queue: sqs.Queue) -> list[iam.PolicyStatement]:
    """By identity alone: the queue's key belongs to an earlier stack."""
    statements = [iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[queue.queue_arn])]
    if queue.encryption_master_key:
        key = queue.encryption_master_key.key_arn
        statements.append(iam.PolicyStatement(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[key]))
    return statements
