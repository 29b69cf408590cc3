"""Functions of the product in the emulator, without a stack: a line of code that imports the real handler."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping
from uuid import uuid4

import boto3

from local.aws import Aws, client_environment

PASSED_ON = (
    "PREMIUM_STAGE", "DATABASE_URL", "TIMESERIES_URL", "REDIS_URL", "JWT_SECRET_ARN", "CURSOR_SECRET_ARN",
    "SESSION_SECRET_ARN", "CONNECTIONS_TABLE", "JOBS_TABLE", "IDEMPOTENCY_TABLE", "USAGE_TABLE", "CORS_ORIGINS",
)  # fmt: skip


def create(aws: Aws, module: str, others: Mapping[str, str] | None = None) -> str:
    """The ARN of a new function that is `handlers.<module>.handler`, with this process's environment."""
    given = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    made = boto3.client("lambda").create_function(
        FunctionName=f"{module.replace('.', '-')}-{uuid4().hex[:8]}",
        Runtime="python3.11",
        Role="arn:aws:iam::000000000000:role/any",
        Handler="index.handler",
        Code={"ZipFile": _code(module)},
        Timeout=30,
        Environment={"Variables": {**given, **client_environment(aws.endpoint), **(others or {})}},
    )
    return made["FunctionArn"]


def invocation(arn: str) -> str:
    """What an API's integration or authorizer calls."""
    return f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"


def _code(module: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("index.py", f"from handlers.{module} import handler\n")
    return archive.getvalue()
