"""Cooldowns of rules that fire in several shards.

A matcher knows what its own shard fired; what the others fired within a cooldown is read from the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from premium.alerts.language.values import seconds
from premium.alerts.model import Firing

Span = tuple[float, float]
"""From and to, in seconds since 1970."""


def spans_to_ask(firings: Sequence[Firing], cooldowns: Mapping[str, int]) -> dict[str, Span]:
    """Return the times at which other firings would matter, by rule.

    Of rules with a shared cooldown alone.
    """
    spans: dict[str, Span] = {}
    for rule, time in map(_when, firings):
        if rule in cooldowns:
            low, high = spans.get(rule, (time, time))
            spans[rule] = (min(low, time - cooldowns[rule]), max(high, time + cooldowns[rule]))
    return spans


def unsuppressed(
    firings: Sequence[Firing], known: Mapping[str, list[float]], cooldowns: Mapping[str, int], noted: dict[str, float]
) -> Iterator[Firing]:
    """Yield the firings outside of the cooldowns that shards share.

    `known`: when each rule fired, to which these firings are added; `noted`: each rule's newest time.
    """
    for firing, (rule, time) in zip(firings, map(_when, firings), strict=True):
        if rule in known:
            if any(abs(time - other) < cooldowns[rule] for other in known[rule]):
                continue
            known[rule].append(time)
            noted[rule] = max(time, noted.get(rule, time))
        yield firing


def _when(firing: Firing) -> tuple[str, float]:
    """Return the rule's id, and the event's time in seconds since 1970."""
    return str(firing.rule_id), seconds(firing.event["timestamp"])
