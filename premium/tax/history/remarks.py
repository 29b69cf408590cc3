"""What looks wrong in a history: told with its transaction, never guessed away, and never a stop."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from premium.money import ZERO, plain
from premium.tax.days import day_of, text_of
from premium.tax.history.kinds import OUTSIDE
from premium.tax.history.oddities import absurd_numbers
from premium.tax.model import ACQUISITIONS, Missing, Outcome, Remark, Transaction
from premium.tax.results.sources import Sources
from premium.tax.rules.base import TRANSITION
from premium.tax.setup import Setup

_GENESIS = day_of(date(2009, 1, 3))
_PER_WALLET = day_of(date(2025, 1, 1))
_ABSURD = Decimal(1000)
"""A price this many times the asset's last one, or below it by as much, is told of."""
_NEAR = 30 * 86_400_000_000
"""If the last one is no older than this; over years such a move is real."""


UNIVERSAL_TOO_LATE = "United States does not allow universal lots from 2025-01-01 on (Rev. Proc. 2024-28): per_wallet"


def universal_too_late(under: Setup, last_day: int) -> bool:
    """Whether universal lots are asked for beyond 2024 where they ended then."""
    return under.rules.default_scope == TRANSITION and under.scope == "universal" and last_day >= _PER_WALLET


def before(transactions: list[Transaction], under: Setup, *, now: int | None) -> list[Remark]:
    """Notices about the input itself."""
    notices = list(_dates(transactions, under, now))
    last = transactions[-1].instant if transactions else None
    if last is not None and universal_too_late(under, under.calendar.day(last)):
        notices.append(Remark("lot_scope_not_allowed", None, UNIVERSAL_TOO_LATE))
    notices += _likely_twice(transactions)
    notices += absurd_numbers(transactions)
    notices += _absurd_prices(transactions)
    notices += _gifts(transactions, under)
    return notices


def after(outcome: Outcome, ready: Iterable[Transaction], poor: Iterable[Remark]) -> list[Remark]:
    """Notices about the result: units without a lot, each with its likeliest source, and wallets `below_zero`."""
    sources = Sources(outcome.missing, ready)
    notices = [_missing(item, sources) for item in outcome.missing]
    named = {item.transaction for item in outcome.missing}
    return notices + [notice for notice in poor if notice.transaction not in named]


def _dates(transactions: Iterable[Transaction], under: Setup, now: int | None) -> Iterable[Remark]:
    first = under.calendar.start_of(_GENESIS)
    for tx in transactions:
        if tx.instant < first:
            yield Remark(
                "implausible_date",
                tx.id,
                f"{text_of(tx.instant)} is before the first block of any chain",
                None,
                "timestamp",
            )
        elif now is not None and tx.instant > now:
            yield Remark("future_date", tx.id, f"{text_of(tx.instant)} has not come yet", None, "timestamp")
        if tx.more.acquired is not None and tx.more.acquired > tx.instant:
            text = f"acquired {text_of(tx.more.acquired)}, after it was received: the day of receipt counts"
            yield Remark("implausible_date", tx.id, text, None, "acquired")


def _gifts(transactions: Iterable[Transaction], under: Setup) -> Iterable[Remark]:
    """Gifts whose donor's basis should count and is not stated, and gifts sent that the law may tax."""
    for tx in transactions:
        more = tx.more
        if tx.type == "gift_received" and under.rules.gifts_received == "donor":
            if more.donor_basis is None and more.basis is None:
                text = f"{plain(tx.amount)} {tx.asset} were a gift whose donor's basis is not stated: it counts as zero"
                yield Remark("missing_basis", tx.id, text, None, "donor_basis")
        elif tx.type == "gift_sent" and under.rules.gifts_at_market and more.kind is None:
            text = f"taken as without gain or loss, as to a spouse; {under.rules.name} taxes others: kind market_value"
            yield Remark("gift_without_gain", tx.id, text, None, "kind")


def _likely_twice(transactions: Iterable[Transaction]) -> list[Remark]:
    """Different ids, one transaction of a chain, and the same moved: maybe one event, imported from two sources."""
    seen: dict[tuple[object, ...], str] = {}
    notices = []
    for tx in transactions:
        if tx.more.tx_hash is None:
            continue
        # An explorer's export states a value and no second may be the node's: hash, what moved and where are enough.
        first = seen.setdefault((tx.more.tx_hash, tx.type, tx.asset, tx.amount, tx.wallet, tx.more.to_wallet), tx.id)
        if first != tx.id:
            text = f"the same as {first} in everything but its id: maybe one event twice"
            notices.append(Remark("possible_duplicate", tx.id, text, None, "tx_hash"))
    return notices


def _absurd_prices(transactions: Iterable[Transaction]) -> list[Remark]:
    """A unit price far off the asset's last one, by multiplication only: no quotient is needed to see it."""
    last: dict[str, tuple[Decimal, Decimal, int]] = {}
    notices = []
    for tx in transactions:
        value, amount = tx.value, tx.amount
        if not value or not amount or tx.type == "transfer":
            continue
        known = last.get(tx.asset)
        if known is not None and abs(tx.instant - known[2]) < _NEAR:
            here, there = value * known[1], known[0] * amount
            if here > there * _ABSURD or here * _ABSURD < there:
                text = f"a price {_ABSURD} times off the asset's price before it"
                notices.append(Remark("absurd_price", tx.id, text, None, "price"))
        last[tx.asset] = (value, amount, tx.instant)
    return notices


def _missing(item: Missing, sources: Sources) -> Remark:
    text = f"{plain(item.amount)} {item.asset} have no lot: their basis counts as zero; {sources.likeliest(item)}"
    return Remark("missing_basis", item.transaction, text, None, "amount")


def below_zero(ready: Iterable[Transaction]) -> list[Remark]:
    """The first time that a wallet gives more of an asset than it has received."""
    balances: dict[tuple[str, str], Decimal] = {}
    told: set[tuple[str, str]] = set()
    notices = []
    for tx in ready:
        key = (tx.wallet, tx.asset)
        if tx.type in ACQUISITIONS or tx.type == "neutral_in":
            balances[key] = balances.get(key, ZERO) + tx.amount
            continue
        left = balances[key] = balances.get(key, ZERO) - tx.amount
        if left < 0 and tx.wallet != OUTSIDE and key not in told:
            told.add(key)
            text = f"{tx.wallet or 'the wallet'} falls to {plain(left)} {tx.asset}"
            notices.append(Remark("negative_balance", tx.id, text, None, "amount"))
        if tx.type == "transfer":
            _arrive(tx, balances)
    return notices


def _arrive(tx: Transaction, balances: dict[tuple[str, str], Decimal]) -> None:
    more = tx.more
    there = (more.to_wallet or tx.wallet, more.to_asset or tx.asset)
    arriving = tx.amount - more.burnt if more.to_amount is None else more.to_amount
    balances[there] = balances.get(there, ZERO) + arriving
