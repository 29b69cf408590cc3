"""Turns that go round: by user, and for each user by lane.

A thousand waiting deliveries of one user delay another's by one turn.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from uuid import UUID

_Waiting = asyncio.Future[None]


class FairTurns:
    """A bounded number of turns.

    `a_user` bounds what one user has of them, however few others wait.
    """

    def __init__(self, at_once: int, a_user: int | None = None) -> None:
        self._free = at_once
        self._most = at_once if a_user is None else a_user
        self._taken: Counter[UUID] = Counter()
        self._users: OrderedDict[UUID, OrderedDict[str, deque[_Waiting]]] = OrderedDict()

    async def take(self, user: UUID, lane: str = "") -> None:
        """Wait for a turn; whoever is cancelled meanwhile has none."""
        if self._free and self._may(user) and user not in self._users:
            self._grant(user)
            return
        waiting: _Waiting = asyncio.get_running_loop().create_future()
        self._users.setdefault(user, OrderedDict()).setdefault(lane, deque()).append(waiting)
        try:
            await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():
                self.give_back(user)
            else:
                self._leave(user, lane, waiting)
            raise

    def give_back(self, user: UUID) -> None:
        """End a turn: the next user who waits has it."""
        self._free += 1
        self._taken[user] -= 1
        if not self._taken[user]:
            del self._taken[user]
        while self._free and (nearest := next((one for one in self._users if self._may(one)), None)) is not None:
            waiting = self._first(nearest)
            if not waiting.done():
                self._grant(nearest)
                waiting.set_result(None)

    def _may(self, user: UUID) -> bool:
        return self._taken[user] < self._most

    def _grant(self, user: UUID) -> None:
        self._free -= 1
        self._taken[user] += 1

    def _first(self, user: UUID) -> _Waiting:
        """Take the user's next off the line; the user and the lane go to its end."""
        lanes = self._users[user]
        lane, line = next(iter(lanes.items()))
        waiting = line.popleft()
        lanes.move_to_end(lane)
        self._users.move_to_end(user)
        self._tidy(user, lane)
        return waiting

    def _leave(self, user: UUID, lane: str, waiting: _Waiting) -> None:
        lanes = self._users.get(user)
        if lanes is not None and waiting in lanes.get(lane, ()):  # else its turn came as it was leaving
            lanes[lane].remove(waiting)
            self._tidy(user, lane)

    def _tidy(self, user: UUID, lane: str) -> None:
        if not self._users[user][lane]:
            del self._users[user][lane]
        if not self._users[user]:
            del self._users[user]
