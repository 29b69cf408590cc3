"""Remarks on what looks wrong in a history.

Each is told with its transaction, never guessed away, and never a stop.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from premium.money import plain, readable
from premium.tax.days import Calendar, date_of, day_of, text_of
from premium.tax.events.unused import unused
from premium.tax.model import Remark, Transaction
from premium.tax.neutral.kinds import OUTSIDE
from premium.tax.setup import UNIVERSAL_TOO_LATE, Setup

GENESIS = day_of(date(2009, 1, 3))
AMOUNT = Decimal(10) ** 24
"""More units than any coin has that people trade, a million times the largest supplies."""
UNIT = Decimal(10) ** 12
"""A price a unit beyond any in any currency."""
VALUE = Decimal(10) ** 18
"""More money than there is."""
ABSURD = Decimal(1000)
"""A price this many times the asset's last one, or below it by as much, is told of."""
DAY = 86_400_000_000
_MINUTE, _SECONDS = 60_000_000, 2_000_000
_WITHOUT_SECONDS = frozenset({"koinly", "cointracker"})
"""Tools that gather others' trades, and may write the minute alone."""
_FINE = -6
"""Amounts of one source with so many places at least are the same one rounded, not two fills."""
_ROUNDED = 100
"""What one source rounds differs from the other by less than this part."""
NEW_YEARS = frozenset(day_of(date(year, 1, 1)) for year in range(1970, 2200))
NEAR = 30 * 86_400_000_000
"""If the last one is no older than this; over years such a move is real."""


def remarks_on(
    transactions: list[Transaction], setup: Setup, *, now: int | None, several: bool = False
) -> list[Remark]:
    """Return remarks about a history in order.

    Dates after `now` (microseconds) are in the future; None does not look. `several`: the history is of more than one
    source, which may tell of one event each.
    """
    return [
        *_dates(transactions, setup, now),
        *_lots(transactions, setup),
        *_likely_twice(transactions),
        *(_told_twice(transactions) if several else ()),
        *_absurd_numbers(transactions),
        *_absurd_prices(transactions),
        *_gifts(transactions, setup),
        *_years(transactions, setup),
        *unused(transactions, setup),
    ]


class Suspects(NamedTuple):
    """Plain trades that may be remarked on.

    A look at their columns has found them.
    """

    dated: Iterable[Transaction]
    """Where a date may be implausible."""
    last: Transaction
    absurd: Sequence[Transaction]
    """Where a number may be absurd: with what stands before it, for the price before."""
    turning: Iterable[Transaction]
    """On the first day of a year."""


def remarks_on_suspects(found: Suspects, setup: Setup, *, now: int | None) -> list[Remark]:
    """Return remarks about plain trades in order, as `remarks_on` does of any."""
    return [
        *_dates(found.dated, setup, now),
        *_lots([found.last], setup),
        *_absurd_numbers(found.absurd),
        *_absurd_prices(found.absurd),
        *_years(found.turning, setup),
    ]


def _years(transactions: Iterable[Transaction], setup: Setup) -> Iterator[Remark]:
    """Say that days are UTC's where no zone was given, and what is in another tax year elsewhere in the country."""
    west = setup.rules.westmost
    if setup.own_days or west is None:
        return
    text = (
        f"no time zone was given: days, years and holding periods are UTC's, where {setup.rules.name} counts the"
        " taxpayer's own; state it (--time-zone, or timeZone of the profile)"
    )
    yield Remark("tax_zone_assumed", None, text)
    there = Calendar(west)
    for tx in transactions:
        # Midnight itself is what a bare date is read as, which is the taxpayer's own day.
        if tx.instant // DAY in NEW_YEARS and tx.instant % DAY:
            day = there.day(tx.instant)
            if day != tx.instant // DAY:
                text = f"counts for {setup.calendar.year(tx.instant // DAY)} by UTC, but is on {date_of(day)} in {west}"
                advice = f"{text} and places in between: state the taxpayer's time zone"
                yield Remark("tax_zone_assumed", tx.id, advice, None, "timestamp")


def _dates(transactions: Iterable[Transaction], setup: Setup, now: int | None) -> Iterator[Remark]:
    first = setup.calendar.start_of(GENESIS)
    for tx in transactions:
        if tx.instant < first:
            text = f"{text_of(tx.instant)} is before the first block of any chain"
            yield Remark("implausible_date", tx.id, text, None, "timestamp")
        elif now is not None and tx.instant > now:
            yield Remark("future_date", tx.id, f"{text_of(tx.instant)} has not come yet", None, "timestamp")
        if tx.more.acquired is not None and tx.more.acquired > tx.instant:
            text = f"acquired {text_of(tx.more.acquired)}, after it was received: the day of receipt counts"
            yield Remark("implausible_date", tx.id, text, None, "acquired")


def _lots(transactions: Sequence[Transaction], setup: Setup) -> Iterator[Remark]:
    """Universal lots beyond the day on which they ended."""
    ends = setup.universal_ends
    if ends is not None and transactions and transactions[-1].instant >= ends:
        yield Remark("lot_scope_not_allowed", None, UNIVERSAL_TOO_LATE)


def _likely_twice(transactions: Iterable[Transaction]) -> Iterator[Remark]:
    """Remark on what may be one event, imported from two sources.

    Different ids, one transaction of a chain, and the same moved.
    """
    seen: dict[tuple[object, ...], str] = {}
    for tx in transactions:
        if tx.more.tx_hash is None:
            continue
        # An explorer's export states a value and no second may be the node's: hash, what moved and where are enough.
        first = seen.setdefault((tx.more.tx_hash, tx.type, tx.asset, tx.amount, tx.wallet, tx.more.to_wallet), tx.id)
        if first != tx.id:
            text = f"the same as {first} in everything but its id: maybe one event twice"
            yield Remark("possible_duplicate", tx.id, text, None, "tx_hash")


def _told_twice(transactions: Iterable[Transaction]) -> Iterator[Remark]:
    """Remark on what two sources tell of alike.

    Kind, asset and amount, rounded as the coarser of them is, within a minute in one wallet; in two, as a tool that
    gathers others' trades names its own, within seconds. A source's ids begin with its name; of one source two such
    events are two.
    """
    recent: dict[tuple[str, str], list[Transaction]] = {}
    for tx in transactions:
        side = _side(tx)
        if side is None:
            continue
        near = recent.setdefault((side, tx.asset), [])
        near[:] = [each for each in near if tx.instant - each.instant <= _MINUTE]
        found = next((each for each in near if _is_told_of(each, tx)), None)
        if found is None:
            near.append(tx)
            continue
        near.remove(found)
        text = f"the same second, amount and wallet as {found.id}, from another source: maybe one event twice"
        if (found.instant, found.amount, _own_wallet(found)) != (tx.instant, tx.amount, _own_wallet(tx)):
            text = f"nearly the same as {found.id}, from another source or file: maybe one event twice"
        yield Remark("possible_duplicate", tx.id, text, None, "id")


def _side(tx: Transaction) -> str | None:
    """What an event is; of a transfer which half, None of a whole one."""
    if tx.type != "transfer":
        return tx.type
    if tx.wallet == OUTSIDE:
        return "transfer_in"
    return "transfer_out" if tx.more.to_wallet == OUTSIDE else None


def _own_wallet(tx: Transaction) -> str:
    return (tx.more.to_wallet or "") if tx.wallet == OUTSIDE else tx.wallet


def _is_told_of(first: Transaction, tx: Transaction) -> bool:
    """Tell whether another source's event may be this one.

    Or one of the same source, that an export of another year rounds: equal amounts of one source are two.
    """
    again, apart = _source(first.id) == _source(tx.id), tx.instant - first.instant
    if again and (apart or first.amount == tx.amount or _own_wallet(first) != _own_wallet(tx) or not _source(tx.id)):
        return False
    whole = any(_source(each.id) in _WITHOUT_SECONDS and not each.instant % _MINUTE for each in (first, tx))
    if apart > (_MINUTE if whole or _own_wallet(first) == _own_wallet(tx) else _SECONDS):
        return False
    if first.amount == tx.amount:
        return True
    places = max(_exponent(first.amount), _exponent(tx.amount))
    if again and places > _FINE:
        return False
    difference = (first.amount - tx.amount).copy_abs()
    return difference < Decimal(1).scaleb(places) and difference * _ROUNDED < tx.amount


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _source(name: str) -> str:
    """What stands before an id's colon; own ids have no source."""
    return name.partition(":")[0] if ":" in name else ""


def _absurd_numbers(transactions: Iterable[Transaction]) -> Iterator[Remark]:
    """Remark on amounts and values that cannot be meant.

    By multiplication only: no quotient is needed to see it.
    """
    for tx in transactions:
        value = tx.value
        if tx.amount > AMOUNT:
            text = f"{tx.amount:.3E} {tx.asset} are more than there can be: maybe base units, or a slipped point"
            yield Remark("absurd_amount", tx.id, text, None, "amount")
        elif value == 0 and tx.type in ("buy", "sell") and tx.more.kind is None and tx.more.basis is None:
            what = "bought" if tx.type == "buy" else "sold"
            text = f"{readable(tx.amount)} {tx.asset} are stated as {what} for nothing: a value left out is looked for"
            yield Remark("value_zero", tx.id, text, None, "value")
        elif value is not None and (value > VALUE or (value > 1 and value > tx.amount * UNIT)):
            text = f"{tx.amount:.3E} {tx.asset} for {value:.3E} cannot be meant"
            yield Remark("absurd_price", tx.id, text, None, "price")


def _absurd_prices(transactions: Iterable[Transaction]) -> Iterator[Remark]:
    """A unit price far off the asset's last one."""
    last: dict[str, tuple[Decimal, Decimal, int]] = {}
    for tx in transactions:
        value, amount = tx.value, tx.amount
        if not value or not amount or tx.type == "transfer":
            continue
        known = last.get(tx.asset)
        if known is not None and abs(tx.instant - known[2]) < NEAR:
            here, there = value * known[1], known[0] * amount
            if here > there * ABSURD or here * ABSURD < there:
                text = f"a price {ABSURD} times off the asset's price before it"
                yield Remark("absurd_price", tx.id, text, None, "price")
        last[tx.asset] = (value, amount, tx.instant)


def _gifts(transactions: Iterable[Transaction], setup: Setup) -> Iterator[Remark]:
    """Remark on gifts without the donor's basis, and on gifts that may be taxed."""
    for tx in transactions:
        more = tx.more
        if tx.type == "gift_received" and setup.rules.gifts_received == "donor":
            if more.donor_basis is None and more.basis is None:
                text = f"{plain(tx.amount)} {tx.asset} were a gift whose donor's basis is not stated: it counts as zero"
                yield Remark("missing_basis", tx.id, text, None, "donor_basis")
        elif tx.type == "gift_sent" and setup.rules.gifts_at_market and more.kind is None:
            text = f"taken as without gain or loss, as to a spouse; {setup.rules.name} taxes others: kind market_value"
            yield Remark("gift_without_gain", tx.id, text, None, "kind")
