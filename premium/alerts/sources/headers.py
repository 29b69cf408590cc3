"""What a node says of blocks, checked against itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from premium.alerts.language.event import AHEAD

Raw = Mapping[str, Any]
"""A block as the node gives it."""

_HASH = re.compile(r"0x[0-9a-f]{64}")
_NOTHING = ("0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421", f"0x{'0' * 64}")
"""The root of a trie without transactions, and what chains say that keep none (Yellow Paper, 4.3)."""


def problem(block: Raw, number: int, *, full: bool) -> str | None:
    """Return what is wrong with the answer to a block's height.

    None where it is a block of that height.

    `full`: with its transactions as objects.
    """
    try:
        if int(block["number"], 16) != number:
            return f"asked for block {number}, it gives block {int(block['number'], 16)}"
        if not all(_HASH.fullmatch(block[name]) for name in ("hash", "parentHash")) or int(block["timestamp"], 16) < 0:
            return f"block {number} has no hash"
        return _wrong_transactions(block) if full else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return f"block {number} lacks a field"


def linked(blocks: Sequence[Raw]) -> bool:
    """Return whether each of these blocks, in ascending order, is the parent of the next."""
    return all(one["hash"] == other["parentHash"] for one, other in pairwise(blocks))


def timed(block: Raw, now: datetime) -> Raw:
    """Return the block with a time that an event may have.

    One far ahead of our clock becomes now.
    """
    ahead = int(block["timestamp"], 16) > (now + AHEAD - timedelta(seconds=1)).timestamp()
    return {**block, "timestamp": hex(int(now.timestamp()))} if ahead else block


def _wrong_transactions(block: Raw) -> str | None:
    # Both: some chains count the gas of what is no transaction to their nodes, or have a root of their own.
    if (
        not block["transactions"]
        and block.get("transactionsRoot", _NOTHING[0]) not in _NOTHING
        and int(block.get("gasUsed") or "0x0", 16)
    ):
        return f"block {int(block['number'], 16)} used gas, and is given without its transactions"
    for place, one in enumerate(block["transactions"]):
        if int(one["transactionIndex"], 16) != place or one.get("blockHash", block["hash"]) != block["hash"]:
            return f"block {int(block['number'], 16)} has transactions of another block"
    return None
