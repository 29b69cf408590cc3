"""Simulate transactions on a node: movements, allowances, authority, variants, fragile slots.

Four rounds of requests: the newest block; a first run that shows whom it concerns; the run that counts, with the
variants; then single slots changed. All of one node, pinned to one block.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from premium.chains.endpoint import Call, RpcError
from premium.errors import UpstreamUnavailable
from premium.simulation import fragile, priced, reader, wire
from premium.simulation import variants as varied
from premium.simulation.looks import Looks, Seen
from premium.simulation.model import (
    MAX_GAS,
    POOR,
    Answers,
    Authority,
    Block,
    Fragile,
    Log,
    Movement,
    NotSimulated,
    Outcome,
    Plan,
    Ran,
    Request,
    Simulated,
    Variant,
    merged,
)
from premium.simulation.reverts import Errors, revert_of
from premium.simulation.subjects import COIN, named
from premium.simulation.surroundings import Head, head_of, next_block
from premium.simulation.variants import End, Scene
from premium.simulation.ways.blocks import InBlocks
from premium.simulation.ways.calls import ByCalls
from premium.simulation.ways.port import Node, Unsupported, Way
from premium.simulation.ways.traces import ByTraces

SECONDS = 10.0
_WAYS = (InBlocks, ByTraces, ByCalls)
_TIP = 10**9
_POOR = "insufficient"


async def simulate(
    node: Node, request: Request, *, errors: Errors | None = None, seconds: float = SECONDS
) -> Simulated:
    """Return what a request comes to at the node's newest block.

    `errors` names custom errors by selector. NotSimulated where the node cannot, is late, or is not to be believed.
    """
    if not request.steps:
        raise NotSimulated("there is no transaction to simulate")
    try:
        async with asyncio.timeout(seconds):
            return await _Simulation(node, request, errors).run()
    except TimeoutError:
        raise NotSimulated(f"the node did not answer within {seconds:g} s") from None
    except UpstreamUnavailable as error:
        raise NotSimulated(f"the node does not answer: {wire.words_of(error)}") from None
    except Unsupported:
        raise NotSimulated("the node has no method to simulate by") from None


class _Simulation:
    """One request on its way."""

    def __init__(self, node: Node, request: Request, errors: Errors | None) -> None:
        self.node, self.request, self.errors = node, request, errors
        self.assumed: priced.Notes = dict.fromkeys(request.assumed)
        self.unknowns: priced.Notes = {}
        self.touched = fragile.Touched((), ())
        self.balance = 0

    async def run(self) -> Simulated:
        """Return the whole of it."""
        head, base = await self._head()
        way, ran, base = await self._first(head, base)
        base = priced.roomy(priced.limited(base, ran, self.request), self.assumed)
        logs = [log for each in ran for log in each.logs or ()]
        subjects = named(logs, self.touched.contracts, self.request)
        if subjects.cut:
            self.unknowns["it touches more assets than are read"] = None
        looks = Looks(self.request, subjects, self.errors)
        found, standing, told, elsewhere = await self._official(way, looks, base)
        wider = named([*logs, *elsewhere], self.touched.contracts, self.request)
        if wider.holdings.keys() - subjects.holdings.keys():
            # What pays under other surroundings alone is a token that the run itself never touched.
            subjects, looks = wider, Looks(self.request, wider, self.errors)
            found, standing, told, _ = await self._official(way, looks, base)
        end = looks.end(found, base)
        told += await self._together(way, looks, base, end, told)
        hangs = await self._hangs(way, looks, base, end)
        failed = next((each for each in found.ran if not each.success), None)
        used = [each.gas_used for each in found.ran]
        return Simulated(
            method=way.method,
            success=failed is None,
            revert=revert_of(failed, self.errors) if failed is not None else None,
            gas_used=None if None in used else sum(each or 0 for each in used),
            block_number=head.number,
            block_hash=head.hash,
            surroundings=base.seen,
            ran=tuple(map(_own, found.ran)),
            movements=self._moved(looks, found, base),
            approvals=looks.approvals(found),
            authority=self._controlled(looks, standing, found.powers),
            discrepancies=looks.discrepancies(found),
            variants=_worst(told),
            fragile=hangs,
            touched=self.touched.contracts or tuple(subjects.owned),
            assumed=tuple(self.assumed),
            unknowns=tuple(self.unknowns),
        )

    async def _head(self) -> tuple[Head, Scene]:
        sender = self.request.steps[0].sender
        asked = (("eth_getBlockByNumber", ("latest", False)), ("eth_getBalance", (sender, "latest")))
        calls = [*(Call(method, params) for method, params in asked), Call("eth_maxPriorityFeePerGas")]
        block, balance, tip = await self.node.batch(calls)
        if isinstance(block, RpcError) or isinstance(balance, RpcError):
            raise NotSimulated("the node gives no newest block")
        head = head_of(block)
        usual = _TIP if isinstance(tip, RpcError) else min(wire.number(tip, "a fee"), 100 * _TIP)
        base = priced.scene_of(self.request, next_block(head, self.request), usual, self.assumed)
        self.balance = priced.held(base, wire.number(balance, "a balance"))
        return head, base

    async def _first(self, head: Head, base: Scene) -> tuple[Way, tuple[Ran, ...], Scene]:
        """Run once by the best way that the node has, to see whom it concerns."""
        block, refused = hex(head.number), list[NotSimulated]()
        for kind in _WAYS:
            way: Way = kind(self.node, block)
            try:
                (found,) = await way.run([self._trial(base)])
                if isinstance(found, NotSimulated) and _POOR in str(found).lower():
                    self.assumed[POOR] = None
                    base = base._replace(overrides=priced.funded(base, self.balance))
                    self.balance = priced.held(base, self.balance)
                    (found,) = await way.run([self._trial(base)])
            except Unsupported:
                continue
            if isinstance(found, NotSimulated):
                refused.append(found)
                continue
            self._sees(found[0], base)
            self.touched = await self._looked(block, base)
            return way, tuple(each for each in found if isinstance(each, Ran)), base
        raise refused[0] if refused else NotSimulated("the node has no method to simulate by")

    def _trial(self, base: Scene) -> Plan:
        overrides = priced.tried(base, self.balance)
        return (Block(surroundings=base.seen, steps=((reader.seen(),), *base.steps), overrides=overrides),)

    async def _looked(self, block: str, base: Scene) -> fragile.Touched:
        """What the first transaction looks at; nothing where the node does not trace."""
        call = wire.call_of(base.steps[0], gas=base.steps[0].gas or min(MAX_GAS, base.seen.gas_limit))
        about = {
            "tracer": "prestateTracer", "tracerConfig": {}, "blockOverrides": wire.called_block(base.seen),
            "stateOverrides": wire.overrides_of(priced.funded(base, self.balance)),
        }  # fmt: skip
        (answer,) = await self.node.batch([Call("debug_traceCall", (call, block, about))])
        if isinstance(answer, RpcError):
            self.unknowns["which values the end hangs on: the node does not trace"] = None
            return fragile.Touched((), ())
        return fragile.touched(answer)

    def _sees(self, seen: Ran | Answers, base: Scene) -> None:
        """Say which part of the block contracts do not see as they will."""
        answer = seen[0] if isinstance(seen, tuple) and seen else None
        for name in reader.misses(answer, base.seen):
            self.assumed[f"the {name} that contracts see: the node does not take it"] = None

    async def _official(self, way: Way, looks: Looks, base: Scene) -> tuple[Seen, Outcome, list[Variant], list[Log]]:
        """The run that counts, twice, and every variant, in one request; and what variants say of the user."""
        varies = self.request.variants and way.method != "eth_call"
        listed = varied.changes(base, self.balance) if varies else ()
        plans = [looks.plan(base, powers=True), looks.standing(base), looks.plan(base)]
        answers = await way.run([*plans, *(looks.plan(each.scene) for each in listed)])
        counted, standing, again = answers[:3]
        if isinstance(counted, NotSimulated):
            raise counted
        if isinstance(standing, NotSimulated):
            raise standing
        if isinstance(again, NotSimulated) or again != counted[: len(base.steps) + 2]:
            raise NotSimulated("the node answers the same question in two ways")
        found = looks.seen(counted, base)
        end = looks.end(found, base)
        pairs = zip(listed, answers[3:], strict=True)
        told = [looks.variant(one.name, end, each, one.scene) for one, each in pairs]
        return found, standing, told, _about(answers[3:], self.request.user)

    async def _together(self, way: Way, looks: Looks, base: Scene, end: End, told: Sequence[Variant]) -> list[Variant]:
        """Name what only together makes a difference: each part is left out in turn."""
        differs = [each for each in told if each.end not in ("same", "unknown") and each.name not in varied.LATER]
        if {each.name for each in differs} != {varied.ALL}:
            return []
        turns = varied.parts(self.balance)
        scenes = [base] * len(turns)
        for number, (left_out, _) in enumerate(turns):
            for name, turn in turns:
                scenes[number] = scenes[number] if name == left_out else turn(scenes[number])
        answers = await way.run([looks.plan(each) for each in scenes])
        rows = zip(turns, scenes, answers, strict=True)
        needed = [name for (name, _), scene, each in rows if looks.variant(name, end, each, scene).end == "same"]
        return [differs[0]._replace(name=" and ".join(needed))] if needed else []

    async def _hangs(self, way: Way, looks: Looks, base: Scene, end: End) -> tuple[Fragile, ...]:
        if not self.request.fragile or not end.success or way.method == "eth_call":
            return ()
        listed = fragile.tries(self.touched)
        scenes = [base._replace(overrides=merged(base.overrides, each.overrides)) for each in listed]
        answers = await way.run([looks.plan(scene) for scene in scenes]) if scenes else []
        found = []
        for each, scene, outcome in zip(listed, scenes, answers, strict=True):
            told = looks.variant("", end, outcome, scene).end
            if told not in ("same", "unknown"):
                found.append(Fragile(each.address, each.slot, each.value, each.tried, told))
        return tuple(sorted(found, key=lambda one: (one.end != "worse", one.address, one.slot)))

    def _moved(self, looks: Looks, found: Seen, base: Scene) -> tuple[Movement, ...]:
        moved = looks.movements(found, base)
        if moved is None:
            self.unknowns["what moved: the node shows no state after the transaction"] = None
        return moved or ()

    def _controlled(self, looks: Looks, before: Outcome, after: tuple[Answers, Answers]) -> tuple[Authority, ...]:
        changed = looks.authority(before, after)
        if changed is None:
            self.unknowns["who controls what is the sender's: it could not be read"] = None
        return changed or ()


def _own(each: Ran) -> Ran:
    """Events of contracts alone, without those that the node adds for the coin."""
    return each if each.logs is None else replace(each, logs=tuple(one for one in each.logs if one.address != COIN))


def _about(outcomes: Sequence[Outcome | NotSimulated], user: str) -> list[Log]:
    """Events of runs that name the user, each contract's once."""
    word = int(user, 16)
    found = {
        log.address: log
        for outcome in outcomes
        if not isinstance(outcome, NotSimulated)
        for each in outcome
        if isinstance(each, Ran)
        for log in each.logs or ()
        if log.address != COIN and word in log.topics
    }
    return list(found.values())


_GRAVITY = ("worse", "better", "succeeds", "reverts", "unknown", "same")


def _worst(told: Sequence[Variant]) -> tuple[Variant, ...]:
    """One variant a name: the one that differs most."""
    found: dict[str, Variant] = {}
    for each in told:
        before = found.get(each.name)
        if before is None or _GRAVITY.index(each.end) < _GRAVITY.index(before.end):
            found[each.name] = each
    return tuple(found.values())
