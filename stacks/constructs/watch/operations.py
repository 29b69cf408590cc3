"""Topics of operations by severity, and who listens: mail, PagerDuty (critical), Slack (all)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import aws_chatbot as chatbot
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk.aws_sns_subscriptions import EmailSubscription, UrlSubscription
from constructs import Construct

from stacks.constructs.watch.alarms import SEVERITIES, Severity
from stacks.terms.model import Alerting

_PUBLISHERS = ("cloudwatch", "events", "budgets")


def operations_topics(scope: Construct, *, key: kms.IKey) -> dict[Severity, sns.Topic]:
    """Make one encrypted topic a class, open to the services that raise alarms."""
    return {severity: _topic(scope, f"Operations{severity.capitalize()}", key) for severity in SEVERITIES}


def subscribe(scope: Construct, topics: Mapping[Severity, sns.Topic], alerting: Alerting) -> None:
    """Subscribe the addresses that the configuration names, and nobody else."""
    for severity, topic in topics.items():
        for number, address in enumerate(alerting.emails):
            config = EmailSubscription(address).bind(topic)
            _subscription(scope, f"{severity.capitalize()}Mail{number}", topic, config)
    if alerting.pagerduty_url:
        config = UrlSubscription(alerting.pagerduty_url).bind(topics["critical"])
        _subscription(scope, "PagerDuty", topics["critical"], config)


def tell_slack(scope: Construct, topics: Sequence[sns.ITopic], alerting: Alerting) -> None:
    """Send all topics of a stage to its Slack channel, where one is named.

    Called once a stage: a channel takes one configuration of an account, and AWS refuses the second.
    """
    if alerting.slack_workspace and alerting.slack_channel:
        chatbot.SlackChannelConfiguration(
            scope,
            "Slack",
            slack_channel_configuration_name=f"{scope.node.id}-operations",
            slack_workspace_id=alerting.slack_workspace,
            slack_channel_id=alerting.slack_channel,
            notification_topics=list(topics),
            guardrail_policies=[iam.ManagedPolicy.from_aws_managed_policy_name("CloudWatchReadOnlyAccess")],
        )


def _subscription(scope: Construct, name: str, topic: sns.Topic, config: sns.TopicSubscriptionConfig) -> None:
    sns.Subscription(scope, name, topic=topic, endpoint=config.endpoint, protocol=config.protocol)


def _topic(scope: Construct, name: str, key: kms.IKey) -> sns.Topic:
    topic = sns.Topic(scope, name, master_key=key, enforce_ssl=True)
    for service in _PUBLISHERS:
        topic.grant_publish(iam.ServicePrincipal(f"{service}.amazonaws.com"))
    return topic
