"""Tell and take away a user's items in DynamoDB: jobs, connections, remembered answers, audit entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr, Key

from premium.subjects import Subject

if TYPE_CHECKING:
    from boto3.dynamodb.conditions import ConditionBase

    from premium.bootstrap import Platform

ANSWERS_OF = "request.{user}#"
"""Ids of remembered answers begin so (`handlers.runtime.idempotency`)."""


def jobs(platform: Platform, subject: Subject) -> Iterator[Mapping[str, Any]]:
    """Yield the records of a user's jobs."""
    table = platform.tables("jobs")
    for item in _query(platform, "jobs", Key("user_id").eq(str(subject.user_id)), index="user"):
        record = table.get({"id": item["id"]})
        if record is not None:
            yield record


def erase_jobs(platform: Platform, subject: Subject) -> int:
    """Take away the records of a user's jobs; one that runs ends."""
    found = list(_query(platform, "jobs", Key("user_id").eq(str(subject.user_id)), index="user"))
    return sum(platform.tables("jobs").delete({"id": item["id"]}) for item in found)


def connections(platform: Platform, subject: Subject) -> Iterator[Mapping[str, Any]]:
    """Yield a user's open connections."""
    return _query(platform, "connections", Key("user_id").eq(str(subject.user_id)), index="user")


def erase_connections(platform: Platform, subject: Subject) -> int:
    """Take away a user's connections, which are closed already."""
    table, found = platform.tables("connections"), list(connections(platform, subject))
    return sum(table.delete({"connection_id": item["connection_id"]}) for item in found)


def entries(platform: Platform, subject: Subject) -> Iterator[Mapping[str, Any]]:
    """Yield what the audit trail has of a user's own doing."""
    return _query(platform, "audit", Key("pk").eq(str(subject.user_id)))


def answers(platform: Platform, subject: Subject) -> Iterator[Mapping[str, Any]]:
    """Yield the answers that are remembered for a user's idempotency keys.

    By a scan: the table holds a day, an erasure is rare, and an index would be written with every request.
    """
    table = platform.tables("idempotency").boto3
    more: dict[str, Any] = {}
    condition = Attr("id").begins_with(ANSWERS_OF.format(user=subject.user_id))
    while True:
        page = table.scan(FilterExpression=condition, **more)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def erase_answers(platform: Platform, subject: Subject) -> int:
    """Take away the answers that are remembered for a user."""
    table, found = platform.tables("idempotency"), list(answers(platform, subject))
    return sum(table.delete({"id": item["id"]}) for item in found)


def _query(
    platform: Platform, name: str, condition: ConditionBase, *, index: str | None = None
) -> Iterator[Mapping[str, Any]]:
    start = None
    while True:
        page = platform.tables(name).query(condition, index=index, start=start)
        yield from page.items
        if page.next is None:
            return
        start = page.next
