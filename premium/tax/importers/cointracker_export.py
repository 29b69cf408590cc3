"""Read CoinTracker's own export of all transactions.

Columns as in BittyTax's parser, July 2026.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from premium.tax.importers.base import Event, Importer, Left, Line, Made, Row
from premium.tax.importers.cointracker import part_of
from premium.tax.importers.movements import Part, fee_of, identity, money_moved, moved, movement, valued_in
from premium.tax.importers.on_disk import groups_for
from premium.tax.importers.repeats import Repeats, repeated

_TRADES = frozenset({"BUY", "SELL", "TRADE", "MULTI_TOKEN_TRADE"})
_KINDS: dict[str, tuple[str | None, str | None]] = {
    "RECEIVE": (None, None),
    "SEND": (None, None),
    "STAKING_REWARD": ("income", "staking"),
    "INTEREST_PAYMENT": ("income", "interest"),
    "INCOME": ("income", "reward"),
    "AIRDROP": ("income", "airdrop"),
    "MINT": ("income", "airdrop"),
    "MINING": ("income", "mining"),
    "FORK": ("income", "fork"),
    "GIFT": ("gift_sent", None),
    "DONATION": ("donation", None),
    "LOST": ("lost", None),
    "THEFT": ("stolen", None),
}
_MULTI, _SPAM = "MULTI_TOKEN_TRADE", "SPAM"
_AMOUNTS = ("Received Quantity", "Received Currency", "Sent Quantity", "Sent Currency", "Fee Amount")
_YES = frozenset({"true", "yes", "1", "ignored"})


def read(lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield one event a line."""
    several = _several(lines)
    repeats = Repeats(lines, "Transaction ID", ("Date", "Type", *_AMOUNTS))
    groups = groups_for(lines)
    for line in lines:
        if line["Transaction ID"] in several and not _is_ignored(line):
            groups.add(line["Transaction ID"], line)
            continue
        again = repeated(line, repeats)
        if again is not None:
            yield [line], again
            continue
        # The footer of a free account's file.
        footer = line["Date"] == "..."
        if _is_ignored(line):
            yield [line], [Left(f"marked as {'spam' if _kind(line) == _SPAM else 'ignored'} in CoinTracker")]
            continue
        yield [line], [Left("CoinTracker's own note that lines are missing")] if footer else _line(line, currency)
    for group in groups:
        yield group, _legs(group, currency)


def _several(lines: Iterable[Line]) -> set[str]:
    """The ids of trades of several assets, each of which has a line."""
    ids = Counter(line["Transaction ID"] for line in lines if _kind(line) == _MULTI and line["Transaction ID"])
    return {name for name, count in ids.items() if count > 1}


def _kind(line: Line) -> str:
    return line["Type"].upper().replace(" ", "_")


def _is_ignored(line: Line) -> bool:
    return line["Ignored"].lower() in _YES or _kind(line) == _SPAM


def _legs(group: Sequence[Line], currency: str) -> Iterator[Made]:
    """The legs of a trade of several assets, which share its id; each line's first bears its fee."""
    name, seen = f"cointracker:{group[0]['Transaction ID']}", set[tuple[str, ...]]()
    for place, line in enumerate(group):
        said = tuple(line[column] for column in _AMOUNTS)
        if said in seen:
            raise line.wrong("Transaction ID", "the same line of this trade stands above: one leg, or two?")
        seen.add(said)
        fee = fee_of(part_of(line, "Fee Amount"), currency)
        for side, kind in (("Sent", "sell"), ("Received", "buy")):
            part = part_of(line, f"{side} Quantity")
            if part is None:
                continue
            row: Row = {"id": f"{name}:{place}:{kind}", "timestamp": line.dated_in("Date", zoned=False), "type": kind}
            row |= {"asset": part[1], "amount": str(part[0]), "group": name, **fee}
            row |= {"wallet": _wallet(line, side) or "CoinTracker"}
            worth, fee = _worth(line, _MULTI, None) if kind == "buy" else None, {}
            yield row if worth is None else valued_in({**row, "value": str(worth[0])}, worth[1], currency)


def _line(line: Line, currency: str) -> Iterator[Made]:
    received, sent, fee = (part_of(line, name) for name in ("Received Quantity", "Sent Quantity", "Fee Amount"))
    kind, when = _kind(line), line.dated_in("Date", zoned=False)
    tx_hash = line["Transaction Hash"] or None
    parts = [piece for part in (received, sent, fee) for piece in (part or ("", ""))]
    own = line["Transaction ID"]
    name = f"cointracker:{own}" if own else identity("cointracker", when, kind, *parts)
    wallets = _wallet(line, "Sent"), _wallet(line, "Received")
    if kind == "TRANSFER" and received and sent:
        yield _moved(line, name, when, (sent, received), fee=fee_of(fee, currency), currency=currency)
        return
    if kind not in _TRADES and kind not in _KINDS:
        raise line.wrong("Type", f"not known: {line['Type'][:40]!r}")
    is_kind, income = _KINDS.get(kind, (None, None))
    wallet = (wallets[0] if sent else wallets[1]) or "CoinTracker"
    yield from movement(
        name,
        when,
        wallet,
        currency=currency,
        received=received,
        sent=sent,
        fee=fee,
        worth=_worth(line, kind, is_kind),
        kind="gift_received" if is_kind == "gift_sent" and received else is_kind,
        income=income,
        tx_hash=tx_hash,
    )


def _worth(line: Line, kind: str, is_kind: str | None) -> Part | None:
    """What came in was worth, where it is no basis that came along: of income, and of a trade."""
    column = next((name for name in line.cells if name.startswith("Received Cost Basis (")), "")
    if not line[column] or not (is_kind == "income" or kind in _TRADES):
        return None
    worth = line.worth_in(column)
    return (worth, column.removeprefix("Received Cost Basis (").rstrip(")")) if worth else None


def _moved(line: Line, name: str, when: str, parts: tuple[Part, Part], *, fee: Row, currency: str) -> Made:
    """Both ends of a transfer, of one asset."""
    sent, received = parts
    if sent[1] != received[1]:
        raise line.wrong("Received Currency", f"a transfer of {sent[1][:20]} brings {received[1][:20]}")
    if received[0] > sent[0]:
        raise line.wrong("Received Quantity", "a transfer brings more than was sent")
    if sent[1] == currency:
        return Left(money_moved(currency))
    more = {"tx_hash": line["Transaction Hash"]} if line["Transaction Hash"] else {}
    wallets = _wallet(line, "Sent"), _wallet(line, "Received")
    return moved(name, when, left=sent, arrived=received[0], wallets=wallets, fee=fee, **more)


def _wallet(line: Line, side: str) -> str:
    return line[f"{side} Wallet"].split(" - ", maxsplit=1)[0]


IMPORTER = Importer(
    name="cointracker-export",
    columns=(
        "Date",
        "Type",
        "Transaction ID",
        "Received Quantity",
        "Received Currency",
        "Received Wallet",
        "Sent Quantity",
        "Sent Currency",
        "Sent Wallet",
        "Fee Amount",
        "Fee Currency",
    ),
    optional=(
        "Received Cost Basis*",
        "Received Address",
        "Received Tag",
        "Received Comment",
        "Sent Cost Basis*",
        "Sent Address",
        "Sent Tag",
        "Sent Comment",
        "Fee Cost Basis*",
        "Realized Return*",
        "Fee Realized Return*",
        "Transaction Hash",
        "Block Explorer URL",
        "Ignored",
    ),
    dates=("Date",),
    numbers=("* Quantity", "Fee Amount", "* Cost Basis*", "*Realized Return*"),
    read=read,
    seen="BittyTax src/bittytax/conv/parsers/cointracker.py, July 2026",
)
