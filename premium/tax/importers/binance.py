"""Binance: 'Transaction history' statement (columns as in BittyTax's parser, July 2026).

Nothing but the second ties the lines of a trade together; an ambiguous second is refused with its lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from premium.tax.importers.base import Importer, Line, Part, Row, identity, movement

WALLET = "Binance"
_TRADE = frozenset(
    {
        "Buy",
        "Sell",
        "Fee",
        "Transaction Related",
        "Transaction Buy",
        "Transaction Fee",
        "Transaction Spend",
        "Transaction Sold",
        "Transaction Revenue",
        "Binance Convert",
        "Large OTC trading",
        "Small assets exchange BNB",
        "Small Assets Exchange BNB",
    }
)
_FEES = frozenset({"Fee", "Transaction Fee"})
_DUST = frozenset({"Small assets exchange BNB", "Small Assets Exchange BNB"})
_INCOME = {
    "Commission History": "referral",
    "Referral Kickback": "referral",
    "Referral Commission": "referral",
    "Commission Rebate": "referral",
    "Airdrop Assets": "airdrop",
    "Distribution": "airdrop",
    "HODLer Airdrops Distribution": "airdrop",
    "Launchpool Airdrop": "airdrop",
    "Megadrop Rewards": "airdrop",
    "Savings Interest": "interest",
    "Simple Earn Flexible Interest": "interest",
    "Simple Earn Locked Rewards": "interest",
    "Staking Rewards": "staking",
    "ETH 2.0 Staking Rewards": "staking",
    "BNB Vault Rewards": "reward",
    "Cash Voucher distribution": "reward",
}
_DEPOSITS, _WITHDRAWALS = (
    frozenset({"Deposit", "Fiat Deposit"}),
    frozenset({"Withdraw", "Fiat Withdraw", "Fiat Withdrawal", "Send"}),
)
_INTERNAL = (
    "Transfer Between",
    "Simple Earn Flexible Sub",
    "Simple Earn Flexible Red",
    "Simple Earn Locked Sub",
    "Simple Earn Locked Red",
    "Staking Purchase",
    "Staking Redemption",
    "Savings purchase",
    "Savings Principal",
    "Launchpool Subscription",
)


def read(lines: list[Line], currency: str) -> Iterator[Row]:
    trades: dict[tuple[str, bool], list[Line]] = {}
    for line in lines:
        operation = line["Operation"]
        if operation in _TRADE:
            trades.setdefault((line["UTC_Time"], operation in _DUST), []).append(line)
        else:
            yield from _single(line, currency)
    for group in trades.values():
        yield from _trade(group, currency)


def _name(*lines: Line) -> str:
    return identity("binance", *(cell for line in lines for cell in line.cells.values()))


def _when(line: Line) -> str:
    return line.time_in("UTC_Time", "%Y-%m-%d %H:%M:%S", "%y-%m-%d %H:%M:%S")


def _single(line: Line, currency: str) -> Iterator[Row]:
    operation, change = line["Operation"], line.number_in("Change")
    part, name = (change.copy_abs(), line["Coin"]), _name(line)
    if operation.startswith(_INTERNAL):
        return
    if operation in _INCOME and change > 0:
        yield from movement(
            name, _when(line), WALLET, currency=currency, received=part, kind="income", income=_INCOME[operation]
        )
    elif operation in _DEPOSITS:
        yield from movement(name, _when(line), WALLET, currency=currency, received=part)
    elif operation in _WITHDRAWALS:
        yield from movement(name, _when(line), WALLET, currency=currency, sent=part)
    else:
        raise line.wrong("Operation", f"not known: {operation[:60]!r}")


def _trade(group: list[Line], currency: str) -> Iterator[Row]:
    """The parts of one second's trade, added up by coin: one coin given, one received, at most one for the fee."""
    given, got, fees = dict[str, Decimal](), dict[str, Decimal](), dict[str, Decimal]()
    for line in group:
        change, coin = line.number_in("Change"), line["Coin"]
        side = fees if line["Operation"] in _FEES else got if change > 0 else given
        side[coin] = side.get(coin, Decimal(0)) + change.copy_abs()
    if len(given) != 1 or len(got) != 1 or len(fees) > 1:
        numbers = ", ".join(str(line.number) for line in group)
        raise group[0].wrong("UTC_Time", f"the lines {numbers} share a second and are no single trade")
    fee = _only(fees) if fees else None
    yield from movement(
        _name(*group), _when(group[0]), WALLET, currency=currency, sent=_only(given), received=_only(got), fee=fee
    )


def _only(side: dict[str, Decimal]) -> Part:
    ((coin, amount),) = side.items()
    return amount, coin


IMPORTER = Importer(
    name="binance",
    columns=("User_ID", "UTC_Time", "Account", "Operation", "Coin", "Change", "Remark"),
    read=read,
    seen="BittyTax src/bittytax/conv/parsers/binance.py ('Binance Statements'), July 2026",
)
