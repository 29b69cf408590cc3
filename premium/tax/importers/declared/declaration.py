"""What may be said of a format as data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta, timezone, tzinfo
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

from premium.tax.importers.declared.amounts import Amount
from premium.tax.importers.declared.vocabulary import Meaning

SIDES = ("sent", "received")
SINGLE = ("change", "base", "quote", "value")
LAYOUT = (*SIDES, *SINGLE)
FEES = ("beside", "within", "within sent", "within received", "within only")
"""Whether an amount holds the fee already; `only`: a fee in a third asset has a line of its own."""
IN_HEADER, UNKNOWN = "header", "unknown"
UNIX = {"unix": 1, "unix_ms": 1000}
"""Formats of times that count from 1970, and how many of theirs a second has."""
_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")
FILE = "(file)"
"""In place of a column: the file's own name."""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where an event's amounts stand."""

    change: Amount | None = None
    sent: tuple[Amount, ...] = ()
    """The first that holds something counts; so of what was received."""
    received: tuple[Amount, ...] = ()
    base: Amount | None = None
    quote: Amount | None = None
    value: Amount | None = None
    fee: tuple[Amount, ...] = ()
    fees: str = "beside"

    def amounts(self) -> Iterator[Amount]:
        """Yield all of them."""
        yield from (*self.sent, *self.received, *self.fee)
        yield from (each for each in (getattr(self, name) for name in SINGLE) if each is not None)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a line is, and where its amounts stand."""

    meaning: Meaning
    layout: Layout


@dataclass(frozen=True, kw_only=True)
class Status:
    """A column that says whether a line counts."""

    column: str
    done: tuple[str, ...]
    """Words of lines that count; none means all but those left out."""
    left: tuple[tuple[str, str], ...]
    """Words of lines that do not, and why."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A column that names two assets: a mark between them, or one of `quotes` behind."""

    column: str
    split: str = ""
    quotes: tuple[str, ...] = ()
    quote_first: bool = False
    pattern: re.Pattern[str] | None = None
    """For what is shipped alone: its groups are base and quote, in pairs of which one fits."""
    known: Mapping[str, str] = field(default_factory=dict)
    """Pairs that their letters do not tell, as `BASE/QUOTE`."""


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """How the lines of a format are read."""

    name: str
    wallet: str
    wallet_column: str = ""
    time: tuple[str, ...]
    formats: tuple[str, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    """Words of times that Python does not know, and what they mean."""
    zone: tzinfo | str | None = None
    """Of times that name none: None is UTC, `header` the column's own name, `unknown` whatever is said elsewhere."""
    zone_column: str = ""
    """Of the line's own clock, by its IANA name."""
    dates: bool = False
    """Whether a date's day or month may stand first."""
    kind: tuple[str, ...] = ()
    exact: Mapping[str, Rule]
    like: tuple[tuple[str, Rule], ...]
    status: tuple[Status, ...] = ()
    id: tuple[str, ...] = ()
    tx_hash: str = ""
    pair: Pair | None = None
    assets: Mapping[str, str] = field(default_factory=dict)
    upper: bool = False
    bare: bool = False
    """Whether an asset's long name stands behind it in parentheses."""
    symbols: Mapping[str, str] = field(default_factory=dict)
    digits: tuple[str, ...] = ()
    """Assets whose names begin with a digit, which a cell of both does not part from the amount."""
    within: str = ""
    """A column of which the assets of `base` and `quote` are one end each, where cells hold both."""
    group: tuple[str, ...] = ()
    notice: tuple[str, str] | None = None
    """Code and words of what is told of every file."""

    def rule_of(self, word: str) -> Rule | None:
        """Return what a word means, exactly or by a pattern; None where nothing says it."""
        exact = self.exact.get(word)
        return exact or next((rule for like, rule in self.like if fnmatchcase(word, like)), None)

    def rules(self) -> Iterator[Rule]:
        """Yield all rules."""
        yield from self.exact.values()
        yield from (rule for _, rule in self.like)

    def numbers(self) -> tuple[str, ...]:
        """Return the columns that hold numbers."""
        amounts = (each for rule in self.rules() for each in rule.layout.amounts())
        return tuple(dict.fromkeys(column for each in amounts for column in each.columns))

    def columns(self) -> tuple[str, ...]:
        """Return all columns that it reads."""
        amounts = [each for rule in self.rules() for each in rule.layout.amounts()]
        assets = [each.asset for each in amounts if each.asset and each.asset[0] not in "=@("]
        single = [
            self.wallet_column,
            self.tx_hash,
            self.zone_column,
            self.within,
            self.pair.column if self.pair else "",
        ]
        states = [each.column for each in self.status]
        named = (*self.time, *self.kind, *self.id, *self.group, *self.numbers(), *assets, *single, *states)
        return tuple(dict.fromkeys(name for name in named if name and name != FILE))


def zone_of(text: str) -> tzinfo | str | None:
    """Return what a declaration's `zone` says; ValueError for what is none."""
    if text in (IN_HEADER, UNKNOWN):
        return text
    if text == "utc":
        return None
    offset = _OFFSET.fullmatch(text)
    if offset:
        away = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        if away >= timedelta(days=1):
            raise ValueError(f"zone: {text!r} is no clock")
        return timezone(-away if offset[1] == "-" else away)
    try:
        return zone_named(text)
    except ValueError:
        raise ValueError(f"zone: {text[:40]!r} is none: utc, header, unknown, +01:00 or an IANA name") from None


def zone_named(text: str) -> tzinfo:
    """Return a clock by its IANA name; ValueError for one that is none."""
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"not a time zone: {text[:40]!r}") from None


def fold(word: str) -> str:
    """Return a word as words are compared: capitals and blanks do not count."""
    return " ".join(word.casefold().split())
