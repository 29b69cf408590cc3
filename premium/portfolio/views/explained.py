"""Gives the lines that a figure is the sum of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from premium.money import EXACT, ZERO, divide, plain
from premium.portfolio.flow_model import MEASURED, FlowRow
from premium.portfolio.model import Snapshot, to_places, total


class Explained(NamedTuple):
    """A figure in US dollars, its lines, and what of it no line tells."""

    usd: Decimal
    lines: list[tuple[Mapping[str, Any], int | None]]
    """Lines as the totals tell them, each with its block."""
    unlisted: Decimal = ZERO


def of_answer(answer: Mapping[str, Any], asset: str | None = None) -> Explained:
    """Return the total's lines, or those of one asset."""
    blocks = {(row["wallet"], row["chain"]): row["block"] for row in answer["coverage"]}
    rows = [row for row in answer["holdings"] if asset in (None, row["asset"])]
    lines = [(row, blocks.get((row["wallet"], row["chain"]))) for row in rows]
    return Explained(_counted(rows), lines)


def of_snapshot(snapshot: Snapshot) -> Explained:
    """Return a past total's lines: what wallets held themselves.

    What positions were worth then is kept as a sum alone: it is the rest.
    """
    rows = [_line(snapshot, key, wallet) for key, wallet in _places(snapshot)]
    lines = [(row, state.block if (state := snapshot.chains.get(row["chain"])) else None) for row in rows]
    return Explained(snapshot.total_value, list(lines), EXACT.subtract(snapshot.total_value, _counted(rows)))


def of_flow(row: FlowRow) -> Explained:
    """Return the one line of a flow: its price is what its dollars say."""
    amount, usd, kind = row.amount, row.usd, row.corrected or row.kind
    price = None if not amount or usd is None else to_places(divide(usd, amount))
    line = {
        "wallet": row.wallet, "chain": row.chain, "asset": row.asset, "position": None, "role": "held",
        "units": str(int(row.units)), "decimals": row.decimals, "amount": _told(amount), "price_usd": _told(price),
        "source": None, "price_at": row.at.isoformat(), "quality": "unknown" if usd is None else "good",
        "value_usd": _told(usd), "counted": usd is not None, "why": None if usd is not None else "no_price",
        "as_of": row.at.isoformat(), "state": None,
    }  # fmt: skip
    line["why"] = line["why"] or (None if kind in MEASURED else kind)
    return Explained(usd or ZERO, [(line, row.block)])


def _counted(rows: Iterable[Mapping[str, Any]]) -> Decimal:
    return total(Decimal(row["value_usd"]) for row in rows if row["counted"] and row["value_usd"] is not None)


def _places(snapshot: Snapshot) -> list[tuple[int, str]]:
    return [(place, wallet) for place, each in enumerate(snapshot.holdings) for wallet in sorted(each.units)]


def _line(snapshot: Snapshot, place: int, wallet: str) -> dict[str, Any]:
    whole = snapshot.holdings[place]
    mine, price = whole.of_wallets({wallet}), whole.quote.price
    value, judged = mine.value, mine.judged
    return {
        "wallet": wallet, "chain": whole.chain, "asset": whole.key, "position": None, "role": "held",
        "units": str(mine.units[wallet]), "decimals": whole.decimals, "amount": _told(mine.amount),
        "price_usd": None if price is None else plain(price.usd), "source": None if price is None else price.source,
        "price_at": None if price is None else price.at.isoformat(), "quality": whole.quote.quality.value,
        "value_usd": _told(value), "counted": value is not None, "why": judged.why if judged else None,
        "as_of": whole.as_of.isoformat(), "state": None,
    }  # fmt: skip


def _told(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
