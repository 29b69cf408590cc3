"""The firewall: AWS's managed rules, and a rate for anonymous callers."""

from __future__ import annotations

from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

_MANAGED = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
)
_ANONYMOUS_RATE = 2_000  # requests in five minutes from one address without credentials
_FLOOD_RATE = 1_000_000  # the same with any: above the enterprise tier's 100,000 a minute, so it stops floods alone


class WebAcl(Construct):
    """`arn` for CloudFront; its scope makes the stack live in us-east-1."""

    def __init__(self, scope: Construct, name: str, *, log_group_arn: str) -> None:
        super().__init__(scope, name)
        rules = [_managed(priority, rule) for priority, rule in enumerate(_MANAGED)]
        rules.append(_rate(len(rules), "Anonymous", _ANONYMOUS_RATE, scoped=_without_credentials()))
        rules.append(_rate(len(rules), "Flood", _FLOOD_RATE, scoped=None))
        self.acl = wafv2.CfnWebACL(
            self,
            "Acl",
            scope="CLOUDFRONT",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visible("WebAcl"),
            rules=rules,
        )
        self.arn = self.acl.attr_arn
        wafv2.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=self.arn,
            log_destination_configs=[log_group_arn],
            redacted_fields=[_redacted("authorization"), _redacted("x-api-key"), _redacted("cookie")],
        )


def _redacted(header: str) -> wafv2.CfnLoggingConfiguration.FieldToMatchProperty:
    return wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": header})


def _managed(priority: int, name: str) -> wafv2.CfnWebACL.RuleProperty:
    # Imports are larger than the rule set's 8 KiB of body: their size is counted, and bounded by API Gateway.
    body = wafv2.CfnWebACL.RuleActionOverrideProperty(
        name="SizeRestrictions_BODY", action_to_use=wafv2.CfnWebACL.RuleActionProperty(count={})
    )
    group = wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
        vendor_name="AWS",
        name=name,
        rule_action_overrides=[body] if name == "AWSManagedRulesCommonRuleSet" else None,
    )
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        statement=wafv2.CfnWebACL.StatementProperty(managed_rule_group_statement=group),
        visibility_config=_visible(name),
    )


def _rate(
    priority: int, name: str, limit: int, *, scoped: wafv2.CfnWebACL.StatementProperty | None
) -> wafv2.CfnWebACL.RuleProperty:
    by_address = wafv2.CfnWebACL.RateBasedStatementProperty(
        aggregate_key_type="IP", limit=limit, evaluation_window_sec=300, scope_down_statement=scoped
    )
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        action=wafv2.CfnWebACL.RuleActionProperty(block={}),
        statement=wafv2.CfnWebACL.StatementProperty(rate_based_statement=by_address),
        visibility_config=_visible(name),
    )


def _without_credentials() -> wafv2.CfnWebACL.StatementProperty:
    statements = [_absent(header) for header in ("authorization", "x-api-key")]
    return wafv2.CfnWebACL.StatementProperty(and_statement=wafv2.CfnWebACL.AndStatementProperty(statements=statements))


def _absent(header: str) -> wafv2.CfnWebACL.StatementProperty:
    present = wafv2.CfnWebACL.SizeConstraintStatementProperty(
        field_to_match=wafv2.CfnWebACL.FieldToMatchProperty(single_header={"Name": header}),
        comparison_operator="GT",
        size=0,
        text_transformations=[wafv2.CfnWebACL.TextTransformationProperty(priority=0, type="NONE")],
    )
    statement = wafv2.CfnWebACL.StatementProperty(size_constraint_statement=present)
    return wafv2.CfnWebACL.StatementProperty(not_statement=wafv2.CfnWebACL.NotStatementProperty(statement=statement))


def _visible(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
    )
