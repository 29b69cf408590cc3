"""Alerts that move to an earlier event.

A crossing that was told of one event began with an earlier one, which came later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from premium.alerts.model import Firing


class Move(NamedTuple):
    """A firing that was recorded, and the one that stands in its place.

    Of the same rule, by an earlier event.
    """

    was: Firing
    now: Firing


def paired(fired: Sequence[Firing], withdrawn: Sequence[Firing]) -> tuple[list[Move], list[Firing]]:
    """Pair each withdrawn firing with the nearest earlier one of its rule.

    Return the pairs, and what is left over.

    Whoever was told of a crossing, or of a rule that rests for a cooldown from then on, is not told once more.
    """
    by_rule: dict[object, list[Firing]] = {}
    for firing in sorted(fired, key=_order):
        by_rule.setdefault(firing.rule_id, []).append(firing)
    moves, alone = list[Move](), list[Firing]()
    for was in sorted(withdrawn, key=_order, reverse=True):
        earlier = [one for one in by_rule.get(was.rule_id, []) if _order(one) < _order(was)]
        if earlier:
            by_rule[was.rule_id].remove(earlier[-1])
            moves.append(Move(was, earlier[-1]))
        else:
            alone.append(was)
    return moves, alone


def _order(firing: Firing) -> tuple[object, ...]:
    return firing.event_time, len(firing.event_id), firing.event_id
