"""A copy of the migrated database that a test may bend: rights granted, CHECKs dropped, rows of any shape."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql

from local.postgres import SUPERUSER, Postgres
from tests.fixtures.postgres import Databases


@pytest.fixture(scope="module")
def copy_of(postgres_server: Postgres, postgres_session: Databases) -> Iterator[Callable[[str], Callable[[str], str]]]:
    """`copy_of("premium")(role)` is the URL of a new copy of the migrated database."""
    made: list[str] = []

    def copy(database: str) -> Callable[[str], str]:
        name = f"{database}_{uuid.uuid4().hex[:12]}"
        postgres_server.create_database(name, template=f"{database}_template")
        made.append(name)
        return lambda role: postgres_server.url(name, role)

    yield copy
    with psycopg.connect(postgres_server.url("postgres", SUPERUSER), autocommit=True) as connection:
        for name in made:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
