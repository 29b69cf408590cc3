"""Read the 'Transaction history' statement of Binance.

Of 2021 (`UTC_Time`) and of 2025 (`Time`, year of two digits), with its futures and margin accounts. Nothing but the
second ties the lines of a trade together; an ambiguous second is refused with its lines. The later format says of what
clock its times are in the file's name alone: `…(UTC+1)….csv`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from premium.tax.importers.base import Event, Importer, Left, Line, Made
from premium.tax.importers.binance_accounts import (
    WALLET,
    Aside,
    borrowed,
    derivative,
    is_derivative,
    is_loan,
    is_move,
    wallet_of,
)
from premium.tax.importers.movements import Part, identity, movement, signed, swept

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
    aside = Aside(lines)
    for line in lines:
        operation = line["Operation"]
        if is_move(operation):
            yield [line], _by(aside.moved, line, currency)
        elif is_derivative(line):
            yield [line], _by(derivative, line, currency)
        elif is_loan(operation):
            yield [line], _by(borrowed, line, currency)
        elif operation in _TRADE or operation in _DUST:
            key = (line[_clock(line)], "dust" if operation in _DUST else line["Account"].lower())
            trades.setdefault(key, []).append(line)
        else:
            yield [line], _single(line, currency)
    for group in trades.values():
        yield group, _trade(group, currency)


def _by(read: Callable[[Line, str, str, str], Iterator[Made]], line: Line, currency: str) -> Iterator[Made]:
    """Read a line when its rows are asked for, so that what is wrong with it is its own."""
    yield from read(line, _name(line), _when(line), currency)


def _clock(line: Line) -> str:
    """The column of the time, by the file's own name."""
    return "UTC_Time" if "UTC_Time" in line.cells else "Time"


def _when(line: Line) -> str:
    return line.time_in(_clock(line), _SHORT, zoned=_clock(line) == "UTC_Time")


def _name(*lines: Line) -> str:
    """Of what the line says in either format; the remark and the user are no part of the event."""
    parts: list[str | Decimal] = []
    for line in lines:
        parts += [_when(line), line["Account"], line["Operation"], line.text_in("Coin"), line.number_in("Change")]
    return identity("binance", *parts)


def _wallet(line: Line) -> str:
    """Spot, earn and funding are one wallet; a margin account is another."""
    account = line["Account"].lower()
    if account in _ACCOUNTS:
        return WALLET
    if "margin" in account:
        return wallet_of(line["Account"])
    raise line.wrong("Account", f"not known: {line['Account'][:40]!r}")


def _single(line: Line, currency: str) -> Iterator[Made]:
    operation, change, wallet = line["Operation"], line.number_in("Change"), _wallet(line)
    if operation.startswith(_INTERNAL):
        yield Left("a move within Binance")
        return
    kind, income = _kind(line, operation, arrived=change > 0)
    sides = signed(change, line.text_in("Coin"))
    yield from movement(_name(line), _when(line), wallet, currency=currency, kind=kind, income=income, **sides)


def _kind(line: Line, operation: str, *, arrived: bool) -> tuple[str | None, str | None]:
    """What a line is: the sign of its change says the direction, of every operation.

    A withdrawal that comes in is returned, an income that goes out is taken back.
    """
    if operation in _INCOME:
        return ("income" if arrived else "correction"), _INCOME[operation]
    if operation in _DEPOSITS or operation in _WITHDRAWALS:
        side = f"transfer_{'in' if arrived else 'out'}"
        return side, None if arrived == (operation in _DEPOSITS) else "returned"
    if operation in _BOUGHT and arrived:
        # What was paid stands in no line: a price is looked for, and its lack told of.
        return "buy", None
    raise line.wrong("Operation", f"not known: {operation[:60]!r}")


def _trade(group: Sequence[Line], currency: str) -> Iterator[Made]:
    """The parts of one second's trade, added up by coin: one coin given, one received; dust has many given."""
    given, got, fees = dict[str, Decimal](), dict[str, Decimal](), dict[str, Decimal]()
    for line in group:
        change, coin = line.number_in("Change"), line.text_in("Coin")
        if line["Operation"] in _FEES:
            fees[coin] = fees.get(coin, Decimal(0)) - change
        elif change > 0:
            got[coin] = got.get(coin, Decimal(0)) + change
        elif change < 0:
            given[coin] = given.get(coin, Decimal(0)) - change
    is_dust = group[0]["Operation"] in _DUST
    if len(got) != 1 or not given or got.keys() & given.keys() or (len(given) > 1 and not is_dust):
        numbers = ", ".join(str(line.number) for line in group)
        raise group[0].wrong(_clock(group[0]), f"the lines {numbers} share a second and are no single trade")
    if any(fee < 0 for fee in fees.values()):
        raise group[0].wrong("Change", "a fee of this trade was paid back: a fee that is no charge is not read")
    name, when, wallet, charged = _name(*group), _when(group[0]), _wallet(group[0]), _parts(fees)
    fee = charged[0] if charged else None
    if len(given) > 1:
        (received,) = _parts(got)
        yield from swept(name, when, wallet, currency=currency, given=_parts(given), received=received, fee=fee)
    else:
        yield from movement(
            name, when, wallet, currency=currency, sent=_parts(given)[0], received=_parts(got)[0], fee=fee
        )
    for number, other in enumerate(charged[1:], 2):
        yield from movement(f"{name}:fee{number}", when, wallet, currency=currency, sent=other, kind="fee")


def _parts(side: dict[str, Decimal]) -> list[Part]:
    return [(amount, coin) for coin, amount in side.items()]


IMPORTER = Importer(
    name="binance",
    columns=("UTC_Time|Time", "Account", "Operation", "Coin", "Change", "Remark"),
    optional=("User_ID", "User ID"),
    numbers=("Change",),
    read=read,
    seen=(
        "BittyTax src/bittytax/conv/parsers/binance.py ('Binance Statements'), July 2026;"
        " pbialon/pit-38 pull request 81, April 2026 (`User ID,Time,…`)"
    ),
)
