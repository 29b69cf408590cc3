"""The legs of one exchange: the sale's proceeds are the value received, or given where only that is known."""

from __future__ import annotations

from decimal import Decimal

from premium.money import EXACT, ZERO, divide
from premium.tax.model import Notice, Transaction
from premium.tax.prices import PriceHistory
from premium.tax.setup import Setup

Values = list[Decimal | None]


def settle_groups(
    transactions: list[Transaction], prices: PriceHistory, under: Setup, notices: list[Notice]
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
    notices: list[Notice],
) -> dict[str, Transaction | None]:
    if len(given) == len(received) == 1 and _is_conversion(given[0], received[0], under):
        return {received[0].id: None, given[0].id: _moved(given[0], received[0])}
    if under.method == "fr_portfolio":
        # Both legs leave the computation; gas and fees in kind stay what they are.
        return {tx.id: _unvalued(tx) for tx in (*given, *received)}
    total = _known_total(received)
    if total is None:
        total = _known_total(given)
    if total is None:
        total = _filled_total(received, prices, notices) or _filled_total(given, prices, notices)
    if total is None:
        notices.append(
            Notice("missing_price", given[0].id, f"no leg of the exchange {name} has a value", None, "value")
        )
        return {}
    settled = dict(zip((tx.id for tx in given), _valued(given, total, notices), strict=True))
    settled.update(zip((tx.id for tx in received), _valued(received, total, notices), strict=True))
    return dict(settled)


def _known_total(legs: list[Transaction]) -> Decimal | None:
    values = [tx.value for tx in legs]
    if any(value is None for value in values):
        return None
    return sum_exact([value for value in values if value is not None])


def _filled_total(legs: list[Transaction], prices: PriceHistory, notices: list[Notice]) -> Decimal | None:
    """The legs at stated values and the history's prices, or None where one has neither."""
    filled, told = [], []
    for tx in legs:
        value = tx.value
        if value is None:
            unit = prices.near(tx.asset, tx.instant)
            if unit is None:
                return None
            value = EXACT.multiply(unit, tx.amount)
            told.append(Notice("price_filled", tx.id, f"valued at {unit}, the price of the same day", None, "price"))
        filled.append(value)
    notices += told
    return sum_exact(filled)


def _valued(legs: list[Transaction], total: Decimal, notices: list[Notice]) -> list[Transaction]:
    """`total` over the legs by their own values; evenly, with a notice, where these are unknown."""
    weights = _with_the_rest([tx.value for tx in legs], total)
    if any(weight is None for weight in weights) or not any(weights):
        if len(legs) > 1:
            text = "the values of the legs are unknown: the total is shared evenly"
            notices.append(Notice("value_shared_evenly", legs[0].id, text, None, "value"))
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


def _unvalued(tx: Transaction) -> Transaction:
    """A leg of a neutral exchange: moves units, carries no value."""
    kind = "neutral_in" if tx.type == "buy" else "neutral_out"
    return tx._replace(type=kind)


def sum_exact(values: list[Decimal]) -> Decimal:
    total = ZERO
    for value in values:
        total = EXACT.add(total, value)
    return total
