"""An SQS queue and its dead-letter queue: encrypted, TLS only, redriven after their tries."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.constructs.access.findings import acknowledge

_TRIES = 5
"""Deliveries of a message before it is a dead letter."""


def dead_letter_queue(scope: Construct, name: str, *, key: kms.IKey) -> sqs.Queue:
    """Make a queue that keeps for 14 days what could not be delivered."""
    return sqs.Queue(
        scope,
        name,
        encryption=sqs.QueueEncryption.KMS,
        encryption_master_key=key,
        enforce_ssl=True,
        retention_period=Duration.days(14),
    )


def event_dead_letters(scope: Construct, name: str, *, key: kms.IKey) -> sqs.Queue:
    """Make a queue for events that a target refused, or calls that failed.

    EventBridge or Lambda puts them here, no queue redrives to it.
    """
    made = dead_letter_queue(scope, name, key=key)
    acknowledge(made, {"AwsSolutions-SQS3": "it is a dead-letter queue itself, of rules or asynchronous calls"})
    return made


class QueueWithDlq(Construct):
    """A queue with its dead letters, `queue` and `dead_letters`.

    A message is hidden for `visibility` seconds while it is worked on.
    """

    def __init__(self, scope: Construct, name: str, *, key: kms.IKey, visibility: int, tries: int = _TRIES) -> None:
        super().__init__(scope, name)
        self.dead_letters = dead_letter_queue(self, "DeadLetters", key=key)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=Duration.days(4),
            visibility_timeout=Duration.seconds(visibility),
            dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=tries, queue=self.dead_letters),
        )
