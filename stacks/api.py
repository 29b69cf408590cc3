"""The fronts that belong to no service: both APIs and four functions.

The authorizer, jobs and health (`meta`), streams, and what the clock calls.
"""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_apigatewayv2_integrations import WebSocketLambdaIntegration
from constructs import Construct

from premium.manifest import Schedule
from stacks.constructs.access.findings import wildcard_finding
from stacks.constructs.access.provision import Provision, Provisions, adding
from stacks.constructs.fronts.http_front import HttpFront
from stacks.constructs.fronts.socket_front import STAGE, SocketFront
from stacks.constructs.functions.clock import Clock
from stacks.constructs.functions.function_watch import FunctionWatch
from stacks.constructs.functions.service_function import ServiceFunction, construct_name
from stacks.constructs.stores.queue_with_dlq import event_dead_letters
from stacks.constructs.watch.alarms import Severity
from stacks.terms.frame import Frame, PremiumStack
from stacks.terms.functions import AUTHORIZER, META, STREAM, Function, schedules, schedules_function
from stacks.terms.model import Existing, Throttle
from stacks.terms.packages import Packages


class ApiStack(PremiumStack):
    """The stack of both APIs: `functions` by name, `http` and `socket`.

    `socket_provision` lets a process publish to open connections; `address` is the edge's, if it has a name.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        frame: Frame,
        packages: Packages,
        throttle: Throttle,
        origins: tuple[str, ...],
        provisions: Provisions,
        message_key: kms.IKey,
        existing: Existing,
        topics: Mapping[Severity, sns.ITopic],
        canary_minutes: int,
        address: str | None,
    ) -> None:
        super().__init__(scope, "api", frame=frame, description="Premium: HTTP and WebSocket APIs, what all share")
        self.socket = SocketFront(self, "Socket", frame=frame, throttle=throttle)
        self._packages, self._layer = packages, packages.layer(self)
        self._provisions = {**provisions, "websocket": self.socket_provision(exported=False)}
        self.functions: dict[str, ServiceFunction] = {}
        self.http = HttpFront(
            self,
            "Http",
            frame=frame,
            authorizer=self._function(AUTHORIZER),
            functions=[(META, self._function(META))],
            origins=origins,
            throttle=throttle,
            existing=existing,
        )
        self._tell_addresses(address)
        self.stream_dead_letters = event_dead_letters(self, "StreamDeadLetters", key=message_key)
        self.schedule_dead_letters = event_dead_letters(self, "ScheduleDeadLetters", key=message_key)
        CfnOutput(self, "ScheduleDeadLettersUrl", value=self.schedule_dead_letters.queue_url)
        self._stream()
        self._schedules()
        if frame.abilities.deployments:
            watch = FunctionWatch(self, "Watch", minutes=canary_minutes, topics=topics, runbook="platform")
            for name, made in self.functions.items():
                watch.add(name, made)
        self._outputs()

    def socket_provision(self, *, exported: bool) -> Provision:
        """Return where connections are managed and the right to post to them.

        `exported` for a process of a later stack.
        """
        api = self.export_value(self.socket.api.api_id) if exported else self.socket.api.api_id
        posts = self.format_arn(service="execute-api", resource=api, resource_name=f"{STAGE}/*/@connections/*")
        statement = iam.PolicyStatement(actions=["execute-api:ManageConnections"], resources=[posts])
        findings = wildcard_finding(self, posts, "a connection's id is made when a client connects")
        return Provision({"WEBSOCKET_ENDPOINT": self._management()}, adding(statement), findings)

    def _function(self, function: Function, failures: sqs.Queue | None = None) -> ServiceFunction:
        made = ServiceFunction(
            self,
            function,
            frame=self.frame,
            packages=self._packages,
            layer=self._layer,
            provisions=self._provisions,
            failures=failures,
        )
        self.functions[function.name] = made
        return made

    def _stream(self) -> None:
        made = self._function(STREAM, self.stream_dead_letters)
        served = made.alias if self.frame.abilities.sockets_follow_aliases else made.function
        self.socket.serve(WebSocketLambdaIntegration("Stream", served))
        # A connection can be written to only after $connect has answered: the function calls itself to greet it. A
        # policy of its own, since the role's would have to know the function, which waits for it.
        itself = [made.function.function_arn, made.alias.function_arn]
        statement = iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=itself)
        iam.Policy(self, "Greeting", statements=[statement], roles=[made.role])

    def _schedules(self) -> None:
        """Make one rule a schedule, which tells the function its name."""
        function = self._function(schedules_function(), self.schedule_dead_letters)
        clock = Clock(self, "Clock", called=function.alias, dead_letters=self.schedule_dead_letters)
        for schedule in schedules():
            name = construct_name(schedule.name.replace(".", "_"))
            clock.every(name, _pace(schedule), task=schedule.name, oldest=Duration.minutes(schedule.every))

    def _management(self) -> str:
        endpoint = self.frame.abilities.endpoint
        if endpoint is None:
            return self.socket.stage.callback_url
        return f"{endpoint}/_aws/execute-api/{self.socket.api.api_id}/{STAGE}"

    def _tell_addresses(self, address: str | None) -> None:
        """Tell the API's reference where clients reach both APIs.

        Behind an edge without a name of ours nobody knows it before that is deployed: the reference is relative then.
        """
        told = {"API_URL": address, "STREAM_URL": address and f"{address.replace('https', 'wss', 1)}/v1/alerts/stream"}
        if self.frame.abilities.endpoint:
            told = {"API_URL": self._http_url(), "STREAM_URL": self._socket_url()}
        for name, value in told.items():
            if value:
                self.functions[META.name].function.add_environment(name, value)

    def _http_url(self) -> str:
        endpoint = self.frame.abilities.endpoint
        return f"{endpoint}/_aws/execute-api/{self.http.api.api_id}/$default" if endpoint else self.http.endpoint

    def _socket_url(self) -> str:
        endpoint, api = self.frame.abilities.endpoint, self.socket.api.api_id
        local = f"{endpoint}/_aws/execute-api/{api}/{STAGE}".replace("http", "ws", 1)
        return local if endpoint else self.socket.stage.url

    def _outputs(self) -> None:
        CfnOutput(self, "ApiUrl", value=self._http_url())
        CfnOutput(self, "WebSocketUrl", value=self._socket_url())
        CfnOutput(self, "WebsocketEndpoint", value=self._management())


def _pace(schedule: Schedule) -> events.Schedule:
    if schedule.at is None:
        return events.Schedule.rate(Duration.minutes(schedule.every))
    return events.Schedule.cron(hour=str(schedule.at // 60), minute=str(schedule.at % 60))
