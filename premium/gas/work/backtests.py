"""Back-tests of chains, as they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from premium.chains.fees.model import Fees
from premium.gas.model import GasBlock
from premium.gas.observed import observed, rules_after
from premium.gas.series.outlook import HORIZONS, VERSION
from premium.gas.series.record import Origin, Record
from premium.gas.series.walk import Walk

BLOCKS = 5_000
"""Newest blocks that are walked through."""
MOST_ROWS = 500
"""Forecasts of a back-test that are kept one by one; scores are of all."""
_FIRST = 1_000
"""Blocks that are learnt from before forecasts count, at most a fifth of all."""


def block_backtests(fees: Fees, rows: Sequence[GasBlock]) -> dict[str, Mapping[str, Any]]:
    """Return a back-test by horizon in blocks.

    None where only the node knows the next base fee, or there are too few blocks.
    """
    rules = rules_after(fees, rows[-1]) if rows else None
    if rules is None:
        return {}
    first = min(_FIRST, len(rows) // 5)
    records = [Record(blocks, first) for blocks in HORIZONS]
    walk = Walk(HORIZONS, rules)
    span: list[int] = []
    for place, (row, block) in enumerate(observed(fees, rows)):
        origin = Origin(place, row.number, block.at, block.base_fee)
        for record in records:
            record.came(origin)
        for record, said in zip(records, walk.after(block), strict=False):
            record.said(origin, said)
        span = [span[0] if span else row.number, row.number]
    return {
        str(blocks): {"version": VERSION, "unit": "block", "first": span[0], "last": span[1], **record.told(MOST_ROWS)}
        for blocks, record in zip(HORIZONS, records, strict=True)
        if record.rows
    }
