"""From a document to a report: read, normalise, run, select the year. Offline and pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Inexact, localcontext
from typing import Any

from premium.errors import InvalidInput, Unprocessable
from premium.money import EXACT
from premium.tax.days import day_of
from premium.tax.document.rows import Together, count_of, rows_in
from premium.tax.history.directions import directed
from premium.tax.history.history import History
from premium.tax.history.normal import in_order, normalise
from premium.tax.history.oddities import out_of_order
from premium.tax.history.price_series import PriceSeries
from premium.tax.history.remarks import after, before, below_zero
from premium.tax.history.rows import LinedRow, Read, read_rows
from premium.tax.ledger.allocation import checked_plan
from premium.tax.matching.engines import run
from premium.tax.model import Outcome, Remark, Transaction
from premium.tax.progress import Unwatched, Watch
from premium.tax.results.conservation import conserve, incoming
from premium.tax.results.report import Report
from premium.tax.results.totals import sums
from premium.tax.rules.base import TRANSITION
from premium.tax.setup import Setup, setup

STATED = frozenset(
    {
        "price_filled",
        "portfolio_value_filled",
        "no_time_zone",
        "gift_without_gain",
        "value_shared_evenly",
        "unknown_field",
        "possible_duplicate",
        "absurd_price",
        "absurd_amount",
        "out_of_order",
        "mixed_time_zones",
        "money_left_out",
        "currency_converted",
    }
)
"""What a strict run accepts too: it is told of, and no result rests on a guess."""


def options_of(document: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    """`given` (those not None) over what the document says: jurisdiction, currency, method, lot_scope."""
    asked = {
        name: given.get(name) or document.get(name) for name in ("jurisdiction", "currency", "method", "lot_scope")
    }
    for name, value in asked.items():
        if value is not None and not isinstance(value, str):
            raise InvalidInput(f"{name} is a text", details={name: "not a text"})
    return asked


def tax_year_of(text: str | int | None) -> int | None:
    """`2024`, or `2024-25` for a tax year that starts in 2024."""
    if text is None:
        return text
    text = str(text)
    start, _, end = text.strip().partition("-")
    known = start.isdecimal() and start.isascii() and 1900 <= int(start) < 2200
    if not known or (end and end not in (f"{(int(start) + 1) % 100:02d}", str(int(start) + 1))):
        raise InvalidInput(f"not a year: {text[:20]!r}", details={"year": "2024 or 2024-25"})
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
    strict: bool = False,
    now: int | None = None,
    watch: Watch | None = None,
    prices: PriceSeries | None = None,
) -> Report:
    """The report of a neutral document. InvalidInput for what is no document; when strict, Unprocessable for any flaw.

    `now` (microseconds) is what dates are in the future of; None does not look. `watch` is told of the work's progress.
    `prices` (in the report's currency) fill what the document does not state.
    """
    asked = options_of(document, jurisdiction=jurisdiction, currency=currency, method=method, lot_scope=lot_scope)
    rows = rows_in(document)
    if rows is None:
        raise InvalidInput("the document has no list of transactions", details={"transactions": "missing"})
    tax_year = tax_year_of(year)
    under = setup(
        asked["jurisdiction"] or "US",
        method=asked["method"],
        scope=asked["lot_scope"],
        currency=asked["currency"],
        time_zone=time_zone,
        strict=strict,
        until_tax_year=tax_year,
        allocation=checked_plan(document.get("safe_harbor")),
    )
    watch = watch or Unwatched()
    read = read_rows(watch("Reading", rows, count_of(document)), zone=under.calendar.zone)
    if not _own_order(rows):
        read.notices.extend(out_of_order(read.transactions))
    return report_of(read, under, prices=prices, tax_year=tax_year, now=now, watch=watch)


def _own_order(rows: Iterable[Any]) -> bool:
    """Whether the rows need not stand by time: an exchange's file has an order of its own, as have several files."""
    exported = isinstance(rows, list) and bool(rows) and isinstance(rows[0], LinedRow)
    return exported or isinstance(rows, Together)


def report_of(
    read: Read,
    under: Setup,
    *,
    prices: PriceSeries | None = None,
    tax_year: int | None = None,
    now: int | None = None,
    watch: Watch | None = None,
) -> Report:
    """The report of what was read, in whatever order. It takes the transactions over: `read` has none afterwards.

    `prices` fill what states none.
    """
    watch = watch or Unwatched()
    watch.wait("Ordering")
    told = [*under.notices, *read.notices]
    names = [tx.id for tx in read.transactions]
    with localcontext(EXACT), _within_precision():
        ready = _ready(read, under, prices, told, now)
        came, poor = incoming(ready, under), below_zero(ready)
        history = History(ready, watch)
        outcome = run(history, under)
        watch.wait("Adding up")
        conserve(came, outcome)
        told += outcome.notices
        told += after(outcome, history, poor)
        told = _with_lines(told, names, read.lines)
        _refuse(told, under)
        return _selected(history, under, outcome, tax_year, told)


@contextmanager
def _within_precision() -> Iterator[None]:
    """Unprocessable where the numbers lie too far apart for exact sums: never a result that is nearly right."""
    try:
        yield
    except Inexact:
        text = f"the numbers span more than {EXACT.prec} digits, which no exact sum holds: look for slipped exponents"
        raise Unprocessable(text, details={"digits": EXACT.prec}) from None


def _ready(
    read: Read, under: Setup, prices: PriceSeries | None, told: list[Remark], now: int | None
) -> list[Transaction]:
    """In order, looked at and normalised."""
    transactions = in_order(directed(read.transactions, told))
    read.transactions.clear()
    told += before(transactions, under, now=now)
    return normalise(transactions, under, told, prices)


def _selected(ready: History, under: Setup, outcome: Outcome, tax_year: int | None, notices: list[Remark]) -> Report:
    disposals, income, missing, removals = outcome.disposals, outcome.income, outcome.missing, outcome.removals
    if tax_year is not None:
        first, last = day_of(date(tax_year, *under.calendar.starts)), under.calendar.last_day(tax_year)
        disposals = [row for row in disposals if first <= row.day <= last]
        income = [event for event in income if first <= event.day <= last]
        missing = [item for item in missing if first <= item.day <= last]
        removals = [item for item in removals if first <= item.day <= last]
    return Report(
        setup=under,
        tax_year=tax_year,
        transactions=ready,
        outcome=outcome,
        disposals=disposals,
        income=income,
        missing=missing,
        removals=removals,
        sums=sums(disposals, income, under.calendar),
        notices=notices,
    )


def _refuse(notices: Iterable[Remark], under: Setup) -> None:
    if not under.strict:
        return
    # A wallet below zero does not matter where wallets share their lots.
    accepted = STATED if under.scope in ("per_wallet", TRANSITION) else STATED | {"negative_balance"}
    flaws = [notice for notice in notices if notice.code not in accepted]
    if flaws:
        first = flaws[0]
        more = f" (and {len(flaws) - 1} more)" if len(flaws) > 1 else ""
        details = {"code": first.code, "transaction": first.transaction, "line": first.line, "field": first.field}
        raise Unprocessable(f"{first.sentence}{more}", details=details)


def _with_lines(notices: list[Remark], names: Sequence[str], lines: Sequence[int]) -> list[Remark]:
    """Notices with the lines of their transactions: looked up for those few alone, not kept for a million."""
    wanted = {notice.transaction for notice in notices if notice.line is None and notice.transaction is not None}
    if not wanted or not lines:
        return notices
    known = {name: line for name, line in zip(names, lines, strict=True) if name in wanted}
    return [n if n.line is not None else n._replace(line=known.get(n.transaction or "")) for n in notices]
