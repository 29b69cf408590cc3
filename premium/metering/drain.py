"""Move counts of requests from the journal to the table `usage`.

Why not from Redis to DynamoDB at once: a write there takes longer than the authorizer's whole budget of 5 ms, and at
the planned peak of 50,000 requests a minute two counters each would be 1,700 writes a second where one drain a minute
needs a few. A drain can be repeated: what it claims has a name, and each transaction leaves a marker of it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from premium.metering.journal import UsageJournal
from premium.metering.usage import SEPARATOR
from premium.observability import logger
from premium.storage.aws import translated
from premium.storage.plain import to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table as Boto3Table
    from redis import Redis

    from premium.bootstrap import Platform
    from premium.storage.postgres import Database

_KEPT = {"hourly": timedelta(days=7), "daily": timedelta(days=90)}
_MARKER_KEPT = timedelta(days=7)
_TRANSACTION_ITEMS = 99


class UsageDrain:
    """Move counts from Redis (database 2) by the journal to the table `usage`.

    Safe to run twice, at once, and after a crash.
    """

    def __init__(
        self, redis: Redis, table: Boto3Table, database: Database, point: Callable[[str], object] = lambda _: None
    ) -> None:
        """Take the stores; `database` is by the worker's role.

        `point` is told how far it is; a test may end it there.
        """
        self._journal = UsageJournal(redis, database, point)
        self._table, self._point = table, point

    @classmethod
    def of(cls, platform: Platform) -> UsageDrain:
        """Return the drain of a process."""
        return cls(platform.redis(2), platform.tables("usage").boto3, platform.worker_database)

    def run(self, now: datetime) -> int:
        """Return how many requests were written down.

        UpstreamUnavailable, or an error of Redis, leaves the rest for the next run.
        """
        self._journal.keep(now)
        written = 0
        while claimed := self._journal.store.claim():
            fold, counts = claimed
            items = sorted(_items(counts).items())
            for index in range(0, len(items), _TRANSACTION_ITEMS):
                self._transact(f"usage:fold:{fold}#{index}", items[index : index + _TRANSACTION_ITEMS], now)
                self._point("written")
            self._journal.store.done(fold)
            written += counts.total()
        self._journal.store.remove_old(now)
        return written

    def _transact(self, marker: str, items: list[tuple[tuple[str, str], _Sum]], now: datetime) -> None:
        name = self._table.name
        mark = {
            "TableName": name,
            "Item": to_item({"pk": marker, "sk": "drained", "ttl": _epoch(now + _MARKER_KEPT)}),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
        writes: list[Any] = [{"Put": mark}, *({"Update": one.update(name, key)} for key, one in items)]
        try:
            with translated("DynamoDB"):
                self._table.meta.client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            reasons = error.response.get("CancellationReasons") or []
            if not reasons or reasons[0].get("Code") != "ConditionalCheckFailed":
                raise
            logger.info("usage was already written", batch=marker)


class _Sum:
    """What is added to one item: requests in all, refused ones, and by endpoint."""

    def __init__(self) -> None:
        self.added: Counter[str] = Counter()
        self.fixed: dict[str, Any] = {}

    def update(self, table: str, key: tuple[str, str]) -> dict[str, Any]:
        """Return the update of one item as a transaction takes it."""
        names = {f"#{i}": name for i, name in enumerate((*self.added, *self.fixed))}
        place = {name: placeholder for placeholder, name in names.items()}
        values = {f":{place[name][1:]}": value for name, value in (*self.added.items(), *self.fixed.items())}
        adds = ", ".join(f"{place[name]} :{place[name][1:]}" for name in self.added)
        sets = ", ".join(f"{place[name]} = :{place[name][1:]}" for name in self.fixed)
        return {
            "TableName": table,
            "Key": to_item({"pk": key[0], "sk": key[1]}),
            "UpdateExpression": f"SET {sets} ADD {adds}",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": to_item(values),
        }


def _items(counts: Mapping[str, int]) -> dict[tuple[str, str], _Sum]:
    """From counters in Redis to items: `pk = usage#<subject>`, `sk = YYYY-MM#hourly|daily#<time>`."""
    sums: dict[tuple[str, str], _Sum] = defaultdict(_Sum)
    for field, n in counts.items():
        subject, customer, hour, outcome, tier, endpoint = field.split(SEPARATOR, 5)
        for period, time_of in _periods(hour):
            one = sums[(f"usage#{subject}", f"{hour[:7]}#{period}#{time_of}")]
            one.added["requests" if outcome == "served" else "limited"] += n
            if outcome == "served":
                one.added[f"endpoint#{endpoint}"] += n
            one.fixed = _fixed(subject, customer, period, hour) | {"tier": tier}
    return sums


def _periods(hour: str) -> Iterator[tuple[str, str]]:
    yield "hourly", hour
    yield "daily", hour[:10]


def _fixed(subject: str, customer: str, period: str, hour: str) -> dict[str, Any]:
    end = datetime.fromisoformat(f"{hour}:00:00+00:00") + _KEPT[period]
    # `date` on daily items only keeps hourly ones out of both indexes.
    dated = {"date": hour[:10]} if period == "daily" else {}
    return {"customerId": customer, "key": subject, "ttl": _epoch(end), **dated}


def _epoch(instant: datetime) -> int:
    return int(instant.timestamp())
