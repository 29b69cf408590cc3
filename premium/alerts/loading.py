"""A shard's matcher as the database describes it: rules, their changes, and what was remembered.

Read as often as one likes, by whoever stands by: `follow` and `catch_up` bring it to where the shard's owner is.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from premium.alerts.matcher import Matcher
from premium.alerts.memory import Changes
from premium.alerts.memory_store import MemoryStore
from premium.alerts.reading import Reading, RuleText
from premium.alerts.rule import Rule, RuleError
from premium.alerts.shard_store import ShardStore
from premium.alerts.sharding import names_no_series, shard_of
from premium.observability import logger

_SIGN_EVERY = 10_000
"""Rules between two signs of life."""
_AT_ONCE = 5_000
"""Events: what many small batches cost apart is more than what they cost together."""


class Loading:
    """`matcher` is the shard's, made by `rules`.

    `fleetwide`: the cooldowns of rules that fire in every shard; the matcher knows these rules without them.
    """

    def __init__(self, store: ShardStore, memory: MemoryStore) -> None:
        self._store = store
        self._memory = memory
        self._reading = Reading()
        self._position = 0
        self._cooled_until: datetime | None = None
        self.seen: datetime | None = None
        """When what the matcher saw last was matched."""
        self.fleetwide: dict[str, int] = {}
        self.matcher = Matcher(remember=True)

    def rules(self, alive: Callable[[], object]) -> None:
        """All rules of the shard; a change made meanwhile is followed afterwards. `alive` is called now and then."""
        self._position = self._store.position()
        self.fleetwide.clear()
        gc.collect()
        # A million rules that live as long as the process: the collector need not walk them again and again.
        gc.disable()
        try:
            self.matcher = Matcher(self._read(alive), remember=True)
        finally:
            gc.freeze()
            gc.enable()

    def follow(self) -> int:
        """The changes since; how many rules."""
        changed = 0
        while True:
            position, named, rows = self._store.changes(self._position)
            if position == self._position:
                return changed
            for rule_id in map(str, named):
                self.fleetwide.pop(rule_id, None)
            there = {rule.id: rule for row in rows if (rule := self._rule(row)) is not None}
            for rule_id in map(str, named):
                if rule_id in there:
                    self.matcher.put(there[rule_id])
                else:
                    self.matcher.forget(rule_id)
            self._position, changed = position, changed + len(named)

    def memory(self, alive: Callable[[], object] = lambda: None) -> None:
        """Forgets what the matcher saw and reads what was committed of it."""
        self.matcher.forget_all()
        self.seen = self._cooled_until = None
        self.catch_up(alive)
        # null: what stood there was taken back
        known = [event for event in map(_json, self._memory.levels()) if event is not None]
        self.matcher.restore([event for event in known if shard_of(event, self._store.shards) == self._store.shard])
        self.states()

    def catch_up(self, alive: Callable[[], object] = lambda: None) -> int:
        """Events that were matched since, by whomever; how many."""
        events: list[Any] = []
        count = 0
        for moment, texts in self._store.matched(self.seen):
            new = [event for text in texts for event in _json(text)]
            back = [event for event in new if event.get("retracts")]
            if back or len(events) >= _AT_ONCE:
                alive()
                self.matcher.replay(events)
                events = []
                self.matcher.take_back(back)
            events += [event for event in new if not event.get("retracts")] if back else new
            self.seen, count = moment, count + len(new)
        self.matcher.replay(events)
        self.matcher.memory.changes = Changes()
        return count

    def states(self) -> None:
        """Which rules are cooling and which are not armed, as the shard's owner left them."""
        slots, memory = self.matcher.index.slots, self.matcher.memory
        self._cooled_until, fired = self._memory.cooldowns(self._cooled_until)
        for rule_id, times in fired.items():
            if rule_id in slots:
                memory.cool(slots[rule_id], times)
        memory.disarm({slots[rule]: series for rule, series in self._memory.disarmed().items() if rule in slots})

    def _read(self, alive: Callable[[], object]) -> Iterator[Rule]:
        for number, row in enumerate(self._store.rules()):
            if number % _SIGN_EVERY == 0:
                alive()
            rule = self._rule(row)
            if rule is not None:
                yield rule

    def _rule(self, row: RuleText) -> Rule | None:
        """None for one that this release cannot read."""
        try:
            rule = self._reading.rule(row)
        except RuleError as error:
            logger.warning("a rule cannot be read", rule_id=row.id, field=error.field, reason=error.reason)
            return None
        if rule is None or self._store.shards == 1 or not rule.cooldown or not names_no_series(rule):
            return rule
        self.fleetwide[rule.id] = rule.cooldown
        return replace(rule, cooldown=0)


def _json(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)
