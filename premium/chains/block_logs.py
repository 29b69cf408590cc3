"""The logs of a block, read from nodes that may lie.

They are believed only where its header or a second way of asking bears them out.

Receipts that give the header's root are proof. Logs that give the header's bloom, in order and without a gap, are
believed where the node gives no receipts; where a header proves nothing, as on chains that build it otherwise, two
ways must agree. What contradicts is asked of the other endpoints.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from premium.chains.proofs import bloom_of, receipts_root
from premium.chains.rpc import Answer, Call, RpcError, View
from premium.errors import UpstreamUnavailable

NO_RECEIPTS_SECONDS = 600.0
"""For so long a node that does not know eth_getBlockReceipts is not asked for them again."""
_UNKNOWN_METHOD = (-32601, -32600)

Log = Mapping[str, Any]
Block = Mapping[str, Any]


class Contradiction(UpstreamUnavailable):
    """A node's answers do not fit each other, and no other endpoint has better ones."""


class BlockLogs:
    """Reads the logs of blocks.

    It lives as long as the chain's Rpc, for what it remembers of its endpoints.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._without_receipts: dict[str, float] = {}
        self._header_proves = False
        """Whether a header of the chain has borne out logs: on some chains none ever does."""

    async def of(self, blocks: Sequence[Block], view: View, others: Sequence[View]) -> list[list[Log]]:
        """Return the logs of each block, in one request where the node proves them.

        UpstreamUnavailable names what it refuses; Contradiction where no answer can be believed.
        """
        proven = await self._proven(blocks, view)
        return [
            logs if logs is not None else await self._asked(block, (view, *others))
            for block, logs in zip(blocks, proven, strict=True)
        ]

    async def _proven(self, blocks: Sequence[Block], view: View) -> list[list[Log] | None]:
        wanted = [block for block in blocks if not _is_empty(block)]
        answers = iter(await self._receipts(wanted, view) if wanted else ())
        return [[] if _is_empty(block) else self._proved(block, next(answers)) for block in blocks]

    def _proved(self, block: Block, receipts: Answer) -> list[Log] | None:
        logs = _proved(block, receipts)
        self._header_proves |= bool(logs)
        return logs

    async def _receipts(self, blocks: Sequence[Block], view: View) -> list[Answer]:
        if self._without_receipts.get(view.name, 0.0) > self._clock():
            return [None] * len(blocks)
        answers = await view.batch([Call("eth_getBlockReceipts", (block["number"],)) for block in blocks])
        if any(isinstance(answer, RpcError) and answer.code in _UNKNOWN_METHOD for answer in answers):
            self._without_receipts[view.name] = self._clock() + NO_RECEIPTS_SECONDS
        return answers

    async def _asked(self, block: Block, views: Sequence[View]) -> list[Log]:
        """Ask one endpoint after the other, the first one twice: behind its address others may answer."""
        reasons: list[str] = []
        unsure: list[tuple[View, list[Log]]] = []
        for view in (views[0], *views):
            try:
                logs, is_sure = await self._believed(block, view)
            except UpstreamUnavailable as error:
                if isinstance(error, Contradiction):
                    view.bench()
                reasons.append(error.message)
                continue
            if is_sure:
                _bench_all(each for each, found in unsure if _names(found) != _names(logs))
                return logs
            unsure.append((view, logs))
        if unsure:
            return unsure[0][1]
        words = f"block {int(block['number'], 16)}: {'; '.join(dict.fromkeys(reasons))}"
        raise Contradiction(words) if "contradict" in words else UpstreamUnavailable(words)

    async def _believed(self, block: Block, view: View) -> tuple[list[Log], bool]:
        """Return the logs that one view gives, and whether the block's header bears them out.

        They are checked in every way that the view has.
        """
        (receipts,) = await self._receipts([block], view)
        if (logs := self._proved(block, receipts)) is not None:
            return logs, True
        answers, refusals = [_logs_of(block, receipts)], _refusals("receipts", receipts)
        (found,) = await view.batch([Call("eth_getLogs", ({"blockHash": block["hash"]},))])
        refusals += _refusals("logs", found)
        answers.append(_listed(found))
        if answers[0] is None and _is_sound(block, answers[1]) and await _is_whole(block, answers[1] or [], view):
            self._header_proves |= bool(answers[1])
            return answers[1] or [], True
        if answers[0] is None or answers[1] is None:
            singly = await _receipts_of_each(block, view)
            if (logs := self._proved(block, singly)) is not None:
                return logs, True
            refusals += _refusals("single receipts", singly)
            answers.append(_logs_of(block, singly))
        return self._agreed(block, view, [answer for answer in answers if answer is not None], refusals)

    def _agreed(
        self, block: Block, view: View, given: Sequence[list[Log]], refusals: Sequence[str]
    ) -> tuple[list[Log], bool]:
        """Return what two ways agree on, unless the chain's headers prove logs and this one speaks against it."""
        names = [_names(answer) for answer in given]
        for at, answer in enumerate(given):
            if names[at] in names[:at] and _is_of(block, answer, gapless=False):
                is_sound = _is_sound(block, answer)
                if self._header_proves and not is_sound:
                    break
                return answer, is_sound
        return _alone(block, view, given, refusals), True


def _bench_all(views: Iterable[View]) -> None:
    for view in {view.name: view for view in views}.values():
        view.bench()


def _alone(block: Block, view: View, given: Sequence[list[Log]], refusals: Sequence[str]) -> list[Log]:
    """Return the only answer that there is, where it fits the header's bloom."""
    if len(given) == 1 and _is_sound(block, given[0]):
        return given[0]
    if not given:
        raise UpstreamUnavailable(f"{view.name} refuses the logs of a block ({'; '.join(refusals) or 'no answer'})")
    raise Contradiction(f"answers of {view.name} contradict each other or the block: "
                        f"{', '.join(str(len(one)) for one in given)} logs")  # fmt: skip


async def _is_whole(block: Block, logs: Sequence[Log], view: View) -> bool:
    """Return whether no log is missing behind the last: the receipts from its transaction on say so.

    A bloom cannot tell a log from another one with the same topics. Where the node gives no receipts, it has to do.
    """
    if not logs:
        return True
    last = int(logs[-1]["transactionIndex"], 16)
    receipts = await _receipts_of_each(block, view, last)
    if isinstance(receipts, RpcError) or not all(isinstance(one, Mapping) for one in receipts):
        return True
    found = [log for receipt in receipts for log in receipt.get("logs", ())]
    return _names(found) == _names([log for log in logs if int(log["transactionIndex"], 16) >= last])


async def _receipts_of_each(block: Block, view: View, first: int = 0) -> Answer:
    """Ask for the receipt of each transaction: the way that every node has, whatever it refuses."""
    answers = await view.batch([Call("eth_getTransactionReceipt", (hash_,)) for hash_ in _hashes(block)[first:]])
    return next((one for one in answers if isinstance(one, RpcError)), answers)


def _proved(block: Block, receipts: Answer) -> list[Log] | None:
    """Return the logs of receipts whose root is the header's; None where they prove nothing."""
    logs = _logs_of(block, receipts)
    if logs is None or not _is_of(block, logs):
        return None
    try:
        return logs if receipts_root(receipts) == block["receiptsRoot"] else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _logs_of(block: Block, receipts: Answer) -> list[Log] | None:
    """Return the logs of a block's receipts, None where these are not all of its transactions, in order."""
    try:
        if [one["transactionHash"] for one in receipts] != _hashes(block):
            return None
        return [log for one in receipts for log in one["logs"]]
    except (KeyError, TypeError):
        return None


def _listed(answer: Answer) -> list[Log] | None:
    return answer if isinstance(answer, list) else None


def _is_sound(block: Block, logs: Sequence[Log] | None) -> bool:
    """Return whether logs are the block's, in order without a gap, and give its bloom."""
    try:
        return logs is not None and _is_of(block, logs) and bloom_of(logs) == int(block["logsBloom"], 16)
    except (KeyError, TypeError, ValueError):
        return False


def _is_of(block: Block, logs: Sequence[Log], *, gapless: bool = True) -> bool:
    """Return whether logs name the block and its transactions, none is removed, and their places ascend."""
    try:
        hashes, places = _hashes(block), [int(log["logIndex"], 16) for log in logs]
        return (places == list(range(len(logs))) if gapless else places == sorted(set(places))) and all(
            log["blockHash"] == block["hash"]
            and log.get("removed") is not True
            and log["transactionHash"] == hashes[int(log["transactionIndex"], 16)]
            for log in logs
        )
    except (KeyError, TypeError, ValueError, IndexError):
        return False


def _names(logs: Sequence[Log]) -> list[tuple[Any, ...]]:
    return [(log.get("logIndex"), log.get("address"), *log.get("topics", ()), log.get("data")) for log in logs]


def _hashes(block: Block) -> list[str]:
    return [one["hash"] if isinstance(one, Mapping) else one for one in block["transactions"]]


def _is_empty(block: Block) -> bool:
    """Return whether a block can have no logs."""
    return not block["transactions"] and int(block.get("logsBloom") or "0x1", 16) == 0


def _refusals(what: str, answer: Answer) -> list[str]:
    return [f"{what}: {answer}"] if isinstance(answer, RpcError) else []
