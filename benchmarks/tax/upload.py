"""Import a large file as a task does it, and measure its memory.

`python -m benchmarks.tax.upload`.

A file goes into the bucket of uploads, and the job imports it: from the bucket by the disk into PostgreSQL. The process
that runs the job is one of its own; its peak is the kernel's. A task holds beside it a fleet's supervisor and a worker.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import boto3
import click
import psycopg

from benchmarks.tax.measuring import measured
from local import databases, ports
from local.aws import Aws, client_environment
from local.postgres import SUPERUSER, Postgres
from local.redis import Redis
from premium.bootstrap import Platform
from premium.config import Settings
from premium.tax.jobs import IMPORT, ImportPayload
from premium.tax.uploads import upload_key
from stacks.terms.tables import creation

TASK_MEBIBYTES = 1024
BESIDE_MEBIBYTES = 200
"""What the supervisor and the worker of a task hold, about: 85 MiB each."""
CAP_SECONDS = 3_540
_RUN = "import sys; from premium.tax.work import import_upload; import_upload(sys.argv[1]); print('ENGINE 0')"


def own_csv() -> Iterator[str]:
    """Lines of the platform's own format."""
    yield "id,timestamp,type,asset,amount,price,wallet\n"
    number = 0
    while True:
        kind = ("buy", "sell")[number % 2]
        yield (f"t{number},20{10 + number % 15}-{1 + number % 12:02d}-{1 + number % 28:02d}T{number % 24:02d}:00:00Z,"
               f"{kind},ETH,{2 - number % 2 / 2},{2000 + number % 997},main wallet\n")  # fmt: skip
        number += 1


def ledger() -> Iterator[str]:
    """Lines of a Kraken ledger, whose trades' halves stand 50,000 lines apart."""
    yield '"txid","refid","time","type","subtype","aclass","asset","wallet","amount","fee","balance"\n'
    place = 0
    while True:
        for side, asset, amount in (("A", "ZEUR", "-100"), ("B", "XXBT", "0.01")):
            for number in range(place, place + 50_000):
                moment = f"2024-{1 + number % 12:02d}-{1 + number % 28:02d} 00:00:00"
                yield (f'"L{side}{number:07d}","T{number:07d}","{moment}","trade","tradespot","currency","{asset}",'
                       f'"spot / main",{amount},0,1\n')  # fmt: skip
        place += 50_000


FORMS: Mapping[str, Callable[[], Iterator[str]]] = {"csv": own_csv, "ledger": ledger}


@click.command()
@click.option("--mebibytes", default=256, show_default=True, type=click.IntRange(1, 256), help="Size of the file.")
@click.option("--form", type=click.Choice(list(FORMS)), default="csv", show_default=True)
def main(mebibytes: int, form: str) -> None:
    """Import one file; exit code 1 where that takes more than a task of 1 GiB has."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="premium-upload-")))
        folder.chmod(0o755)
        environment, postgres = _stage(stack, folder)
        os.environ |= environment
        job = _uploaded(environment, postgres, _written(folder / "upload", FORMS[form](), mebibytes << 20))
        run = measured([sys.executable, "-c", _RUN, str(job)], cap=CAP_SECONDS, folder=folder)
        with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
            row = connection.execute("SELECT count(*) FROM tax_transactions").fetchone()
        added = int(row[0]) if row else 0
    limit = TASK_MEBIBYTES - BESIDE_MEBIBYTES
    print(f"{form} of {mebibytes} MiB: {added:,} transactions in {run.seconds or 0:.0f} s, "
          f"peak {run.mebibytes:.0f} MiB (at most {limit} beside the rest of a task) {run.note}")  # fmt: skip
    sys.exit(0 if added and run.seconds is not None and run.mebibytes < limit else 1)


def _stage(stack: ExitStack, folder: Path) -> tuple[dict[str, str], Postgres]:
    postgres = Postgres(folder / "postgres", ports.free())
    redis, aws = Redis(folder / "redis", ports.free()), Aws(folder / "aws", ports.free())
    for each in (postgres, redis, aws):
        stack.callback(each.stop)
        each.start()
    databases.migrate(postgres, folder / "migrations.log")
    name = f"upload-{uuid4().hex[:8]}"
    environment = client_environment(aws.endpoint) | {
        "PREMIUM_STAGE": "local", "REDIS_URL": redis.url, "JOBS_TABLE": name, "EXPORTS_BUCKET": name,
        **{variable: postgres.url("premium", "premium_worker") for variable in ("DATABASE_URL", "WORKER_DATABASE_URL")},
        "TIMESERIES_URL": postgres.url("timeseries", "premium_worker"),
    }  # fmt: skip
    os.environ |= environment
    shape: Any = creation("jobs")
    boto3.client("dynamodb").create_table(TableName=name, **shape)
    boto3.client("s3").create_bucket(Bucket=name)
    return environment, postgres


def _written(path: Path, lines: Iterator[str], size: int) -> Path:
    """Write as many lines as fit."""
    with path.open("w") as file:
        written = 0
        for line in lines:
            written += len(line)
            if written > size:
                return path
            file.write(line)
    return path


def _uploaded(environment: Mapping[str, str], postgres: Postgres, path: Path) -> UUID:
    user, upload = uuid4(), uuid4()
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        connection.execute(
            "INSERT INTO premium_users (id, external_id, tier) VALUES (%s, %s, 'pro')", (user, str(user))
        )
    boto3.client("s3").upload_file(str(path), environment["EXPORTS_BUCKET"], upload_key(user, upload))
    path.unlink()
    platform = Platform(Settings.from_environment(os.environ))
    record = platform.jobs.start(IMPORT, ImportPayload(upload=str(upload)), user_id=user, request_id="req_bench")
    platform.close()
    return record.id


if __name__ == "__main__":
    main()
