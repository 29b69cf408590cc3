"""Queues with their dead letters, and topics; lent ones of the free platform are imported."""

from __future__ import annotations

from aws_cdk import CfnOutput
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from premium.manifest import Consumer, Topic, services
from stacks.constructs.access.provision import Provision
from stacks.constructs.functions.service_function import construct_name
from stacks.constructs.stores.queue_with_dlq import QueueWithDlq
from stacks.constructs.watch.operations import operations_topics
from stacks.terms.frame import Frame, PremiumStack
from stacks.terms.model import Alerts, Existing

_EVENT_TRIES = 200
"""Half a minute apart at most, as their consumer asks: more than an hour and a half of an outage."""
_TRIES_OF_A_CONSUMER = 6  # a message is hidden for six times its consumer's timeout, as SQS asks of event sources


class MessagingStack(PremiumStack):
    """`events` of chains, the topics of services, and `operations`: a topic a class of alarms."""

    def __init__(self, scope: Construct, *, frame: Frame, key: kms.IKey, existing: Existing, alerts: Alerts) -> None:
        super().__init__(scope, "messaging", frame=frame, description="Premium: queues and topics")
        self._key, self._shared = key, {"ALERT_SHARDS": str(alerts.shards)}
        self._sources = {"EVENT_SOURCES": ",".join(alerts.sources)} if alerts.sources else {}
        self.with_dead_letters: dict[str, tuple[sqs.IQueue | None, sqs.IQueue]] = {}
        self.events = self._events(existing)
        self.operations = operations_topics(self, key=key)
        self.topics = {topic.variable: self._topic(topic) for service in services() for topic in service.topics}
        CfnOutput(self, "EventsQueueUrl", value=self.events.queue_url)
        if "Events" in self.with_dead_letters:
            CfnOutput(self, "EventsDeadLetters", value=self.with_dead_letters["Events"][1].queue_url)

    def provisions(self) -> dict[str, Provision]:
        """`events` for what empties the queue, `event_sender` for what fills it, `topics` for what publishes."""
        return {"events": self._consumer(), "event_sender": self._sender(), "topics": self._publisher()}

    def _topic(self, declared: Topic) -> sns.Topic:
        name = construct_name(declared.name.replace("-", "_"))
        made = sns.Topic(self, name, master_key=self._key, enforce_ssl=True, display_name=declared.name)
        CfnOutput(self, f"{name}TopicArn", value=made.topic_arn)
        return made

    def _publisher(self) -> Provision:
        def publish(grantee: iam.IGrantable) -> None:
            # The construct's own grant asks for the key by a wildcard.
            arns = [topic.topic_arn for topic in self.topics.values()]
            statement = iam.PolicyStatement(actions=["sns:Publish"], resources=arns)
            grantee.grant_principal.add_to_principal_policy(statement)
            self._key.grant(grantee, "kms:Decrypt", "kms:GenerateDataKey")

        return Provision({variable: topic.topic_arn for variable, topic in self.topics.items()}, publish)

    def _consumer(self) -> Provision:
        """The event source mapping grants the rest.

        What cannot be read it puts among the dead letters itself, with the reason; those of a lent queue are not ours.
        """
        environment = {"EVENTS_QUEUE_URL": self.events.queue_url, **self._shared}
        _, dead = self.with_dead_letters.get("Events", (None, None))
        if dead is None:
            return Provision(environment)

        def bury(grantee: iam.IGrantable) -> None:
            dead.grant(grantee, "sqs:SendMessage")
            self._key.grant(grantee, "kms:Decrypt", "kms:GenerateDataKey")

        return Provision(environment | {"EVENTS_DEAD_LETTERS": dead.queue_url}, bury)

    def _sender(self) -> Provision:
        """Provide what reads the chains; a lent queue's key is its owner's."""

        def send(grantee: iam.IGrantable) -> None:
            self.events.grant(grantee, "sqs:SendMessage")
            if "Events" in self.with_dead_letters:
                self._key.grant(grantee, "kms:Decrypt", "kms:GenerateDataKey")

        environment = {"EVENTS_QUEUE_URL": self.events.queue_url, **self._shared, **self._sources}
        return Provision(environment, send)

    def operated(self, schedules: sqs.IQueue) -> Provision:
        """Provide what an operator's command does about dead letters: look, give back, delete.

        `schedules` are those of the clock. A lent events queue's own are its owner's.
        """
        _, events = self.with_dead_letters.get("Events", (None, None))
        dead = [schedules] if events is None else [schedules, events]

        def operate(grantee: iam.IGrantable) -> None:
            for queue in dead:
                queue.grant(
                    grantee, "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility",
                    "sqs:GetQueueAttributes",
                )  # fmt: skip
            self.events.grant(grantee, "sqs:SendMessage", "sqs:GetQueueAttributes")
            self._key.grant(grantee, "kms:Decrypt", "kms:GenerateDataKey")

        environment = {"EVENTS_QUEUE_URL": self.events.queue_url, "SCHEDULE_DEAD_LETTERS_URL": schedules.queue_url}
        environment |= {"EVENTS_DEAD_LETTERS": events.queue_url} if events is not None else {}
        return Provision(environment | self._shared | self._sources, operate)

    def _events(self, existing: Existing) -> sqs.IQueue:
        if existing.events_queue:
            return sqs.Queue.from_queue_arn(self, "Events", existing.events_queue)
        return self._queue("Events", tries=_EVENT_TRIES)

    def _queue(self, name: str, **tries: int) -> sqs.IQueue:
        slowest = max((each.timeout for each in _consumers("events")), default=30)
        made = QueueWithDlq(self, name, key=self._key, visibility=_TRIES_OF_A_CONSUMER * slowest, **tries)
        self.with_dead_letters[name] = (made.queue, made.dead_letters)
        return made.queue


def _consumers(queue: str) -> list[Consumer]:
    return [consumer for service in services() for consumer in service.consumers if consumer.queue == queue]
