"""Every place where users' data can lie is declared: found in the databases and the stage's stores, not listed here."""

from __future__ import annotations

import re

import psycopg
import pytest

from local.postgres import DATABASES, SUPERUSER
from premium.manifest import Place, services
from stacks.terms.tables import TABLES
from tests.fixtures.postgres import Databases

pytestmark = pytest.mark.integration
OWNERS = re.compile(
    r"^(user_id|owner_id|account_id|customer_id|trader_id|follower_id|subject_user|granted_to|created_by)$"
)
"""Names of columns that say whose a row is."""
_TABLES = """
    SELECT c.relname, array_agg(a.attname::text) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
    AND a.attnum > 0 AND NOT a.attisdropped GROUP BY 1
"""
_BUCKETS = {"reports", "exports"}
"""Of users' files; the anchors hold seals and receipts, which name nobody."""


def declared(store: str) -> dict[str, Place]:
    return {place.name: place for each in services() for place in each.places if place.store == store}


@pytest.mark.parametrize("database", DATABASES)
def test_every_table_of_users_is_a_place(postgres: Databases, database: str) -> None:
    with psycopg.connect(postgres.url(database, SUPERUSER)) as connection:
        tables = {str(name): set(columns) for name, columns in connection.execute(_TABLES).fetchall()}
    owned = {name for name, columns in tables.items() if any(map(OWNERS.match, columns))}
    known = declared(database)
    assert owned - known.keys() == set(), "add Place(store=…, name=…) to places of its service's manifest"
    assert known.keys() - tables.keys() == set(), "no migration makes these"
    for name, place in known.items():
        assert not place.user or place.user in tables[name], f"{name} has no column {place.user}"
    assert len(owned) > (20 if database == "premium" else 1), "the test itself"


def test_every_table_of_items_and_every_bucket_of_users_is_a_place() -> None:
    assert declared("dynamodb").keys() == TABLES.keys()
    assert {name.partition("/")[0] for name in declared("s3")} == _BUCKETS
    for name in declared("s3"):
        assert name.endswith("/{user}/"), f"{name}: without the user's folder an erasure would take another's"


def test_what_is_erased_by_its_name_alone_names_the_user() -> None:
    for name, place in declared("redis").items():
        assert place.erasure == "expire" or "{user}" in name or "{wallet}" in name, name
        assert name.partition(":")[0] in "12345", f"{name} begins with the number of its database"


def test_a_table_is_declared_by_its_owner() -> None:
    for each in services():
        for place in each.places:
            if place.store == "premium":
                assert place.name in each.tables, f"{place.name} is no table of {each.name}"
