"""Databases of a test's own, migrated by nobody."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg import sql

from local.postgres import OWNER, SUPERUSER, Postgres


@pytest.fixture
def empty_database(postgres_server: Postgres) -> Iterator[Callable[[str], str]]:
    """`url(role)` of a new database."""
    name = f"migrations_{uuid.uuid4().hex[:12]}"
    postgres_server.create_database(name)
    yield lambda role: postgres_server.url(name, role)
    with psycopg.connect(postgres_server.url("postgres", SUPERUSER), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def owner_url(empty_database: Callable[[str], str]) -> str:
    return empty_database(OWNER)
