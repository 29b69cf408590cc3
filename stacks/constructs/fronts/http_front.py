"""The HTTP API and its routes, every one behind the authorizer that always answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk.aws_apigatewayv2_authorizers import HttpLambdaAuthorizer, HttpLambdaResponseType
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from stacks.constructs.access.resource import resource
from stacks.constructs.fronts.access_log import HTTP_FIELDS, write_access_log
from stacks.constructs.functions.service_function import ServiceFunction
from stacks.constructs.watch.log_group import log_group
from stacks.terms.frame import Frame
from stacks.terms.functions import Function
from stacks.terms.model import Existing, Throttle

_METHODS = [
    apigateway.CorsHttpMethod.GET,
    apigateway.CorsHttpMethod.POST,
    apigateway.CorsHttpMethod.PUT,
    apigateway.CorsHttpMethod.DELETE,
]
_HEADERS = ["Authorization", "Content-Type", "Idempotency-Key", "X-Api-Key"]
_EXPOSED = [
    "X-Request-Id",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "Retry-After",
    "Idempotency-Replayed",
]


@dataclass(frozen=True)
class Door:
    """A place to add routes: an HTTP API and the authorizer they ask."""

    api: apigateway.IHttpApi
    guard: apigateway.IHttpRouteAuthorizer

    @classmethod
    def of(cls, scope: Construct, front: HttpFront) -> Self:
        """Return the same door in another stack, by ids.

        Routes belong to their service's stack.
        """
        api = apigateway.HttpApi.from_http_api_attributes(scope, "Api", http_api_id=front.api.api_id)
        guard = apigateway.HttpAuthorizer.from_http_authorizer_attributes(
            scope, "Authorizer", authorizer_id=front.authorizer_id, authorizer_type="CUSTOM"
        )
        return cls(api, guard)

    def serve(self, scope: Construct, function: Function, made: ServiceFunction) -> None:
        """Add a function's routes; one permission lets this API alone call it."""
        integration = HttpLambdaIntegration(function.name, made.alias, scope_permission_to_route=False)
        for route in function.routes:
            method, _, path = route.rpartition(" ")
            key = apigateway.HttpRouteKey.with_(path, apigateway.HttpMethod[method]) if method else None
            apigateway.HttpRoute(
                scope,
                route,
                http_api=self.api,
                integration=integration,
                route_key=key or apigateway.HttpRouteKey.DEFAULT,
                authorizer=self.guard,
            )


class HttpFront(Construct):
    """The HTTP API, ours or a lent one, with its authorizer.

    Ours has a `$default` stage, an access log and a throttle over all callers.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        frame: Frame,
        authorizer: ServiceFunction,
        functions: Sequence[tuple[Function, ServiceFunction]],
        origins: tuple[str, ...],
        throttle: Throttle,
        existing: Existing,
    ) -> None:
        super().__init__(scope, name)
        self.api = self._lent(existing) if existing.http_api_id else self._own(frame, origins, throttle)
        self.endpoint = existing.http_api_endpoint or self.api.api_endpoint
        self._guard = _guard(authorizer)
        for function, made in functions:
            Door(self.api, self._guard).serve(self, function, made)

    @property
    def authorizer_id(self) -> str:
        """Return the authorizer's id, known once a route has asked for it."""
        return self._guard.authorizer_id

    def _lent(self, existing: Existing) -> apigateway.IHttpApi:
        """Return the free platform's API, to which only our routes are added.

        Its stage and its logs stay its own.
        """
        return apigateway.HttpApi.from_http_api_attributes(
            self, "Api", http_api_id=existing.http_api_id or "", api_endpoint=existing.http_api_endpoint
        )

    def _own(self, frame: Frame, origins: tuple[str, ...], throttle: Throttle) -> apigateway.IHttpApi:
        api = apigateway.HttpApi(
            self, "Api", create_default_stage=False, cors_preflight=_cors(origins), description="Premium DeFi API"
        )
        self._stage(api, frame, throttle)
        return api

    def _stage(self, api: apigateway.HttpApi, frame: Frame, throttle: Throttle) -> None:
        log = log_group(self, "AccessLog", frame=frame)
        stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=api,
            stage_name="$default",
            auto_deploy=True,
            detailed_metrics_enabled=False,  # five metrics a route, $0.30 each; the access log has every route
            throttle=apigateway.ThrottleSettings(rate_limit=throttle.rate, burst_limit=throttle.burst),
        )
        write_access_log(resource(stage, apigateway.CfnStage), log, HTTP_FIELDS)


def _guard(authorizer: ServiceFunction) -> HttpLambdaAuthorizer:
    """Return the authorizer without identity source and cache.

    Every request is metered, limited and checked for revocation.
    """
    return HttpLambdaAuthorizer(
        "Authorizer",
        authorizer.alias,
        identity_source=[],
        response_types=[HttpLambdaResponseType.SIMPLE],
        results_cache_ttl=Duration.seconds(0),
    )


def _cors(origins: tuple[str, ...]) -> apigateway.CorsPreflightOptions:
    return apigateway.CorsPreflightOptions(
        allow_origins=list(origins),
        allow_credentials=True,
        allow_methods=_METHODS,
        allow_headers=_HEADERS,
        expose_headers=_EXPOSED,
        max_age=Duration.hours(1),
    )
