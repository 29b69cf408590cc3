"""The legs of one exchange: the sale's proceeds are the value received, or given where only that is known."""

from __future__ import annotations

from decimal import Decimal

from premium.money import EXACT, ZERO, divide
from premium.tax.history.money_legs import is_money, without_money
from premium.tax.history.prices import PriceHistory
from premium.tax.model import Remark, Transaction
from premium.tax.setup import Setup

Values = list[Decimal | None]


def settle_groups(
    transactions: list[Transaction], prices: PriceHistory, under: Setup, notices: list[Remark]
) -> list[Transaction]:
    """Transactions with each exchange's values set; exchanges that are no disposal here become one move."""
    groups: dict[str, list[Transaction]] = {}
    for tx in transactions:
        if tx.more.group is not None and tx.type in ("buy", "sell"):
            groups.setdefault(tx.more.group, []).append(tx)
    if not groups:
        return transactions
    settled: dict[str, Transaction | None] = {}
    for name, legs in groups.items():
        given = [tx for tx in legs if tx.type == "sell"]
        received = [tx for tx in legs if tx.type == "buy"]
        if given and received:
            settled.update(_settle(name, given, received, prices, under, notices))
    made = (settled.get(tx.id, tx) for tx in transactions)
    return [tx for tx in made if tx is not None]


def _settle(  # noqa: PLR0917 - one exchange and what it is settled by
    name: str,
    given: list[Transaction],
    received: list[Transaction],
    prices: PriceHistory,
    under: Setup,
    notices: list[Remark],
) -> dict[str, Transaction | None]:
    if len(given) == len(received) == 1 and _is_conversion(given[0], received[0], under):
        return {received[0].id: None, given[0].id: _moved(given[0], received[0])}
    if under.method == "fr_portfolio" and _coins(given, under) and _coins(received, under):
        return _neutral(given, received, prices, under)
    total, mark = _total(given, received, prices, under, notices)
    if total is None:
        notices.append(
            Remark("missing_price", given[0].id, f"no leg of the exchange {name} has a value", None, "value")
        )
        return {**without_money(given, under), **without_money(received, under)}
    legs = [*_valued(given, total, notices), *_valued(received, total, notices)]
    if mark:
        legs = [tx._replace(more=tx.more._replace(price_filled=mark)) for tx in legs]
    return without_money(legs, under)


def _total(
    given: list[Transaction],
    received: list[Transaction],
    prices: PriceHistory,
    under: Setup,
    notices: list[Remark],
) -> tuple[Decimal | None, str]:
    """What the exchange is worth: what was received, else what was given; what money alone paid for, the money.

    Beside it whose price of when that rests on, where neither side states it.
    """
    sides = (received, given) if _coins(given, under) else (given, received)
    for side in sides:
        total = _known_total(side)
        if total is not None:
            return total, ""
    filled = _filled_total(sides[0], prices, notices) or _filled_total(sides[1], prices, notices)
    return filled or (None, "")


def _coins(legs: list[Transaction], under: Setup) -> list[Transaction]:
    return [tx for tx in legs if not is_money(tx.asset, under)]


def _neutral(
    given: list[Transaction], received: list[Transaction], prices: PriceHistory, under: Setup
) -> dict[str, Transaction | None]:
    """Digital assets for digital assets (art. 150 VH bis II A): only units move, gas and fees in kind stay.

    Money received on top comes off the portfolio's acquisition price (form 2086, line 222), money paid adds to it.
    """
    total, _ = _total(given, received, prices, under, [])
    sides = []
    for legs, kind in ((given, "neutral_out"), (received, "neutral_in")):
        valued = legs if total is None else _valued(legs, total, [])
        cash = sum_exact([tx.value or ZERO for tx in legs if is_money(tx.asset, under)])
        sides += [tx._replace(type=kind) for tx in valued]
        first = next(index for index, tx in enumerate(sides) if tx.type == kind and not is_money(tx.asset, under))
        sides[first] = sides[first]._replace(more=sides[first].more._replace(basis=cash or None))
    return without_money(sides, under)


def _known_total(legs: list[Transaction]) -> Decimal | None:
    values = [tx.value for tx in legs]
    if any(value is None for value in values):
        return None
    return sum_exact([value for value in values if value is not None])


def _filled_total(legs: list[Transaction], prices: PriceHistory, notices: list[Remark]) -> tuple[Decimal, str] | None:
    """The legs at stated values and at prices (and the first of these), or None where one has neither."""
    filled, told, mark = [], [], ""
    for tx in legs:
        value = tx.value
        if value is None:
            found = prices.near(tx.asset, tx.instant)
            if found is None:
                return None
            value, mark = EXACT.multiply(found.unit, tx.amount), mark or found.mark
            told.append(Remark("price_filled", tx.id, f"valued at {found.unit}, {found.origin}", None, "price"))
        filled.append(value)
    notices += told
    return sum_exact(filled), mark


def _valued(legs: list[Transaction], total: Decimal, notices: list[Remark]) -> list[Transaction]:
    """`total` over the legs by their own values; evenly, with a notice, where these are unknown."""
    weights = _with_the_rest([tx.value for tx in legs], total)
    if any(weight is None for weight in weights) or not any(weights):
        if len(legs) > 1:
            text = "the values of the legs are unknown: the total is shared evenly"
            notices.append(Remark("value_shared_evenly", legs[0].id, text, None, "value"))
        weights = [Decimal(1)] * len(legs)
    shares, left, whole = [], total, sum_exact([weight or ZERO for weight in weights])
    for weight in weights:
        part = weight or ZERO
        share = left if part == whole else divide(EXACT.multiply(left, part), whole)
        shares.append(share)
        left, whole = EXACT.subtract(left, share), EXACT.subtract(whole, part)
    return [tx._replace(value=share) for tx, share in zip(legs, shares, strict=True)]


def _with_the_rest(values: Values, total: Decimal) -> Values:
    """The only leg without a value is worth what the others leave of the total."""
    known = sum_exact([value for value in values if value is not None])
    if values.count(None) != 1 or len(values) == 1 or known >= total:
        return values
    return [EXACT.subtract(total, known) if value is None else value for value in values]


def _is_conversion(given: Transaction, received: Transaction, under: Setup) -> bool:
    """A bridge that brings the same asset is a transfer everywhere; other kinds as the jurisdiction declares."""
    kind = given.more.kind
    if kind is None or kind != received.more.kind:
        return False
    return kind in under.rules.conversions or (kind == "bridge" and given.asset == received.asset)


def _moved(given: Transaction, received: Transaction) -> Transaction:
    """The units go on, in another wallet or as another asset; of the same asset what does not arrive is burnt."""
    if given.asset != received.asset:
        more = given.more._replace(to_wallet=received.wallet, to_asset=received.asset, to_amount=received.amount)
        return given._replace(type="transfer", value=None, more=more)
    burnt = max(EXACT.subtract(given.amount, received.amount), ZERO)
    value = None
    if given.value is not None and burnt:
        value = divide(EXACT.multiply(given.value, burnt), given.amount)
    return given._replace(
        type="transfer", value=value, more=given.more._replace(to_wallet=received.wallet, burnt=burnt)
    )


def sum_exact(values: list[Decimal]) -> Decimal:
    total = ZERO
    for value in values:
        total = EXACT.add(total, value)
    return total
