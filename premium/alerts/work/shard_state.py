"""The state of a shard: its matcher, filled from the database.

Any process that stands by reads it as often as it likes: `follow_rules` and `catch_up` bring it to where the shard's
owner is.
"""

from __future__ import annotations

import gc
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from premium.alerts.language.earlier_events import in_present_form
from premium.alerts.language.forms import RuleForms, RuleText
from premium.alerts.language.rule import Rule, RuleError
from premium.alerts.matcher.matcher import Matcher
from premium.alerts.matcher.memory import Changes
from premium.alerts.model import Alert
from premium.alerts.shards.placement import is_in_every_shard, shard_of
from premium.alerts.store.batches import REPLAYED, ShardBatches
from premium.alerts.store.firings import record_firings
from premium.alerts.store.levels import begun, holding
from premium.alerts.store.memory import MemoryStore
from premium.alerts.store.shard_rules import ShardRules
from premium.observability import logger

_SIGN_EVERY = 10_000
"""Rules between two signs of life."""
_REPLAYED_AT_ONCE = 5_000
"""Events: many small batches cost more apart than together."""


class ShardState:
    """The matcher of one shard, and how far it has read the database.

    `shared_cooldowns`: seconds by id of rules that fire in every shard; the matcher knows these rules without them.
    """

    def __init__(self, shard: int, shards: int, rules: ShardRules, batches: ShardBatches, memory: MemoryStore) -> None:
        self.shard = shard
        self.shards = shards
        self._rules = rules
        self._batches = batches
        self._memory = memory
        self._forms = RuleForms()
        self._position = 0
        self._cooled_until: datetime | None = None
        self.seen: datetime | None = None
        """When the newest event that the matcher saw was matched."""
        self.shared_cooldowns: dict[str, int] = {}
        self.matcher = Matcher(remember=True)

    def load_rules(self, alive: Callable[[], object]) -> None:
        """Read all rules of the shard.

        `alive` is called now and then; `follow_rules` applies later changes.
        """
        self._position = self._rules.position()
        self.shared_cooldowns.clear()
        gc.collect()
        # A million rules that live as long as the process: the collector need not walk them again and again.
        gc.disable()
        try:
            self.matcher = Matcher(self._read(alive), remember=True)
        finally:
            gc.freeze()
            gc.enable()

    def follow_rules(self) -> int:
        """Apply the changes of rules since; return how many rules they name."""
        changed = 0
        while True:
            position, named, rows = self._rules.changes(self._position)
            if position == self._position:
                return changed
            for rule_id in map(str, named):
                self.shared_cooldowns.pop(rule_id, None)
            there = {rule.id: rule for row in rows if (rule := self._rule(row)) is not None}
            for rule_id in map(str, named):
                if rule_id in there:
                    self.matcher.put(there[rule_id])
                else:
                    self.matcher.forget(rule_id)
            self._begin([rule for rule in there.values() if rule.cooldown or rule.hysteresis is not None])
            self._position, changed = position, changed + len(named)

    def settle(self, connection: Connection[DictRow]) -> list[Alert]:
        """Fire the rules that hold and were asked to fire then.

        Of these no level was written as they were made: the event that says so was judged before the matcher had the
        rule, which would wait for the next crossing. Call it after `follow_rules`, with nothing in hand.
        """
        there = [rule for row in self._rules.awaiting() if (rule := self._rule(row)) is not None]
        firings = [begun(UUID(rule.id), event) for rule in there for event in holding(connection, rule) or ()]
        return record_firings(connection, firings) if firings else []

    def rest(self, alerts: Iterable[Alert]) -> None:
        """Let rules rest that fired when they were settled."""
        times: dict[str, list[float]] = {}
        for alert in alerts:
            times.setdefault(str(alert.rule_id), []).append(alert.event_time.timestamp())
        for rule_id, fired in times.items():
            if rule_id in self.matcher.index.slots:
                self.matcher.begin(rule_id, sorted(fired))

    def reload_memory(self, alive: Callable[[], object] = lambda: None) -> None:
        """Forget the events that the matcher saw and read what was committed of them."""
        self.matcher.forget_all()
        self.seen = self._cooled_until = None
        self._load_cooldowns(older_than=REPLAYED)
        self.catch_up(alive)
        # null: what stood there was taken back
        known = [one for one in self._memory.levels() if one.event != "null"]
        levels = [(event, one) for one in known if shard_of(event := _event(one.event), self.shards) == self.shard]
        earlier = [None if one.earlier is None else _event(one.earlier) for _, one in levels]
        self.matcher.restore([event for event, _ in levels], earlier, [one.is_whole for _, one in levels])
        self.load_states()

    def catch_up(self, alive: Callable[[], object] = lambda: None) -> int:
        """Replay the events that any process has matched since; return how many."""
        events: list[Any] = []
        count = 0
        for moment, texts in self._batches.matched(self.seen):
            new = [in_present_form(event) for text in texts for event in _json(text)]
            retractions = [event for event in new if event.get("retracts")]
            if retractions or len(events) >= _REPLAYED_AT_ONCE:
                alive()
                self.matcher.replay(events)
                events = []
                self.matcher.retract(retractions)
            events += [event for event in new if not event.get("retracts")] if retractions else new
            self.seen, count = moment, count + len(new)
        self.matcher.replay(events)
        self.matcher.memory.changes = Changes()
        self.matcher.corrections.taken()
        return count

    def load_states(self) -> None:
        """Read which rules are cooling and which are not armed.

        As the shard's owner left them.
        """
        slots, memory = self.matcher.index.slots, self.matcher.memory
        self._cooled_until = self._load_cooldowns()
        memory.arming.restore(
            {slots[rule]: series for rule, series in self._memory.disarmed().items() if rule in slots}
        )

    def _load_cooldowns(self, older_than: timedelta = timedelta.min) -> datetime:
        """Read when rules fired, so long ago at least; return the moment to ask from next."""
        slots, memory = self.matcher.index.slots, self.matcher.memory
        is_whole = self._cooled_until is None and older_than == timedelta.min
        until, fired = self._memory.cooldowns(self._cooled_until)
        if is_whole:
            # A rule that was made or changed meanwhile was replayed with events from before: it begins anew.
            memory.forget_firings_but_of(slots[rule_id] for rule_id in fired if rule_id in slots)
        latest = math.inf if older_than == timedelta.min else (until - older_than).timestamp()
        for rule_id, times in fired.items():
            if rule_id in slots:
                memory.recall(slots[rule_id], [time for time in times if time <= latest])
        return until

    def _begin(self, rules: Sequence[Rule]) -> None:
        """Let rules that fired when they were made rest, as if the matcher had fired them."""
        fired = self._memory.fired_when_made(rule.id for rule in rules) if rules else {}
        for rule in rules:
            if rule.id in fired:
                self.matcher.begin(rule.id, fired[rule.id])

    def _read(self, alive: Callable[[], object]) -> Iterator[Rule]:
        for number, row in enumerate(self._rules.all()):
            if number % _SIGN_EVERY == 0:
                alive()
            rule = self._rule(row)
            if rule is not None:
                yield rule

    def _rule(self, row: RuleText) -> Rule | None:
        """Return the matcher's rule of a row, None for one that this release cannot read."""
        try:
            rule = self._forms.rule(row)
        except RuleError as error:
            logger.warning("a rule cannot be read", rule_id=row.id, field=error.field, reason=error.reason)
            return None
        if rule is None or self.shards == 1 or not rule.cooldown or not is_in_every_shard(rule):
            return rule
        self.shared_cooldowns[rule.id] = rule.cooldown
        return replace(rule, cooldown=0)


def _json(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def _event(text: str) -> Mapping[str, Any]:
    return in_present_form(_json(text))
