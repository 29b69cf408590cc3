"""Both APIs and every function behind them: what is called over HTTP, by a socket, by a queue and by the clock."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk.aws_apigatewayv2_integrations import WebSocketLambdaIntegration
from aws_cdk.aws_events_targets import LambdaFunction
from aws_cdk.aws_lambda_event_sources import SqsEventSource
from constructs import Construct

from stacks.constructs.canary import Canary
from stacks.constructs.findings import wildcard_finding
from stacks.constructs.http_front import HttpFront
from stacks.constructs.provision import Provision, Provisions, adding, backlog_provision
from stacks.constructs.queue_with_dlq import event_dead_letters
from stacks.constructs.service_function import Package, Place, ServiceFunction
from stacks.constructs.socket_front import STAGE, SocketFront
from stacks.frame import Frame, PremiumStack
from stacks.model import Existing, Functions, Throttle
from stacks.packages import Packages
from stacks.routes import ALERT_EVENTS, AUTHORIZER, HTTP, SCHEDULED, SCHEDULES, STREAM, UPLOADS, Function

# Where the product's presigned forms put files (premium/tax/service.py); the bucket's other objects start nothing.
_UPLOADED = "tax-imports/"


class ApiStack(PremiumStack):
    """`functions` by name, `http` and `socket`; `socket_provision` lets a process publish to open connections."""

    def __init__(
        self,
        scope: Construct,
        *,
        frame: Frame,
        packages: Packages,
        sizes: Functions,
        throttle: Throttle,
        origins: tuple[str, ...],
        provisions: Provisions,
        place: Place | None,
        chain_events: sqs.IQueue,
        uploads: s3.IBucket,
        message_key: kms.IKey,
        existing: Existing,
    ) -> None:
        super().__init__(scope, "api", frame=frame, description="Premium: HTTP and WebSocket APIs and their functions")
        self.socket = SocketFront(self, "Socket", frame=frame, throttle=throttle)
        self._package = self._packed(packages, sizes, origins, place)
        self._provisions = {
            **provisions,
            "websocket": self.socket_provision(exported=False),
            "backlog": backlog_provision(),
        }
        self.functions: dict[str, ServiceFunction] = {}
        self.http = HttpFront(
            self,
            "Http",
            frame=frame,
            authorizer=self._function(AUTHORIZER),
            functions=[(function, self._function(function)) for function in HTTP],
            origins=origins,
            throttle=throttle,
            existing=existing,
        )
        self._stream()
        self._chain_events(chain_events)
        self.schedule_dead_letters = event_dead_letters(self, "ScheduleDeadLetters", key=message_key)
        self._schedules()
        self._uploads(uploads)
        self.canary_alarms = self._canaries(sizes.canary_minutes)
        self._outputs()

    def socket_provision(self, *, exported: bool) -> Provision:
        """Where connections are managed and the right to post to them; `exported` for a process of a later stack."""
        api = self.export_value(self.socket.api.api_id) if exported else self.socket.api.api_id
        posts = self.format_arn(service="execute-api", resource=api, resource_name=f"{STAGE}/*/@connections/*")
        statement = iam.PolicyStatement(actions=["execute-api:ManageConnections"], resources=[posts])
        findings = wildcard_finding(self, posts, "a connection's id is made when a client connects")
        return Provision({"WEBSOCKET_ENDPOINT": self._management()}, adding(statement), findings)

    def _packed(self, packages: Packages, sizes: Functions, origins: tuple[str, ...], place: Place | None) -> Package:
        layer = lambda_.LayerVersion(
            self,
            "Dependencies",
            code=packages.dependencies,
            compatible_runtimes=[packages.runtime],
            compatible_architectures=[lambda_.Architecture.ARM_64],
        )
        environment = {
            "PREMIUM_STAGE": self.frame.stage,
            "CORS_ORIGINS": ",".join(origins),
            "POWERTOOLS_METRICS_NAMESPACE": "Premium",
            "LOG_LEVEL": "INFO",
        }
        if self.frame.abilities.chains:
            environment["CHAINS_FILE"] = self.frame.abilities.chains
        return Package(packages.code, layer, packages.runtime, sizes, environment, place)

    def _function(self, function: Function) -> ServiceFunction:
        made = ServiceFunction(self, function, frame=self.frame, package=self._package, provisions=self._provisions)
        self.functions[function.name] = made
        return made

    def _canaries(self, minutes: int) -> Mapping[str, cloudwatch.Alarm]:
        if not self.frame.abilities.deployments:
            return {}
        canary = Canary(self, "Canary", minutes=minutes)
        for name, made in self.functions.items():
            canary.watch(name, made)
        return canary.alarms

    def _stream(self) -> None:
        made = self._function(STREAM)
        self.socket.serve(WebSocketLambdaIntegration("Stream", made.alias))
        # A connection can be written to only after $connect has answered: the function calls itself to greet it. A
        # policy of its own, since the role's would have to know the function, which waits for it.
        itself = [made.function.function_arn, made.alias.function_arn]
        statement = iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=itself)
        iam.Policy(self, "Greeting", statements=[statement], roles=[made.role])

    def _chain_events(self, queue: sqs.IQueue) -> None:
        # Up to ten messages, of many events each: more would have to wait for a window of a second or longer.
        source = SqsEventSource(queue, batch_size=10, report_batch_item_failures=True)
        self._function(ALERT_EVENTS).alias.add_event_source(source)

    def _schedules(self) -> None:
        function = self._function(SCHEDULES)
        for schedule in SCHEDULED:
            target = LambdaFunction(
                function.alias,
                event=events.RuleTargetInput.from_object({"task": schedule.task}),
                dead_letter_queue=self.schedule_dead_letters,
                retry_attempts=2,
                max_event_age=Duration.minutes(schedule.every),
            )
            every = events.Schedule.rate(Duration.minutes(schedule.every))
            events.Rule(self, schedule.name, schedule=every, targets=[target])

    def _uploads(self, bucket: s3.IBucket) -> None:
        """An upload that has arrived starts its import: as often as S3 tells of it, it is one job."""
        target = LambdaFunction(
            self._function(UPLOADS).alias, dead_letter_queue=self.schedule_dead_letters, retry_attempts=2
        )
        arrived = events.EventPattern(
            source=["aws.s3"],
            detail_type=["Object Created"],
            detail={"bucket": {"name": [bucket.bucket_name]}, "object": {"key": [{"prefix": _UPLOADED}]}},
        )
        events.Rule(self, "Uploaded", event_pattern=arrived, targets=[target])

    def _management(self) -> str:
        endpoint = self.frame.abilities.endpoint
        if endpoint is None:
            return self.socket.stage.callback_url
        return f"{endpoint}/_aws/execute-api/{self.socket.api.api_id}/{STAGE}"

    def _outputs(self) -> None:
        endpoint = self.frame.abilities.endpoint
        http, socket = self.http.api, self.socket
        local_http = f"{endpoint}/_aws/execute-api/{http.api_id}/$default"
        local_socket = f"{endpoint}/_aws/execute-api/{socket.api.api_id}/{STAGE}".replace("http", "ws", 1)
        CfnOutput(self, "ApiUrl", value=local_http if endpoint else self.http.endpoint)
        CfnOutput(self, "WebSocketUrl", value=local_socket if endpoint else socket.stage.url)
        CfnOutput(self, "WebSocketManagementEndpoint", value=self._management())
