"""Ask the front door from three continents every half minute.

Five silent minutes wake somebody.
"""

from __future__ import annotations

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.constructs.watch.alarms import description
from stacks.constructs.watch.metrics import metric
from stacks.constructs.watch.operations import subscribe
from stacks.terms.model import Alerting


class Downtime(Construct):
    """A health check and its alarm, with a topic of its own.

    Health checks report to us-east-1 alone.
    """

    def __init__(self, scope: Construct, name: str, *, host: str, alerting: Alerting, key: kms.IKey) -> None:
        super().__init__(scope, name)
        check = route53.CfnHealthCheck(
            self,
            "Check",
            health_check_config=route53.CfnHealthCheck.HealthCheckConfigProperty(
                type="HTTPS",
                fully_qualified_domain_name=host,
                port=443,
                resource_path="/v1/health",
                request_interval=30,
                failure_threshold=3,
                enable_sni=True,
            ),
        )
        key.grant(iam.ServicePrincipal("cloudwatch.amazonaws.com"), "kms:Decrypt", "kms:GenerateDataKey")
        self.topic = sns.Topic(self, "Critical", master_key=key, enforce_ssl=True)
        self.topic.grant_publish(iam.ServicePrincipal("cloudwatch.amazonaws.com"))
        subscribe(self, {"critical": self.topic}, alerting)
        healthy = metric(
            "AWS/Route53", "HealthCheckStatus", {"HealthCheckId": check.ref}, statistic="Minimum", minutes=1
        )
        alarm = cloudwatch.Alarm(
            self,
            "Down",
            metric=healthy,
            threshold=1,
            evaluation_periods=5,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
            alarm_description=description("critical", "/v1/health has not answered for 5 minutes", "platform", "Down"),
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        alarm.add_ok_action(actions.SnsAction(self.topic))
