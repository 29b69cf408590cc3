"""Say whether waiting pays, by what it would have saved after moments like this one.

Who waits sends in the first block whose base fee is at most a share of today's, or in the last before his deadline.
The share is chosen on one half of the past moments and judged on the other, so that the evidence is not its own choice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from math import log, sqrt
from typing import NamedTuple

_SPAN = 100
"""Blocks of the average that tells whether a fee is high."""
_ALIKE = 600
"""Past moments, at most, that are most like this one."""
_LEAST = 40
"""Of them that must be known before waiting is advised."""
_SHARES = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)
_DOUBT = 2.0
"""Standard errors by which a mean saving must lie above nothing."""


class Moment(NamedTuple):
    """A block of the past from which somebody could have waited."""

    place: int
    height: float
    """The logarithm of its fee over the average of then."""


class Advice(NamedTuple):
    """Whether to wait, and what waiting was worth.

    Savings are shares of the fee at the start.
    """

    wait: bool
    share: float
    """Of today's base fee, at or below which to send; 1 where it is best to send now."""
    saving: float
    """The mean, over past moments."""
    regret_probability: float
    """How often waiting cost more than sending at once."""
    regret: float
    """By how much it did then, in the mean."""
    worst: float
    """The largest loss."""
    n: int
    """Past moments it was judged on."""
    blocks: float
    """How long one waited, in the mean."""
    likely: tuple[float, float] = (0.0, 0.0)
    """The savings between which 80 percent of the moments lay."""


class _Outcome(NamedTuple):
    saving: float
    blocks: int


def advise(fees: Sequence[float], deadline: int) -> Advice:
    """Return the advice after the last of these base fees; all are above 0.

    `deadline`: within how many blocks it must be sent, at least 1.
    """
    heights = _heights(fees)
    now = len(fees) - 1
    known = [Moment(place, heights[place]) for place in range(min(_SPAN, now), now - deadline + 1)]
    alike = sorted(sorted(known, key=lambda each: abs(each.height - heights[now]))[:_ALIKE])
    chosen_on, judged_on = _halves(alike, deadline)
    if len(judged_on) < _LEAST or not chosen_on:
        return Advice(wait=False, share=1.0, saving=0.0, regret_probability=0.0, regret=0.0, worst=0.0,
                      n=len(judged_on), blocks=0.0)  # fmt: skip
    share = max(_SHARES, key=lambda each: _mean(outcome.saving for outcome in _tried(fees, chosen_on, each, deadline)))
    return _judged(_tried(fees, judged_on, share, deadline), share, deadline)


def _heights(fees: Sequence[float]) -> list[float]:
    average, found = fees[0], []
    for fee in fees:
        average += 2 / (_SPAN + 1) * (fee - average)
        found.append(log(fee / average))
    return found


def _halves(alike: Sequence[Moment], deadline: int) -> tuple[list[Moment], list[Moment]]:
    """Split past moments into stretches of time that take turns, longer than the deadline.

    Moments whose outcomes share blocks stay together.
    """
    stretch = 2 * deadline
    halves: tuple[list[Moment], list[Moment]] = ([], [])
    for each in alike:
        halves[each.place // stretch % 2].append(each)
    return halves


def _tried(fees: Sequence[float], starts: Iterable[Moment], share: float, deadline: int) -> list[_Outcome]:
    """Return what waiting for a share of the fee would have brought from each start."""
    found = []
    for start in starts:
        now, goal = fees[start.place], fees[start.place] * share
        ahead = fees[start.place + 1 : start.place + deadline + 1]
        blocks = next((count for count, fee in enumerate(ahead, start=1) if fee <= goal), deadline)
        found.append(_Outcome(1 - ahead[blocks - 1] / now, blocks))
    return found


def _judged(outcomes: Sequence[_Outcome], share: float, deadline: int) -> Advice:
    savings = [each.saving for each in outcomes]
    mean = _mean(savings)
    losses = deque(-each for each in savings if each < 0)
    variance = _mean((each - mean) ** 2 for each in savings)
    independent = max(len(savings) / deadline, 1.0)
    return Advice(
        wait=mean > _DOUBT * sqrt(variance / independent),
        share=share,
        saving=mean,
        regret_probability=len(losses) / len(savings),
        regret=_mean(losses),
        worst=max(losses, default=0.0),
        n=len(savings),
        blocks=_mean(each.blocks for each in outcomes),
        likely=_middle(savings),
    )


def _middle(savings: Sequence[float]) -> tuple[float, float]:
    """Return the first and the last of the nine deciles."""
    known = sorted(savings)
    return known[(len(known) - 1) // 10], known[-((len(known) - 1) // 10) - 1]


def _mean(values: Iterable[float]) -> float:
    known = list(values)
    return sum(known) / len(known) if known else 0.0
