"""All that is told of a chain's fees after its newest block.

The cache holds it, and handlers read it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median_low
from typing import Any, NamedTuple

from premium.gas.fees.next_block import AHEAD, EXACT_MODELS, Following, following
from premium.gas.model import GasBlock
from premium.gas.operations import Used
from premium.gas.series.model import EXACT
from premium.gas.series.outlook import VERSION, Prediction
from premium.gas.speeds.model import CONFIDENCES, LEAST, SPEEDS, Kept, Pair, Served
from premium.gas.work.follower import Follower

_GETH = 2
"""Base fees that a cap has room for where nothing was tested."""
_TRANSACTIONS = 20
_INSTANT = 99


class Words(NamedTuple):
    """What the node itself says, in wei; None where it does not."""

    gas_price: int | None = None
    tip: int | None = None


class Around(NamedTuple):
    """What is told beside the chain's own blocks."""

    words: Words
    price: Mapping[str, str | None]
    """Of the chain's coin: `usd`, `quality`."""
    l1: Mapping[str, str] | None
    operations: Mapping[str, Used]


def needs_words(follower: Follower) -> bool:
    """Return whether the node is asked what it thinks.

    It is where nothing is exact, or nothing tested.
    """
    return follower.chain.fees.model not in EXACT_MODELS or not _is_tested(follower)


def told(follower: Follower, around: Around, now: datetime) -> dict[str, Any]:
    """Return the document of a chain, as JSON; amounts in wei are decimal strings."""
    head, fees = follower.newest, follower.chain.fees
    if head is None:
        raise ValueError("nothing was read yet")
    after = following(fees, head, follower.seconds, follower.parent)
    base_fee = _base_fee(after, fees.model, around.words, head.base_fee)
    is_tested = _is_tested(follower)
    served = follower.speeds.served() if is_tested else _untested(base_fee, around.words, fees.min_tip)
    by = {each.promise.name: each for each in served}
    return {
        "chain": follower.chain.name, "model": fees.model, "exact": after.exact,
        "basis": _basis(follower.rows) if is_tested else "node",
        "block": {"number": head.number, "hash": f"0x{head.hash.hex()}", "timestamp": head.timestamp,
                  "base_fee": str(head.base_fee)},
        "next_base_fee": str(base_fee),
        "speeds": [_speed(by[promise.name]) for promise in SPEEDS],
        "bounds": [{"blocks": blocks, "min": str(low), "max": str(high)} for blocks, low, high in after.bounds],
        "blob": _blob(after), "l1": around.l1, "price": dict(around.price),
        "operations": {name: list(used) for name, used in around.operations.items()},
        "predictions": _predictions(follower, after),
        "confidences": _confidences(by, base_fee),
        "gap": follower.has_hole,
        "transactions": median_low([row.transactions for row in follower.rows[-_TRANSACTIONS:]]),
        "seconds": follower.seconds, "checked_at": now.timestamp(),
        "only_busy": follower.chain.max_head_age_seconds is None,
        "symbol": follower.chain.native.symbol, "decimals": follower.chain.native.decimals,
        "chain_id": follower.chain.chain_id,
    }  # fmt: skip


def _predictions(follower: Follower, after: Following) -> list[dict[str, Any]]:
    """Return what is said of the horizons.

    Nothing where only the node knows the next base fee.
    """
    head = follower.newest
    if follower.outlook is None or head is None or not after.bounds:
        return []
    lowest: tuple[int, float] | None = None
    found = []
    for each in follower.outlook.told({blocks: (low, high) for blocks, low, high in after.bounds}):
        at = head.timestamp + each.horizon * follower.seconds
        if lowest is None or each.point < lowest[0]:
            lowest = (each.point, at)
        found.append(_prediction(each, at, lowest[1]))
    return found


def _prediction(said: Prediction, at: float, optimal: float) -> dict[str, Any]:
    scored = said.scored
    return {
        "horizon": said.horizon, "at": at, "optimal_time": optimal, "point": str(said.point),
        "p80": [str(each) for each in said.p80], "p95": [str(each) for each in said.p95],
        "confidence": 1.0 if said.model == EXACT else _percent(scored.within_10_percent if scored else None),
        "model": said.model, "model_version": VERSION,
        "backtest": None if scored is None else {
            "n": scored.n, "mape": _percent(scored.mape_percent), "within10": _percent(scored.within_10_percent),
            "cover80": _percent(scored.cover80), "cover95": _percent(scored.cover95),
            "best_baseline": said.best_baseline, "best_baseline_mape": _percent(said.best_mape),
        },
    }  # fmt: skip


def _percent(value: float | None) -> float | None:
    """Return a share as a part of one, with six digits."""
    return None if value is None else round(value / 100, 6)


def _is_tested(follower: Follower) -> bool:
    return follower.speeds.is_tested and not _says_nothing(follower.rows)


def _says_nothing(rows: Sequence[GasBlock]) -> bool:
    """Return whether the node's summaries are all zeros: then its blocks' tips are not known."""
    newest = [row for row in rows[-LEAST:] if row.transactions]
    return bool(newest) and all(row.basis != "receipts" and not any(row.tips) for row in newest)


def _basis(rows: Sequence[GasBlock]) -> str:
    newest = [row.basis for row in rows[-LEAST:] if row.basis != "none"]
    return "fee_history" if "fee_history" in newest else "receipts"


def _base_fee(after: Following, model: str, words: Words, newest: int) -> int:
    """Return the next base fee: the rule's, or what the node's price leaves."""
    if model in EXACT_MODELS or newest or words.gas_price is None:
        return after.base_fee
    return max(words.gas_price - (words.tip or 0), 0)


def _untested(base_fee: int, words: Words, least_tip: int) -> list[Served]:
    tip = max(words.tip or 0, least_tip, 1)
    pair = Pair(_GETH * base_fee + tip, tip)
    return [Served(promise, pair, ()) for promise in (*SPEEDS, *CONFIDENCES)]


def _speed(served: Served) -> dict[str, Any]:
    return {
        "name": served.promise.name, "max_fee": str(served.pair.max_fee), "tip": str(served.pair.max_priority_fee),
        "inclusion": [_kept(each) for each in served.kept if each.blocks in AHEAD and each.n],
    }  # fmt: skip


def _kept(kept: Kept) -> dict[str, Any]:
    shares = {"probability": kept.included / kept.n, "low": kept.low, "high": kept.high}
    return {"blocks": kept.blocks, "n": kept.n, **{name: round(share, 6) for name, share in shares.items()}}


def _blob(after: Following) -> dict[str, Any] | None:
    if after.blobs is None:
        return None
    prices = {"base_fee": after.blobs.base_fee, "next_base_fee": after.blobs.next_base_fee}
    written = {name: None if price is None else str(price) for name, price in prices.items()}
    return {"excess": str(after.blobs.excess), **written, "fork": after.blobs.fork}


def _confidences(by: Mapping[str, Served], base_fee: int) -> list[dict[str, Any]]:
    """Return the offers for the next block, the surest first."""
    found = [(_INSTANT, by["instant"])]
    found += [(round(each.share * 100), by[each.name]) for each in reversed(CONFIDENCES)]
    return [
        {"confidence": share, "max_fee": str(served.pair.max_fee), "tip": str(served.pair.max_priority_fee),
         "price": str(min(served.pair.max_fee, base_fee + served.pair.max_priority_fee))}
        for share, served in found
    ]  # fmt: skip
