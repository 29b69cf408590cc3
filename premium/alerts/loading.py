"""A shard's matcher as the database describes it: rules, their changes, and what was remembered."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from psycopg.rows import DictRow

from premium.alerts.matcher import Matcher
from premium.alerts.memory import Changes
from premium.alerts.rule import Rule, RuleError, parse
from premium.alerts.shard_store import ShardStore
from premium.alerts.sharding import belongs, shard_of
from premium.observability import logger

_RENEW_EVERY = 10_000
"""Rules, or a second at most: a load takes longer than the lease lasts."""


class Loading:
    """`matcher` is the shard's, made by `rules`."""

    def __init__(self, store: ShardStore, shards: int) -> None:
        self._store = store
        self._shards = shards
        self._position = 0
        self.matcher = Matcher(remember=True)

    def rules(self) -> None:
        """All rules of the shard; a change that is made meanwhile is followed afterwards."""
        self._position = self._store.position()
        self.matcher = Matcher(self._read(), remember=True)
        # A million rules that live as long as the process: the collector need not walk them again and again.
        gc.collect()
        gc.freeze()

    def follow(self) -> int:
        """The changes since; how many rules."""
        changed = 0
        while True:
            position, named, rows = self._store.changes(self._position)
            if position == self._position:
                return changed
            there = {rule.id: rule for row in rows if (rule := self._rule(row)) is not None}
            for rule_id in map(str, named):
                if rule_id in there:
                    self.matcher.put(there[rule_id])
                else:
                    self.matcher.forget(rule_id)
            self._position, changed = position, changed + len(named)

    def memory(self) -> None:
        """Forgets what the matcher saw and reads what was committed of it."""
        matcher = self.matcher
        matcher.forget_all()
        gone: set[str] = set()
        for text in self._store.matched():
            events = _json(text)
            back = [event for event in events if event.get("retracts")]
            gone.update(event["retracts"] for event in back)
            matcher.take_back(back)
            matcher.replay([event for event in events if not event.get("retracts") and event["event_id"] not in gone])
        levels, fired, disarmed = self._store.remembered()
        known = [event for event in map(_json, levels) if event is not None]  # null: what stood there was taken back
        matcher.restore([event for event in known if shard_of(event, self._shards) == self._store.shard])
        matcher.memory.changes = Changes()
        of_rule: dict[str, list[str]] = {}
        for rule_id, series in disarmed:
            of_rule.setdefault(rule_id, []).append(series)
        for rule_id in fired.keys() | of_rule.keys():
            slot = matcher.index.slots.get(rule_id)
            if slot is not None:
                matcher.memory.restore(slot, fired.get(rule_id), of_rule.get(rule_id, ()))

    def _read(self) -> Iterator[Rule]:
        for number, row in enumerate(self._store.rules()):
            if number % _RENEW_EVERY == 0:
                self._store.renew()
            rule = self._rule(row)
            if rule is not None:
                yield rule

    def _rule(self, row: DictRow) -> Rule | None:
        """None for one that is another shard's, or that this release cannot read."""
        try:
            rule = parse({**row, "id": str(row["id"])})
        except RuleError as error:
            logger.warning("a rule cannot be read", rule_id=str(row["id"]), field=error.field, reason=error.reason)
            return None
        return rule if rule is not None and belongs(rule, self._store.shard, self._shards) else None


def _json(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)
