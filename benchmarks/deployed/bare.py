"""A handler that does nothing, deployed beside ours: the same runtime, the same kind of HTTP API, the same emulator."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from uuid import uuid4

from local import stacks
from local.clients import Clients

# Each logs a line as every real function does: the emulator waits 50 ms for the first line of one that stays silent.
SOURCE = """
def handler(event, context):
    print('{"message": "handled"}', flush=True)
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": "{}"}

def authorizer(event, context):
    print('{"message": "allowed"}', flush=True)
    return {"isAuthorized": True, "context": {"verdict": "allow"}}
"""


@dataclass(frozen=True)
class Bare:
    """`open` is a handler alone; `guarded` has an authorizer before it, so two functions a request as ours."""

    open: str
    guarded: str


@contextmanager
def deployed(clients: Clients) -> Iterator[Bare]:
    """Removed again at the end, whatever happens."""
    with ExitStack() as removals:
        handler = _function(clients, "handler", removals)
        authorizer = _function(clients, "authorizer", removals)
        made = clients.apigateway.create_api(Name=f"bare-{uuid4().hex[:8]}", ProtocolType="HTTP")
        api = made["ApiId"]
        removals.callback(clients.apigateway.delete_api, ApiId=api)
        _routes(clients, api, handler, authorizer)
        base = f"{clients.endpoint}/_aws/execute-api/{api}/$default"
        yield Bare(f"{base}/open", f"{base}/guarded")


def _function(clients: Clients, name: str, removals: ExitStack) -> str:
    """Its ARN; runtime, memory and role are those of a function of ours."""
    ours = stacks.resources(clients, "AWS::Lambda::Function")
    like = next(one for one in ours if one.name.startswith("Accounts"))
    model = clients.functions.get_function_configuration(FunctionName=like.physical_id)
    made = clients.functions.create_function(
        FunctionName=f"bare-{name}-{uuid4().hex[:8]}",
        Runtime=model["Runtime"],
        Role=model["Role"],
        Handler=f"bare.{name}",
        MemorySize=model["MemorySize"],
        Code={"ZipFile": _archive()},
    )
    removals.callback(clients.functions.delete_function, FunctionName=made["FunctionName"])
    return made["FunctionArn"]


def _archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("bare.py", SOURCE)
    return content.getvalue()


def _routes(clients: Clients, api: str, handler: str, authorizer: str) -> None:
    gateway = clients.apigateway
    integration = gateway.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=handler, PayloadFormatVersion="2.0"
    )
    target = f"integrations/{integration['IntegrationId']}"
    guard = gateway.create_authorizer(
        ApiId=api,
        Name="bare",
        AuthorizerType="REQUEST",
        AuthorizerUri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{authorizer}/invocations",
        AuthorizerPayloadFormatVersion="2.0",
        AuthorizerResultTtlInSeconds=0,
        EnableSimpleResponses=True,
        IdentitySource=[],
    )
    gateway.create_route(ApiId=api, RouteKey="GET /open", Target=target)
    gateway.create_route(
        ApiId=api,
        RouteKey="GET /guarded",
        Target=target,
        AuthorizationType="CUSTOM",
        AuthorizerId=guard["AuthorizerId"],
    )
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
