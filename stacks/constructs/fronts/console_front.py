"""The web console at the edge: its files, its paths and its headers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.constructs.stores.bucket import emptied
from stacks.terms.frame import Frame

_PATHS = Path(__file__).parent / "console_path.js"
_UPLOAD = Path(__file__).parent / "upload_path.js"
HEADERS = Path(__file__).resolve().parents[3] / "console" / "headers.json"
"""The same file gives the local front its headers."""
_OWN = ("Permissions-Policy", "Cross-Origin-Opener-Policy")
"""Headers that CloudFront has no field for."""


def static_bucket(scope: Construct, construct_id: str, *, frame: Frame, access_logs: s3.IBucket) -> s3.Bucket:
    """Make the bucket of files that CloudFront alone reads.

    `app/` in it is the console's.
    """
    return s3.Bucket(
        scope,
        construct_id,
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        minimum_tls_version=1.2,
        versioned=True,
        server_access_logs_bucket=access_logs,
        server_access_logs_prefix="static/",
        removal_policy=frame.store_removal,
        auto_delete_objects=emptied(frame),
    )


def files_behavior(files: cloudfront.IOrigin, **more: Any) -> cloudfront.BehaviorOptions:
    """Return how files are served: to everybody, for as long as their own headers say."""
    return cloudfront.BehaviorOptions(
        origin=files,
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
        compress=True,
        **more,
    )


def console_behaviors(
    scope: Construct, files: cloudfront.IOrigin, api: Callable[..., cloudfront.BehaviorOptions]
) -> dict[str, cloudfront.BehaviorOptions]:
    """Return the console's paths: files below `/app/`, and the root for browsers."""
    led = _led_by(scope, "ConsolePath", _PATHS)
    shown = files_behavior(files, function_associations=led, response_headers_policy=_headers(scope))
    return {"/app": shown, "/app/*": shown, "/": api(function_associations=led)}


def uploads_behavior(scope: Construct, domain: str) -> cloudfront.BehaviorOptions:
    """Return how the API's forms reach the store of uploads.

    Pages of the console connect to no other origin than ours. The form itself is what S3 lets in; nothing of the
    viewer's but the form is passed on, its cookies neither.
    """
    return cloudfront.BehaviorOptions(
        origin=origins.HttpOrigin(domain, protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY),
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
        cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
        response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
        function_associations=_led_by(scope, "UploadPath", _UPLOAD),
    )


def _led_by(scope: Construct, name: str, code: Path) -> list[cloudfront.FunctionAssociation]:
    function = cloudfront.Function(
        scope,
        name,
        code=cloudfront.FunctionCode.from_inline(code.read_text()),
        runtime=cloudfront.FunctionRuntime.JS_2_0,
    )
    asked = cloudfront.FunctionEventType.VIEWER_REQUEST
    return [cloudfront.FunctionAssociation(event_type=asked, function=function)]


def _headers(scope: Construct) -> cloudfront.ResponseHeadersPolicy:
    told: dict[str, str] = json.loads(HEADERS.read_text())
    seconds = int(told["Strict-Transport-Security"].split("=")[1].split(";")[0])
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "ConsoleHeaders",
        comment="What the console's pages may do (console/headers.json)",
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy=told["Content-Security-Policy"], override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=cloudfront.ResponseHeadersFrameOptions(
                frame_option=cloudfront.HeadersFrameOption.DENY, override=True
            ),
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=Duration.seconds(seconds), include_subdomains=True, override=True
            ),
        ),
        custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
            custom_headers=[
                cloudfront.ResponseCustomHeader(header=name, value=told[name], override=True) for name in _OWN
            ]
        ),
    )
