"""A calculated report, of which every form and file is made."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from premium.errors import Unprocessable
from premium.tax.days import day_of
from premium.tax.history.history import History
from premium.tax.history.price_series import Price, PriceSeries
from premium.tax.ledger.currencies import CurrencyGain, Money, MoneyGains
from premium.tax.model import Remark
from premium.tax.neutral.reader import Read
from premium.tax.neutral.sources import Tally
from premium.tax.outcome import Derivative, Disposals, Income, Missing, Outcome, Removal
from premium.tax.results.totals import Sums, sums
from premium.tax.rules.base import TRANSITION
from premium.tax.rules.derivatives import derivatives_treatment
from premium.tax.setup import Setup
from premium.tax.trail import Trail

_FEE = re.compile(r":fee\d*$")
"""What a fee in kind is named behind its row's id."""
STATED = frozenset(
    {
        "price_filled",
        "portfolio_value_filled",
        "no_time_zone",
        "gift_without_gain",
        "no_income",
        "same_asset",
        "tax_zone_assumed",
        "unknown_field",
        "possible_duplicate",
        "absurd_price",
        "absurd_amount",
        "out_of_order",
        "mixed_time_zones",
        "money_left_out",
        "currency_converted",
        "other_currency",
        "line_left_out",
        "assumed_transfer",
        "income_corrected",
        "derivative_pnl",
        "loan_repaid",
        "paid_elsewhere",
        "subscription_open",
        "treatment_without_source",
        "encoding_assumed",
        "same_symbol",
        "value_zero",
        "field_not_used",
        "fee_not_counted",
        "chain_assumed",
        "money_without_cost",
        "part_of_history",
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
    disposals: Disposals
    income: list[Income]
    missing: list[Missing]
    removals: list[Removal]
    sums: Sums
    remarks: list[Remark]
    currency_gains: list[CurrencyGain]
    """Gains on foreign money, which no sum of digital assets has."""
    currencies: list[Money]
    """Foreign money that is left."""
    derivatives: list[Derivative] = field(default_factory=list)
    tallies: Sequence[Tally] = ()
    """What became of each line of the files that it was read from."""
    trail: Trail = field(default_factory=Trail)
    """Where the rows went that are no transaction of their own."""
    closing: dict[str, Price] = field(default_factory=dict)
    """What a unit of each holding was worth at the end of the reported time, where that is known."""

    def ends(self, now: int) -> int:
        """Return the instant as of which holdings are told.

        The year's end, or now where that is earlier.
        """
        return now if self.setup.until is None else min(now, self.setup.calendar.start_of(self.setup.until + 1) - 1)

    def close(self, prices: PriceSeries, now: int) -> None:
        """Value what is left as of then."""
        found = ((item.asset, prices.before(item.asset, self.ends(now))) for item in self.outcome.holdings)
        self.closing.update((asset, price) for asset, price in found if price is not None)


def report_on(
    history: History,
    setup: Setup,
    outcome: Outcome,
    *,
    tax_year: int | None,
    remarks: list[Remark],
    foreign: MoneyGains | None = None,
    tallies: Sequence[Tally] = (),
    trail: Trail | None = None,
) -> Report:
    """Return the report of one tax year, or of all.

    Unprocessable where a strict setup accepts no such remark.
    """
    _refuse(remarks, setup)
    gains, currencies, _ = foreign or MoneyGains([], [], [])
    disposals, income, missing, removals = outcome.disposals, outcome.income, outcome.missing, outcome.removals
    derivatives = outcome.derivatives
    if derivatives:
        remarks.append(_derivatives_told(setup))
    if tax_year is not None:
        first, last = day_of(date(tax_year, *setup.calendar.starts)), setup.calendar.last_day(tax_year)
        disposals = disposals.between(first, last)
        income = [event for event in income if first <= event.day <= last]
        missing = [item for item in missing if first <= item.day <= last]
        removals = [item for item in removals if first <= item.day <= last]
        gains = [item for item in gains if first <= item.day <= last]
        derivatives = [item for item in derivatives if first <= item.day <= last]
    return Report(
        setup=setup,
        tax_year=tax_year,
        transactions=history,
        outcome=outcome,
        disposals=disposals,
        income=income,
        missing=missing,
        removals=removals,
        sums=sums(disposals, income, setup.calendar, derivatives),
        remarks=remarks,
        currency_gains=gains,
        currencies=currencies,
        derivatives=derivatives,
        tallies=tallies,
        trail=trail or Trail(),
    )


def _derivatives_told(setup: Setup) -> Remark:
    treatment = derivatives_treatment(setup.rules.code)
    text = f"profits and losses of futures and margin stand apart in derivatives, in no other total: {setup.rules.name}"
    return Remark("derivative_pnl", None, f"{text} takes them as {treatment.text} ({treatment.source})")


def with_lines(remarks: list[Remark], names: Iterable[str], read: Read) -> list[Remark]:
    """Return remarks with the lines of their transactions.

    Of several files with the file's name, too. Looked up for those few alone, not kept for a million.
    """
    wanted = {remark.transaction for remark in remarks if remark.line is None and remark.transaction is not None}
    wanted |= {_FEE.sub("", name) for name in wanted}
    if wanted and read.lines:
        known = {name: place for place, name in enumerate(names) if name in wanted}
        remarks = [each if each.line is not None else _placed(each, known, read) for each in remarks]
    files = [source.name for source in read.sources if source.name]
    return remarks if len(files) > 1 else [each._replace(file=None) if each.file else each for each in remarks]


def _placed(remark: Remark, known: Mapping[str, int], read: Read) -> Remark:
    name = remark.transaction or ""
    place = known.get(name, known.get(_FEE.sub("", name)))
    if place is None:
        return remark
    source = read.sources[bisect_right(read.sources, place, key=lambda source: source.start) - 1]
    return remark._replace(line=read.lines[place], file=source.name or None)


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
