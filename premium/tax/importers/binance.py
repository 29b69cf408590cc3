"""Read the 'Transaction history' statement of Binance.

Of 2021 (`UTC_Time`) and of 2025 (`Time`, year of two digits). Nothing but the second ties the lines of a trade
together; an ambiguous second is refused with its lines. The later format says of what clock its times are in the
file's name alone: `…(UTC+1)….csv`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from premium.tax.importers.base import Event, Importer, Line, Row
from premium.tax.importers.movements import Part, identity, movement, swept

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
        "Buy Crypto With Card",
        "ETH 2.0 Staking",
        "Leverage Token Redemption",
        "Stablecoins Auto-Conversion",
        "Asset Conversion Transfer",
        "Swap Farming Transaction",
        "Liquid Swap Sell",
    }
)
_FEES = frozenset({"Fee", "Transaction Fee"})
_DUST = frozenset({"Small assets exchange BNB", "Small Assets Exchange BNB", "BNB Fee Deduction"})
_INCOME = {
    "Commission History": "referral",
    "Commission Rebate": "referral",
    "Commission Fee Shared With You": "referral",
    "Referrer rebates": "referral",
    "Referral Kickback": "referral",
    "Referral Commission": "referral",
    "Airdrop Assets": "airdrop",
    "Distribution": "airdrop",
    "Simple Earn Flexible Airdrop": "airdrop",
    "HODLer Airdrops Distribution": "airdrop",
    "Launchpool Airdrop": "airdrop",
    "Launchpool Airdrop - User Claim Distribution": "airdrop",
    "Launchpool Airdrop - System Distribution": "airdrop",
    "Megadrop Rewards": "airdrop",
    "Savings Interest": "interest",
    "Savings distribution": "interest",
    "Savings Distribution": "interest",
    "Launchpool Interest": "interest",
    "Simple Earn Flexible Interest": "interest",
    "Simple Earn Locked Rewards": "interest",
    "POS savings interest": "staking",
    "Staking Rewards": "staking",
    "ETH 2.0 Staking Rewards": "staking",
    "DOT Slot Auction Rewards": "staking",
    "Launchpool Earnings Withdrawal": "staking",
    "Liquid Swap rewards": "reward",
    "Swap Farming Rewards": "reward",
    "BNB Vault Rewards": "reward",
    "Pool Distribution": "mining",
    "Super BNB Mining": "mining",
    "Cash Voucher distribution": "reward",
    "Cash Voucher Distribution": "reward",
    "Mission Reward Distribution": "reward",
    "Campaign Related Reward": "reward",
    "Binance Card Cashback": "reward",
}
_DEPOSITS = frozenset({"Deposit", "Fiat Deposit", "Fiat OCBS - Add Fiat and Fees"})
_WITHDRAWALS = frozenset({"Withdraw", "Fiat Withdraw", "Fiat Withdrawal", "Send"})
_BOUGHT = frozenset({"Buy Crypto", "Buy Crypto With Fiat"})
_INTERNAL = (
    "Transfer Between",
    "Simple Earn Flexible Sub",
    "Simple Earn Flexible Red",
    "Simple Earn Locked Sub",
    "Simple Earn Locked Red",
    "Staking Purchase",
    "Staking Redemption",
    "POS savings purchase",
    "POS savings redemption",
    "Savings purchase",
    "Savings Principal",
    "Launchpool Subscription",
    "Launchpad Subscribe",
)
_ACCOUNTS = frozenset({"spot", "earn", "pool", "savings", "funding", "card"})
_SHORT = "%y-%m-%d %H:%M:%S"


def read(lines: list[Line], currency: str) -> Iterator[Event]:
    """Yield the events of a statement; the lines of one second's trade are one."""
    trades: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        operation = line["Operation"]
        if operation in _TRADE or operation in _DUST:
            key = (_stamp(line), "dust" if operation in _DUST else line["Account"].lower())
            trades.setdefault(key, []).append(line)
        else:
            yield [line], _single(line, currency)
    for group in trades.values():
        yield group, _trade(group, currency)


def _stamp(line: Line) -> str:
    return line["UTC_Time"] or line["Time"]


def _when(line: Line) -> str:
    if line["UTC_Time"]:
        return line.time_in("UTC_Time", _SHORT)
    return line.time_in("Time", _SHORT, zoned=False)


def _name(*lines: Line) -> str:
    """Of what the line says in either format; the remark and the user are no part of the event."""
    parts: list[str | Decimal] = []
    for line in lines:
        parts += [_when(line), line["Account"], line["Operation"], line["Coin"], line.number_in("Change")]
    return identity("binance", *parts)


def _checked(line: Line) -> None:
    if line["Account"].lower() not in _ACCOUNTS:
        raise line.wrong("Account", f"margin and futures are not read: {line['Account'][:40]!r}")


def _single(line: Line, currency: str) -> Iterator[Row]:
    _checked(line)
    operation, change = line["Operation"], line.number_in("Change")
    part, name = (change.copy_abs(), line["Coin"]), _name(line)
    if operation.startswith(_INTERNAL):
        return
    if operation in _INCOME and change > 0:
        yield from movement(
            name, _when(line), WALLET, currency=currency, received=part, kind="income", income=_INCOME[operation]
        )
    elif operation in _BOUGHT and change > 0:
        # What was paid stands in no line: a price is looked for, and its lack told of.
        yield from movement(name, _when(line), WALLET, currency=currency, received=part, kind="buy")
    elif operation in _DEPOSITS:
        yield from movement(name, _when(line), WALLET, currency=currency, received=part)
    elif operation in _WITHDRAWALS:
        yield from movement(name, _when(line), WALLET, currency=currency, sent=part)
    else:
        raise line.wrong("Operation", f"not known: {operation[:60]!r}")


def _trade(group: Sequence[Line], currency: str) -> Iterator[Row]:
    """The parts of one second's trade, added up by coin: one coin given, one received; dust has many given."""
    given, got, fees = dict[str, Decimal](), dict[str, Decimal](), dict[str, Decimal]()
    for line in group:
        _checked(line)
        change, coin = line.number_in("Change"), line["Coin"]
        side = fees if line["Operation"] in _FEES else got if change > 0 else given
        side[coin] = side.get(coin, Decimal(0)) + change.copy_abs()
    is_dust = group[0]["Operation"] in _DUST
    if len(got) != 1 or not given or (len(given) > 1 and not is_dust):
        numbers = ", ".join(str(line.number) for line in group)
        column = "UTC_Time" if "UTC_Time" in group[0].cells else "Time"
        raise group[0].wrong(column, f"the lines {numbers} share a second and are no single trade")
    name, when, charged = _name(*group), _when(group[0]), _parts(fees)
    fee = charged[0] if charged else None
    if len(given) > 1:
        (received,) = _parts(got)
        yield from swept(name, when, WALLET, currency=currency, given=_parts(given), received=received, fee=fee)
    else:
        yield from movement(
            name, when, WALLET, currency=currency, sent=_parts(given)[0], received=_parts(got)[0], fee=fee
        )
    for number, other in enumerate(charged[1:], 2):
        yield from movement(f"{name}:fee{number}", when, WALLET, currency=currency, sent=other, kind="fee")


def _parts(side: dict[str, Decimal]) -> list[Part]:
    return [(amount, coin) for coin, amount in side.items()]


IMPORTER = Importer(
    name="binance",
    columns=("UTC_Time|Time", "Account", "Operation", "Coin", "Change", "Remark"),
    optional=("User_ID", "User ID"),
    read=read,
    seen=(
        "BittyTax src/bittytax/conv/parsers/binance.py ('Binance Statements'), July 2026;"
        " pbialon/pit-38 pull request 81, April 2026 (`User ID,Time,…`)"
    ),
)
