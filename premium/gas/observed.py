"""Kept blocks as series see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from premium.chains.fees.model import Fees
from premium.gas.fees.base_fee import BaseFeeRule
from premium.gas.fees.next_block import following, rule_of
from premium.gas.model import GasBlock
from premium.gas.series.model import Observed, Rules
from premium.gas.tips.header import Header


def header_of_row(row: GasBlock) -> Header:
    """Return what is kept of a header: enough for the rules that the registry states."""
    return Header(
        number=row.number, hash=row.hash, parent=row.parent, timestamp=int(row.timestamp.timestamp()),
        base_fee=row.base_fee, gas_used=row.gas_used, gas_limit=row.gas_limit, producer="",
        blob_gas_used=row.blob_gas_used, excess_blob_gas=row.excess_blob_gas,
    )  # fmt: skip


def rules_of(rule: BaseFeeRule) -> Rules:
    """Return how far a base fee can move in a block."""
    return Rules(1 + (rule.elasticity - 1) / rule.denominator, 1 - 1 / rule.denominator)


def rules_after(fees: Fees, row: GasBlock) -> Rules | None:
    """Return how far the base fee can move after a block.

    None where only the node knows.
    """
    rule = rule_of(fees, header_of_row(row))
    return None if rule is None else rules_of(rule)


def observed(fees: Fees, rows: Sequence[GasBlock]) -> Iterator[tuple[GasBlock, Observed]]:
    """Yield blocks as forecasts see them.

    Those without a market, of a base fee of 0, are passed over.
    """
    before: Header | None = None
    for row in rows:
        header = header_of_row(row)
        after = following(fees, header, 0, before if before is not None and before.hash == row.parent else None)
        before = header
        if row.base_fee > 0 and after.base_fee > 0:
            known = float(after.base_fee) if after.exact else None
            yield row, Observed(header.timestamp, float(row.base_fee), known)
