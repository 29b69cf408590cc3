"""The WebSocket API, and its management endpoint for publishers.

One function serves connect, disconnect and messages.
"""

from __future__ import annotations

from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk.aws_apigatewayv2_integrations import WebSocketLambdaIntegration
from constructs import Construct

from stacks.constructs.access.findings import acknowledge
from stacks.constructs.access.resource import resource
from stacks.constructs.fronts.access_log import SOCKET_FIELDS, write_access_log
from stacks.constructs.fronts.gateway_log_role import GatewayLogging
from stacks.constructs.watch.log_group import log_group
from stacks.terms.frame import Frame
from stacks.terms.model import Throttle

STAGE = "v1"
_REASONS = {
    "$connect": "the function checks the token itself, so that a refusal is counted and logged like any other",
    "$disconnect": "API Gateway sends it, and allows authorization on $connect alone",
    "$default": "the connection was authorized at $connect, the only route that can be",
}


class SocketFront(Construct):
    """The API and its stage; `serve` joins them with their function.

    They are made before it, since it is told the management endpoint.
    """

    def __init__(self, scope: Construct, name: str, *, frame: Frame, throttle: Throttle) -> None:
        super().__init__(scope, name)
        self.api = apigateway.WebSocketApi(
            self, "Api", route_selection_expression="$request.body.type", description="Premium DeFi streams"
        )
        self.access_log = log_group(self, "AccessLog", frame=frame)
        self.stage = apigateway.WebSocketStage(
            self,
            "Stage",
            web_socket_api=self.api,
            stage_name=STAGE,
            auto_deploy=True,
            detailed_metrics_enabled=False,
            throttle=apigateway.ThrottleSettings(rate_limit=throttle.rate, burst_limit=throttle.burst),
        )
        if frame.abilities.account_services:
            self.stage.node.add_dependency(GatewayLogging(self, "Logging"))
        write_access_log(resource(self.stage, apigateway.CfnStage), self.access_log, SOCKET_FIELDS)

    def serve(self, integration: WebSocketLambdaIntegration) -> None:
        for key in ("$connect", "$disconnect", "$default"):
            route = apigateway.WebSocketRoute(
                self, key, web_socket_api=self.api, route_key=key, integration=integration
            )
            acknowledge(route, {"AwsSolutions-APIG4": _REASONS[key]})
