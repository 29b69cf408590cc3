"""A stage of real stores for one run.

PostgreSQL, Redis and the AWS emulator, on free ports in a folder of its own.
"""

from __future__ import annotations

import json
import os
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import boto3

from local import ports
from local.aws import Aws, client_environment
from local.postgres import DATABASES, Postgres
from local.redis import Redis
from migrations.roles import OWNER
from premium.bootstrap import Platform
from premium.config import Settings
from stacks.terms.tables import TABLES, creation
from tests.fixtures.postgres import migrate

SECRETS = {
    "JWT_SECRET_ARN": {"algorithm": "HS256", "key": "of the benchmark, with more than 32 bytes"},
    "SESSION_SECRET_ARN": {"value": "of the benchmark, with more than 32 bytes"},
}


def stage(stack: ExitStack) -> tuple[Platform, Postgres]:
    folder = Path(stack.enter_context(TemporaryDirectory()))
    postgres, redis = Postgres(folder / "postgres", ports.free()), Redis(folder / "redis", ports.free())
    aws = Aws(folder / "aws", ports.free())
    for each in (postgres, redis, aws):
        each.start()
        stack.callback(each.stop)
    os.environ |= client_environment(aws.endpoint)
    migrate(*(postgres.url(database, OWNER) for database in DATABASES))
    given = {
        "PREMIUM_STAGE": "local",
        "REDIS_URL": redis.url,
        "TIMESERIES_URL": postgres.url("timeseries", "premium_worker"),
    }
    given |= {"DATABASE_URL": postgres.url("premium", "premium_app")}
    given |= {"WORKER_DATABASE_URL": postgres.url("premium", "premium_worker")}
    for name, shape in TABLES.items():
        boto3.client("dynamodb").create_table(TableName=name, **creation(name))  # type: ignore[arg-type] # made as data
        given[shape.variable] = name
    for bucket in ("reports", "exports", "anchors"):
        boto3.client("s3").create_bucket(Bucket=f"bench-{bucket}")
        given[f"{bucket.upper()}_BUCKET"] = f"bench-{bucket}"
    for variable, fields in SECRETS.items():
        made = boto3.client("secretsmanager").create_secret(Name=variable, SecretString=json.dumps(fields))
        given[variable] = made["ARN"]
    os.environ |= given
    platform = Platform(Settings.from_environment(os.environ))
    stack.callback(platform.close)
    return platform, postgres
