"""A whole stage whose PostgreSQL and Redis may be stopped, and a user with a wallet and a history."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import boto3
import psycopg
import pytest
from psycopg import sql

from local import ports
from local.aws import Aws, client_environment
from local.evm import Evm
from local.market import Market, build, history
from local.postgres import SUPERUSER, Postgres
from local.redis import Redis
from migrations.roles import OWNER
from premium.bootstrap import Platform
from premium.config import Settings
from premium.jobs.model import JobRecord
from premium.portfolio.jobs import REFRESH, RefreshPayload
from premium.portfolio.service import Portfolios
from premium.security.jobs import SCAN_CONTRACT, ScanContractPayload
from premium.tax.jobs import REPORT, ReportPayload
from premium.tax.service import Taxes
from premium.tiers import Tier
from stacks.terms.tables import creation
from tests.fixtures import run
from tests.fixtures.postgres import migrate

# The fleets and waits of the workers' own tests.
from tests.integration.workers.conftest import Fleet, fleet, until

__all__ = ["Fleet", "fleet", "until"]

YEAR = 2025
RESULTS = {
    REFRESH.name: ("timeseries", "portfolio_snapshots"),
    SCAN_CONTRACT.name: ("premium", "security_scans_monthly"),
    REPORT.name: ("premium", "tax_reports"),
}
"""Where each job leaves its one row: database and table."""


@dataclass
class Stage:
    """Its servers, as a worker is told of them; `platform` is a handler's."""

    postgres: Postgres
    redis: Redis
    market: Market
    transactions: list[Any]
    environment: Mapping[str, str]

    @cached_property
    def platform(self) -> Platform:
        """By the application's role; the environment names the worker's."""
        urls = {f"{name.upper()}_URL": self.postgres.url(of, "premium_app") for name, of in _DATABASES.items()}
        return Platform(Settings.from_environment({**self.environment, **urls}))

    def user(self) -> UUID:
        """With a watched wallet and an imported history."""
        user_id = uuid4()
        with psycopg.connect(self.postgres.url("premium", SUPERUSER)) as connection:
            connection.execute(
                "INSERT INTO premium_users (id, external_id, tier) VALUES (%s, %s, 'pro')", (user_id, str(user_id))
            )
        Portfolios.of(self.platform).watch(
            user_id, self.market.wallet, None, ["local"], self.platform.chains, tier=Tier.PRO
        )
        Taxes.of(self.platform).import_rows(user_id, self.transactions)
        return user_id

    def start_all(self, user_id: UUID) -> list[JobRecord]:
        """One job of each kind, accepted as a handler accepts it."""
        jobs = self.platform.jobs
        scan = ScanContractPayload(chain="local", address=self.market.proxy_token)
        report = ReportPayload(year=YEAR, jurisdiction="US")
        return [
            jobs.start(REFRESH, RefreshPayload(), user_id=user_id, request_id="req_chaos"),
            jobs.start(SCAN_CONTRACT, scan, user_id=user_id, request_id="req_chaos"),
            jobs.start(REPORT, report, user_id=user_id, request_id="req_chaos"),
        ]

    def record(self, job: JobRecord) -> JobRecord:
        return self.platform.jobs.store.get(job.id)

    def ended(self, *jobs: JobRecord) -> bool:
        return all(self.record(job).status.ended for job in jobs)

    def results(self, job: JobRecord) -> int:
        """Rows that the job has left."""
        database, table = RESULTS[job.kind]
        count = sql.SQL("SELECT count(*) FROM {} WHERE job_id = %s").format(sql.Identifier(table))
        with psycopg.connect(self.postgres.url(database, SUPERUSER)) as connection:
            row = connection.execute(count, (job.id,)).fetchone()
        assert row is not None
        return int(row[0])

    def transactions_of(self, user_id: UUID) -> int:
        with psycopg.connect(self.postgres.url("premium", SUPERUSER)) as connection:
            query = "SELECT count(*) FROM tax_transactions WHERE user_id = %s"
            row = connection.execute(query, (user_id,)).fetchone()
        assert row is not None
        return int(row[0])


_DATABASES = {"database": "premium", "timeseries": "timeseries"}


@pytest.fixture(scope="session")
def chaos_postgres() -> Iterator[Postgres]:
    """A server of its own: the run's is everybody's and may not be stopped.

    It is killed, too: what it said it has kept must be in the system's hands by then.
    """
    settings = run.FAST | {"synchronous_commit": "on"}
    server = Postgres(run.folder() / f"chaos-{uuid4().hex[:8]}" / "postgres", ports.free(), settings=settings)
    server.start()
    for database in _DATABASES.values():
        server.create_database(database)
    migrate(*(server.url(database, OWNER) for database in _DATABASES.values()))
    yield server
    server.destroy()


class Chain(NamedTuple):
    market: Market
    transactions: list[Any]
    file: Path


@pytest.fixture(scope="session")
def chaos_chain(evm_session: Evm, tmp_path_factory: pytest.TempPathFactory) -> Chain:
    """A market, its wallet's history, and the CHAINS_FILE that tells of them."""
    market = build(evm_session.url)
    file = tmp_path_factory.mktemp("chain") / "chains.json"
    file.write_text(json.dumps(market.chains_file(evm_session.url)))
    return Chain(market, history(evm_session.url, market)["transactions"], file)


@pytest.fixture
def stage(
    chaos_postgres: Postgres, redis_server: Redis, aws: Aws, chaos_chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    name = f"chaos-{uuid4().hex[:12]}"
    boto3.client("dynamodb").create_table(TableName=name, **creation("jobs"))
    boto3.client("s3").create_bucket(Bucket=name)
    environment = {
        **client_environment(aws.endpoint),
        "PREMIUM_STAGE": "local",
        "JOBS_TABLE": name,
        "REPORTS_BUCKET": name,
        "REDIS_URL": redis_server.url,
        "CHAINS_FILE": str(chaos_chain.file),
        "JOB_LEASE_SECONDS": "2",
        "POWERTOOLS_SERVICE_NAME": "fleet",
        **{f"{key.upper()}_URL": chaos_postgres.url(of, "premium_worker") for key, of in _DATABASES.items()},
    }
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    made = Stage(chaos_postgres, redis_server, chaos_chain.market, chaos_chain.transactions, environment)
    yield made
    made.platform.close()


@pytest.fixture
def environment(stage: Stage) -> Mapping[str, str]:
    """What `fleet` is started with."""
    return stage.environment


Fleets = Callable[..., Fleet]
