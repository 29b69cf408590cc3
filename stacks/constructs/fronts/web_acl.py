"""The firewall: AWS's managed rules, and how often one address may call.

No rule looks at whether a request brings credentials: a firewall cannot check them, and anybody can make some up.
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

_MANAGED = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
)
_PUBLIC_PATHS = ("/v1/health", "/v1/openapi.json", "/v1/auth/")
_PUBLIC_RATE = 2_000  # requests in five minutes from one address to paths that ask for no credentials
_ADDRESS_RATE = 10_000  # requests a minute from one address to anything: what the tier pro promises one user
_FLOOD_RATE = 1_000_000  # in five minutes from a listed network: twice what the tier enterprise promises
_SECRET_HEADERS = ("authorization", "x-api-key", "cookie", "sec-websocket-protocol", "x-origin-secret")


class WebAcl(Construct):
    """`arn` for CloudFront; its scope makes the stack live in us-east-1.

    `networks` of customers (CIDR) may call more often than one address may.
    """

    def __init__(self, scope: Construct, name: str, *, log_group_arn: str, networks: Sequence[str] = ()) -> None:
        super().__init__(scope, name)
        rules = [_managed(priority, rule) for priority, rule in enumerate(_MANAGED)]
        rules.append(_rate(len(rules), "Public", _PUBLIC_RATE, seconds=300, scoped=_on_paths(_PUBLIC_PATHS)))
        strangers = _outside(self._listed(networks)) if networks else None
        rules.append(_rate(len(rules), "Address", _ADDRESS_RATE, seconds=60, scoped=strangers))
        rules.append(_rate(len(rules), "Flood", _FLOOD_RATE, seconds=300, scoped=None))
        self.acl = wafv2.CfnWebACL(
            self,
            "Acl",
            scope="CLOUDFRONT",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visible("WebAcl"),
            data_protection_config=_protected(),
            rules=rules,
        )
        self.arn = self.acl.attr_arn
        self._log(log_group_arn)

    def _log(self, group_arn: str) -> None:
        """Log what was blocked or counted, without what opens a door.

        What passed is in the access logs of the APIs; here it would be most of the bill.
        """
        headers = [_field(single_header={"Name": header}) for header in _SECRET_HEADERS]
        kept = [{"ActionCondition": {"Action": action}} for action in ("BLOCK", "COUNT")]
        wafv2.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=self.arn,
            log_destination_configs=[group_arn],
            redacted_fields=[*headers, _field(query_string={})],
            logging_filter={
                "DefaultBehavior": "DROP",
                "Filters": [{"Behavior": "KEEP", "Requirement": "MEETS_ANY", "Conditions": kept}],
            },
        )

    def _listed(self, networks: Sequence[str]) -> str:
        made = wafv2.CfnIPSet(
            self, "Networks", scope="CLOUDFRONT", ip_address_version="IPV4", addresses=sorted(networks)
        )
        return made.attr_arn


def _field(**fields: object) -> wafv2.CfnLoggingConfiguration.FieldToMatchProperty:
    return wafv2.CfnLoggingConfiguration.FieldToMatchProperty(**fields)


def _protected() -> wafv2.CfnWebACL.DataProtectionConfigProperty:
    """Hide the same in what the console samples, which no redaction of logs covers."""
    hidden = [
        wafv2.CfnWebACL.FieldToProtectProperty(field_type="SINGLE_HEADER", field_keys=[*_SECRET_HEADERS]),
        wafv2.CfnWebACL.FieldToProtectProperty(field_type="QUERY_STRING"),
    ]
    return wafv2.CfnWebACL.DataProtectionConfigProperty(
        data_protections=[wafv2.CfnWebACL.DataProtectProperty(action="SUBSTITUTION", field=field) for field in hidden]
    )


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
    priority: int, name: str, limit: int, *, seconds: int, scoped: wafv2.CfnWebACL.StatementProperty | None
) -> wafv2.CfnWebACL.RuleProperty:
    by_address = wafv2.CfnWebACL.RateBasedStatementProperty(
        aggregate_key_type="IP", limit=limit, evaluation_window_sec=seconds, scope_down_statement=scoped
    )
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        action=wafv2.CfnWebACL.RuleActionProperty(block={}),
        statement=wafv2.CfnWebACL.StatementProperty(rate_based_statement=by_address),
        visibility_config=_visible(name),
    )


def _on_paths(paths: Sequence[str]) -> wafv2.CfnWebACL.StatementProperty:
    statements = [
        wafv2.CfnWebACL.StatementProperty(
            byte_match_statement=wafv2.CfnWebACL.ByteMatchStatementProperty(
                field_to_match=wafv2.CfnWebACL.FieldToMatchProperty(uri_path={}),
                positional_constraint="STARTS_WITH",
                search_string=path,
                text_transformations=[wafv2.CfnWebACL.TextTransformationProperty(priority=0, type="NORMALIZE_PATH")],
            )
        )
        for path in paths
    ]
    return wafv2.CfnWebACL.StatementProperty(or_statement=wafv2.CfnWebACL.OrStatementProperty(statements=statements))


def _outside(listed: str) -> wafv2.CfnWebACL.StatementProperty:
    inside = wafv2.CfnWebACL.StatementProperty(ip_set_reference_statement={"arn": listed})
    return wafv2.CfnWebACL.StatementProperty(not_statement=wafv2.CfnWebACL.NotStatementProperty(statement=inside))


def _visible(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
    )
