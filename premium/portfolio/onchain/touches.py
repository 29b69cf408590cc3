"""Finds whose wallets new blocks touch, and starts a reading of each.

Beside it names of ENS are looked up for handlers. The resident follows the blocks that alerts read. A look starts its
jobs, under keys made of the block, before it says how far it came: whatever is killed between starts the same jobs
again. Where blocks were replaced, those who have flows of the former ones are read again, too.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from uuid import UUID

from premium.alerts.service import FollowedBlock, FollowedBlocks, followed_chains
from premium.asks.answers import answer_asks
from premium.asks.line import DATABASE, Line
from premium.bootstrap import Platform
from premium.errors import AppError
from premium.execution.residence import Residence
from premium.observability import count, logger
from premium.portfolio.jobs import TOUCH, TouchPayload
from premium.portfolio.onchain.names import Desk
from premium.portfolio.store.progress.touches import SeenBlock, TouchStore, Turn
from premium.portfolio.uses.wallets import LINE

SECONDS = 0.5
"""Between two looks at what is new."""
KEPT = 64
"""Blocks whose hashes are remembered: where a longer branch is replaced, all that alerts keep is looked at again."""
_PAGE = 20


def serve(residence: Residence) -> None:
    """Look at the new blocks of each followed chain, until asked to stop."""
    platform = residence.platform
    active = {chain.name for chain in platform.chains.active}
    touches = Touches(platform, [name for name in followed_chains(platform) if name in active])
    residence.say(f"looks for watched wallets on {', '.join(touches.chains) or 'no chain'}")
    line, desk = Line(platform.redis(DATABASE), LINE), Desk(platform)
    names = threading.Thread(target=answer_asks, args=(line, desk.answer, residence.stop), kwargs={"threads": 2})
    names.start()
    while not residence.stop.wait(SECONDS):
        for chain in touches.chains:
            _look(touches, chain)
    names.join()


def _look(touches: Touches, chain: str) -> None:
    """Look until nothing is new; a store that is away is waited for."""
    try:
        while touches.look(chain):
            pass
    except AppError as error:
        logger.warning("touched wallets wait", chain=chain, code=error.code, error=error.message)


class Touches:
    """The looks at followed chains."""

    def __init__(self, platform: Platform, chains: Sequence[str]) -> None:
        self._platform = platform
        self._blocks = FollowedBlocks.of_worker(platform)
        self._store = TouchStore(platform.worker_database)
        self.chains = tuple(chains)

    def look(self, chain: str) -> int:
        """Start readings for those whom a page of new blocks touches.

        Return how many blocks there were.
        """
        with self._store.turn(chain) as turn:
            if turn is None:
                return 0
            if not turn.seen:
                newest = self._blocks.newest(chain)  # what was before is the refreshes' affair
                turn.keep([SeenBlock(newest.number, newest.hash)] if newest else [])
                return 0
            known = self._known(chain, turn.seen)
            after = known[-1].number if known else self._blocks.oldest(chain) - 1
            page = self._blocks.after(chain, after, _PAGE)
            if not page:
                return 0
            if len(known) < len(turn.seen):
                logger.warning("blocks were replaced", chain=chain, blocks=len(turn.seen) - len(known))
                self._start(chain, page[-1], turn.booked_after(after), again=True)
            self._touched(turn, chain, page)
            seen = [*known, *(SeenBlock(block.number, block.hash) for block in page)]
            turn.keep(seen[-KEPT:])
            return len(page)

    def _known(self, chain: str, seen: Sequence[SeenBlock]) -> list[SeenBlock]:
        """Return those of the seen blocks that are still the chain's, up to the first that is not."""
        there = self._blocks.hashes(chain, [block.number for block in seen])
        least = min(there, default=seen[-1].number + 1)  # of older ones alerts keep no more
        found = list[SeenBlock]()
        for block in seen:
            if block.number >= least and there.get(block.number) != block.hash:
                break
            found.append(block)
        return found if found and found[-1].number >= least else []

    def _touched(self, turn: Turn, chain: str, page: Sequence[FollowedBlock]) -> None:
        """Start one reading a user: at the newest block of the page that touches him."""
        newest = dict[UUID, FollowedBlock]()
        for block in page:
            for user in turn.watching(sorted(block.touches)) if block.touches else ():
                newest[user] = block
        for user, block in newest.items():
            self._start(chain, block, [user])

    def _start(self, chain: str, block: FollowedBlock, users: Iterable[UUID], *, again: bool = False) -> None:
        for user in users:
            payload = TouchPayload(chain=chain, block=block.number, again=again)
            key = f"touch-{chain}-{block.hash}{'-again' if again else ''}"
            self._platform.jobs.start(TOUCH, payload, user_id=user, request_id=f"req_touch_{block.number}",
                                      idempotency_key=key)  # fmt: skip
            count("WalletsTouched")
