"""Write access logs of an API stage, one JSON object a request.

No headers and no query strings, which may hold tokens.
"""

from __future__ import annotations

import json

from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_logs as logs

_COMMON = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "route": "$context.routeKey",
    "status": "$context.status",
    "error": "$context.error.message",
    "integrationError": "$context.integrationErrorMessage",
    "integrationLatency": "$context.integrationLatency",
}
HTTP_FIELDS = _COMMON | {"userId": "$context.authorizer.userId", "latency": "$context.responseLatency"}
SOCKET_FIELDS = _COMMON | {"event": "$context.eventType", "connectionId": "$context.connectionId"}


def write_access_log(stage: apigateway.CfnStage, group: logs.ILogGroup, fields: dict[str, str]) -> None:
    """Send the stage's requests to the log group."""
    stage.access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
        destination_arn=group.log_group_arn, format=json.dumps(fields)
    )
