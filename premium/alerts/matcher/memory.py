"""The memory of rules: when they fired, and for which series they are not armed."""

from __future__ import annotations

import json
import math
from bisect import bisect, bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from premium.alerts.language.catalogue import FIELDS, SERIES
from premium.alerts.language.values import Event
from premium.alerts.matcher.levels.past import WINDOW


@dataclass
class Changes:
    """Changes of the memory since they were last stored.

    `levels`: newest events by (kind, series), None where none is left; `fired`: rules' times in seconds since 1970;
    `disarmed`: whether (rule, series) is.
    """

    levels: dict[tuple[str, str], Event | None] = field(default_factory=dict)
    fired: dict[str, float] = field(default_factory=dict)
    disarmed: dict[tuple[str, str], bool] = field(default_factory=dict)


class Memory:
    """Firing times and disarmed series by slot of a rule."""

    def __init__(self) -> None:
        self._fired: dict[int, list[float]] = {}
        """Times at which rules with a cooldown fired, in order.

        They reach as far back as a late event may need.
        """
        self._disarmed: dict[int, set[str]] = {}
        self.changes = Changes()

    def forget(self, slot: int) -> None:
        """Forget a rule."""
        self._fired.pop(slot, None)
        self._disarmed.pop(slot, None)

    def cool(self, slot: int, fired: Iterable[float]) -> None:
        """Set the times at which a rule fired; -inf is none."""
        self._fired[slot] = sorted(set(fired) - {-math.inf})

    def disarm(self, series: Mapping[int, set[str]]) -> None:
        """Set the series for which rules are not armed; all others are."""
        self._disarmed = dict(series)

    def admit(self, slot: int, rule_id: str, cooldown: int, time: float) -> bool:
        """Return whether the cooldown lets the rule fire at a time, and note it.

        NaN is always let through.
        """
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

    def undo_cooldown(self, slot: int, time: float) -> None:
        """Forget that a rule fired at a time: its event was retracted."""
        self._fired[slot] = [fired for fired in self._fired.get(slot, ()) if fired != time]

    def is_disarmed(self, slot: int, series: str) -> bool:
        """Return whether a rule is not armed for a series."""
        return series in self._disarmed.get(slot, ())

    def arm(self, slot: int, rule_id: str, series: str, *, armed: bool) -> None:
        """Arm or disarm a rule for a series."""
        if self.is_disarmed(slot, series) is not armed:
            return
        known = self._disarmed.setdefault(slot, set())
        known.discard(series) if armed else known.add(series)
        self.changes.disarmed[rule_id, series] = not armed


def series_name(kind: str, event: Event) -> str:
    """Return the name of an event's series, the same in every process."""
    return json.dumps([kind, *(FIELDS[kind][name].type.reader(event.get(name)) for name in SERIES[kind])])
