"""Find the logs that claim what the balances deny.

A contract may log any transfer. Where an equation does not close, the fewest logs are sought without which it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from premium.portfolio.flows.moves import Move

_MOST_STEPS = 300_000
"""Sums of logs that are looked at for one asset; beyond them only one log alone, or all, are left out."""

Change = tuple[int, ...]
"""Of each wallet, in base units."""


def phantoms(gaps: Mapping[str, int], logs: Sequence[Move], wallets: frozenset[str]) -> list[Move]:
    """Return the logs of one asset to be left out.

    `gaps`: what each wallet's balance lacks of what was told, signed; the logs stand in the order in which they are
    doubted. Wallets between which logs go are closed together where that can be, else each by what is its own.
    """
    found: list[Move] = []
    for group in _groups(logs, wallets):
        if not any(gaps.get(wallet) for wallet in group):
            continue
        mine = [log for log in logs if group & log.effects(wallets).keys()]
        together = _closing(gaps, mine, sorted(group), wallets)
        if together is not None:
            found += together
            continue
        for wallet in sorted(group):
            own = [log for log in mine if log.effects(wallets).keys() == {wallet}]
            found += _closing(gaps, own, [wallet], wallets) or []
    return found


def _closing(
    gaps: Mapping[str, int], logs: Sequence[Move], group: Sequence[str], wallets: frozenset[str]
) -> list[Move] | None:
    """Return the fewest logs whose changes are all that the balances lack; None where no logs are."""
    wanted: Change = tuple(gaps.get(wallet, 0) for wallet in group)
    nothing: Change = (0,) * len(group)
    if wanted == nothing:
        return None
    changes = [_change(log, group, wallets) for log in logs]
    if wanted in changes:
        return [logs[changes.index(wanted)]]
    found = _fewest(changes, wanted)
    if found is None and tuple(map(sum, zip(nothing, *changes, strict=True))) == wanted:
        found = tuple(range(len(logs)))
    return None if found is None else [logs[place] for place in found]


def _fewest(changes: Sequence[Change], wanted: Change) -> tuple[int, ...] | None:
    """Return the places of the fewest changes that are the wanted one together, where looking is not too much."""
    nothing = (0,) * len(wanted)
    best: dict[Change, tuple[int, ...]] = {nothing: ()}
    left = _MOST_STEPS
    for place, change in enumerate(changes):
        left -= len(best)
        if left < 0:
            return None
        for total, chosen in list(best.items()):
            reached = tuple(map(sum, zip(total, change, strict=True)))
            if change != nothing and (reached not in best or len(chosen) + 1 < len(best[reached])):
                best[reached] = (*chosen, place)
    return best.get(wanted)


def _change(log: Move, group: Sequence[str], wallets: frozenset[str]) -> Change:
    effects = log.effects(wallets)
    return tuple(effects.get(wallet, 0) for wallet in group)


def _groups(logs: Iterable[Move], wallets: frozenset[str]) -> list[set[str]]:
    """Return wallets that logs connect, those of one group together."""
    groups: list[set[str]] = []
    for log in logs:
        joined = set(log.effects(wallets))
        apart = [group for group in groups if not group & joined]
        groups = [*apart, joined.union(*(group for group in groups if group & joined))]
    return [group for group in groups if group]
