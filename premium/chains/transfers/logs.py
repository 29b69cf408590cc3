"""Read from logs which tokens a wallet moved.

ERC-20 and ERC-721 transfers, ERC-1155 ones, and the coin's wrapping. Logs are asked for by topic, the wallet among
them, so that no block without one is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from premium.chains.reading.collectibles import TRANSFER
from premium.chains.rpc import Call, Rpc
from premium.chains.transfers.movement import Transfer
from premium.chains.transfers.node import ask

SINGLE = "0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62"
"""keccak256 of `TransferSingle(address,address,address,uint256,uint256)`."""
BATCH = "0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb"
"""keccak256 of `TransferBatch(address,address,address,uint256[],uint256[])`."""
DEPOSIT = "0xe1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c"
WITHDRAWAL = "0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65"
"""keccak256 of WETH9's `Deposit(address,uint256)` and `Withdrawal(address,uint256)`: no Transfer goes with them."""
_WRAPS = frozenset({DEPOSIT, WITHDRAWAL})
_NOBODY = "0x" + "0" * 40
Log = dict[str, Any]


async def logs_of(rpc: Rpc, me: str, first: int, last: int, *, span: int, wrapped: str | None) -> list[Log]:
    """Return the logs that name the wallet as giver or receiver, each once.

    Of blocks `first` to `last`, both inclusive.
    """
    mine = topic_of(me)
    first_words = [TRANSFER] if wrapped is None else [TRANSFER, DEPOSIT, WITHDRAWAL]
    questions: list[Log] = [
        {"topics": [first_words, mine]},
        {"topics": [[TRANSFER, SINGLE, BATCH], None, mine]},
        {"topics": [[SINGLE, BATCH], None, None, mine]},
    ]
    spans = [
        {"fromBlock": hex(start), "toBlock": hex(min(last, start + span - 1))} for start in range(first, last + 1, span)
    ]
    answers = await ask(rpc, [Call("eth_getLogs", (where | what,)) for where in spans for what in questions])
    found = {(log["blockNumber"], log["logIndex"]): log for logs in answers for log in logs}
    return [log for log in found.values() if log["topics"][0] not in _WRAPS or log["address"].lower() == wrapped]


def topic_of(address: str) -> str:
    """Return an address as a topic holds it."""
    return "0x" + address[2:].lower().zfill(64)


def moved(log: Log, me: str) -> Iterator[Transfer]:
    """Yield the transfers that a log tells of and that touch the wallet.

    What no reader understands moves nothing.
    """
    topics, address = log["topics"], log["address"].lower()
    index, data = int(log["logIndex"], 16), bytes.fromhex(log["data"][2:])
    if topics[0] == TRANSFER and len(topics) == 3 and len(data) >= 32:
        yield Transfer(index, address, _address(topics[1]), _address(topics[2]), int.from_bytes(data[:32]), "log")
    elif topics[0] == TRANSFER and len(topics) == 4:
        name = f"{address}:{int(topics[3], 16)}"
        yield Transfer(index, name, _address(topics[1]), _address(topics[2]), 1, "log")
    elif topics[0] in (SINGLE, BATCH) and len(topics) == 4:
        for number, units in _listed(topics[0], data):
            name = f"{address}:{number}"
            yield Transfer(index, name, _address(topics[2]), _address(topics[3]), units, "log")
    elif topics[0] in (DEPOSIT, WITHDRAWAL) and len(data) >= 32:
        ends = (_NOBODY, me) if topics[0] == DEPOSIT else (me, _NOBODY)
        yield Transfer(index, address, *ends, int.from_bytes(data[:32]), "log")


def _address(topic: str) -> str:
    return "0x" + topic[-40:].lower()


def _listed(kind: str, data: bytes) -> list[tuple[int, int]]:
    try:
        if kind == SINGLE:
            return [decode(["uint256", "uint256"], data)]
        ids, units = decode(["uint256[]", "uint256[]"], data)
        return list(zip(ids, units, strict=True))
    except (DecodingError, OverflowError, ValueError):
        return []
