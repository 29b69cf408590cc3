"""The stack of one service, made from its manifest.

Functions, routes, consumers, dashboard and alarms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_events_targets import LambdaFunction
from aws_cdk.aws_lambda_event_sources import SqsEventSource
from constructs import Construct

from premium.manifest import Consumer, Service
from stacks.constructs.access.provision import Provisions
from stacks.constructs.fronts.http_front import Door, HttpFront
from stacks.constructs.functions.function_watch import FunctionWatch
from stacks.constructs.functions.service_function import ServiceFunction, construct_name
from stacks.constructs.stores.queue_with_dlq import event_dead_letters
from stacks.constructs.watch.alarm_rules import of_queue
from stacks.constructs.watch.alarms import Alarms, Severity
from stacks.constructs.watch.dashboards import service_dashboard
from stacks.constructs.watch.service_alarms import declared_alarms
from stacks.terms.frame import Frame, PremiumStack
from stacks.terms.functions import Function, answering, consuming
from stacks.terms.packages import Packages


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The parts that earlier stacks give the stacks of all services."""

    packages: Packages
    provisions: Provisions
    front: HttpFront
    chain_events: sqs.IQueue
    uploads: s3.IBucket
    message_key: kms.IKey
    topics: Mapping[Severity, sns.ITopic]
    canary_minutes: int


class ServiceStack(PremiumStack):
    """The stack of one service: `functions` by name.

    On AWS they are watched, too.
    """

    def __init__(self, scope: Construct, *, frame: Frame, service: Service, around: Surroundings) -> None:
        name = f"service-{service.name.replace('_', '-')}"
        super().__init__(scope, name, frame=frame, description=f"Premium: {service.title}")
        self._around, self._layer = around, around.packages.layer(self)
        self.functions: dict[str, ServiceFunction] = {}
        self.dead_letters: dict[str, sqs.IQueue] = {}
        self._answer(answering(service))
        for consumer in service.consumers:
            self._consume(consumer, consuming(service, consumer))
        if frame.abilities.deployments:
            self._watch(service)

    def _function(self, function: Function, failures: sqs.Queue | None = None) -> ServiceFunction:
        around = self._around
        made = ServiceFunction(
            self,
            function,
            frame=self.frame,
            packages=around.packages,
            layer=self._layer,
            provisions=around.provisions,
            failures=failures,
        )
        self.functions[function.name] = made
        return made

    def _answer(self, function: Function | None) -> None:
        if function is not None:
            routes = Construct(self, "Http")
            Door.of(routes, self._around.front).serve(routes, function, self._function(function))

    def _consume(self, consumer: Consumer, function: Function) -> None:
        failures = self._kept(function.name) if consumer.uploads else None
        made = self._function(function, failures)
        if consumer.queue:
            # Up to ten messages, of many events each: more would have to wait for a window of a second or longer.
            # The source holds to the cap itself: a throttled message would count as tried, and end as a dead letter.
            cap = self._around.packages.reserved.get(function.name)
            source = SqsEventSource(
                self._around.chain_events,
                batch_size=10,
                report_batch_item_failures=True,
                max_concurrency=max(cap, 2) if cap else None,
            )
            made.alias.add_event_source(source)
        if consumer.uploads and failures:
            self._tell_of_uploads(consumer.uploads, function.name, made.alias, failures)

    def _kept(self, name: str) -> sqs.Queue:
        """Make the queue of what a consumer refuses three times."""
        title = construct_name(name)
        made = event_dead_letters(self, f"{title}DeadLetters", key=self._around.message_key)
        self.dead_letters[title] = made
        return made

    def _tell_of_uploads(self, prefix: str, name: str, alias: lambda_.IFunction, dead_letters: sqs.IQueue) -> None:
        """Call a consumer when S3 has a new upload, of which S3 may tell twice."""
        title = construct_name(name)
        bucket = {"name": [self._around.uploads.bucket_name]}
        arrived = events.EventPattern(
            source=["aws.s3"],
            detail_type=["Object Created"],
            detail={"bucket": bucket, "object": {"key": [{"prefix": prefix}]}},
        )
        target = LambdaFunction(alias, dead_letter_queue=dead_letters, retry_attempts=2)
        events.Rule(self, f"{title}Arrived", event_pattern=arrived, targets=[target])

    def _watch(self, service: Service) -> None:
        around = self._around
        minutes, topics = around.canary_minutes, around.topics
        watch = FunctionWatch(self, "Watch", minutes=minutes, topics=topics, runbook=service.name)
        for name, made in self.functions.items():
            watch.add(name, made)
        self._alarm(service, watch.alarms)
        if self.frame.service_dashboards:
            service_dashboard(self, service, self.functions)

    def _alarm(self, service: Service, alarms: Alarms) -> None:
        for name, dead_letters in self.dead_letters.items():
            of_queue(alarms, name, None, dead_letters)
        declared_alarms(alarms, service)
