"""Makes the overview of a statement: in a currency, by holding or leaf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from handlers.models.holdings import DayChangeView, InCurrencyView, PortfolioView
from premium.portfolio.model import Statement
from premium.portfolio.service import Performance
from premium.portfolio.shown import rated
from premium.portfolio.views.grouped import held

_SUMS = ("total_value_usd", "assets_usd", "debts_usd", "locked_usd", "claimable_usd", "uncertain_value_usd")
Rate = tuple[str, Decimal, date]


def overview(
    statement: Statement,
    *,
    parts: Sequence[Mapping[str, Any]],
    day: Performance | None,
    rate: Rate | None,
    by: str,
    spam: bool,
) -> PortfolioView:
    """Return the view of what is held and owed."""
    answer = dict(statement.answer)
    if not spam:
        answer["holdings"] = [row for row in answer["holdings"] if row.get("why") != "spam"]
    if by == "holding":
        answer["allocation"] = {**answer["allocation"], "asset": held(answer)}
    view = PortfolioView.of(statement.model_copy(update={"answer": answer}), parts)
    told: dict[str, Any] = {"change24h": None if day is None else DayChangeView.of(day)}
    if rate is not None:
        told["in_currency"] = _in_currency(view, *rate)
    return view.model_copy(update=told)


def _in_currency(view: PortfolioView, code: str, rate: Decimal, of: date) -> InCurrencyView:
    sums = {name.removesuffix("_usd"): rated(getattr(view, name), rate) for name in _SUMS}
    return InCurrencyView(currency=code, rate=rate, day=of, **sums)
