"""Count requests in Redis, and move the sums to DynamoDB.

Each request adds one in the rate limit's own round trip; a schedule moves the sums. Why not DynamoDB at once: a write
there takes longer than the authorizer's whole budget of 5 ms, and at the planned peak of 50,000 requests a minute two
counters each would be 1,700 writes a second where one drain a minute needs a few. A drain can be repeated: the counts
are first renamed to a batch, and each transaction leaves a marker of its batch.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID, uuid4

from botocore.exceptions import ClientError

from premium.observability import count, logger, observe
from premium.storage.aws import translated
from premium.storage.plain import to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table as Boto3Table
    from redis import Redis

PENDING = "usage:pending"
_BATCHES = "usage:batches"
_SEPARATOR = "\x1f"
_KEPT = {"hourly": timedelta(days=7), "daily": timedelta(days=90)}
_MARKER_KEPT = timedelta(days=7)
_TRANSACTION_ITEMS = 99
_MAX_BACKLOG = 10_000
_SET_ASIDE = """
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('RENAME', KEYS[1], KEYS[2])
  redis.call('SADD', KEYS[3], KEYS[2])
end
"""
"""In one step: a batch that was renamed and not registered would be found by nobody."""
_REPLAY = """
if redis.call('SET', KEYS[1], 1, 'NX', 'EX', 86400) then
  for i = 1, #ARGV, 2 do redis.call('HINCRBY', KEYS[2], ARGV[i], ARGV[i + 1]) end
end
"""
_EPOCH = "usage:epoch"
"""What Redis forgets with the counts; another than the one that the table knows says that they are lost."""
_DRAINED = {"pk": "drain", "sk": "last"}
Outcome = Literal["served", "limited"]


@dataclass(frozen=True, kw_only=True)
class Use:
    """One request to be metered, by API key where there is one, else by user."""

    subject: UUID
    customer: UUID
    """The user who pays; the subject's owner."""
    endpoint: str
    """The route, `GET /v1/portfolio`, never the path: ids would make endless counters."""
    at: datetime
    tier: str = "free"
    """The user's, as it is now."""

    def field(self, outcome: Outcome) -> str:
        """Return the counter's name in Redis."""
        hour = self.at.strftime("%Y-%m-%dT%H")
        return _SEPARATOR.join((str(self.subject), str(self.customer), hour, outcome, self.tier, self.endpoint))


class Backlog:
    """Keep counts that Redis could not take until it can."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._sent: tuple[str, Counter[str]] | None = None

    def add(self, field: str) -> None:
        """Keep one count; beyond 10,000 names new ones are dropped, and told of."""
        if field in self._counts or len(self._counts) < _MAX_BACKLOG:
            self._counts[field] += 1
        else:
            count("DroppedRequests")

    def replay(self, redis: Redis) -> None:
        """Add what is kept; an error leaves it for the next time.

        It has an id: where the answer was lost, and it is sent again, it counts once.
        """
        if self._sent is None and self._counts:
            self._sent, self._counts = (f"usage:replayed:{uuid4()}", self._counts), Counter()
        if self._sent is None:
            return
        name, counts = self._sent
        redis.eval(_REPLAY, 2, name, PENDING, *(part for pair in counts.items() for part in pair))
        self._sent = None


class UsageDrain:
    """Move counts from Redis (database 2) to the table `usage`.

    Safe to run twice, at once, and after a crash.
    """

    def __init__(self, redis: Redis, table: Boto3Table) -> None:
        self._redis = redis
        self._table = table

    def run(self, now: datetime) -> int:
        """Return how many requests were written down.

        UpstreamUnavailable leaves the rest for the next run.
        """
        self._look_for_loss(now)
        self._set_aside()
        batches = sorted(_text(name) for name in self._redis.smembers(_BATCHES))
        return sum(self._write(batch, now) for batch in batches)

    def _look_for_loss(self, now: datetime) -> None:
        """Tell of a Redis that lost what it had counted: at most what came since the last drain."""
        self._redis.set(_EPOCH, str(uuid4()), nx=True)
        epoch = _text(self._redis.get(_EPOCH) or b"")
        kept = self._table.update_item(
            Key=_DRAINED,
            UpdateExpression="SET epoch = :epoch, #at = :at",
            ExpressionAttributeNames={"#at": "at"},
            ExpressionAttributeValues={":epoch": epoch, ":at": _epoch(now)},
            ReturnValues="UPDATED_OLD",
        ).get("Attributes")
        if kept and kept["epoch"] != epoch:
            seconds = max(0, _epoch(now) - int(str(kept["at"])))
            logger.error("Redis lost counts of requests", seconds_at_most=seconds)
            observe("LostUsage", seconds, "Seconds")

    def _set_aside(self) -> None:
        self._redis.eval(_SET_ASIDE, 3, PENDING, f"usage:batch:{uuid4()}", _BATCHES)

    def _write(self, batch: str, now: datetime) -> int:
        counts = {_text(field): int(n) for field, n in self._redis.hgetall(batch).items()}
        items = sorted(_items(counts).items())
        for index in range(0, len(items), _TRANSACTION_ITEMS):
            self._transact(f"{batch}#{index}", items[index : index + _TRANSACTION_ITEMS], now)
        self._redis.delete(batch)
        self._redis.srem(_BATCHES, batch)
        return sum(counts.values())

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
        subject, customer, hour, outcome, tier, endpoint = field.split(_SEPARATOR, 5)
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


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _epoch(instant: datetime) -> int:
    return int(instant.timestamp())
