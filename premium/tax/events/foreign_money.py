"""Remarks on foreign money: what its gains rest on that no file says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from premium.money import EXACT, ZERO, readable
from premium.tax.ledger.currencies import MoneyGains, Unseen, counting
from premium.tax.model import Remark, Transaction
from premium.tax.rules.receipts import is_assumed
from premium.tax.setup import Setup


def foreign_money_in(transactions: Iterable[Transaction], setup: Setup) -> str | None:
    """Return the first transaction of foreign money, where its treatment rests on no source."""
    if not is_assumed(setup.rules.currency_gains.source):
        return None
    foreign = setup.tender - {setup.currency}
    return next((tx.id for tx in transactions if tx.asset in foreign), None)


def told_of_money(made: MoneyGains, setup: Setup, assumed: str | None) -> list[Remark]:
    """Return what is told of gains on foreign money.

    `assumed` is the first transaction of a treatment that rests on no source.
    """
    remarks = [*_personal(made, setup), *_unseen(made.unseen, setup)]
    if assumed is not None and (setup.tender <= setup.money or any(item.gain for item in made.gains)):
        source = setup.rules.currency_gains.source
        remarks.append(Remark("treatment_without_source", assumed, f"foreign money: {source}", None, "asset"))
    return remarks


def _personal(made: MoneyGains, setup: Setup) -> Iterator[Remark]:
    """Say what is left out as personal where nobody said that it is."""
    rule = setup.rules.currency_gains
    if rule.treatment != "small_exempt" or setup.personal_money_stated:
        return
    out = [item for item, counts in counting(made.gains, setup) if not counts and item.gain]
    if not out:
        return
    names = list(dict.fromkeys(item.transaction for item in out))
    total = sum((item.gain for item in out), ZERO)
    text = (
        f"gains and losses on foreign money of {len(names)} transactions, {readable(total)} {setup.currency} together,"
        f" are left out as personal ones up to {readable(rule.limit)} each; in a business, or for an investment, each"
        f" counts ({rule.source}): say which by --foreign-money personal or business (foreignMoney)"
    )
    yield Remark("personal_money_assumed", names[0], text)


def _unseen(unseen: list[Unseen], setup: Setup) -> Iterator[Remark]:
    """Say what was spent whose cost is not known, where a gain would count."""
    if not unseen or setup.rules.currency_gains.treatment == "exempt":
        return
    sums = dict[str, Decimal]()
    for each in unseen:
        sums[each.asset] = EXACT.add(sums.get(each.asset, ZERO), each.amount)
    units = ", ".join(f"{readable(amount)} {asset}" for asset, amount in sorted(sums.items()))
    text = (
        f"{units} were spent that nothing here brings, or at no known rate: what it cost is not known, and no gain on"
        " it is counted; import what brought it"
    )
    yield Remark("money_without_cost", unseen[0].transaction, text)
