"""The cost basis of what comes in: stated, the donor's, or its value."""

from __future__ import annotations

from decimal import Decimal

from premium.money import ZERO
from premium.tax.model import Transaction
from premium.tax.setup import Setup


def acquisition_basis(tx: Transaction, setup: Setup) -> Decimal:
    """Return the cost basis of what came in, its fee included.

    It is stated, or the donor's, or the value.
    """
    more = tx.more
    donors = tx.type == "gift_received" and takes_donors_basis(tx, setup)
    if more.basis is not None and not (donors and more.donor_basis is not None):
        return more.basis + tx.fee
    if donors:
        return (more.donor_basis or ZERO) + tx.fee
    return (tx.value or ZERO) + tx.fee


def value_at_gift(tx: Transaction, basis: Decimal) -> Decimal | None:
    """Return the value at a gift where it is below the donor's basis.

    With its fee, else None. A `basis` beside the donor's is that value where no other is stated; alone it is the
    basis, whatever the law.
    """
    if tx.more.basis is not None and tx.more.donor_basis is None:
        return None
    value = tx.more.basis if tx.value is None else tx.value
    return value + tx.fee if value is not None and value + tx.fee < basis else None


def takes_donors_date(tx: Transaction, setup: Setup) -> bool:
    """Tell whether a gift takes the donor's date.

    With his basis, or, where the law leaves it open, wherever a date is stated.
    """
    return setup.rules.gifts_received == "either" or takes_donors_basis(tx, setup)


def takes_donors_basis(tx: Transaction, setup: Setup) -> bool:
    """Tell whether a gift takes the donor's basis.

    By law, by choice where it is stated, or because no value is.
    """
    rule, stated = setup.rules.gifts_received, tx.more.donor_basis is not None
    return rule == "donor" or (stated and (rule == "either" or tx.value is None))
