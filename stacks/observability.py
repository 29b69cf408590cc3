"""What operators see and are told of the platform: alarms, dashboards, summaries, notices, a budget."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_xray as xray
from aws_cdk.aws_events_targets import SnsTopic
from constructs import Construct

from premium.manifest import Service, services
from stacks.api import ApiStack
from stacks.constructs.functions.service_function import construct_name
from stacks.constructs.stores.queue_with_dlq import event_dead_letters
from stacks.constructs.watch import alarm_rules
from stacks.constructs.watch.alarms import Alarms, Severity
from stacks.constructs.watch.dashboards import PlatformDashboards
from stacks.constructs.watch.error_filters import count_errors
from stacks.constructs.watch.operations import subscribe, tell_slack
from stacks.constructs.watch.service_alarms import declared_alarms
from stacks.constructs.watch.summaries import Summaries
from stacks.data import DataStack
from stacks.edge import EdgeStack
from stacks.messaging import MessagingStack
from stacks.migrations import MigrationsStack
from stacks.terms.frame import Frame, PremiumStack
from stacks.terms.functions import deployed
from stacks.terms.model import Alerting, Postgres
from stacks.timeseries import TimeseriesStack
from stacks.workers import WorkersStack


class ObservabilityStack(PremiumStack):
    """`alarms.made` by name."""

    def __init__(
        self,
        scope: Construct,
        *,
        frame: Frame,
        key: kms.IKey,
        postgres: Postgres,
        alerting: Alerting,
        data: DataStack,
        timeseries: TimeseriesStack,
        messaging: MessagingStack,
        migrations: MigrationsStack,
        api: ApiStack,
        workers: WorkersStack,
        edge: EdgeStack,
    ) -> None:
        super().__init__(scope, "observability", frame=frame, description="Premium: alarms, dashboards, summaries")
        topics = messaging.operations
        subscribe(self, topics, alerting)
        outside = [edge.downtime.topic] if edge.downtime else []
        tell_slack(self, [*topics.values(), *outside], alerting)
        self.alarms = Alarms(self, "Alarms", topics=topics, runbook="platform")
        self._stores(data, timeseries, postgres)
        alarm_rules.of_api(self.alarms, api.http)
        self._workers(workers)
        for service in services():
            if service not in deployed():  # the others' alarms stand in their own stacks
                declared_alarms(self._alarms_of(service, topics), service)
        PlatformDashboards(self, "Dashboards", data=data, workers=workers.services.values())
        self.dead_letters = event_dead_letters(self, "SummaryDeadLetters", key=key)
        dead_letters = {
            "Streams": api.stream_dead_letters,
            "Schedules": api.schedule_dead_letters,
            "Summaries": self.dead_letters,
            "Migrations": migrations.dead_letters,
        }
        for name, (queue, dead) in messaging.with_dead_letters.items():
            alarm_rules.of_queue(self.alarms, name, queue, dead)
        for name, dead in dead_letters.items():
            alarm_rules.of_queue(self.alarms, name, None, dead)
        Summaries(
            self,
            "Summaries",
            frame=frame,
            topic=topics["info"],
            key=key,
            dead_letters=self.dead_letters,
            by_tag=alerting.cost_tag,
        )
        self._notices(topics)
        self._traces()
        self._budget(topics, alerting)

    def _stores(self, data: DataStack, timeseries: TimeseriesStack, postgres: Postgres) -> None:
        if data.database:
            alarm_rules.of_database(self.alarms, data.database.instance, postgres.max_connections)
        if data.redis:
            alarm_rules.of_redis(self.alarms, data.redis)
        if timeseries.home:
            alarm_rules.of_timeseries(self.alarms)

    def _workers(self, workers: WorkersStack) -> None:
        alarm_rules.of_workers(self.alarms, workers.services.values())
        for name, each in workers.services.items():
            count_errors(self, f"worker_{name}", each.task.log_group, self.alarms)

    def _alarms_of(self, service: Service, topics: Mapping[Severity, sns.Topic]) -> Alarms:
        return Alarms(self, f"{construct_name(service.name)}Alarms", topics=topics, runbook=service.name)

    def _notices(self, topics: Mapping[Severity, sns.Topic]) -> None:
        """Tell of every deployment of this stage that ends, well or not; a canary that was taken back pages."""
        prefix = f"arn:{self.partition}:cloudformation:{self.region}:{self.account}:stack/premium-{self.frame.stage}-"
        stacks = events.EventPattern(
            source=["aws.cloudformation"],
            detail_type=["CloudFormation Stack Status Change"],
            detail={"stack-id": [{"prefix": prefix}]},
        )
        going, taken_back = _canaries("START", "SUCCESS", "READY"), _canaries("FAILURE", "STOP")
        notices: tuple[tuple[str, events.EventPattern, Severity], ...] = (
            ("StackNotices", stacks, "info"),
            ("CanaryNotices", going, "info"),
            ("CanaryFailed", taken_back, "critical"),
        )
        for name, pattern, severity in notices:
            target = SnsTopic(topics[severity], dead_letter_queue=self.dead_letters)
            events.Rule(self, name, event_pattern=pattern, targets=[target])

    def _traces(self) -> None:
        """Trace one request a second and 5 % of the others, in prod 1 %: there a trace costs more than its request.

        What fails or is slow is a group of its own.
        """
        xray.CfnSamplingRule(
            self,
            "Sampling",
            sampling_rule=xray.CfnSamplingRule.SamplingRuleProperty(
                rule_name=f"premium-{self.frame.stage}",  # X-Ray knows rules by a name of at most 32 letters alone
                priority=1000,
                fixed_rate=0.01 if self.frame.prod else 0.05,
                reservoir_size=1,
                host="*",
                http_method="*",
                resource_arn="*",
                service_name="*",
                service_type="*",
                url_path="*",
                version=1,
            ),
        )
        xray.CfnGroup(
            self,
            "Troubled",
            group_name=f"premium-{self.frame.stage}-troubled",
            filter_expression="fault = true OR error = true OR responsetime > 1",
        )

    def _budget(self, topics: Mapping[Severity, sns.Topic], alerting: Alerting) -> None:
        listener = budgets.CfnBudget.SubscriberProperty(address=topics["warning"].topic_arn, subscription_type="SNS")
        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=alerting.monthly_budget, unit="USD"),
                cost_filters={"TagKeyValue": [f"user:stage${self.frame.stage}"]} if alerting.cost_tag else None,
            ),
            notifications_with_subscribers=[
                budgets.CfnBudget.NotificationWithSubscribersProperty(
                    notification=budgets.CfnBudget.NotificationProperty(
                        comparison_operator="GREATER_THAN", notification_type=kind, threshold=threshold
                    ),
                    subscribers=[listener],
                )
                for kind, threshold in (("ACTUAL", 80), ("FORECASTED", 100))
            ],
        )


def _canaries(*states: str) -> events.EventPattern:
    """Match how deployments of functions stand."""
    kind = "CodeDeploy Deployment State-change Notification"
    return events.EventPattern(source=["aws.codedeploy"], detail_type=[kind], detail={"state": [*states]})
