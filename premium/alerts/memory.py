"""What the matcher remembers of rules: when they fired, and for which series they are not armed again."""

from __future__ import annotations

import json
import math
from bisect import bisect, bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from premium.alerts.catalogue import FIELDS, SERIES
from premium.alerts.evaluate import Event
from premium.alerts.past import WINDOW


@dataclass
class Changes:
    """What changed since it was last asked, for a store.

    `levels`: newest events by (kind, series), None where none is left; `fired`: rules' times in seconds since 1970;
    `disarmed`: whether (rule, series) is.
    """

    levels: dict[tuple[str, str], Event | None] = field(default_factory=dict)
    fired: dict[str, float] = field(default_factory=dict)
    disarmed: dict[tuple[str, str], bool] = field(default_factory=dict)


class Memory:
    """By slot, so that what is not a rule's any more goes with it."""

    def __init__(self) -> None:
        self._fired: dict[int, list[float]] = {}
        """When rules with a cooldown fired, in order of time: as far back as an event may be late, and its cooldown."""
        self._disarmed: dict[int, set[str]] = {}
        self.changes = Changes()

    def forget(self, slot: int) -> None:
        self._fired.pop(slot, None)
        self._disarmed.pop(slot, None)

    def cool(self, slot: int, fired: Iterable[float]) -> None:
        """The rule fired at these times; -inf is none."""
        self._fired[slot] = sorted(set(fired) - {-math.inf})

    def disarm(self, series: Mapping[int, set[str]]) -> None:
        """These rules, for these series, and no others are not armed."""
        self._disarmed = dict(series)

    def warm(self, slot: int, rule_id: str, cooldown: int, time: float) -> bool:
        """Whether the rule may fire at `time`, which is then noted; an event without a time (NaN) is let through."""
        if math.isnan(time):
            return True
        known = self._fired.setdefault(slot, [])
        place = bisect(known, time)
        if any(abs(time - fired) < cooldown for fired in known[max(place - 1, 0) : place + 1]):
            return False
        known.insert(place, time)
        del known[: bisect_left(known, known[-1] - WINDOW - cooldown)]
        self.changes.fired[rule_id] = known[-1]
        return True

    def give_back(self, slot: int, time: float) -> None:
        """What fired the rule at `time` was taken back: as if it never had."""
        self._fired[slot] = [fired for fired in self._fired.get(slot, ()) if fired != time]

    def is_disarmed(self, slot: int, series: str) -> bool:
        return series in self._disarmed.get(slot, ())

    def arm(self, slot: int, rule_id: str, series: str, *, armed: bool) -> None:
        if self.is_disarmed(slot, series) is not armed:
            return
        known = self._disarmed.setdefault(slot, set())
        known.discard(series) if armed else known.add(series)
        self.changes.disarmed[rule_id, series] = not armed


def series_name(kind: str, event: Event) -> str:
    """The series of an event as a text, the same in every process."""
    return json.dumps([kind, *(FIELDS[kind][name].type.reader(event.get(name)) for name in SERIES[kind])])
