"""A user with something in every place, and a look into all stores for whatever is his."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import boto3
import psycopg
import pytest
from psycopg import sql

from local.postgres import DATABASES, SUPERUSER
from premium.bootstrap import Platform
from premium.metering.usage import Use
from premium.storage.marks import mark_changed
from tests.fixtures.postgres import Databases
from tests.integration.rls.catalogue import insert, references, tables_of_users

TABLE_NAMES = ("jobs", "idempotency", "usage", "connections", "audit")
BUCKET_NAMES = ("reports", "exports")
"""The anchors' objects are locked; what receipts say is looked at by its own test."""


@dataclass(frozen=True)
class Person:
    """What finds him: each of these texts is looked for in every store."""

    user_id: UUID
    external_id: str
    email: str
    wallet: str

    @property
    def words(self) -> tuple[str, ...]:
        return (str(self.user_id), self.external_id, self.email, self.wallet.lower())


@dataclass(frozen=True)
class Everywhere:
    """Fills all stores for a person, and reads them whole."""

    platform: Platform
    postgres: Databases

    def fill(self, *, paying: bool = False) -> Person:
        made = uuid4()
        wallet = f"0x{made.hex}{made.hex[:8]}"
        person = Person(made, f"user_{made.hex}", f"{made.hex}@person.example", wallet)
        self._rows(person, paying=paying)
        self._timeseries(person)
        self._items(person)
        self._objects(person)
        self._redis(person)
        return person

    def _rows(self, person: Person, *, paying: bool) -> None:
        with psycopg.connect(self.postgres.url("premium", SUPERUSER)) as connection:
            connection.execute(
                "INSERT INTO premium_users (id, external_id, email, wallet_address, geographic_region)"
                " VALUES (%s, %s, %s, %s, 'DE')",
                (person.user_id, person.external_id, person.email, person.wallet),
            )
            connection.execute("SET session_replication_role = replica")  # in whichever order the tables come
            names = [each.name for each in tables_of_users(connection) if not each.is_partition]
            ids = {name: uuid4() for name in names}
            for name in names:
                if name == "erasures" or (name in ("subscriptions", "payments") and not paying):
                    continue
                named = {column: ids[to] for column, to in references(connection, name).items() if to in ids}
                self._one(connection, name, person, id=ids[name], **named)
            for kind, target in (
                ("user", str(person.user_id)), ("rule", str(ids["alert_rules"])), ("destination", person.email),
            ):  # fmt: skip
                connection.execute(
                    "INSERT INTO operator_switches (kind, target, why) VALUES (%s, %s, 'a test')", (kind, target)
                )

    def _one(self, connection: Any, table: str, person: Person, **given: Any) -> None:
        """A row with this person's words in it, whatever CHECKs the table has: they are its own service's tests."""
        text = {"address": person.wallet, "destination": person.email, "wallet": person.wallet, "name": person.email}
        columns = {
            row[0]
            for row in connection.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0", (table,)
            )
        }
        # Values that a later change of the row must not stumble over.
        text |= {
            "currency": "eur",
            "tier": "pro",
            "status": "active",
            "provider": "stripe",
            "interval": "month",
            "channel": "email",
            "pending_change": None,
        }
        known = {name: value for name, value in text.items() if name in columns}
        with unchecked(connection, table):
            insert(connection, table, person.user_id, **(given | known))

    def _timeseries(self, person: Person) -> None:
        with psycopg.connect(self.postgres.url("timeseries", SUPERUSER)) as connection:
            for number in range(3):
                connection.execute(
                    "INSERT INTO portfolio_rows (user_id, job_id, timestamp, total_value, wallets)"
                    " VALUES (%s, %s, now() + %s * interval '1 second', 12.345678901234567890, ARRAY[%s])",
                    (person.user_id, uuid4(), number, person.wallet),
                )
            connection.execute(
                "INSERT INTO portfolio_closes (user_id, day, timestamp, total_value) VALUES (%s, now(), now(), 1)",
                (person.user_id,),
            )
            connection.execute(
                "INSERT INTO performance_metrics (user_id, day, at, total_value, is_good, splits, figures)"
                " VALUES (%s, now(), now(), 1, true, '{}', '{}')",
                (person.user_id,),
            )
            for rollup in ("daily", "weekly"):
                connection.execute(
                    sql.SQL("INSERT INTO {} VALUES (%s, '2026-01-05Z', 1, 2, 1, 2, 1.5, 9)").format(
                        sql.Identifier(f"portfolio_snapshots_{rollup}_rollup")
                    ),
                    (person.user_id,),
                )

    def _items(self, person: Person) -> None:
        user = str(person.user_id)
        put = {name: self.platform.tables(name).put for name in TABLE_NAMES}
        put["jobs"]({"id": str(uuid4()), "user_id": user, "status": "done", "created_at": "2026", "updated_at": "2026"})
        put["idempotency"]({"id": f"request.{user}#{uuid4().hex}", "data": json.dumps({"email": person.email})})
        day = {"customerId": user, "date": "2026-11-01", "key": user, "requests": 3}
        put["usage"]({"pk": f"usage#{user}", "sk": "2026-11#daily#2026-11-01", **day})
        key = str(uuid4())
        put["usage"]({"pk": f"usage#{key}", "sk": "2026-11#daily#2026-11-01", **day, "key": key})
        put["usage"]({"pk": f"usage#{key}", "sk": "2026-11#hourly#2026-11-01T05", "customerId": user, "key": key})
        put["connections"]({"connection_id": uuid4().hex, "user_id": user, "external_id": person.external_id, "ttl": 9})
        put["audit"]({"pk": user, "sk": f"2026#{uuid4()}#begun", "date": "2026-11-01", "name": "POST /v1/nothing"})
        at = datetime(2026, 11, 1, 5, tzinfo=UTC)
        use = Use(subject=person.user_id, customer=person.user_id, endpoint="GET /v1/portfolio", at=at)
        pending = use.field("served")
        self.platform.redis(2).hincrby("usage:pending", pending, 2)

    def _objects(self, person: Person) -> None:
        for bucket, key in (
            ("reports", f"tax/{person.user_id}/{uuid4()}/report.json"),
            ("exports", f"tax-imports/{person.user_id}/{uuid4()}"),
            ("exports", f"user-exports/{person.user_id}/{uuid4()}.zip"),
        ):
            name = self.platform.bucket(bucket).bucket
            for body in (b"the first version", person.wallet.encode()):
                boto3.client("s3").put_object(Bucket=name, Key=key, Body=body)

    def _redis(self, person: Person) -> None:
        user = person.user_id
        for name in (f"window:user:{user}", f"window:login-code:{user}", f"window:trials:{user}"):
            self.platform.redis(2).set(name, b"a ring", ex=61)
        self.platform.redis(2).set(f"window:login-address:{person.wallet.lower()}", b"a ring", ex=61)
        self.platform.redis(3).set(f"portfolio:{user}", json.dumps({"wallet": person.wallet}), ex=300)
        mark_changed(self.platform.redis(2), user)

    def lines(self) -> Iterator[tuple[str, str]]:
        """Everything that all stores hold, as (place, text)."""
        for database in DATABASES:
            with psycopg.connect(self.postgres.url(database, SUPERUSER)) as connection:
                for (table,) in connection.execute(
                    "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r'"
                    " AND relnamespace = 'public'::regnamespace AND relname !~ '^_?_?yoyo'"
                ).fetchall():
                    rows = connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.SQL(table))).fetchall()
                    yield from ((f"{database} {table}", row[0]) for row in rows)
        for name in TABLE_NAMES:
            yield from ((f"dynamodb {name}", repr(sorted(item.items()))) for item in self.platform.tables(name).scan())
        for bucket in BUCKET_NAMES:
            yield from self._versions(bucket)
        for number in range(1, 6):
            redis = self.platform.redis(number)
            for key in redis.scan_iter():
                kind = redis.type(key)
                value = redis.hgetall(key) if kind == b"hash" else redis.get(key) if kind == b"string" else b""
                yield f"redis {number} {key.decode().split(':')[0]}", f"{key!r} {value!r}"

    def _versions(self, bucket: str) -> Iterator[tuple[str, str]]:
        client, name = boto3.client("s3"), self.platform.bucket(bucket).bucket
        found = client.list_object_versions(Bucket=name)
        for each in (*found.get("Versions", ()), *found.get("DeleteMarkers", ())):
            yield f"s3 {bucket}", each["Key"]
        for each in client.list_objects_v2(Bucket=name).get("Contents", ()):
            yield f"s3 {bucket}", str(client.get_object(Bucket=name, Key=each["Key"])["Body"].read())

    def holding(self, person: Person) -> dict[str, list[str]]:
        """What holds one of his words, by place."""
        found: dict[str, list[str]] = {}
        for place, text in self.lines():
            if any(word in text.lower() for word in person.words):
                found.setdefault(place, []).append(text)
        return found


class unchecked:  # noqa: N801 - used as a statement
    """A table without its CHECKs, for as long as one row is put in."""

    def __init__(self, connection: Any, table: str) -> None:
        self._connection, self._table = connection, table

    def __enter__(self) -> None:
        query = """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
                   WHERE contype = 'c' AND conislocal AND conrelid = %s::regclass"""
        self._checks = self._connection.execute(query, (self._table,)).fetchall()
        self._alter(f'DROP CONSTRAINT "{name}"' for name, _ in self._checks)

    def __exit__(self, *_: object) -> None:
        told = ((name, text.removesuffix(" NOT VALID")) for name, text in self._checks)
        self._alter(f'ADD CONSTRAINT "{name}" {text} NOT VALID' for name, text in told)

    def _alter(self, what: Iterable[str]) -> None:
        if self._checks:
            self._connection.execute(f'ALTER TABLE "{self._table}" {", ".join(what)}')


@pytest.fixture
def everywhere(environment: dict[str, str], platform: Platform, postgres: Databases) -> Everywhere:
    return Everywhere(platform, postgres)
