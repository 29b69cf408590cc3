"""The state of rules with a hysteresis as events pass by.

They may come in any order.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from premium.alerts.language.evaluation import all_hold, disarms
from premium.alerts.language.rule import Rule
from premium.alerts.language.values import Event
from premium.alerts.matcher.corrections import Corrections
from premium.alerts.matcher.levels.moment import Moment
from premium.alerts.matcher.levels.series import Series
from premium.alerts.matcher.memory import Memory, series_name


class Place(NamedTuple):
    """An event in its series, by the series' number, and what stands before it."""

    number: int
    moment: Moment
    before: Event | None
    is_late: bool


class Following(NamedTuple):
    """An event that disarms a rule, or arms it.

    `is_next`: whether it is the very next one.
    """

    moment: Moment
    disarms: bool
    is_next: bool


Before = tuple[Event | None, bool]
"""The event right before a place, and whether the rule is disarmed there."""


class Hysteresis:
    """Passes events of one kind by the rules with a hysteresis.

    `flips` are events that fire otherwise for it.
    """

    def __init__(self, series: Series, memory: Memory, flips: Corrections) -> None:
        self._series, self._memory, self._flips = series, memory, flips

    def pass_by(self, rule: Rule, slot: int, place: Place) -> bool:
        """Return whether the rule is armed at the event's place.

        Note what the event makes of that.
        """
        event, name = place.moment.event, series_name(rule.kind, place.moment.event)
        disarmed, verdict = self._is_disarmed(rule, slot, name, place), disarms(rule, event)
        if verdict is not None and verdict is not disarmed:
            following = self._following(rule, place) if place.is_late else None
            self._set(rule, slot, name, place.moment, disarmed=verdict)
            if following is not None:
                self._change(rule, slot, following, (place.before, disarmed), (event, verdict))
        return not disarmed

    def take_back(self, rule: Rule, slot: int, place: Place, *, was: bool) -> None:
        """Undo what an event made of a rule.

        It had disarmed or armed (`was`) at its place.
        """
        event, name = place.moment.event, series_name(rule.kind, place.moment.event)
        disarmed = self._is_disarmed(rule, slot, name, place)
        following = self._following(rule, place)
        if following is None:
            self._memory.note_arming(slot, rule.id, name, was=was)
        elif disarmed is not was:
            self._change(rule, slot, following, (event, was), (place.before, disarmed))

    def _change(self, rule: Rule, slot: int, following: Following, old: Before, new: Before) -> None:
        """Judge the next event that decides again, behind what stood before it and behind what does so now."""
        moment, verdict, is_next = following
        name = series_name(rule.kind, moment.event)
        if verdict:
            fired, fires = ((not is_next or not _holds(rule, before)) and not state for before, state in (old, new))
            if fired is not fires:
                self._flips.add(slot, moment.event, fires=fires)
        self._set(rule, slot, name, moment, disarmed=verdict)

    def _following(self, rule: Rule, place: Place) -> Following | None:
        """Return the next kept event that decides on the rule."""
        younger = self._series.after(place.number, place.moment)
        for at, moment in enumerate(younger):
            if (verdict := disarms(rule, moment.event)) is not None:
                return Following(moment, verdict, is_next=at == 0)
        return None

    def _is_disarmed(self, rule: Rule, slot: int, name: str, place: Place) -> bool:
        arming, order = self._memory.arming, place.moment.order
        if not place.is_late or arming.knows(slot, name, order):
            return arming.is_disarmed(slot, name, order)
        # What was read from the store says what the state is now: at an earlier place the kept events say it.
        older = _first_verdict(rule, self._series.upto(place.number, place.moment))
        if older is not None:
            return older
        younger = _first_verdict(rule, self._series.after(place.number, place.moment))
        return arming.is_disarmed(slot, name, order) if younger is None else False

    def _set(self, rule: Rule, slot: int, name: str, moment: Moment, *, disarmed: bool) -> None:
        self._memory.set_armed(slot, rule.id, name, moment.order, disarmed=disarmed)


def _first_verdict(rule: Rule, moments: Iterator[Moment]) -> bool | None:
    verdicts = (disarms(rule, moment.event) for moment in moments)
    return next((verdict for verdict in verdicts if verdict is not None), None)


def _holds(rule: Rule, event: Event | None) -> bool:
    return event is not None and all_hold(rule.conditions, event)
