"""Find the logs that claim what the balances deny.

A contract may log any transfer. Where an equation does not close, the fewest logs are sought without which it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from premium.portfolio.flows.moves import Move

_MOST_STEPS = 300_000
"""Sums of logs that are looked at for one asset; beyond them only one log alone, or all, are left out."""

_BITS = 320
"""For each wallet's part of a sum: 256 bits, and room for as many of them as there can be logs."""

Change = tuple[int, ...]
"""Of each wallet, in base units."""
_Chosen = tuple[int, int, "_Chosen | None"]
"""How many changes, the last one's place, and what was chosen before it."""
_NONE: _Chosen = (0, -1, None)


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
    found = _needed(changes, wanted) or _fewest(changes, wanted)
    if found is None and tuple(map(sum, zip(nothing, *changes, strict=True))) == wanted:
        found = tuple(range(len(logs)))
    return None if found is None else [logs[place] for place in found]


def _needed(changes: Sequence[Change], wanted: Change) -> tuple[int, ...] | None:
    """Return all places where none can be spared: the changes only add up, as those of a token that never moved."""
    moving = [place for place, change in enumerate(changes) if any(change)]
    columns = list(zip(*(changes[place] for place in moving), strict=True))
    if any(min(column) < 0 < max(column) for column in columns) or tuple(map(sum, columns)) != wanted:
        return None
    return tuple(moving)


def _fewest(changes: Sequence[Change], wanted: Change) -> tuple[int, ...] | None:
    """Return the places of the fewest changes that are the wanted one together, where looking is not too much."""
    best: dict[int, _Chosen] = {0: _NONE}
    left = _MOST_STEPS
    for place, change in enumerate(map(_packed, changes)):
        left -= len(best)
        if left < 0:
            return None
        if not change:
            continue
        for total, chosen in list(best.items()):
            reached = best.get(total + change)
            if reached is None or chosen[0] + 1 < reached[0]:
                best[total + change] = (chosen[0] + 1, place, chosen)
    found = best.get(_packed(wanted))
    return None if found is None else tuple(_places(found))


def _packed(change: Change) -> int:
    """Return all wallets' changes as one number: sums of it are theirs, side by side, and fast.

    A token with hundreds of false logs costs its receiver's worker every sum there is up to the limit.
    """
    return sum(units << (place * _BITS) for place, units in enumerate(change))


def _places(chosen: _Chosen | None) -> list[int]:
    places = list[int]()
    while chosen is not None and chosen[0]:
        places.append(chosen[1])
        chosen = chosen[2]
    return places[::-1]


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
