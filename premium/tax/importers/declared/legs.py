"""Join the lines of one trade: an asset for another, or many swept into one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from premium.tax.importers.base import Line, Made
from premium.tax.importers.declared.declaration import Rule
from premium.tax.importers.movements import Digest, Part, movement, swept

Leg = tuple[Rule, Part | None, Part | None, Sequence[Part]]
"""What a line is, and what it received, sent and was charged."""
_Sums = dict[str, Decimal]


def exchange_of(
    group: Sequence[Line],
    legs: Sequence[Leg],
    *,
    name: Callable[..., str],
    when: str,
    wallet: str,
    column: str,
    currency: str,
) -> Iterator[Made]:
    """Yield the exchange that lines are together; InvalidInput names them where they are none.

    `name` makes the id of what they say, `column` is the one that ties them.
    """
    given, got, fees = _sums(legs)
    details = {rule.meaning.detail for rule, *_ in legs} - {"fee"}
    dust = "dust" in details
    if not given or not got or given.keys() & got.keys() or (len(got) > 1) or (len(given) > 1 and not dust):
        numbers = ", ".join(str(line.number) for line in group)
        raise group[0].wrong(column, f"the lines {numbers} are not one asset for another")
    said = sorted((rule.meaning.detail, *_told(received, sent)) for rule, received, sent, _ in legs)
    own = name(when, *(part for each in said for part in each))
    charges = [(amount, asset) for asset, amount in fees.items() if amount > 0]
    back = [(amount.copy_negate(), asset) for asset, amount in fees.items() if amount < 0]
    if len(given) == 1:
        yield from movement(
            own,
            when,
            wallet,
            currency=currency,
            sent=_parts(given)[0],
            received=_parts(got)[0],
            fee=charges[0] if charges else None,
            further=charges[1:],
            kind=next(iter(details - {"", "dust"}), None),
        )
    else:
        yield from swept(own, when, wallet, currency=currency, given=_parts(given), received=_parts(got), fees=charges)
    for part in back:
        yield from rebate(own, when, wallet, part, currency)


def rebate(name: str, when: str, wallet: str, part: Part, currency: str) -> Iterator[Made]:
    """Yield what of a trade's charge was paid back, as an event beside it."""
    text = f"{name}:rebate:{part[1]}"
    own = Digest(text) if isinstance(name, Digest) else text
    yield from movement(own, when, wallet, currency=currency, kind="income", income="rebate", received=part)


def _told(received: Part | None, sent: Part | None) -> tuple[str, Decimal]:
    if received:
        return received[1], received[0]
    return (sent[1], sent[0].copy_negate()) if sent else ("", Decimal(0))


def _sums(legs: Sequence[Leg]) -> tuple[_Sums, _Sums, _Sums]:
    """What was given, received and charged, by asset; charges within an amount are taken out of it."""
    given, got, fees = _Sums(), _Sums(), _Sums()
    for rule, received, sent, charged in legs:
        if rule.meaning.detail == "fee":
            for part, sign in ((sent, 1), (received, -1)):
                if part:
                    fees[part[1]] = fees.get(part[1], Decimal(0)) + part[0] * sign
            continue
        for side, part in ((got, received), (given, sent)):
            if part and part[0]:
                side[part[1]] = side.get(part[1], Decimal(0)) + part[0]
        for amount, asset in charged:
            fees[asset] = fees.get(asset, Decimal(0)) + amount
            if rule.layout.fees != "beside":
                side, more = (got, amount) if received and received[1] == asset else (given, amount.copy_negate())
                side[asset] = side.get(asset, Decimal(0)) + more
    return given, got, fees


def _parts(side: _Sums) -> list[Part]:
    return [(amount, asset) for asset, amount in side.items()]
