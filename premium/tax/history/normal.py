"""Neutral transactions as engines take them: exchanges settled, fees in kind spent, prices filled, in one order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from premium.money import EXACT, ZERO, divide
from premium.tax.history.exchanges import settle_groups
from premium.tax.history.money_legs import valued_money
from premium.tax.history.price_series import PriceSeries
from premium.tax.history.prices import PriceHistory
from premium.tax.history.transfers import pair_transfers
from premium.tax.model import More, Remark, Transaction
from premium.tax.setup import Setup

_RANK = {"buy": 0, "income": 0, "gift_received": 0, "neutral_in": 0, "transfer": 1}
_HOPS = 100
"""Transfers of one instant that are looked at for hops; more are a file without times of day."""
_NEEDS_VALUE = frozenset({"buy", "sell", "income", "fee"})


def normalise(
    transactions: list[Transaction], under: Setup, notices: list[Remark], outside: PriceSeries | None = None
) -> list[Transaction]:
    """Ready for an engine; what was assumed stands in `notices`, and `outside` prices what states none."""
    transactions = valued_money(transactions, under, notices)
    prices = PriceHistory(transactions, outside)
    made = pair_transfers(transactions, notices)
    made = settle_groups(made, prices, under, notices)
    made = spend_fees(made, prices, notices)
    made = [fill_value(tx, prices, under, notices) for tx in made]
    return in_order(made)


def in_order(transactions: Iterable[Transaction]) -> list[Transaction]:
    """By instant; within one, what comes in before what moves before what goes out, then by id.

    So a permutation of a file changes nothing, and two legs of one instant find each other.
    """
    made = sorted(transactions, key=_instant)
    start = 0
    for index in range(1, len(made) + 1):
        if index < len(made) and made[index].instant == made[start].instant:
            continue
        if index - start > 1:
            made[start:index] = _hops(sorted(made[start:index], key=_within_an_instant))
        start = index
    return made


def _hops(transactions: list[Transaction]) -> list[Transaction]:
    """Of one instant, a transfer into a wallet goes before one out of it: hops of one move arrive."""
    left = [tx for tx in transactions if tx.type == "transfer"]
    if not 1 < len(left) <= _HOPS:
        return transactions
    arriving = Counter(map(_there, left))
    ordered: list[Transaction] = []
    while left:
        # Nothing else is still to arrive where it starts; of a circle the first.
        free = (tx for tx in left if arriving[_here(tx)] == (1 if _here(tx) == _there(tx) else 0))
        ordered.append(next(free, left[0]))
        left.remove(ordered[-1])
        arriving[_there(ordered[-1])] -= 1
    moves = iter(ordered)
    return [next(moves) if tx.type == "transfer" else tx for tx in transactions]


def _here(tx: Transaction) -> tuple[str, str]:
    return (tx.wallet, tx.asset)


def _there(tx: Transaction) -> tuple[str, str]:
    return (tx.more.to_wallet or tx.wallet, tx.more.to_asset or tx.asset)


def _instant(tx: Transaction) -> int:
    return tx.instant


def _within_an_instant(tx: Transaction) -> tuple[int, list[Any], str]:
    return (_RANK.get(tx.type, 2), natural(tx.id), tx.id)


def natural(text: str) -> list[Any]:
    """`b2` before `b10`: digits compare as numbers."""
    parts: list[Any] = []
    for character in text:
        digit = character.isascii() and character.isdigit()
        if digit and parts and isinstance(parts[-1], tuple) and parts[-1][0] == 0:
            parts[-1] = (0, parts[-1][1] * 10 + int(character), "")
        elif digit:
            parts.append((0, int(character), ""))
        elif parts and parts[-1][0] == 1:
            parts[-1] = (1, 0, parts[-1][2] + character)
        else:
            parts.append((1, 0, character))
    return parts


def spend_fees(transactions: list[Transaction], prices: PriceHistory, notices: list[Remark]) -> list[Transaction]:
    """A fee in kind is spent (a `fee` of its asset at its price) and counts as the fee of what it paid for."""
    made = []
    for tx in transactions:
        more = tx.more
        if more.fee_asset is None or not more.fee_amount:
            made.append(tx)
            continue
        value, mark = (tx.fee, "") if tx.fee else _fee_value(tx, prices, notices)
        spent = Transaction(f"{tx.id}:fee", tx.instant, "fee", more.fee_asset, more.fee_amount, value, ZERO, tx.wallet)
        spent = spent._replace(more=More(price_filled=mark)) if mark else spent
        charged = tx._replace(fee=ZERO if tx.type == "transfer" else value or ZERO)
        made += [charged, spent]
    return made


def _fee_value(tx: Transaction, prices: PriceHistory, notices: list[Remark]) -> tuple[Decimal | None, str]:
    """What a fee in kind is worth, and whose price of when says so, where it is not the transaction's own."""
    more = tx.more
    if more.fee_asset == tx.asset and tx.value is not None and tx.amount and tx.type != "transfer":
        return divide(EXACT.multiply(tx.value, more.fee_amount), tx.amount), ""
    found = prices.near(more.fee_asset or "", tx.instant)
    if found is None:
        return None, ""
    text = f"the fee of {more.fee_amount} {more.fee_asset} is valued at {found.unit}, {found.origin}"
    notices.append(Remark("price_filled", tx.id, text, None, "fee_amount"))
    return EXACT.multiply(found.unit, more.fee_amount), found.mark


def fill_value(tx: Transaction, prices: PriceHistory, under: Setup, notices: list[Remark]) -> Transaction:
    """A value where the engine needs one and none is stated: the price of the same day, or zero, with a notice."""
    if tx.value is not None or not _needs_value(tx, under):
        return tx
    amount = tx.more.burnt if tx.type == "transfer" else tx.amount
    found = prices.near(tx.asset, tx.instant)
    if found is None:
        text = f"no price is known for {tx.asset} on that day: the value counts as zero"
        notices.append(Remark("missing_price", tx.id, text, None, "price"))
        return tx._replace(value=ZERO)
    notices.append(Remark("price_filled", tx.id, f"valued at {found.unit}, {found.origin}", None, "price"))
    return tx._replace(value=EXACT.multiply(found.unit, amount), more=tx.more._replace(price_filled=found.mark))


def _needs_value(tx: Transaction, under: Setup) -> bool:
    more = tx.more
    if tx.type == "transfer":
        return bool(more.burnt)
    if tx.type == "gift_received":
        return under.rules.gifts_received != "donor" and more.basis is None and more.donor_basis is None
    if tx.type in ("gift_sent", "donation") and under.method == "fr_portfolio":
        return True
    if tx.type == "gift_sent":
        return more.kind == "market_value" and under.rules.gifts_at_market
    if tx.type == "buy" and more.basis is not None:
        return False
    return tx.type in _NEEDS_VALUE
