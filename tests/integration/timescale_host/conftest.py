"""`new_machine`: instances with a volume, an archive and the emulator, for tests that boot them."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from local import ports
from local.aws import Aws
from local.clients import Clients
from local.timescale_programs import missing, postgres_programs
from stacks.hosts.user_data import FILES
from tests.fixtures.cloudformation import Told, told
from tests.integration.timescale_host.machine import DEVICE, Machine
from tests.integration.timescale_host.s3_by_tls import s3_by_tls

PASSWORD = "administrator-1"
NewMachine = Callable[..., Machine]


@pytest.fixture(scope="session", autouse=True)
def able() -> None:
    if reason := missing():
        pytest.skip(f"the host's boot cannot be run here: {reason}")


@pytest.fixture
def signals() -> Iterator[Told]:
    """CloudFormation's address for the wait condition, and what was put there."""
    with told("signal?a=b&c=d") as address:
        yield address


@pytest.fixture
def new_machine(tmp_path: Path, aws_session: Aws, signals: Told) -> Iterator[NewMachine]:
    clients, made = Clients(aws_session.endpoint), []
    name = uuid.uuid4().hex[:12]
    clients.s3.create_bucket(Bucket=f"assets-{name}")
    secret = clients.secrets.create_secret(Name=name, SecretString=json.dumps({"password": PASSWORD}))["ARN"]
    clients.logs.create_log_group(logGroupName=name)
    values = {
        "IMAGE": f"123456789012.dkr.ecr.us-east-1.amazonaws.com/assets:{name}",
        "REGION": "us-east-1",
        "LOG_GROUP": name,
        "PORT": str(ports.free()),
        "BOUNCER_PORT": str(ports.free()),
        "MAX_CONNECTIONS": "50",
        "LIBRARIES": "pg_stat_statements",  # Debian has no TimescaleDB
        "PREPARED_STATEMENTS": "",  # and its PgBouncer 1.18 knows none of them
        "DEVICE": DEVICE,
        "BUCKET": f"archive-{name}",
        "ADMIN_SECRET": secret,
        "BACKUP_DAYS": "7",
    }

    tls = ExitStack()
    clients.s3.create_bucket(Bucket=values["BUCKET"])

    def make(
        which: str = "one", volume: str = "volume", *, files: Path = FILES, in_s3: bool = False, **changed: Any
    ) -> Machine:
        disk, archive = tmp_path / volume, tmp_path / "archive"
        if not disk.exists():
            with disk.open("wb") as blank:
                blank.truncate(512 * 1024**2)
        archive.mkdir(exist_ok=True)
        archive.chmod(0o777)
        key = f"{uuid.uuid4().hex}.zip"
        shutil.make_archive(str(tmp_path / key.removesuffix(".zip")), "zip", files)
        clients.s3.upload_file(str(tmp_path / key), f"assets-{name}", key)
        machine = Machine(
            folder=tmp_path / which,
            volume=disk,
            archive=archive,
            programs=postgres_programs(),
            endpoint=aws_session.endpoint,
            values=values | changed.pop("values", {}),
            files=f"s3://assets-{name}/{key}",
            signal=signals[0],
            in_containers=tls.enter_context(s3_by_tls(archive, aws_session.port))
            if in_s3
            else {"PGBACKREST_REPO1_TYPE": "posix"},
            **changed,
        )
        made.append(machine)
        return machine

    yield make
    for machine in made:
        machine.cut()
    tls.close()
    subprocess.run(["rm", "-rf", str(tmp_path)], check=False)
