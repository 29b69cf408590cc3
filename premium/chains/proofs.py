"""What a block's header proves of its logs.

The bloom of all of them, and the root of its receipts.

Ethereum's yellow paper, 4.3.1 and appendix D; EIP-2718 for typed receipts. Some chains build neither as Ethereum
does: a header that does not fit proves nothing there, so callers must have a second way to believe an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import rlp
from eth_utils.crypto import keccak

Log = Mapping[str, Any]
Receipt = Mapping[str, Any]

_BLOOM_BYTES = 256
_NIBBLE = 16


def bloom_of(logs: Iterable[Log]) -> int:
    """Return the bloom filter of logs, 2048 bits: of each address and topic three."""
    found = 0
    for value in {one for log in logs for one in (log["address"], *log["topics"])}:
        found |= _bits(value)
    return found


def may_hold(bloom: int, value: str) -> bool:
    """Return whether a bloom lets an address or topic (hex) be in a block.

    False is certain.
    """
    bits = _bits(value)
    return bloom & bits == bits


def receipts_root(receipts: Sequence[Receipt]) -> str:
    """Return the root of the trie of a block's receipts, in their order.

    KeyError, ValueError for an odd receipt.
    """
    pairs = {_nibbles(rlp.encode(number)): _encoded(receipt) for number, receipt in enumerate(receipts)}
    node = rlp.encode(_trie(pairs)) if pairs else rlp.encode(b"")
    return "0x" + keccak(node).hex()


def _bits(value: str) -> int:
    digest = keccak(bytes.fromhex(value[2:]))
    places = (int.from_bytes(digest[at : at + 2]) & 2047 for at in (0, 2, 4))
    return sum({1 << place for place in places})


def _encoded(receipt: Receipt) -> bytes:
    logs = receipt["logs"]
    state = receipt["status"] if "status" in receipt else receipt["root"]
    fields = [
        _number(state) if "status" in receipt else bytes.fromhex(state[2:]),
        _number(receipt["cumulativeGasUsed"]),
        bloom_of(logs).to_bytes(_BLOOM_BYTES),
        [[bytes.fromhex(log["address"][2:]), [bytes.fromhex(topic[2:]) for topic in log["topics"]],
          bytes.fromhex(log["data"][2:])] for log in logs],
    ]  # fmt: skip
    kind = int(receipt.get("type") or "0x0", 16)
    encoded: bytes = rlp.encode(fields)
    return bytes([kind]) + encoded if kind else encoded


def _number(value: str) -> bytes:
    number = int(value, 16)
    return number.to_bytes((number.bit_length() + 7) // 8)


def _nibbles(key: bytes) -> tuple[int, ...]:
    return tuple(half for byte in key for half in divmod(byte, _NIBBLE))


def _trie(pairs: Mapping[tuple[int, ...], bytes]) -> list[Any]:
    """Return the node over pairs of path and value, no path of which is the beginning of another."""
    if len(pairs) == 1:
        ((path, value),) = pairs.items()
        return [_packed(path, leaf=True), value]
    shared = _shared(list(pairs))
    if shared:
        below = _reference(_trie({path[shared:]: value for path, value in pairs.items()}))
        return [_packed(next(iter(pairs))[:shared], leaf=False), below]
    branches: dict[int, dict[tuple[int, ...], bytes]] = {}
    for path, value in pairs.items():
        branches.setdefault(path[0], {})[path[1:]] = value
    return [_reference(_trie(branches[at])) if at in branches else b"" for at in range(_NIBBLE)] + [b""]


def _reference(node: list[Any]) -> Any:
    encoded = rlp.encode(node)
    return keccak(encoded) if len(encoded) >= 32 else node


def _shared(paths: Sequence[tuple[int, ...]]) -> int:
    first, last = min(paths), max(paths)
    return next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))


def _packed(path: Sequence[int], *, leaf: bool) -> bytes:
    flag = 2 * leaf + len(path) % 2
    nibbles = [flag, *path] if len(path) % 2 else [flag, 0, *path]
    return bytes(high * _NIBBLE + low for high, low in zip(nibbles[::2], nibbles[1::2], strict=True))
