"""Calculate a report from a document or from stored rows, offline and pure.

Stages: read, order, remark, normalise, run, check, select the year.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Inexact, localcontext
from typing import Any, NamedTuple

from premium.errors import InvalidInput, Unprocessable
from premium.money import EXACT
from premium.refusals import shown
from premium.tax.document.rows import Rows, Together, count_of, rows_in
from premium.tax.events.corrections import corrected
from premium.tax.events.derivatives import derivatives_of, is_derivative
from premium.tax.events.foreign_money import foreign_money_in, told_of_money
from premium.tax.events.stated_values import in_report_currency
from premium.tax.history.directions import directed
from premium.tax.history.history import History
from premium.tax.history.normalised import normalise
from premium.tax.history.order import in_order
from premium.tax.history.price_series import PriceSeries
from premium.tax.history.remarks import remarks_on
from premium.tax.ledger.allocation import checked_plan
from premium.tax.ledger.currencies import currency_gains, parted
from premium.tax.matching.engines import run
from premium.tax.model import Remark, Transaction
from premium.tax.neutral.reader import Read, read_rows
from premium.tax.neutral.rows import LinedRow
from premium.tax.neutral.sources import refusal
from premium.tax.outcome import Derivative
from premium.tax.progress import Unwatched, Watch
from premium.tax.results.conservation import Incoming, conserve, incoming
from premium.tax.results.report import Report, report_on, with_lines
from premium.tax.results.shortfalls import below_zero, shortfalls
from premium.tax.setup import Setup, setup_of
from premium.tax.trades.block import Trades
from premium.tax.trades.survey import are_plain, survey
from premium.tax.trail import Trail


def options_of(document: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    """Return `given` (those not None) over what the document says: jurisdiction, currency, method, lot_scope."""
    asked = {
        name: given.get(name) or document.get(name) for name in ("jurisdiction", "currency", "method", "lot_scope")
    }
    for name, value in asked.items():
        if value is not None and not isinstance(value, str):
            raise InvalidInput.about(name, f"must be a text; given {shown(value)}")
    return asked


def tax_year_of(text: str | int | None) -> int | None:
    """Return the year in which a tax year starts: `2024`, or `2024-25`."""
    if text is None:
        return text
    text = str(text)
    start, _, end = text.strip().partition("-")
    known = start.isdecimal() and start.isascii() and 1900 <= int(start) < 2200
    if not known or (end and end not in (f"{(int(start) + 1) % 100:02d}", str(int(start) + 1))):
        raise InvalidInput.about("year", f"not a year: {shown(text)}; write it as 2024 or 2024-25")
    return int(start)


def calculate(
    document: Mapping[str, Any],
    *,
    jurisdiction: str | None = None,
    currency: str | None = None,
    method: str | None = None,
    lot_scope: str | None = None,
    year: str | int | None = None,
    time_zone: str | None = None,
    foreign_money: str | None = None,
    strict: bool = False,
    lenient: bool = True,
    now: int | None = None,
    watch: Watch | None = None,
    prices: PriceSeries | None = None,
    held_now: bool = False,
) -> Report:
    """Return the report of a neutral document.

    InvalidInput for what is no document and, unless lenient, for lines that cannot be read; when strict, Unprocessable
    for any flaw. `now` (microseconds) is what dates are in the future of; None does not look. `watch` is told of the
    work's progress. `prices` (in the report's currency) fill what the document does not state.
    `held_now`: what is left is told as of `now`, not as of the year's end.
    """
    asked = options_of(document, jurisdiction=jurisdiction, currency=currency, method=method, lot_scope=lot_scope)
    rows = rows_in(document)
    if rows is None:
        raise InvalidInput("the document has no list of transactions", details={"transactions": "missing"})
    count = count_of(document)
    tax_year = tax_year_of(year)
    setup = setup_of(
        asked["jurisdiction"] or "US",
        method=asked["method"],
        scope=asked["lot_scope"],
        currency=asked["currency"],
        time_zone=time_zone,
        foreign_money=foreign_money or document.get("foreign_money"),
        strict=strict,
        until_tax_year=tax_year,
        allocation=checked_plan(document.get("safe_harbor")),
    )
    if held_now and now is not None:
        setup = replace(setup, until=setup.calendar.day(now))
    watch = watch or Unwatched()
    # An exchange's file has an order of its own, as have several files.
    exported = isinstance(rows, list) and bool(rows) and isinstance(rows[0], LinedRow)
    by_time = rows.by_time if isinstance(rows, Together) else not exported
    rows = rows.with_sources() if isinstance(rows, Together) else rows.pieces() if isinstance(rows, Rows) else rows
    read = read_rows(watch("Reading", rows, count), zone=setup.calendar.zone, by_time=by_time)
    if read.refused and not lenient:
        raise refusal(read.refused)
    return report_of(read, setup, prices=prices, tax_year=tax_year, now=now, watch=watch)


def report_of(
    read: Read,
    setup: Setup,
    *,
    prices: PriceSeries | None = None,
    tax_year: int | None = None,
    now: int | None = None,
    watch: Watch | None = None,
    several: bool = False,
) -> Report:
    """Return the report of what was read, in whatever order.

    It takes the transactions over: `read` has none afterwards. `prices` fill what states none. `several`: it may tell
    of one event twice, by more than one source.
    """
    watch = watch or Unwatched()
    watch.wait("Ordering")
    remarks, trail = [*setup.remarks, *read.remarks], Trail()
    several = several or sum(bool(source.name) for source in read.sources) > 1
    with localcontext(EXACT), _within_precision():
        trades = read.transactions
        if isinstance(trades, Trades) and not several and are_plain(trades, setup):
            names: Iterable[str] = trades.names()
            looked = survey(trades, setup, now=now)
            remarks += looked.remarks
            ready = Ready(History(trades, watch), looked.brought, looked.negative)
        else:
            transactions = list(trades)
            names = [tx.id for tx in transactions]
            if not isinstance(trades, Trades):
                trades.clear()
            ready = _ready(transactions, setup, remarks, trail, prices=prices, now=now, several=several, watch=watch)
        outcome = run(ready.history, setup)
        watch.wait("Adding up")
        conserve(ready.brought, outcome)
        gains = currency_gains(ready.foreign, setup)
        remarks += [*outcome.remarks, *shortfalls(outcome.missing, ready.history, ready.negative)]
        remarks += told_of_money(gains, setup, ready.assumed)
        remarks = with_lines(remarks, names, read)
        tallies = [source.tally() for source in read.sources if source.name]
        outcome.derivatives = list(ready.derivatives)
        history = ready.history
        report = report_on(
            history, setup, outcome, tax_year=tax_year, remarks=remarks, foreign=gains, tallies=tallies, trail=trail
        )
        if prices is not None and now is not None:
            report.close(prices, now)
        return report


class Ready(NamedTuple):
    """A history that an engine can run, and what is known of it before."""

    history: History
    brought: Incoming | None
    negative: list[Remark]
    foreign: Sequence[Transaction] = ()
    """What is of foreign money."""
    derivatives: Sequence[Derivative] = ()
    assumed: str | None = None
    """The first transaction of foreign money whose treatment rests on no source."""


def _ready(
    transactions: list[Transaction],
    setup: Setup,
    remarks: list[Remark],
    trail: Trail,
    *,
    prices: PriceSeries | None,
    now: int | None,
    several: bool,
    watch: Watch,
) -> Ready:
    """Make a history of any kinds ready; the list is empty afterwards."""
    stated = in_report_currency(transactions, setup, remarks, prices)
    ordered = in_order(corrected(directed(stated, remarks), remarks, trail))
    transactions.clear()
    remarks += remarks_on(ordered, setup, now=now, several=several)
    assumed = foreign_money_in(ordered, setup)
    ordered, foreign = parted(normalise(ordered, setup, remarks, prices, trail), setup)
    trail.foreign = {tx.id: tx for tx in foreign}
    # Of foreign money too: its profits are no less profits.
    made = filter(is_derivative, (*ordered, *foreign) if foreign else ordered)
    derivatives = derivatives_of([*trail.derivatives, *made], setup.calendar)
    brought, negative = incoming(ordered, setup), below_zero(ordered)
    return Ready(History(ordered, watch), brought, negative, foreign, derivatives, assumed)


@contextmanager
def _within_precision() -> Iterator[None]:
    """Raise Unprocessable where exact sums would need too many digits.

    Numbers that lie so far apart are slipped exponents; a result is never nearly right.
    """
    try:
        yield
    except Inexact:
        text = f"the numbers span more than {EXACT.prec} digits, which no exact sum holds: look for slipped exponents"
        raise Unprocessable(text, details={"digits": EXACT.prec}) from None
