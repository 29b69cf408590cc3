"""Tips that a block's transactions really paid, from the block and its receipts.

What says nothing of the market is left out: transactions of the chain itself, the block producer's own, and those of
senders who pay the producer directly, whose bid is not in their gas price.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from premium.gas.tips.header import Header

_SYSTEM_TYPES = frozenset({0x64, 0x66, 0x68, 0x69, 0x6A, 0x7E, 0x7F})
"""Deposits and the like: Arbitrum's 0x64 to 0x6a, OP-stack's 0x7e, Polygon's 0x7f. They bid for no place."""
_NOBODY = "0x0000000000000000000000000000000000000000"
DECILES = tuple(range(1, 10))


class Paid(NamedTuple):
    """What one transaction paid the producer a unit of gas, in wei, and its gas."""

    tip: int
    gas: int


class Taken(NamedTuple):
    """The tips of one block, in wei."""

    deciles: tuple[int, ...] = ()
    """Nine, weighted by gas; none where nobody bid."""
    lowest: int | None = None


def paid_of(
    header: Header, transactions: Sequence[Mapping[str, Any]], receipts: Sequence[Mapping[str, Any]]
) -> list[Paid]:
    """Return what each bidding transaction paid, in the block's order.

    ValueError where the receipts are not those of the transactions, or do not use the header's gas.
    """
    _check(header, transactions, receipts)
    bids = list(_bids(header, transactions, receipts))
    paying = {sender for sender, one, _ in bids if _pays_directly(one, header.producer)}
    found = [paid for sender, _, paid in bids if sender not in paying]
    # One that bids nothing beside others that do was paid for in another way; where nobody bids, nothing was asked.
    return [each for each in found if each.tip > 0] or found


def taken(paid: Sequence[Paid]) -> Taken:
    """Return the nine deciles of tips, weighted by gas, and the lowest."""
    ordered = sorted(each for each in paid if each.gas > 0)
    if not ordered:
        return Taken()
    total, seen, place = sum(each.gas for each in ordered), ordered[0].gas, 0
    found = []
    for decile in DECILES:
        while seen * 10 < total * decile:
            place += 1
            seen += ordered[place].gas
        found.append(ordered[place].tip)
    return Taken(tuple(found), ordered[0].tip)


def taken_of_history(rewards: Sequence[str]) -> Taken:
    """Return the tips by a node's `eth_feeHistory` of percentiles 0, 10, …, 90.

    ValueError where they are not ten figures that do not fall.
    """
    found = [int(each, 16) for each in rewards]
    if len(found) != len(DECILES) + 1 or found != sorted(found) or found[0] < 0:
        raise ValueError("eth_feeHistory gives no ten ascending rewards")
    return Taken(tuple(found[1:]), found[0])


def _check(header: Header, transactions: Sequence[Mapping[str, Any]], receipts: Sequence[Mapping[str, Any]]) -> None:
    try:
        if [one["hash"] for one in transactions] != [one["transactionHash"] for one in receipts]:
            raise ValueError(f"receipts of other transactions than those of block {header.number}")
        if any(bytes.fromhex(one["blockHash"][2:]) != header.hash for one in receipts):
            raise ValueError(f"receipts of another block than {header.number}")
        used = sum(int(one["gasUsed"], 16) for one in receipts)
        if used > header.gas_used:
            raise ValueError(f"receipts of block {header.number} use {used} gas, its header says {header.gas_used}")
    except (KeyError, TypeError, AttributeError):
        raise ValueError(f"a receipt of block {header.number} lacks a field") from None


def _bids(
    header: Header, transactions: Sequence[Mapping[str, Any]], receipts: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, Mapping[str, Any], Paid]]:
    """Yield sender, transaction and payment of those that bid."""
    for one, receipt in zip(transactions, receipts, strict=True):
        kind, sender = int(one.get("type") or "0x0", 16), str(one["from"]).lower()
        if kind in _SYSTEM_TYPES or sender in (_NOBODY, header.producer):
            continue
        tip = _tip(one, receipt, header.base_fee)
        if tip is not None:
            yield sender, one, Paid(tip, int(receipt["gasUsed"], 16))


def _tip(one: Mapping[str, Any], receipt: Mapping[str, Any], base_fee: int) -> int | None:
    """Return the tip by the receipt, capped by what the sender allowed.

    None where the price is below the base fee.
    """
    said = receipt.get("effectiveGasPrice") or one.get("gasPrice")
    if said is None:
        return None
    tip = int(said, 16) - base_fee
    allowed = one.get("maxPriorityFeePerGas")
    if allowed is not None:
        tip = min(tip, int(allowed, 16))
    return tip if tip >= 0 else None


def _pays_directly(one: Mapping[str, Any], producer: str) -> bool:
    return str(one.get("to") or "").lower() == producer and int(one.get("value") or "0x0", 16) > 0
