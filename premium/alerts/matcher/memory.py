"""The memory of rules: when they fired, and for which series they are not armed."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from premium.alerts.language.catalogue import FIELDS, SERIES
from premium.alerts.language.values import Event
from premium.alerts.matcher.armed import Arming
from premium.alerts.matcher.columns.arrays import Bools, Objects, Slots
from premium.alerts.matcher.cooldown import Cooling
from premium.alerts.matcher.cooldown_log import Cooldowns, Flip, Pairs
from premium.alerts.matcher.levels.moment import Moment, Order


@dataclass
class Changes:
    """Changes of the memory since they were last stored.

    `levels`: newest events by (kind, series), None where none is left; `earlier`: those before a gap; `fired`: rules'
    times in seconds since 1970; `disarmed`: whether (rule, series) is; `recooled`: rules whose last firing may be
    another one now.
    """

    levels: dict[tuple[str, str], Event | None] = field(default_factory=dict)
    earlier: dict[tuple[str, str], Event] = field(default_factory=dict)
    fired: dict[str, float] = field(default_factory=dict)
    disarmed: dict[tuple[str, str], bool] = field(default_factory=dict)
    recooled: set[str] = field(default_factory=set)


Flips = list[tuple[Event, bool]]
"""Events from before that fire a rule, or do so no more, because of a late one."""


class Memory:
    """Firing times and disarmed series by slot of a rule."""

    def __init__(self) -> None:
        self._cooldowns = Cooldowns()
        self.arming = Arming()
        self.changes = Changes()

    def forget(self, slot: int) -> None:
        """Forget a rule."""
        self._cooldowns.forget(slot)
        self.arming.forget(slot)

    def cool(self, slot: int, fired: Iterable[float]) -> None:
        """Set the times at which a rule fired; -inf is none."""
        self._cooldowns.cool(slot, fired)

    def recall(self, slot: int, fired: Iterable[float]) -> None:
        """Set when a rule fired, unless what was replayed says the same and more."""
        self._cooldowns.recall(slot, fired)

    def forget_firings_but_of(self, slots: Iterable[int]) -> None:
        """Forget what was replayed of rules that never fired.

        As they are now: nothing suppressed anything of them.
        """
        self._cooldowns.forget_others(slots)

    def admit_all(self, pairs: Pairs, cooling: Slots, names: Objects) -> tuple[Bools, list[Flip]]:
        """Return which pairs fire in spite of cooldowns; note what follows from it.

        Events from before that fire otherwise now are returned too.
        `cooling` and `names`: seconds and ids of rules by slot.
        """
        kept, flips = self._cooldowns.admit(pairs, cooling)
        fired = kept & ~np.isnan(pairs.times)
        changed = np.unique(pairs.slots[fired])
        self.changes.fired.update(zip(names[changed].tolist(), self._cooldowns.last(changed).tolist(), strict=True))
        for slot in {slot for slot, _, _ in flips}:
            self._note(self._cooldowns.of(slot), str(names[slot]), flipped=True)
        return kept, flips

    def admit(self, slot: int, rule_id: str, cooldown: int, moment: Moment) -> tuple[bool, Flips]:
        """Return whether the cooldown lets the rule fire at a moment.

        Also what that makes of others; it is noted.

        A time that cannot be read (NaN) is always let through.
        """
        if math.isnan(moment.time):
            return True, []
        cooling = self._cooldowns.of(slot)
        fires, flips = cooling.admit(moment, cooldown)
        self._cooldowns.put_back(slot)
        if fires or flips:
            self._note(cooling, rule_id, flipped=bool(flips))
        return fires, flips

    def withdraw(self, slot: int, rule_id: str, cooldown: int, moment: Moment) -> tuple[bool, Flips]:
        """Return whether the rule had fired at a moment that fires it no more.

        Also what that makes of others.
        """
        if not self._cooldowns.knows(slot):
            return False, []
        cooling = self._cooldowns.of(slot)
        had_fired, flips = cooling.withdraw(moment, cooldown)
        self._cooldowns.put_back(slot)
        if had_fired or flips:
            self.changes.recooled.add(rule_id)
            self._note(cooling, rule_id, flipped=bool(flips))
        return had_fired, flips

    def set_armed(self, slot: int, rule_id: str, series: str, order: Order, *, disarmed: bool) -> None:
        """Set a rule's state for a series from a place on."""
        was = self.arming.is_disarmed(slot, series)
        self.arming.put(slot, series, order, disarmed=disarmed)
        self.note_arming(slot, rule_id, series, was=was)

    def note_arming(self, slot: int, rule_id: str, series: str, *, was: bool) -> None:
        """Have the store learn of a rule's state where it has changed."""
        now = self.arming.is_disarmed(slot, series)
        if now is not was:
            self.changes.disarmed[rule_id, series] = now

    def _note(self, cooling: Cooling, rule_id: str, *, flipped: bool) -> None:
        if flipped:
            self.changes.recooled.add(rule_id)
        if (last := cooling.last) is not None:
            self.changes.fired[rule_id] = last


def series_name(kind: str, event: Event) -> str:
    """Return the name of an event's series, the same in every process."""
    return json.dumps([kind, *(FIELDS[kind][name].type.reader(event.get(name)) for name in SERIES[kind])])
