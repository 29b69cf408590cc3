"""The DynamoDB tables as data.

The Data stack makes them from it, and tests make the same ones in the emulator.
"""

from __future__ import annotations

from typing import Literal

from stacks.terms.model import Model


class Key(Model):
    """A partition key and perhaps a sort key, by name; `S` text, `N` number."""

    partition: str
    sort: str | None = None
    sort_type: Literal["S", "N"] = "S"


class Index(Model):
    """A global secondary index that projects every attribute, or the keys alone."""

    name: str
    key: Key
    keys_only: bool = False
    """Then an update that changes no key writes nothing here."""

    @property
    def projection(self) -> Literal["ALL", "KEYS_ONLY"]:
        """Return DynamoDB's word for what it projects."""
        return "KEYS_ONLY" if self.keys_only else "ALL"


class TableShape(Model):
    """A table on demand, with TTL on `ttl` (epoch seconds)."""

    variable: str
    key: Key
    indexes: tuple[Index, ...] = ()


TABLES: dict[str, TableShape] = {
    # id: the job's UUID; updated_at: RFC 3339, so that the sweeper reads the oldest of a status first
    "jobs": TableShape(
        variable="JOBS_TABLE",
        key=Key(partition="id"),
        indexes=(
            Index(name="status-updated", key=Key(partition="status", sort="updated_at")),
            Index(name="user", key=Key(partition="user_id", sort="created_at"), keys_only=True),
        ),
    ),
    "idempotency": TableShape(variable="IDEMPOTENCY_TABLE", key=Key(partition="id")),
    # pk `usage#<key id>`, sk `YYYY-MM#hourly|daily|monthly#<time>`
    "usage": TableShape(
        variable="USAGE_TABLE",
        key=Key(partition="pk", sort="sk"),
        indexes=(
            Index(name="customerId-date", key=Key(partition="customerId", sort="date")),
            Index(name="date-key", key=Key(partition="date", sort="key"), keys_only=True),
        ),
    ),
    "connections": TableShape(
        variable="CONNECTIONS_TABLE",
        key=Key(partition="connection_id"),
        indexes=(Index(name="user", key=Key(partition="user_id")),),
    ),
    # pk: the actor's user id; sk: `<RFC 3339>#<event id>`
    "audit": TableShape(
        variable="AUDIT_TABLE",
        key=Key(partition="pk", sort="sk"),
        indexes=(Index(name="date", key=Key(partition="date", sort="sk")),),
    ),
}


def creation(name: str) -> dict[str, object]:
    """Return the arguments of boto3's `create_table` without TableName.

    For a test that needs this table and no stack.
    """
    shape = TABLES[name]
    keys = [shape.key, *(index.key for index in shape.indexes)]
    attributes = {key.partition: "S" for key in keys} | {key.sort: key.sort_type for key in keys if key.sort}
    arguments: dict[str, object] = {
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind} for name, kind in attributes.items()],
        "KeySchema": _schema(shape.key),
        "BillingMode": "PAY_PER_REQUEST",
    }
    if shape.indexes:
        arguments["GlobalSecondaryIndexes"] = [
            {
                "IndexName": index.name,
                "KeySchema": _schema(index.key),
                "Projection": {"ProjectionType": index.projection},
            }
            for index in shape.indexes
        ]
    return arguments


def _schema(key: Key) -> list[dict[str, str]]:
    hashed = {"AttributeName": key.partition, "KeyType": "HASH"}
    return [hashed, {"AttributeName": key.sort, "KeyType": "RANGE"}] if key.sort else [hashed]
