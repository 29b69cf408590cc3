"""A calculated report, of which every form and file is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from premium.errors import Unprocessable
from premium.tax.days import day_of
from premium.tax.history.history import History
from premium.tax.ledger.currencies import CurrencyGain, Money
from premium.tax.model import Remark
from premium.tax.outcome import Disposal, Income, Missing, Outcome, Removal
from premium.tax.results.totals import Sums, sums
from premium.tax.rules.base import TRANSITION
from premium.tax.setup import Setup

STATED = frozenset(
    {
        "price_filled",
        "portfolio_value_filled",
        "no_time_zone",
        "gift_without_gain",
        "no_income",
        "tax_zone_assumed",
        "value_shared_evenly",
        "unknown_field",
        "possible_duplicate",
        "absurd_price",
        "absurd_amount",
        "out_of_order",
        "mixed_time_zones",
        "money_left_out",
        "currency_converted",
        "other_currency",
    }
)
"""What a strict run accepts too: it is told of, and no result rests on a guess."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """One year's rows, or all, with their sums and what was remarked."""

    setup: Setup
    tax_year: int | None
    transactions: History
    """Normalised, of the whole history, in order."""
    outcome: Outcome
    disposals: list[Disposal]
    income: list[Income]
    missing: list[Missing]
    removals: list[Removal]
    sums: Sums
    remarks: list[Remark]
    currency_gains: list[CurrencyGain]
    """Gains on foreign money, which no sum of digital assets has."""
    currencies: list[Money]
    """Foreign money that is left."""


def report_on(
    history: History,
    setup: Setup,
    outcome: Outcome,
    *,
    tax_year: int | None,
    remarks: list[Remark],
    foreign: tuple[list[CurrencyGain], list[Money]] = ([], []),
) -> Report:
    """Return the report of one tax year, or of all.

    Unprocessable where a strict setup accepts no such remark.
    """
    _refuse(remarks, setup)
    gains, currencies = foreign
    disposals, income, missing, removals = outcome.disposals, outcome.income, outcome.missing, outcome.removals
    if tax_year is not None:
        first, last = day_of(date(tax_year, *setup.calendar.starts)), setup.calendar.last_day(tax_year)
        disposals = [row for row in disposals if first <= row.day <= last]
        income = [event for event in income if first <= event.day <= last]
        missing = [item for item in missing if first <= item.day <= last]
        removals = [item for item in removals if first <= item.day <= last]
        gains = [item for item in gains if first <= item.day <= last]
    return Report(
        setup=setup,
        tax_year=tax_year,
        transactions=history,
        outcome=outcome,
        disposals=disposals,
        income=income,
        missing=missing,
        removals=removals,
        sums=sums(disposals, income, setup.calendar),
        remarks=remarks,
        currency_gains=gains,
        currencies=currencies,
    )


def with_lines(remarks: list[Remark], names: Sequence[str], lines: Sequence[int]) -> list[Remark]:
    """Return remarks with the lines of their transactions.

    Looked up for those few alone, not kept for a million.
    """
    wanted = {remark.transaction for remark in remarks if remark.line is None and remark.transaction is not None}
    if not wanted or not lines:
        return remarks
    known = {name: line for name, line in zip(names, lines, strict=True) if name in wanted}
    return [
        each if each.line is not None else each._replace(line=known.get(each.transaction or "")) for each in remarks
    ]


def _refuse(remarks: Iterable[Remark], setup: Setup) -> None:
    if not setup.strict:
        return
    # A wallet below zero does not matter where wallets share their lots.
    accepted = STATED if setup.scope in ("per_wallet", TRANSITION) else STATED | {"negative_balance"}
    flaws = [remark for remark in remarks if remark.code not in accepted]
    if flaws:
        first = flaws[0]
        more = f" (and {len(flaws) - 1} more)" if len(flaws) > 1 else ""
        details = {"code": first.code, "transaction": first.transaction, "line": first.line, "field": first.field}
        raise Unprocessable(f"{first.sentence}{more}", details=details)
