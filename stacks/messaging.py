"""Queues with their dead letters, and topics; lent ones of the free platform are imported."""

from __future__ import annotations

from aws_cdk import CfnOutput
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.constructs.provision import Provision
from stacks.constructs.queue_with_dlq import QueueWithDlq
from stacks.frame import Frame, PremiumStack
from stacks.model import Existing

# Six times the consumer's timeout (stacks/routes.py: 60 s), as SQS asks of an event source.
_VISIBILITY = 360


class MessagingStack(PremiumStack):
    """`events` chain events, `intake` jobs asked for by others, `webhooks` billing and DEX hooks; topics by name."""

    def __init__(self, scope: Construct, *, frame: Frame, key: kms.IKey, existing: Existing) -> None:
        super().__init__(scope, "messaging", frame=frame, description="Premium: queues and topics")
        self.intake = QueueWithDlq(self, "Intake", key=key, visibility=_VISIBILITY)
        self.webhooks = QueueWithDlq(self, "Webhooks", key=key, visibility=_VISIBILITY)
        self.events, self.event_queues = self._events(key, existing)
        self.alerts = self._alerts(key, existing)
        self.billing = self._topic("Billing", key)
        self.operations = self._topic("Operations", key)
        CfnOutput(self, "EventsQueueUrl", value=self.events.queue_url)

    @property
    def events_provision(self) -> Provision:
        """For the consumer: the event source mapping grants the rest."""
        return Provision({"EVENTS_QUEUE_URL": self.events.queue_url})

    def _events(self, key: kms.IKey, existing: Existing) -> tuple[sqs.IQueue, QueueWithDlq | None]:
        if existing.events_queue:
            return sqs.Queue.from_queue_arn(self, "Events", existing.events_queue), None
        made = QueueWithDlq(self, "Events", key=key, visibility=_VISIBILITY)
        return made.queue, made

    def _alerts(self, key: kms.IKey, existing: Existing) -> sns.ITopic:
        if existing.alerts_topic:
            return sns.Topic.from_topic_arn(self, "Alerts", existing.alerts_topic)
        return self._topic("Alerts", key)

    def _topic(self, name: str, key: kms.IKey) -> sns.Topic:
        return sns.Topic(self, name, master_key=key, enforce_ssl=True)
