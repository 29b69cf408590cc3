"""Find the blocks in which a wallet's native coin moved.

By halves where the node knows old states, else block by block. An account without code spends only by a transaction
of its own, which raises its nonce. So between two blocks with the same nonce its balance only grows, and where that
is the same too nothing moved: such a range is left out whole. An account with code may pay and be paid without a
trace in nonce and balance: each of its blocks is looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple

from premium.chains.rpc import Call, Rpc, RpcError
from premium.chains.transfers.movement import COIN, Movement, Transfer
from premium.chains.transfers.node import ask
from premium.errors import Unprocessable

MAX_BLOCKS_READ = 50_000
"""Blocks with their transactions that one reading may take; each is a hundred kilobytes or more of a busy chain."""
_A_BATCH = 500
_HINTS = 20
"""By more of them than this, of whom many moved tokens alone, halving is cheaper."""
_GWEI = 10**9
_NO_CODE = ("0x", "")


class State(NamedTuple):
    """A wallet after a block."""

    nonce: int
    balance: int
    code: str

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was ever there."""
        return not self.nonce and not self.balance and self.code in _NO_CODE


class _Span(NamedTuple):
    """A range of blocks with the wallet's states around it."""

    first: int
    last: int
    before: State
    after: State

    @property
    def still(self) -> bool:
        """Whether nothing moved in it."""
        same = self.before.nonce == self.after.nonce and self.before.balance == self.after.balance
        return same and self.before.code in _NO_CODE


class Blocks(NamedTuple):
    """Blocks to be read.

    And whether the node knows the wallet's states around them, and those that it told on the way.
    """

    numbers: Sequence[int]
    has_states: bool
    states: Mapping[int, State] = MappingProxyType({})


async def moving_blocks(rpc: Rpc, me: str, first: int, last: int, hints: Collection[int] = ()) -> Blocks:
    """Return the blocks that may have moved the coin; Unprocessable for too many.

    Between `first` and `last`, both inclusive. `hints`: blocks whose logs name the wallet: where they are few it is
    they that moved it, and the ranges between them are still at once.
    """
    hints = {each for each in hints if first <= each <= last} if len(hints) <= _HINTS else set()
    points = sorted({first - 1, last} | {each for hint in hints for each in (hint - 1, hint)})
    ends = await states(rpc, me, points)
    if len(ends) < len(points):
        return _bounded(rpc, first, last)
    found, known = list[int](), dict(ends)
    spans = [_Span(a + 1, b, ends[a], ends[b]) for a, b in pairwise(points)]
    while spans:
        moving = [span for span in spans if not span.still]
        found += [span.first for span in moving if span.first == span.last]
        wider = [span for span in moving if span.first < span.last]
        if len(found) + len(wider) > MAX_BLOCKS_READ:
            raise _too_many(rpc, len(found) + len(wider))
        middles = await states(rpc, me, [(span.first + span.last) // 2 for span in wider])
        if any((span.first + span.last) // 2 not in middles for span in wider):
            return _bounded(rpc, first, last)
        known |= middles
        spans = [half for span in wider for half in _halves(span, middles)]
    return Blocks(sorted(found), has_states=True, states=known)


async def refuse_too_long(rpc: Rpc, me: str, first: int, last: int) -> None:
    """Raise Unprocessable where more blocks than the bound would be read one by one.

    Before any is read.
    """
    if last - first < MAX_BLOCKS_READ:
        return
    ends = await states(rpc, me, [first - 1, last])
    if len(ends) < 2 or any(state.code not in _NO_CODE for state in ends.values()):
        raise _too_many(rpc, last - first + 1)


def _halves(span: _Span, states: Mapping[int, State]) -> tuple[_Span, _Span]:
    middle = (span.first + span.last) // 2
    return (
        _Span(span.first, middle, span.before, states[middle]),
        _Span(middle + 1, span.last, states[middle], span.after),
    )


def _bounded(rpc: Rpc, first: int, last: int) -> Blocks:
    """Every block, where the node has forgotten old states."""
    if last - first >= MAX_BLOCKS_READ:
        raise _too_many(rpc, last - first + 1)
    return Blocks(range(first, last + 1), has_states=False)


def _too_many(rpc: Rpc, count: int) -> Unprocessable:
    text = (
        f"{count} blocks of {rpc.chain.name} would have to be read one by one, more than {MAX_BLOCKS_READ}:"
        " name fewer, import an explorer's export, or use a node that keeps old states"
    )
    return Unprocessable(text, details={"blocks": count, "maximum": MAX_BLOCKS_READ})


async def states(rpc: Rpc, me: str, blocks: list[int]) -> dict[int, State]:
    """Return the states that the node still knows.

    Before the first block there is none, and it is empty. Code is asked once a nonce: where it is above 0 nothing is
    created any more, a contract that destroys itself begins at 0 anew, and who delegates (EIP-7702) raises it.
    """
    known = {block: State(0, 0, "0x") for block in blocks if block < 0}
    asked = sorted({block for block in blocks if block >= 0})
    methods = ("eth_getTransactionCount", "eth_getBalance")
    answers = iter(await rpc.batch([Call(method, (me, hex(block))) for block in asked for method in methods]))
    told = {block: (next(answers), next(answers)) for block in asked}
    numbers = {block: (int(nonce, 16), int(balance, 16)) for block, (nonce, balance) in told.items()
               if _is_told(nonce) and _is_told(balance)}  # fmt: skip
    firsts = {(nonce, 0 if nonce else block): block for block, (nonce, _) in sorted(numbers.items(), reverse=True)}
    calls = [Call("eth_getCode", (me, hex(block))) for block in firsts.values()]
    codes = dict(zip(firsts, await rpc.batch(calls) if calls else (), strict=True))
    for block, (nonce, balance) in numbers.items():
        code = codes[nonce, 0 if nonce else block]
        if _is_told(code):
            known[block] = State(nonce, balance, code)
    return known


def _is_told(answer: Any) -> bool:
    return not isinstance(answer, RpcError) and answer is not None


async def changes(
    rpc: Rpc, me: str, blocks: Iterable[int], known: Mapping[int, State] = MappingProxyType({})
) -> dict[int, int]:
    """Return the native balance's change in each block.

    Where the node still knows the state before it. `known`: states that it told before.
    """
    wanted = sorted(blocks)
    new = [block for each in wanted for block in (each - 1, each) if block not in known]
    said = {**known, **(await states(rpc, me, new) if new else {})}
    there = (block for block in wanted if block in said and block - 1 in said)
    return {block: said[block].balance - said[block - 1].balance for block in there}


async def transactions(
    rpc: Rpc, me: str, numbers: Sequence[int], movements: dict[str, Movement], times: dict[int, int]
) -> None:
    """Add the wallet's transactions and its validators' withdrawals to `movements`, by name."""
    for start in range(0, len(numbers), _A_BATCH):
        calls = [Call("eth_getBlockByNumber", (hex(n), True)) for n in numbers[start : start + _A_BATCH]]
        for block in await ask(rpc, calls):
            number = int(block["number"], 16)
            times[number] = int(block["timestamp"], 16)
            for tx in block["transactions"]:
                if me in (tx["from"].lower(), (tx["to"] or "").lower()):
                    movements[tx["hash"]] = _movement(tx, me, number, times[number])
            for given in block.get("withdrawals") or ():
                if given["address"].lower() == me:
                    made = _withdrawal(given, number, times[number])
                    movements[made.name] = made


def _movement(tx: Any, me: str, block: int, time: int) -> Movement:
    made = Movement(tx["hash"], block, time)
    value = int(tx["value"], 16)
    if value:
        made.take(Transfer(COIN, None, tx["from"].lower(), (tx["to"] or "").lower(), value, "coin"), me)
    return made


def _withdrawal(given: Any, block: int, time: int) -> Movement:
    """EIP-4895: what the beacon chain pays out, in gwei."""
    units = int(given["amount"], 16) * _GWEI
    made = Movement(None, block, time, name=f"withdrawal:{int(given['index'], 16)}")
    made.take(Transfer(COIN, None, "", given["address"].lower(), units, "coin"), given["address"].lower())
    return made
