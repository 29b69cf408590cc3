"""Queues with their dead letters, and topics; lent ones of the free platform are imported."""

from __future__ import annotations

from aws_cdk import CfnOutput
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.constructs.operations import operations_topics
from stacks.constructs.provision import Provision
from stacks.constructs.queue_with_dlq import QueueWithDlq
from stacks.frame import Frame, PremiumStack
from stacks.model import Alerts, Existing

# Six times the consumer's timeout (stacks/routes.py: 60 s), as SQS asks of an event source.
_VISIBILITY = 360


class MessagingStack(PremiumStack):
    """`events` of chains, `intake` of jobs others ask for, `webhooks`; topics `alerts`, `billing`, `operations`."""

    def __init__(self, scope: Construct, *, frame: Frame, key: kms.IKey, existing: Existing, alerts: Alerts) -> None:
        super().__init__(scope, "messaging", frame=frame, description="Premium: queues and topics")
        self._key, self._shared = key, {"ALERT_SHARDS": str(alerts.shards)}
        self._sources = {"EVENT_SOURCES": ",".join(alerts.sources)} if alerts.sources else {}
        self.with_dead_letters: dict[str, tuple[sqs.IQueue | None, sqs.IQueue]] = {}
        self.intake = self._queue("Intake")
        self.webhooks = self._queue("Webhooks")
        self.events = self._events(existing)
        self.alerts = self._alerts(existing)
        self.billing = sns.Topic(self, "Billing", master_key=key, enforce_ssl=True)
        self.operations = operations_topics(self, key=key)
        CfnOutput(self, "EventsQueueUrl", value=self.events.queue_url)

    def provisions(self) -> dict[str, Provision]:
        """`events` for its consumer: the event source mapping grants the rest.

        What cannot be read it puts among the dead letters itself, with the reason; those of a lent queue are not ours.
        """
        environment = {"EVENTS_QUEUE_URL": self.events.queue_url, **self._shared}
        _, dead = self.with_dead_letters.get("Events", (None, None))
        if dead is None:
            return {"events": Provision(environment)}

        def bury(grantee: iam.IGrantable) -> None:
            dead.grant(grantee, "sqs:SendMessage")
            self._key.grant(grantee, "kms:Decrypt", "kms:GenerateDataKey")

        return {"events": Provision(environment | {"EVENTS_DEAD_LETTERS": dead.queue_url}, bury)}

    def worker_provisions(self) -> dict[str, Provision]:
        """`event_sender` for what reads the chains; a lent queue's key is its owner's to open."""

        def send(grantee: iam.IGrantable) -> None:
            self.events.grant(grantee, "sqs:SendMessage")
            if "Events" in self.with_dead_letters:
                self._key.grant(grantee, "kms:Decrypt", "kms:GenerateDataKey")

        environment = {"EVENTS_QUEUE_URL": self.events.queue_url, **self._shared, **self._sources}
        return {"event_sender": Provision(environment, send)}

    def _events(self, existing: Existing) -> sqs.IQueue:
        if existing.events_queue:
            return sqs.Queue.from_queue_arn(self, "Events", existing.events_queue)
        return self._queue("Events")

    def _alerts(self, existing: Existing) -> sns.ITopic:
        if existing.alerts_topic:
            return sns.Topic.from_topic_arn(self, "Alerts", existing.alerts_topic)
        return sns.Topic(self, "Alerts", master_key=self._key, enforce_ssl=True)

    def _queue(self, name: str) -> sqs.IQueue:
        made = QueueWithDlq(self, name, key=self._key, visibility=_VISIBILITY)
        self.with_dead_letters[name] = (made.queue, made.dead_letters)
        return made.queue
