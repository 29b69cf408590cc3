"""Runs with reads around them, and what is different after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from premium.simulation import authority, changes, reader
from premium.simulation.model import (
    MAX_GAS,
    Answers,
    Approval,
    Authority,
    Block,
    Discrepancy,
    Movement,
    NotSimulated,
    Outcome,
    Override,
    Plan,
    Ran,
    Request,
    Step,
    Surroundings,
    Variant,
    merged,
)
from premium.simulation.reverts import Errors, revert_of
from premium.simulation.subjects import Grant, Holding, Subjects, grant_read, holding_read
from premium.simulation.variants import LATER, End, Scene, difference, price


@dataclass(frozen=True, slots=True)
class Seen:
    """One run: how it ended, and what was there before and after.

    None where that is not shown.
    """

    ran: tuple[Ran, ...]
    held: tuple[Mapping[Holding, int | None], Mapping[Holding, int | None]] | None
    granted: tuple[Mapping[Grant, bytes | None], Mapping[Grant, bytes | None]] | None
    powers: tuple[Answers, Answers]


class Looks:
    """What is looked at around each run of one request."""

    def __init__(self, request: Request, subjects: Subjects, errors: Errors | None) -> None:
        self.request, self.subjects, self.errors = request, subjects, errors
        self._holdings, self._grants = tuple(subjects.holdings), tuple(subjects.grants)
        self._owned = tuple(subjects.owned)
        self._reads = (*map(holding_read, self._holdings), *map(grant_read, self._grants))

    def plan(self, scene: Scene, *, powers: bool = False) -> Plan:
        """Return a run with reads before and after, in the very block of the transactions."""
        steps: tuple[Step, ...] = (self._reads, *scene.steps, self._reads)
        blocks = [Block(surroundings=scene.seen, steps=steps, overrides=scene.overrides)]
        return (*blocks, *(self._powers(scene.seen.after(1, 1)) if powers else ()))

    def standing(self, scene: Scene) -> Plan:
        """Return the reads of who controls what, with nothing run before them."""
        first, *rest = self._powers(scene.seen)
        return (replace(first, overrides=merged(scene.overrides, first.overrides)), *rest)

    def _powers(self, seen: Surroundings) -> list[Block]:
        """Views first; then storage, by a reader in each contract's place, which a new code cannot lie about."""
        views, slots = authority.views(self._owned, self.request.user), authority.slots(self._owned)
        codes = {each: Override(code=reader.SLOT_READER) for each in self._owned}
        blocks = [Block(surroundings=seen, steps=(views,))]
        return [*blocks, Block(surroundings=seen.after(1, 1), steps=(slots,), overrides=codes)] if slots else blocks

    def seen(self, outcome: Outcome, scene: Scene) -> Seen:
        """Return what came of a plan; NotSimulated where nothing was there to compare with."""
        count = len(scene.steps)
        ran = tuple(each for each in outcome[1 : 1 + count] if isinstance(each, Ran))
        before, after, *powers = (_read(each) for each in (outcome[0], *outcome[1 + count :]))
        if len(ran) != count or before is None:
            raise NotSimulated("what was there before could not be read: a contract burns all gas that it is given")
        controlled = (powers[0] if powers else None, powers[1] if len(powers) > 1 else ())
        if after is None:
            return Seen(ran, None, None, controlled)
        (held, granted), (holds, grants) = self._keyed(before), self._keyed(after)
        return Seen(ran, (held, holds), (granted, grants), controlled)

    def _keyed(self, answers: Sequence[bytes | None]) -> tuple[dict[Holding, int | None], dict[Grant, bytes | None]]:
        count = len(self._holdings)
        held = {each: _word(answer) for each, answer in zip(self._holdings, answers[:count], strict=True)}
        return held, dict(zip(self._grants, answers[count:], strict=True))

    def movements(self, found: Seen, scene: Scene) -> tuple[Movement, ...] | None:
        """Return what moved; None where the state after is not shown."""
        return None if found.held is None else changes.movements(*found.held, _fees(found.ran, scene))

    def approvals(self, found: Seen) -> tuple[Approval, ...]:
        """Return what may be taken that could not be before, or the other way round."""
        return () if found.granted is None else changes.approvals(*found.granted)

    def discrepancies(self, found: Seen) -> tuple[Discrepancy, ...]:
        """Return the events that the state does not bear out."""
        if found.held is None:
            return ()
        logs = [log for each in found.ran for log in each.logs or ()]
        return changes.discrepancies(logs, *found.held)

    def authority(self, before: Outcome, after: tuple[Answers, Answers]) -> tuple[Authority, ...] | None:
        """Return who controls what else; None where that could not be read."""
        told = [_read(each) for each in before]
        views, slots, views_after, slots_after = told[0], told[1] if len(told) > 1 else (), *after
        if views is None or slots is None or views_after is None or slots_after is None:
            return None
        return authority.changes(self._owned, self.request.user, (views, slots), (views_after, slots_after))

    def end(self, found: Seen, scene: Scene) -> End:
        """Return how a run ended for the sender."""
        moved = self.movements(found, scene)
        mine = None if moved is None else tuple(each for each in moved if each.party == self.request.user)
        pairs = zip(scene.steps, found.ran, strict=True)
        failed = next(((step, each) for step, each in pairs if not each.success), None)
        if failed is None:
            return End(success=True, movements=mine)
        step, ran = failed
        burnt = ran.gas_used is not None and ran.gas_used >= (step.gas or MAX_GAS)
        reason = revert_of(ran, self.errors)
        return End(success=False, movements=mine, out_of_gas=burnt, reason=reason.text if reason else None)

    def variant(self, name: str, base: End, outcome: Outcome | NotSimulated, scene: Scene) -> Variant:
        """Return how a changed scene ended, compared with the one that counts."""
        if isinstance(outcome, NotSimulated):
            return Variant(name, "unknown", (), str(outcome))
        try:
            end = self.end(self.seen(outcome, scene), scene)
        except NotSimulated as error:
            return Variant(name, "unknown", (), str(error))
        return Variant(name, difference(base, end, loose=name in LATER), end.movements or (), end.reason)


def _fees(ran: Sequence[Ran], scene: Scene) -> dict[str, int]:
    """What parties paid for gas itself; negative for the producer, who gets the tips."""
    paid: dict[str, int] = {}
    for step, each in zip(scene.steps, ran, strict=True):
        fee, used = price(step, scene.seen), each.gas_used or 0
        paid[step.sender] = paid.get(step.sender, 0) + used * fee
        coinbase = scene.seen.coinbase
        paid[coinbase] = paid.get(coinbase, 0) - used * max(0, fee - scene.seen.base_fee)
    return paid


def _read(each: Any) -> Answers:
    if isinstance(each, Ran):
        raise NotSimulated("the node answers other calls than were asked")
    return each  # type: ignore[no-any-return] # what is no run is reads


def _word(answer: bytes | None) -> int | None:
    return int.from_bytes(answer[:32]) if answer is not None and len(answer) >= 32 else None
