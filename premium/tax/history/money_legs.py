"""Money in a history: the report's own currency is what things cost, not an asset.

Its legs of an exchange are worth their amount, and leave once the exchange is settled; a fee in it is a fee.
Alone it moves nothing that is taxed: such lines are left out, except income. For France any legal tender is money,
because an exchange for it is the sale that article 150 VH bis taxes.
"""

from __future__ import annotations

from collections.abc import Iterable

from premium.money import EXACT, ZERO
from premium.tax.model import Remark, Transaction
from premium.tax.setup import Setup

_CODES = "USD EUR GBP CAD AUD JPY CHF NZD SEK NOK DKK PLN CZK HUF SGD HKD BRL MXN KRW INR ZAR TRY"
CURRENCIES = frozenset(_CODES.split())
"""Legal tender that exports name."""


def is_money(asset: str | None, under: Setup) -> bool:
    return asset == under.currency or (under.method == "fr_portfolio" and asset in CURRENCIES)


def valued_money(transactions: list[Transaction], under: Setup, notices: list[Remark]) -> list[Transaction]:
    """Legs in money at their amount, fees in the report's currency as fees; lines that only move money are left out."""
    names = CURRENCIES | {under.currency} if under.method == "fr_portfolio" else {under.currency}
    if names.isdisjoint(tx.asset for tx in transactions) and names.isdisjoint(tx.more.fee_asset for tx in transactions):
        return transactions
    made = []
    for tx in transactions:
        kept = _fee_in_money(tx) if tx.more.fee_asset == under.currency else tx
        if not is_money(kept.asset, under):
            made.append(kept)
        elif (kept.more.group is not None and kept.type in ("buy", "sell")) or kept.type == "income":
            made.append(kept._replace(value=kept.amount) if kept.asset == under.currency else kept)
        else:
            text = f"{kept.asset} is money here, not an asset: the line is left out"
            notices.append(Remark("money_left_out", kept.id, text, None, "asset"))
    return made


def without_money(settled: Iterable[Transaction], under: Setup) -> dict[str, Transaction | None]:
    """Settled legs of one exchange by id, those in money taken out; a leg that stays bears their fees."""
    legs = list(settled)
    made: dict[str, Transaction | None] = {tx.id: None if is_money(tx.asset, under) else tx for tx in legs}
    gone = [tx for tx in legs if made[tx.id] is None]
    kept = next((tx for tx in legs if made[tx.id] is not None), None)
    if gone and kept is not None:
        made[kept.id] = _named(_with_fees(kept, gone), gone)
    return made


def _named(tx: Transaction, gone: Iterable[Transaction]) -> Transaction:
    """What one row of money bought goes by that row's id, as a plain purchase does."""
    return next((tx._replace(id=paid.id) for paid in gone if tx.id == f"{paid.id}:in"), tx)


def _fee_in_money(tx: Transaction) -> Transaction:
    more = tx.more
    return tx._replace(fee=tx.fee or more.fee_amount, more=more._replace(fee_asset=None, fee_amount=ZERO))


def _with_fees(tx: Transaction, others: Iterable[Transaction]) -> Transaction:
    """`tx` bears what the others were charged; of several fees in kind it keeps its own, or the first."""
    for other in others:
        more = tx.more
        if more.fee_asset is None and other.more.fee_asset is not None:
            more = more._replace(fee_asset=other.more.fee_asset, fee_amount=other.more.fee_amount)
        tx = tx._replace(fee=EXACT.add(tx.fee, other.fee), more=more)
    return tx
