"""Judge what trading showed: a failed sale is explained before it is called a trap."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.judgement.scene import Found, Place, found
from premium.security.model import Severity
from premium.security.report.score import WEIGHTS
from premium.simulation.trade.measure import BUYER, Measured, Trade

HIGH_TAX = 1_000
"""Basis points from which a tax is high."""
_V3_TAKES_NO_TAX = "Sales could not be measured: this kind of pool takes no token that taxes its transfers."
THIN = 2_000
"""Basis points of the pool's coin: a sale beyond them moves the price by much."""


def untold(made: Measured) -> list[str]:
    """Return what a measurement leaves open.

    A pool that takes no taxed token proves no trap.
    """
    return [_V3_TAKES_NO_TAX] if _is_of_the_pool(made) else []


def _is_of_the_pool(made: Measured) -> bool:
    """Whether a sale fails as the pool counts what comes, and every transfer of the token loses something."""
    failed = made.sell is not None and made.sell.revert == "IIA"
    return failed and made.transfer is not None and made.transfer.revert is None and made.transfer.tax > 0


def traded(made: Measured, token: str, *, own_pool: bool) -> Iterator[Found]:
    """Find what a measurement shows; it is of its block.

    `own_pool` says that the pool was put up for it: how deep that is tells nothing.
    """
    place = Place("", token)
    yield from _siphons(made, place)
    if not made.can_buy:
        sells = made.sell is not None and made.sell.revert is None
        yield _measured("trading_closed", place, value=made.buy.revert, sale="sells" if sells else None)
        return
    yield from _taxes(made, place)
    yield from _sale(made, place)
    yield from _holders(made, place)
    if not own_pool and made.impact_bps is not None and made.impact_bps >= THIN:
        yield _measured("liquidity_thin", place, value=f"{made.impact_bps} basis points of the pool's coin")


def _measured(id_: str, place: Place, severity: Severity | None = None, **more: object) -> Found:
    """A finding, also of an id that the code alone had before."""
    return found(id_, place, severity=severity or WEIGHTS[id_][0], basis="measured", **more)  # type: ignore[arg-type] # evidence of any kind


def _siphons(made: Measured, place: Place) -> Iterator[Found]:
    for who, before, after in made.siphoned:
        yield _measured("siphons", place, wallet=who if who != BUYER else "the newcomer", value=after, before=before)


def _taxes(made: Measured, place: Place) -> Iterator[Found]:
    sides: tuple[tuple[str, str, Trade | None], ...] = (
        ("buy_tax_high", "buy", made.buy),
        ("sell_tax_high", "sell", made.sell),
    )
    for id_, side, trade in sides:
        if trade is None or trade.revert is not None or not trade.tax:
            continue
        yield _measured(id_ if trade.tax >= HIGH_TAX else "trade_tax", place, side=side, value=f"{trade.tax} bps")
    moved = made.transfer
    grave = any(trade is not None and trade.revert is None and trade.tax >= HIGH_TAX for _, _, trade in sides)
    if moved is not None and moved.revert is None and moved.tax and not grave:
        yield _measured("trade_tax", place, side="transfer", value=f"{moved.tax} bps")


def _sale(made: Measured, place: Place) -> Iterator[Found]:
    sale = made.sell
    if sale is None or sale.revert is None:
        return
    if made.sells_after is not None:
        blocks, seconds = made.sells_after
        yield _measured("cooldown", place, value=f"it sells after {blocks} blocks, {seconds} s", reason=sale.revert)
    elif made.max_sell:
        tight = made.max_sell * 100 < sale.given
        grade = Severity.HIGH if tight else Severity.MEDIUM
        yield _measured("sell_limit", place, grade, value=made.max_sell, of=sale.given, reason=sale.revert)
    elif not _is_of_the_pool(made):
        yield _measured("honeypot", place, value=sale.revert)


def _holders(made: Measured, place: Place) -> Iterator[Found]:
    held = made.holders
    caught = len(held.trapped) + held.taxed
    newcomer = made.sell is not None and made.sell.revert is None
    if not held.tried or not newcomer or caught * 10 < held.tried:
        return
    grade = Severity.CRITICAL if caught * 2 >= held.tried else Severity.HIGH
    yield _measured(
        "holders_trapped", place, grade, value=f"{caught} of {held.tried}", holders=", ".join(held.trapped[:5])
    )
