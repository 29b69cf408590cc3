"""DynamoDB tables over boto3's resource: conditional writes, pages, the product's own types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from premium.storage.aws import client_config, error_code, translated
from premium.storage.plain import from_item, to_item

if TYPE_CHECKING:
    from boto3.dynamodb.conditions import ConditionBase
    from mypy_boto3_dynamodb import DynamoDBServiceResource
    from mypy_boto3_dynamodb.service_resource import Table as Boto3Table

Key = Mapping[str, Any]
Item = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """Items in the order of the sort key.

    `next` goes in as `start` for the page after, None at the end.
    """

    items: Sequence[Item]
    next: Key | None = None


@dataclass(frozen=True, kw_only=True)
class Change:
    """What an update does to one item; names are top-level attributes."""

    set: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, Any] = field(default_factory=dict)
    """Atomic: numbers are added (absent counts as 0), sets united."""
    remove: Sequence[str] = ()
    set_once: Mapping[str, Any] = field(default_factory=dict)
    """Set where the attribute is absent, kept where it is there."""


def dynamodb() -> DynamoDBServiceResource:
    """Return the resource; boto3 reads region and endpoint from the environment."""
    import boto3

    return boto3.resource("dynamodb", config=client_config())


class Table:
    """One table.

    UpstreamUnavailable where DynamoDB cannot be reached or throttles; a lost condition is an answer.
    """

    def __init__(self, name: str, *, resource: DynamoDBServiceResource | None = None) -> None:
        self.name = name
        self._resource = resource

    @cached_property
    def _table(self) -> Boto3Table:
        return (self._resource or dynamodb()).Table(self.name)

    @cached_property
    def boto3(self) -> Boto3Table:
        """boto3's own methods, for a store that writes its own expressions.

        Failures are UpstreamUnavailable too.
        """
        return cast("Boto3Table", _Translated(self._table))

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        """Return the item of a key; None where there is none."""
        with translated("DynamoDB"):
            found = self._table.get_item(Key=to_item(key), ConsistentRead=consistent)
        return from_item(found["Item"]) if "Item" in found else None

    def put(self, item: Mapping[str, Any], *, condition: ConditionBase | None = None) -> bool:
        """Write the whole item; False where `condition` (`Attr("id").not_exists()`) does not hold."""
        extra: dict[str, Any] = {} if condition is None else {"ConditionExpression": condition}
        return self._conditional(lambda: self._table.put_item(Item=to_item(item), **extra)) is not None

    def update(self, key: Key, change: Change, *, condition: ConditionBase | None = None) -> Item | None:
        """Change an item and return it as it is afterwards; None where `condition` fails.

        Without a condition an absent item is made.
        """
        expression = _update_expression(change)
        if condition is not None:
            expression["ConditionExpression"] = condition
        answer = self._conditional(
            lambda: self._table.update_item(Key=to_item(key), ReturnValues="ALL_NEW", **expression)
        )
        return None if answer is None else from_item(answer["Attributes"])

    def delete(self, key: Key, *, condition: ConditionBase | None = None) -> bool:
        """Delete an item; False where `condition` does not hold.

        An absent item is deleted already.
        """
        extra: dict[str, Any] = {} if condition is None else {"ConditionExpression": condition}
        return self._conditional(lambda: self._table.delete_item(Key=to_item(key), **extra)) is not None

    def query(
        self,
        condition: ConditionBase,
        *,
        index: str | None = None,
        filter: ConditionBase | None = None,  # noqa: A002 - DynamoDB's own word
        limit: int | None = None,
        start: Key | None = None,
        ascending: bool = True,
    ) -> Page:
        """Return one page by the key condition.

        A filter thins a page after `limit` was applied, so follow `next`.
        """
        given = {"IndexName": index, "FilterExpression": filter, "Limit": limit}
        options: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if start is not None:
            options["ExclusiveStartKey"] = to_item(start)
        with translated("DynamoDB"):
            answer = self._table.query(KeyConditionExpression=condition, ScanIndexForward=ascending, **options)
        following = answer.get("LastEvaluatedKey")
        return Page([from_item(item) for item in answer["Items"]], from_item(following) if following else None)

    def write_together(self, writes: Sequence[Mapping[str, Mapping[str, Any]]]) -> list[str] | None:
        """Do all of these writes or none; None where they are done.

        Otherwise for each the code of its refusal, `None` where it was not the reason.
        `{"Put": {"Item": …}}`, `{"Update": {"Key": …}}`, as DynamoDB takes them, without the table's name.
        """
        named = [
            {kind: to_item(dict(one)) | {"TableName": self.name} for kind, one in write.items()} for write in writes
        ]
        try:
            with translated("DynamoDB"):
                self._table.meta.client.transact_write_items(TransactItems=cast("Any", named))
        except ClientError as error:
            if error_code(error) != "TransactionCanceledException":
                raise
            return [str(reason.get("Code", "None")) for reason in error.response.get("CancellationReasons", [])]
        return None

    def scan(self) -> Iterator[Item]:
        """Return every item, page after page; for small tables."""
        start: dict[str, Any] = {}
        while True:
            with translated("DynamoDB"):
                answer = self._table.scan(**start)
            yield from (from_item(item) for item in answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def _conditional(self, write: Any) -> Any | None:
        try:
            with translated("DynamoDB"):
                return write()
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return None
            raise


class _Translated:
    def __init__(self, table: Boto3Table) -> None:
        self._table = table

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._table, name)
        return translated("DynamoDB")(attribute) if callable(attribute) else attribute


def _update_expression(change: Change) -> dict[str, Any]:
    """Return boto3's arguments for a change, every name by a placeholder.

    `status`, `name`, `ttl` and many more are DynamoDB's reserved words.

    Placeholders are `#u0` and `:u0`, because boto3 gives a condition's `#n0` and `:v0`, and would overwrite ours.
    """
    names: dict[str, str] = {}
    values: dict[str, Any] = {}

    def name(attribute: str) -> str:
        return names.setdefault(attribute, f"#u{len(names)}")

    def value(given: Any) -> str:
        values[f":u{len(values)}"] = to_item(given)
        return f":u{len(values) - 1}"

    sets = [f"{name(a)} = {value(v)}" for a, v in change.set.items()]
    sets += [f"{name(a)} = if_not_exists({name(a)}, {value(v)})" for a, v in change.set_once.items()]
    clauses = {
        "SET": sets,
        "ADD": [f"{name(a)} {value(v)}" for a, v in change.add.items()],
        "REMOVE": [name(a) for a in change.remove],
    }
    expression: dict[str, Any] = {
        "UpdateExpression": " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses.items() if parts),
        "ExpressionAttributeNames": {placeholder: attribute for attribute, placeholder in names.items()},
    }
    return expression | ({"ExpressionAttributeValues": values} if values else {})
