"""The front door: CloudFront with WAF, its secret and its name."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from aws_cdk import ArnFormat, CfnOutput, Fn, SecretValue, Token
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk.aws_route53_targets import CloudFrontTarget
from constructs import Construct

from stacks.constructs.access.findings import acknowledge
from stacks.constructs.fronts.console_front import console_behaviors, files_behavior, static_bucket, uploads_behavior
from stacks.constructs.fronts.edge_log import log_requests
from stacks.constructs.fronts.socket_front import STAGE
from stacks.constructs.fronts.web_acl import WebAcl
from stacks.constructs.stores.bucket import log_bucket
from stacks.constructs.watch.downtime import Downtime
from stacks.constructs.watch.log_group import let_logs_use, log_group
from stacks.terms.frame import Frame, PremiumStack
from stacks.terms.model import Alerting, Domain

_REWRITE = Path(__file__).parent / "constructs" / "fronts" / "stream_path.js"
ORIGIN_HEADER = "X-Origin-Secret"


class EdgeStack(PremiumStack):
    """The stack of the edge, in us-east-1: `distribution` and `url`.

    WAF and certificates of CloudFront live there.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        frame: Frame,
        http_domain: str,
        socket_domain: str,
        uploads_domain: str,
        origin_secret: secretsmanager.ISecret,
        domain: Domain | None,
        alerting: Alerting,
        networks: tuple[str, ...] = (),
    ) -> None:
        super().__init__(scope, "edge", frame=frame, description="Premium: CloudFront, WAF, static assets, DNS")
        self._domain = domain
        self._key = self._edge_key()
        self.firewall = WebAcl(self, "Firewall", log_group_arn=self._firewall_log().log_group_arn, networks=networks)
        self.access_logs = self._access_logs()
        domains = http_domain, socket_domain, uploads_domain
        self.distribution = self._distribution(domains, self._value_here(origin_secret))
        self.url = f"https://{domain.name if domain else self.distribution.distribution_domain_name}"
        if domain:
            self._name(domain)
        self.downtime = None
        if alerting.outside:
            self.downtime = Downtime(self, "Downtime", host=host_of(self.url), alerting=alerting, key=self._key)
        CfnOutput(self, "Url", value=self.url)

    def _distribution(self, domains: tuple[str, str, str], origin_secret: str) -> cloudfront.Distribution:
        http_domain, socket_domain, uploads_domain = domains
        shut = {ORIGIN_HEADER: origin_secret}
        http = origins.HttpOrigin(http_domain, custom_headers=shut)
        socket = origins.HttpOrigin(socket_domain, custom_headers=shut)
        files = static_bucket(self, "Static", frame=self.frame, access_logs=self.access_logs)
        CfnOutput(self, "StaticBucket", value=files.bucket_name)
        static = origins.S3BucketOrigin.with_origin_access_control(files)
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"premium {self.frame.stage}",
            default_behavior=_api(http),
            additional_behaviors={
                "/v1/*/stream": _stream(socket, self._rewrite()),
                "/static/*": files_behavior(static),
                "/uploads": uploads_behavior(self, uploads_domain),
                **console_behaviors(self, static, partial(_api, http)),
            },
            domain_names=[self._domain.name] if self._domain else None,
            certificate=self._certificate(),
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021 if self._domain else None,
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            price_class=cloudfront.PriceClass.PRICE_CLASS_ALL
            if self.frame.prod
            else cloudfront.PriceClass.PRICE_CLASS_100,
            web_acl_id=self.firewall.arn,
        )
        log_requests(self, distribution, self.access_logs)
        self._acknowledge(distribution)
        return distribution

    def _value_here(self, secret: secretsmanager.ISecret) -> str:
        """Return the reference by which this region resolves the secret's value: CloudFormation reads no other's.

        Elsewhere the secret has a replica here, under its ARN but for the region.
        """
        if not self.frame.cross_region:
            return secret.secret_value_from_json("value").unsafe_unwrap()
        named = Fn.select(6, Fn.split(":", secret.secret_arn))
        form = ArnFormat.COLON_RESOURCE_NAME
        arn = self.format_arn(service="secretsmanager", resource="secret", resource_name=named, arn_format=form)
        return SecretValue.secrets_manager(arn, json_field="value").unsafe_unwrap()

    def _acknowledge(self, distribution: cloudfront.Distribution) -> None:
        found = {
            "AwsSolutions-CFR1": "where it may be used is decided per user (is_restricted), not per country",
            "AwsSolutions-CFR3": "logged by a delivery that names its fields; the old log would hold query strings",
        }
        if not self._domain:
            found["AwsSolutions-CFR4"] = f"{self.frame.stage} has no domain: CloudFront's own certificate fixes its TLS"
        acknowledge(distribution, found)

    def _rewrite(self) -> cloudfront.Function:
        code = _REWRITE.read_text().replace("@STAGE@", STAGE)
        return cloudfront.Function(
            self,
            "StreamPath",
            code=cloudfront.FunctionCode.from_inline(code),
            runtime=cloudfront.FunctionRuntime.JS_2_0,
        )

    def _certificate(self) -> acm.ICertificate | None:
        if self._domain is None:
            return None
        return acm.Certificate.from_certificate_arn(self, "Certificate", self._domain.certificate)

    def _name(self, domain: Domain) -> None:
        zone = route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=domain.zone_id, zone_name=domain.zone_name
        )
        target = route53.RecordTarget.from_alias(CloudFrontTarget(self.distribution))
        route53.ARecord(self, "Address", zone=zone, record_name=f"{domain.name}.", target=target)
        route53.AaaaRecord(self, "Address6", zone=zone, record_name=f"{domain.name}.", target=target)

    def _firewall_log(self) -> logs.LogGroup:
        name = f"aws-waf-logs-premium-{self.frame.stage}"  # WAF writes only to groups of this prefix
        return log_group(self, "FirewallLog", frame=self.frame, key=self._key, physical_name=name)

    def _edge_key(self) -> kms.Key:
        """Make the edge's own key: its region may be another than the stage's."""
        text, removal = "premium: logs and alarms of the edge", self.frame.store_removal
        key = kms.Key(self, "Key", enable_key_rotation=True, description=text, removal_policy=removal)
        let_logs_use(key)
        return key

    def _access_logs(self) -> s3.Bucket:
        bucket = log_bucket(self, "AccessLogs", frame=self.frame)
        acknowledge(bucket, {"AwsSolutions-S1": "it is where access logs go; logging it into itself would never end"})
        return bucket


def _api(origin: origins.HttpOrigin, **more: Any) -> cloudfront.BehaviorOptions:
    """Every answer is somebody's own: nothing is cached, everything but the host is passed on."""
    return cloudfront.BehaviorOptions(
        origin=origin,
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
        cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
        origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
        **more,
    )


def _stream(origin: origins.HttpOrigin, rewrite: cloudfront.Function) -> cloudfront.BehaviorOptions:
    association = cloudfront.FunctionAssociation(
        event_type=cloudfront.FunctionEventType.VIEWER_REQUEST, function=rewrite
    )
    return cloudfront.BehaviorOptions(
        origin=origin,
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
        origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        function_associations=[association],
    )


def host_of(url: str) -> str:
    """Return the host of an address, which may be known only at deploy."""
    return Fn.select(2, Fn.split("/", url)) if Token.is_unresolved(url) else url.split("/")[2]
