"""Exchanges settled: a sale brings what was received, and legs in money leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from premium.money import EXACT, ZERO, divide, readable
from premium.tax.history.exchanges import Exchange
from premium.tax.history.prices import Prices
from premium.tax.model import Fee, Remark, Transaction
from premium.tax.setup import Setup
from premium.tax.trail import Trail

Legs = dict[str, Transaction | None]
"""By id what becomes of a leg; None leaves the history."""


class _Share(NamedTuple):
    """A total, and the weights by which it goes to these legs."""

    total: Decimal
    names: Sequence[str]
    weights: Sequence[Decimal]


def settled(
    transactions: list[Transaction],
    exchanges: Iterable[Exchange],
    prices: Prices,
    setup: Setup,
    *,
    remarks: list[Remark],
    trail: Trail,
) -> list[Transaction]:
    """Set the values of each exchange's legs.

    Exchanges that are no disposal here become one move.
    """
    replaced: Legs = {}
    for exchange in exchanges:
        legs, shares = _moved(exchange) if exchange.moves else _exchanged(exchange, prices, setup, remarks)
        for share in shares:
            for name, value in zip(share.names, _values(share), strict=True):
                leg = legs.get(name)
                legs[name] = None if leg is None else leg._replace(value=value)
        replaced |= legs
        _trace(exchange, legs, trail)
    if not replaced:
        return transactions
    made = (replaced.get(tx.id, tx) for tx in transactions)
    return [tx for tx in made if tx is not None]


def _trace(exchange: Exchange, legs: Legs, trail: Trail) -> None:
    """Say what became of the legs that leave."""
    kept = next((leg.id for leg in legs.values() if leg is not None), None)
    for name, leg in legs.items():
        if leg is None and kept is not None and name != kept:
            trail.absorbed[name] = f"a leg of the exchange {exchange.name}, part of {kept} now"


def _moved(exchange: Exchange) -> tuple[Legs, list[_Share]]:
    """Carry units on to another wallet or asset.

    Of the same asset what does not arrive is burnt.
    """
    given, received = exchange.given[0], exchange.received[0]
    if given.asset != received.asset:
        more = given.more._replace(to_wallet=received.wallet, to_asset=received.asset, to_amount=received.amount)
    else:
        burnt = max(EXACT.subtract(given.amount, received.amount), ZERO)
        more = given.more._replace(to_wallet=received.wallet, burnt=burnt)
    legs: Legs = {received.id: None, given.id: given._replace(type="transfer", value=None, more=more)}
    if given.asset != received.asset or given.value is None or not more.burnt:
        return legs, []
    return legs, [_Share(given.value, (given.id, ""), (more.burnt, EXACT.subtract(given.amount, more.burnt)))]


def _exchanged(exchange: Exchange, prices: Prices, setup: Setup, remarks: list[Remark]) -> tuple[Legs, list[_Share]]:
    given, received, total, mark = exchange.given, exchange.received, exchange.total, ""
    remarks = [] if exchange.neutral else remarks
    if total is None:
        total, mark, priced = prices.worth(exchange)
        for tx, price in priced:
            text = f"valued at {readable(price.unit)}, {price.origin}"
            remarks.append(Remark("price_filled", tx.id, text, None, "price"))
    weights = {tx.id: _weight(tx, prices) for tx in (*given, *received)}
    if exchange.neutral:
        given, received = _neutral(given, "neutral_out", setup), _neutral(received, "neutral_in", setup)
    elif total is None:
        total = _partial(exchange, weights, remarks)
        if total is None:
            return {**_without_money(given, setup), **_without_money(received, setup)}, []
    elif mark:
        given = [tx._replace(more=tx.more._replace(price_filled=mark)) for tx in given]
        received = [tx._replace(more=tx.more._replace(price_filled=mark)) for tx in received]
    legs = _without_money([*given, *received], setup)
    if total is None:
        return legs, []
    return legs, [_share(side, total, weights, remarks) for side in (given, received)]


def _partial(exchange: Exchange, worth: Mapping[str, Decimal | None], remarks: list[Remark]) -> Decimal | None:
    """Return the greater of the known worths of the two sides.

    What is not known is told of.
    """
    sides = [[value for tx in side if (value := worth[tx.id])] for side in (exchange.received, exchange.given)]
    known = max(sides, key=lambda values: sum(values, ZERO))
    if not known:
        text = f"no leg of the exchange {exchange.name} has a value"
        remarks.append(Remark("missing_price", exchange.given[0].id, text, None, "value"))
        return None
    for tx in (*exchange.given, *exchange.received):
        if worth[tx.id] is None:
            text = f"no value or price of {tx.asset} is known: the exchange {exchange.name} counts by its other legs"
            remarks.append(Remark("missing_price", tx.id, text, None, "value"))
    return sum(known, ZERO)


def _weight(tx: Transaction, prices: Prices) -> Decimal | None:
    """What a leg is worth by itself: as stated, else by its price."""
    if tx.value is not None:
        return tx.value
    price = prices.get((tx.asset, tx.instant))
    return None if price is None else EXACT.multiply(price.unit, tx.amount)


def _neutral(legs: list[Transaction], kind: str, setup: Setup) -> list[Transaction]:
    """Move units of an exchange of digital assets (art. 150 VH bis II A).

    Gas and fees in kind stay. Money received on top comes off the portfolio's acquisition price (form 2086, line
    222), money paid adds to it.
    """
    cash = sum((tx.value or ZERO for tx in legs if tx.asset in setup.money), ZERO)
    first = next(tx for tx in legs if tx.asset not in setup.money)
    return [
        tx._replace(type=kind, more=tx.more._replace(basis=cash or None) if tx is first else tx.more) for tx in legs
    ]


def _without_money(legs: list[Transaction], setup: Setup) -> Legs:
    """Legs by id, those in money taken out.

    A leg that stays bears their fees, and those of legs in foreign money.
    """
    made: Legs = {tx.id: None if tx.asset in setup.money else tx for tx in legs}
    gone = [tx for tx in legs if made[tx.id] is None]
    kept = next((tx for tx in legs if made[tx.id] is not None), None)
    if gone and kept is not None:
        # What one row of money bought goes by that row's id, as a plain purchase does.
        name = next((paid.id for paid in gone if kept.id == f"{paid.id}:in"), kept.id)
        made[kept.id] = _with_fees(kept, gone, setup.currency)._replace(id=name)
    bearer = next((tx for tx in legs if tx.asset not in setup.tender), None)
    foreign = [tx for tx in legs if tx.asset in setup.tender and made[tx.id] is not None and _is_charged(tx)]
    if bearer is not None and foreign:
        # What foreign money paid for bears the fee: the money's own gain has nothing of it.
        made |= {tx.id: _uncharged(tx) for tx in foreign}
        made[bearer.id] = _with_fees(made[bearer.id] or bearer, foreign, setup.currency)
    return made


def _is_charged(tx: Transaction) -> bool:
    return bool(tx.fee or tx.more.fee_amount or tx.more.fees)


def _uncharged(tx: Transaction) -> Transaction:
    return tx._replace(fee=ZERO, more=tx.more._replace(fee_asset=None, fee_amount=ZERO, fees=()))


def _with_fees(tx: Transaction, others: Iterable[Transaction], currency: str) -> Transaction:
    """Let a leg bear what others were charged.

    Beside a fee in kind `fee` is what that one is worth: any other is a further one.
    """
    for other in others:
        more, theirs = tx.more, other.more
        further = [*more.fees, *theirs.fees]
        if theirs.fee_asset is not None and more.fee_asset is None and not tx.fee:
            more = more._replace(fee_asset=theirs.fee_asset, fee_amount=theirs.fee_amount)
            tx = tx._replace(fee=other.fee)
        elif theirs.fee_asset is not None:
            further.append(Fee(theirs.fee_asset, theirs.fee_amount, other.fee or None))
        elif other.fee and more.fee_asset is not None:
            further.append(Fee(currency, other.fee, other.fee))
        else:
            tx = tx._replace(fee=EXACT.add(tx.fee, other.fee))
        tx = tx._replace(more=more._replace(fees=tuple(further)))
    return tx


def _share(
    legs: list[Transaction], total: Decimal, worth: Mapping[str, Decimal | None], remarks: list[Remark]
) -> _Share:
    """Weigh legs by their own values, stated or priced.

    What these leave of the total goes evenly to the others, with a remark.
    """
    values = _with_the_rest([worth[tx.id] for tx in legs], total)
    unknown = sorted({tx.asset for tx, value in zip(legs, values, strict=True) if value is None})
    known = sum((value for value in values if value is not None), ZERO)
    if unknown and len(legs) > 1:
        rest = max(EXACT.subtract(total, known), ZERO)
        what = "what the others leave of the total is" if known else "the total is"
        text = f"what each leg is worth is not known (no value or price of {', '.join(unknown)}): {what} shared evenly"
        remarks.append(Remark("value_shared_evenly", legs[0].id, text, None, "value"))
        each = divide(rest, Decimal(values.count(None)))
        weights = [each if value is None else value for value in values]
    else:
        weights = [ZERO if value is None else value for value in values]
    if not any(weights):
        weights = [Decimal(1)] * len(legs)
    return _Share(total, [tx.id for tx in legs], weights)


def _with_the_rest(values: list[Decimal | None], total: Decimal) -> list[Decimal | None]:
    """The only leg without a value is worth what the others leave of the total."""
    known = sum((value for value in values if value is not None), ZERO)
    if values.count(None) != 1 or len(values) == 1 or known >= total:
        return values
    return [EXACT.subtract(total, known) if value is None else value for value in values]


def _values(share: _Share) -> list[Decimal]:
    """The parts of a total, the last taking the remainder."""
    values, left, whole = [], share.total, sum(share.weights, ZERO)
    for weight in share.weights:
        value = left if weight == whole else divide(EXACT.multiply(left, weight), whole)
        values.append(value)
        left, whole = EXACT.subtract(left, value), EXACT.subtract(whole, weight)
    return values
