"""Open tokens that stand for others, down to what stands for nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from premium.cases import CaseError

DEEPEST = 5
_MOST_LEAVES = 100_000
Tokens = Mapping[str, Mapping[str, Any]]
"""The case of each token that stands for others."""
Content = Callable[[str, Mapping[str, Any], int], tuple[list[tuple[str, int]], Tokens]]
"""Tokens and amounts that an amount of a token stands for, and the cases that its own case brings."""


class Leaf(NamedTuple):
    """An amount of a token, and the tokens opened on the way to it."""

    token: str
    amount: int
    path: tuple[str, ...]


def leaves(legs: list[tuple[str, int]], tokens: Tokens, content: Content) -> list[Leaf]:
    """Return what the legs are in the end; what a debt stands for is owed.

    CaseError for a token that holds itself, and for one that lies more than five deep.
    """
    found: list[Leaf] = []
    waiting = [(Leaf(token, amount, ()), tokens) for token, amount in reversed(legs)]
    while waiting:
        leaf, known = waiting.pop()
        if leaf.token not in known:
            found.append(leaf)
            if len(found) > _MOST_LEAVES:
                raise CaseError("too_large", f"legs: more than {_MOST_LEAVES} leaves")
            continue
        path = _opened(leaf)
        inner, brought = content(leaf.token, known[leaf.token], leaf.amount)
        scope = {**known, **brought} if brought else known
        waiting += [(Leaf(token, amount, path), scope) for token, amount in reversed(inner)]
    return found


def _opened(leaf: Leaf) -> tuple[str, ...]:
    path = (*leaf.path, leaf.token)
    told = " > ".join(each[:80] for each in path)
    if leaf.token in leaf.path:
        raise CaseError("cycle", f"tokens: {told} holds itself")
    if len(path) > DEEPEST:
        raise CaseError("too_deep", f"tokens: {told} is more than {DEEPEST} deep")
    return path
