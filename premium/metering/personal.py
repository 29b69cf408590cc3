"""Tell and take away what was counted of a user's requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Key

from premium.metering.drain import UsageDrain
from premium.subjects import Subject

if TYPE_CHECKING:
    from premium.bootstrap import Platform


def counts(platform: Platform, subject: Subject) -> Iterator[Mapping[str, Any]]:
    """Yield the counts of a user's requests: his own, and those of his keys."""
    table = platform.tables("usage")
    daily = _all(table.query, Key("customerId").eq(str(subject.user_id)), index="customerId-date")
    names = {str(item["pk"]) for item in daily}
    names |= {f"usage#{each}" for each in (subject.user_id, *subject.keys)}
    for name in sorted(names):
        yield from _all(table.query, Key("pk").eq(name))


def erase(platform: Platform, subject: Subject) -> int:
    """Take away a user's counts; return how many items there were.

    What waits in Redis is written down first: nothing comes after.
    """
    table = platform.tables("usage")
    UsageDrain.of(platform).run(platform.clock.now())
    gone = 0
    for item in list(counts(platform, subject)):
        gone += table.delete({"pk": item["pk"], "sk": item["sk"]})
    return gone


def _all(query: Any, condition: Any, **options: Any) -> Iterator[Mapping[str, Any]]:
    start = None
    while True:
        page = query(condition, start=start, **options)
        yield from page.items
        if page.next is None:
            return
        start = page.next
