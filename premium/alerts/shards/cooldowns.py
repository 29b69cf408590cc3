"""Cooldowns of rules that fire in several shards.

A matcher knows what its own shard fired; what the others fired within a cooldown is read from the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from premium.alerts.language.values import Event, seconds

Span = tuple[float, float]
"""From and to, in seconds since 1970."""
Fired = tuple[str, Event]
"""A rule's id and the event that fired it."""


def spans_to_ask(fired: Iterable[Fired], cooldowns: Mapping[str, int]) -> dict[str, Span]:
    """Return the times at which other firings would matter, by rule.

    Of rules with a shared cooldown alone.
    """
    spans: dict[str, Span] = {}
    for rule, event in fired if cooldowns else ():
        if rule in cooldowns:
            time, cooldown = seconds(event["timestamp"]), cooldowns[rule]
            low, high = spans.get(rule, (time, time))
            spans[rule] = (min(low, time - cooldown), max(high, time + cooldown))
    return spans


def unsuppressed(
    fired: Iterable[Fired], known: Mapping[str, list[float]], cooldowns: Mapping[str, int], noted: dict[str, float]
) -> Iterator[Fired]:
    """Yield the firings outside of the cooldowns that shards share.

    `known`: when each rule fired, to which these firings are added; `noted`: each rule's newest time.
    """
    for rule, event in fired:
        if rule in known:
            time = seconds(event["timestamp"])
            if any(abs(time - other) < cooldowns[rule] for other in known[rule]):
                continue
            known[rule].append(time)
            noted[rule] = max(time, noted.get(rule, time))
        yield rule, event
