"""What the lines of Binance's statement say: when, of which wallet, and under which id."""

from __future__ import annotations

from decimal import Decimal

from premium.tax.importers.base import Line
from premium.tax.importers.binance_accounts import WALLET, wallet_of
from premium.tax.importers.binance_operations import ACCOUNTS
from premium.tax.importers.movements import identity

_SHORT = "%y-%m-%d %H:%M:%S"


def operation_of(line: Line) -> str:
    """Return a line's operation in small letters.

    Years of the format differ in capitals alone.
    """
    return " ".join(line["Operation"].lower().split())


def clock(line: Line) -> str:
    """Return the column of the time, by the file's own name."""
    return "UTC_Time" if "UTC_Time" in line.cells else "Time"


def when_of(line: Line) -> str:
    """Return a line's time; InvalidInput where it is none."""
    return line.time_in(clock(line), _SHORT, zoned=clock(line) == "UTC_Time")


def name_of(*lines: Line) -> str:
    """Return the id of what lines say in either format.

    The remark and the user are no part of the event.
    """
    said = [
        (when_of(line), line["Account"], line["Operation"], line.text_in("Coin"), line.number_in("Change"))
        for line in lines
    ]
    # Exports list the lines of one trade in no order that lasts.
    parts: list[str | Decimal] = [part for each in sorted(said) for part in each]
    return identity("binance", *parts)


def wallet_of_line(line: Line) -> str:
    """Return the wallet: spot, earn and funding are one, a margin account is another."""
    account = line["Account"].lower()
    if account in ACCOUNTS:
        return WALLET
    if "margin" in account:
        return wallet_of(line["Account"])
    raise line.wrong("Account", f"not known: {line['Account'][:40]!r}")
