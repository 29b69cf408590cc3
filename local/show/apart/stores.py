"""Start a PostgreSQL and a Redis of the show's own, gone at its end."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from local import ports
from local.postgres import SUPERUSER, Postgres
from local.redis import Redis
from migrations.files import FOLDER
from migrations.roles import OWNER
from migrations.runner import Runner
from premium.bootstrap import Platform, platform
from premium.config import Settings

_HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""What is gone in a minute need not survive a power cut."""


@dataclass(frozen=True)
class Stores:
    postgres: Postgres
    redis: Redis

    def environment(self, role: str) -> dict[str, str]:
        """Return what a process of this role is told of them."""
        return {"DATABASE_URL": self.postgres.url("premium", role),
                "TIMESERIES_URL": self.postgres.url("timeseries", role), "REDIS_URL": self.redis.url}  # fmt: skip

    def worker(self, told: Mapping[str, str], chains_file: Path, **more: str) -> Platform:
        """Return the platform as a worker sees it, over these chains."""
        given = {**told, **self.environment("premium_worker"), "CHAINS_FILE": str(chains_file), **more}
        return Platform(Settings.from_environment(given))

    def function(self, told: Mapping[str, str], chains_file: Path) -> Platform:
        """Return this process's own platform, as a function sees it: the handlers find it."""
        os.environ |= {**told, **self.environment("premium_app"), "CHAINS_FILE": str(chains_file)}
        platform.cache_clear()
        return platform()

    def add_users(self, count: int) -> list[UUID]:
        """Add users, in the tier that watches most."""
        users = [uuid4() for _ in range(count)]
        with psycopg.connect(self.postgres.url("premium", SUPERUSER)) as connection, connection.cursor() as cursor:
            rows = [(user, f"show {user}", "enterprise") for user in users]
            cursor.executemany("INSERT INTO premium_users (id, external_id, tier) VALUES (%s, %s, %s)", rows)
        return users

    def ask(self, database: str, statement: str, *values: object) -> list[tuple[object, ...]]:
        """Return the rows of a question."""
        with psycopg.connect(self.postgres.url(database, SUPERUSER)) as connection:
            return connection.execute(statement, values).fetchall()


@contextmanager
def stores(folder: Path) -> Iterator[Stores]:
    """Start both and migrate."""
    postgres = Postgres(folder / "postgres", ports.free(), settings=_HASTY)
    redis = Redis(folder / "redis", ports.free())
    try:
        postgres.start()
        redis.start()
        for name in ("premium", "timeseries"):
            postgres.create_database(name)
            Runner(name, postgres.url(name, OWNER), FOLDER / name, lambda _: None).up()
        yield Stores(postgres, redis)
    finally:
        redis.stop()
        postgres.destroy()
