"""The shard of an event and of a rule, by one field.

It is the one that most rules of a kind want equal. All events of a series share that field, so that a series lives in
one shard and its order holds. A rule that names no value of the field is in every shard. Values fall into buckets and
buckets into shards, so that the database can keep a rule's bucket (`alert_rules.bucket`, computed alike) whatever the
number of shards.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from types import MappingProxyType

from premium.alerts.language.rule import Rule
from premium.alerts.language.values import Event

BUCKETS = 1024
SHARD_FIELD: Mapping[str, str] = MappingProxyType(
    {"transfer": "asset", "price": "asset", "gas": "chain", "protocol": "protocol"}
)


def shard_of(event: Event, shards: int) -> int:
    """Return the shard of an event, from 0: the same in every process and release."""
    if shards == 1:
        return 0
    kind = str(event.get("kind"))
    return bucket_of(kind, event.get(SHARD_FIELD.get(kind, "chain"))) % shards


def buckets_of(shard: int, shards: int) -> list[int]:
    """Return the buckets of a shard."""
    return list(range(shard, BUCKETS, shards))


def is_in_every_shard(rule: Rule) -> bool:
    """Return whether events of every shard can fire the rule."""
    return not any(one.operator == "eq" and one.field == SHARD_FIELD[rule.kind] for one in rule.conditions)


def queue_of(shard: int) -> str:
    """Return the name of a shard's RQ queue.

    The first has the name of the class of workers.
    """
    return "alerts" if shard == 0 else f"alerts-{shard}"


def bucket_of(kind: str, value: object) -> int:
    """Return the bucket of a value, as the database's `alert_bucket` counts it."""
    # Only texts are ever equal to a rule's: what is none may be anywhere.
    text = value if isinstance(value, str) else ""
    digest = sha256(f"{kind}\n{text}".encode("utf-8", "surrogatepass")).digest()
    return (digest[0] * 256 + digest[1]) % BUCKETS
