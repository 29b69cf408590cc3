"""Which matcher an event and a rule belong to: by the one field that most rules of a kind want equal.

All events of a series share that field, so that a series lives in one shard and its order holds. A rule that names no
value of the field is in every shard.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from premium.alerts.rule import Rule

FIELD: Mapping[str, str] = MappingProxyType(
    {"transfer": "asset", "price": "asset", "gas": "chain", "protocol": "protocol"}
)


def shard_of(event: Mapping[str, Any], shards: int) -> int:
    """From 0; the same in every process and release."""
    kind = str(event.get("kind"))
    return _hashed(kind, event.get(FIELD.get(kind, "chain")), shards)


def belongs(rule: Rule, shard: int, shards: int) -> bool:
    """Whether an event of the shard can fire the rule."""
    wanted = [one.value for one in rule.conditions if one.operator == "eq" and one.field == FIELD[rule.kind]]
    return not wanted or _hashed(rule.kind, wanted[0], shards) == shard


def queue_of(shard: int) -> str:
    """The RQ queue of a shard: the first has the name of the class."""
    return "alerts" if shard == 0 else f"alerts-{shard}"


def _hashed(kind: str, value: object, shards: int) -> int:
    # Only texts are ever equal to a rule's: what is none may be anywhere.
    text = value if isinstance(value, str) else ""
    return zlib.crc32(f"{kind}\n{text}".encode("utf-8", "surrogatepass")) % shards
