"""Users' shares of what is in hand.

What is due is taken in hand by turns, so that a flood of one user leaves room for all others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from premium.notifications.model import DueDelivery

USER_MOST = 300
"""Of one user in hand, while there is room for all."""
USER_LEAST = 8


def share_of(most: int, users: int) -> int:
    """Return how many deliveries one of so many users may have in hand."""
    return max(USER_LEAST, min(USER_MOST, most // max(1, users)))


def chosen(
    due: Sequence[DueDelivery], *, room: int, share: int, held: Collection[UUID], in_hand: Mapping[UUID, int]
) -> list[DueDelivery]:
    """Return those to claim: the first of every user, then the second ….

    At most `room`, and up to each user's share.

    `held` are in hand already, `in_hand` counts them by user.
    """
    placed: Counter[UUID] = Counter(in_hand)
    ranked = []
    for one in due:
        if one.id in held or placed[one.user_id] >= share:
            continue
        placed[one.user_id] += 1
        ranked.append((placed[one.user_id], one))
    ranked.sort(key=lambda pair: pair[0])  # stable: the longest overdue first
    return [one for _, one in ranked[:room]]
