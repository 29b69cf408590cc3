"""What operators see and are told: alarms in three classes, dashboards, summaries, notices, traces, a budget."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_xray as xray
from aws_cdk.aws_events_targets import SnsTopic
from constructs import Construct

from stacks.api import ApiStack
from stacks.constructs import alarm_rules
from stacks.constructs.alarms import Alarms, Severity
from stacks.constructs.dashboards import Dashboards
from stacks.constructs.error_filters import count_errors
from stacks.constructs.operations import subscribe
from stacks.constructs.queue_with_dlq import event_dead_letters
from stacks.constructs.summaries import Summaries
from stacks.data import DataStack
from stacks.frame import Frame, PremiumStack
from stacks.messaging import MessagingStack
from stacks.model import Alerting, Postgres
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
        api: ApiStack,
        workers: WorkersStack,
    ) -> None:
        super().__init__(scope, "observability", frame=frame, description="Premium: alarms, dashboards, summaries")
        topics = messaging.operations
        subscribe(self, topics, alerting)
        self.alarms = Alarms(self, "Alarms", topics=topics)
        alarm_rules.of_api(self.alarms, api)
        alarm_rules.of_data(self.alarms, data, postgres)
        alarm_rules.of_timeseries(self.alarms, timeseries)
        alarm_rules.of_queues(
            self.alarms, {**messaging.with_dead_letters, "Schedules": (None, api.schedule_dead_letters)}
        )
        alarm_rules.of_workers(self.alarms, workers)
        count_errors(self, api.functions, workers.services, self.alarms)
        Dashboards(self, "Dashboards", api=api, data=data, workers=workers)
        self.dead_letters = event_dead_letters(self, "SummaryDeadLetters", key=key)
        alarm_rules.of_queues(self.alarms, {"Summaries": (None, self.dead_letters)})
        Summaries(self, "Summaries", frame=frame, topic=topics["info"], key=key, dead_letters=self.dead_letters)
        self._notices(topics)
        self._traces()
        self._budget(topics, alerting)

    def _notices(self, topics: Mapping[Severity, sns.Topic]) -> None:
        """Every deployment that ends, well or not, of this stage's stacks and of its functions."""
        prefix = f"arn:{self.partition}:cloudformation:{self.region}:{self.account}:stack/premium-{self.frame.stage}-"
        stacks = events.EventPattern(
            source=["aws.cloudformation"],
            detail_type=["CloudFormation Stack Status Change"],
            detail={"stack-id": [{"prefix": prefix}]},
        )
        functions = events.EventPattern(
            source=["aws.codedeploy"], detail_type=["CodeDeploy Deployment State-change Notification"]
        )
        for name, pattern in (("StackNotices", stacks), ("CanaryNotices", functions)):
            target = SnsTopic(topics["info"], dead_letter_queue=self.dead_letters)
            events.Rule(self, name, event_pattern=pattern, targets=[target])

    def _traces(self) -> None:
        """One request a second and 5 % of the others; what fails or is slow is a group of its own."""
        xray.CfnSamplingRule(
            self,
            "Sampling",
            sampling_rule=xray.CfnSamplingRule.SamplingRuleProperty(
                rule_name=f"premium-{self.frame.stage}",  # X-Ray knows rules by a name of at most 32 letters alone
                priority=1000,
                fixed_rate=0.05,
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
                cost_filters={"TagKeyValue": [f"user:stage${self.frame.stage}"]},
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
