"""Run programs of blocks upon one node.

Each transaction stands in a block of its own, as a plain account sends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from premium.chains.endpoint import Call, RpcError
from premium.simulation.model import (
    Answers,
    Block,
    NotSimulated,
    Outcome,
    Override,
    Overrides,
    Plan,
    Ran,
    Read,
    Request,
    Step,
    Surroundings,
    Transaction,
)
from premium.simulation.surroundings import head_of, next_block
from premium.simulation.variants import price
from premium.simulation.ways.blocks import InBlocks
from premium.simulation.ways.port import Node, Unsupported, Way
from premium.simulation.ways.traces import ByTraces

_TIP = 10**9
_GAS = 5_000_000
"""What one trade may use: many times of what honest ones take."""
BLOCK_SECONDS = 12


@dataclass
class Program:
    """Steps in blocks, and where the clock stands."""

    seen: Surroundings
    overrides: Overrides
    blocks: list[Block] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    """A name for each step, by which its outcome is asked for."""

    def step(self, name: str, *steps: Step) -> Program:
        """Put steps into a block of their own, the next one."""
        if self.blocks:
            self.seen = self.seen.after(1, BLOCK_SECONDS)
        made = tuple(self._priced(each) if isinstance(each, Transaction) else each for each in steps)
        self.blocks.append(Block(surroundings=self.seen, steps=made, overrides={} if self.blocks else self.overrides))
        self.kinds += [name if isinstance(each, Transaction) else f"{name} reads" for each in made]
        return self

    def wait(self, blocks: int, seconds: int) -> Program:
        """Let time pass before the next block."""
        self.seen = self.seen.after(blocks, seconds)
        return self

    def _priced(self, each: Transaction) -> Transaction:
        return replace(each, gas=each.gas or _GAS, max_fee=2 * self.seen.base_fee + _TIP, priority_fee=_TIP)

    @property
    def plan(self) -> Plan:
        """Return the blocks."""
        return tuple(self.blocks)


class Result:
    """What came of a program, by the names of its steps."""

    def __init__(self, program: Program, outcome: Outcome) -> None:
        self._rows = list(zip(program.kinds, outcome, strict=True))
        self._seen = program.seen

    def ran(self, name: str) -> Ran:
        """Return how the last transaction of a step ended, or the first that failed."""
        found = [each for kind, each in self._rows if kind == name and isinstance(each, Ran)]
        return next((each for each in found if not each.success), found[-1])

    def reads(self, name: str, number: int = 0) -> Sequence[bytes | None]:
        """Return the n-th reads of a step; NotSimulated where they were not answered."""
        found: list[Answers] = [
            each for kind, each in self._rows if kind == f"{name} reads" and not isinstance(each, Ran)
        ]
        answers = found[number]
        if answers is None:
            raise NotSimulated("what a trade changed could not be read: a contract burns all gas that it is given")
        return answers

    def fee(self, name: str) -> int:
        """Return what the sender paid for a step's gas, in wei."""
        used = sum(each.gas_used or 0 for kind, each in self._rows if kind == name and isinstance(each, Ran))
        probe = Transaction(sender="", to=None, max_fee=2 * self._seen.base_fee + _TIP, priority_fee=_TIP)
        return used * price(probe, self._seen)


class Bench:
    """One node at one block, and the state that programs begin with."""

    def __init__(self, node: Node, *, overrides: Overrides | None = None, seen: Surroundings | None = None) -> None:
        self._node, self.overrides, self._stated = node, dict(overrides or {}), seen
        self._way: Way | None = None
        self.seen: Surroundings | None = seen
        self.block_number, self.block_hash = 0, ""

    async def open(self) -> None:
        """Pin the newest block."""
        (answer,) = await self._node.batch([Call("eth_getBlockByNumber", ("latest", False))])
        if isinstance(answer, RpcError):
            raise NotSimulated("the node gives no newest block")
        head = head_of(answer)
        self.block_number, self.block_hash = head.number, head.hash
        self.seen = self._stated or next_block(head, Request(steps=(), user="", block_seconds=BLOCK_SECONDS))
        self._way = InBlocks(self._node, hex(head.number))

    def program(self, **funded: int) -> Program:
        """Begin a program; accounts named by address hold so much coin."""
        if self.seen is None:
            raise NotSimulated("no block is pinned")
        held = {address: Override(balance=amount) for address, amount in funded.items()}
        return Program(self.seen, {**self.overrides, **held})

    async def run(self, programs: Sequence[Program]) -> list[Result]:
        """Return what came of programs; all must be answered."""
        if self._way is None:
            await self.open()
        assert self._way is not None  # noqa: S101 - opened above
        plans = [each.plan for each in programs]
        try:
            outcomes = await self._way.run(plans)
        except Unsupported:
            self._way = ByTraces(self._node, hex(self.block_number))
            try:
                outcomes = await self._way.run(plans)
            except Unsupported:
                raise NotSimulated("the node has no method to trade by") from None
        made = []
        for program, outcome in zip(programs, outcomes, strict=True):
            if isinstance(outcome, NotSimulated):
                raise outcome
            made.append(Result(program, outcome))
        return made


def word(answers: Sequence[bytes | None], number: int) -> int:
    """Return a read as a number; 0 where it failed."""
    answer = answers[number]
    return int.from_bytes(answer[:32]) if answer is not None and len(answer) >= 32 else 0


def balance(token: str, party: str) -> Read:
    """Return the read of a token's balance."""
    return Read(token, bytes.fromhex("70a08231" + party[2:].rjust(64, "0")))
