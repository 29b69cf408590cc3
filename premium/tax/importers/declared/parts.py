"""Read the amounts, assets and times of a line as its declaration says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from fnmatch import fnmatchcase

from premium.tax.importers.base import Line
from premium.tax.importers.declared.amounts import BASE, IN_CELL, IN_NAME, MOVED, QUOTE, Amount
from premium.tax.importers.declared.declaration import FILE, IN_HEADER, UNIX, UNKNOWN, Declaration, Pair, zone_named
from premium.tax.importers.movements import Part

_SHOWN = 40
_LONGEST = 120
"""Characters of a time, whatever stands behind it."""
_MANY = 10_000
"""As many different pairs are kept to be found again."""
_NOTHING = frozenset({"", "-", "--", "n/a", "null", "none"})
"""What cells hold that say nothing."""
_EMPTY = max(map(len, _NOTHING))
_BEHIND = re.compile(r"([-+(]?[$£€]?-?[\d.,'\u00a0\u202f ]*\d(?:[eE][-+]?\d+)?\)?)\s*([A-Za-z][\w.$-]{0,29})")
_BEFORE = re.compile(r"([A-Za-z]{2,10})\s+([-+]?[\d.,]*\d)")
_SYMBOL = re.compile(r"([-+]?)([$£€])\s*([-+]?[\d.,]*\d)")
_IN_NAME = re.compile(r"[(_]([A-Za-z]{2,10})\)?$")
_ZONE_IN_NAME = re.compile(r"\((?:UTC|GMT)(?:([+-])(\d{1,2})(?::(\d{2}))?)?\)")
_REMARK = re.compile(r" \([^()]*\)$")
"""What stands behind in parentheses: a clock's name behind its offset, an asset's long name."""
_NOUGHT = re.compile(r"-?0+([.,]0*)?")
_NOUGHTS = frozenset("-0")
"""How nought begins."""
_START = datetime(1970, 1, 1, tzinfo=UTC)


_ELSEWHERE = "\0"
"""No column: an amount's asset is said otherwise."""


class Parts:
    """Reads what a declaration names of the lines of one file."""

    def __init__(self, declaration: Declaration) -> None:
        self._said = declaration
        self._names: dict[str, str] = {}
        self._pairs: dict[str, tuple[str, str]] = {}
        self._assets: dict[str, str] = {}
        """By an amount's asset, the column that names it."""
        self._labels: dict[str, str] = {}
        """What cells name, as assets are named."""
        unix = [each for each in declaration.formats if each in UNIX]
        self._plain = len(declaration.time) == 1 and not (unix or declaration.words or declaration.dates)
        """Whether a time is one cell that is read as it stands."""

    def column(self, line: Line, name: str) -> str:
        """Return the file's own name of a column, by its name or pattern."""
        known = self._names.get(name)
        if known is not None:
            return known
        options = name.split("|")
        found = next((cell for cell in line.cells if any(cell == one or fnmatchcase(cell, one) for one in options)), "")
        if found:
            self._names[name] = found
        return found or name

    def cell(self, line: Line, name: str) -> str:
        """Return what a line says in a column; empty where it says nothing."""
        text = line[self.column(line, name)]
        return "" if len(text) <= _EMPTY and text.lower() in _NOTHING else text

    def word(self, line: Line, name: str) -> str:
        """Return what a column of kinds says, or the file's name.

        Nought is `0` however it is written.
        """
        text = line.file if name == FILE else line[self.column(line, name)]
        return "0" if text[:1] in _NOUGHTS and _NOUGHT.fullmatch(text) else text

    def when(self, line: Line) -> str:
        """Return the line's time."""
        said = self._said
        if self._plain and line[self.column(line, said.time[0])][-1:] != ")":
            column = self.column(line, said.time[0])
            zone, zoned = self._zone(line, column)
            if zone is None:
                return line.time_in(column, *said.formats, zoned=zoned)
        columns = [self.column(line, name) for name in said.time]
        column, text = columns[0], " ".join(filter(None, (line[each] for each in columns)))
        if len(text) > _LONGEST:
            raise line.wrong(column, f"not a time: {text[:_SHOWN]!r}")
        for word, meaning in said.words:
            text = text.replace(word, meaning)
        text = _REMARK.sub("", text)
        unix = next((UNIX[each] for each in said.formats if each in UNIX), None)
        if unix is not None and text.isdigit() and len(text) <= 14:
            try:
                return (_START + timedelta(seconds=1) * int(text) / unix).isoformat()
            except OverflowError:
                raise line.wrong(column, f"not a time: {text[:_SHOWN]!r}") from None
        zone, zoned = self._zone(line, column)
        read = Line(
            number=line.number, cells={column: text}, zone=line.zone if zone is None else zone, order=line.order
        )
        if said.dates:
            return read.dated_in(column, zoned=zoned)
        return read.time_in(column, *(each for each in said.formats if each not in UNIX), zoned=zoned)

    def _zone(self, line: Line, column: str) -> tuple[tzinfo | None, bool]:
        """The clock of the line's times, and whether it is UTC once and for all."""
        zone = self._said.zone
        if self._said.zone_column:
            own = self.column(line, self._said.zone_column)
            try:
                return zone_named(line.text_in(own)), False
            except ValueError as error:
                raise line.wrong(own, str(error)) from None
        if zone == UNKNOWN:
            return None, False
        if zone == IN_HEADER:
            found = _ZONE_IN_NAME.search(column)
            if found is None:
                return None, False
            away = timedelta(hours=int(found[2] or 0), minutes=int(found[3] or 0))
            return timezone(-away if found[1] == "-" else away), False
        return (zone, False) if isinstance(zone, tzinfo) else (None, True)

    def wallet(self, line: Line) -> str:
        """Return the line's wallet."""
        named = self.cell(line, self._said.wallet_column) if self._said.wallet_column else ""
        return named or self._said.wallet

    def amount(self, line: Line, amount: Amount, moved: Part | None = None) -> Part | None:
        """Return an amount with sign and asset, or None for empty cells.

        `moved` is what a charge was for.
        """
        column = self.column(line, amount.column)
        if amount.asset == IN_CELL:
            return self._in_cell(line, column)
        value = self._number(line, amount, column)
        if value is None:
            return None
        if amount.asset == MOVED and value:
            if moved is None:
                raise line.wrong(column, "a charge, and nothing moved that says of what")
            return value, moved[1]
        return value, self._asset(line, amount, column) if value else ""

    def _number(self, line: Line, amount: Amount, column: str) -> Decimal | None:
        """Return an amount's number, computed from its columns; None where all of them are empty."""
        if len(amount.terms) == 1 and not amount.shift:
            text = line[column]
            # What begins with a digit says something.
            return None if not text[:1].isdecimal() and text.lower() in _NOTHING else line.number_in(column)
        columns = [self.column(line, name) for name in amount.columns]
        if all(line[column].lower() in _NOTHING for column in columns):
            return None
        value = Decimal(0)
        for term, one in zip(amount.terms, columns, strict=True):
            empty = line[one].lower() in _NOTHING
            number = Decimal(0) if empty and term.operator != "*" else line.number_in(one)
            if term.operator == "*":
                value *= number
            else:
                value += number if term.operator == "+" else number.copy_negate()
        return value.scaleb(-amount.shift) if amount.shift else value

    def first(self, line: Line, amounts: Sequence[Amount]) -> Part | None:
        """Return the first of some amounts that holds something."""
        if len(amounts) == 1:
            return self.directed(line, amounts[0])
        found = [self.directed(line, each) for each in amounts]
        return next((each for each in found if each and each[0]), next(filter(None, found), None))

    def directed(self, line: Line, amount: Amount) -> Part | None:
        """Return an amount of a column that says which way it went, without a sign.

        InvalidInput where its sign says otherwise.
        """
        part = self.amount(line, amount)
        if part is None:
            return None
        value, asset = part
        if amount.sign == "~":
            return value.copy_abs(), asset
        value = value.copy_negate() if amount.sign == "-" and value else value
        if value < 0:
            column = self.column(line, amount.column)
            raise line.wrong(column, f"{line[column][:_SHOWN]!r} goes the other way than its column says")
        return value, asset

    def _in_cell(self, line: Line, column: str) -> Part | None:
        text = line[column]
        if text.lower() in _NOTHING:
            return None
        strange = next((each for each in self._said.digits if text.endswith(each)), None)
        if strange is not None:
            return self._with(line, column, text.removesuffix(strange).strip(), strange)
        behind, before, symbol = _BEHIND.fullmatch(text), _BEFORE.fullmatch(text), _SYMBOL.fullmatch(text)
        if behind:
            number, asset = behind[1].strip(), behind[2]
        elif before:
            number, asset = before[2], before[1]
        elif symbol and symbol[2] in self._said.symbols:
            number, asset = symbol[1] + symbol[3], self._said.symbols[symbol[2]]
        else:
            raise line.wrong(column, f"not an amount with its asset: {text[:_SHOWN]!r}")
        return self._with(line, column, number, asset)

    def _with(self, line: Line, column: str, number: str, asset: str) -> Part:
        try:
            value = line.notation.read(number)
        except ValueError as error:
            raise line.wrong(column, str(error)) from None
        return value, self._known(asset)

    def refuse_other(self, line: Line, base: Part | None, quote: Part | None) -> None:
        """Raise InvalidInput where the pair says other assets than the cells.

        A name may begin with digits.
        """
        if not self._said.within or base is None or quote is None:
            return
        column = self.column(line, self._said.within)
        if line[column] != f"{base[1]}{quote[1]}":
            raise line.wrong(
                column, f"{line[column][:_SHOWN]!r} is not {base[1][:20]} for {quote[1][:20]}, as the amounts say"
            )

    def _asset(self, line: Line, amount: Amount, column: str) -> str:
        own = self._assets.get(amount.asset)
        if own is None:
            own = self._assets[amount.asset] = self._where(line, amount)
        if own is not _ELSEWHERE:
            text = line.text_in(own)
            known = self._labels.get(text)
            if known is None:
                known = self._known(text)
                if len(self._labels) < _MANY:
                    self._labels[text] = known
            return known
        if amount.asset.startswith("="):
            return amount.asset[1:]
        if amount.asset in (BASE, QUOTE):
            return self._known(self.pair(line)[amount.asset == QUOTE])
        found = _IN_NAME.search(column)
        if found is None:
            raise line.wrong(column, "the column's name says no currency")
        return self._known(found[1])

    def _where(self, line: Line, amount: Amount) -> str:
        """The column that names an amount's asset, or that none does."""
        apart = amount.asset.startswith("=") or amount.asset in (BASE, QUOTE, IN_NAME)
        return _ELSEWHERE if apart else self.column(line, amount.asset)

    def _known(self, asset: str) -> str:
        said = self._said
        asset = _REMARK.sub("", asset) if said.bare else asset
        found = said.assets.get(asset, asset)
        return found.upper() if said.upper else found

    def pair(self, line: Line) -> tuple[str, str]:
        """Return base and quote of a line's pair; InvalidInput where its letters do not tell."""
        pair = self._said.pair
        if pair is None:
            raise line.wrong(next(iter(line.cells), ""), "its pair stands in no column")
        column = self.column(line, pair.column)
        text = line.text_in(column)
        known = self._pairs.get(text)
        if known is None:
            try:
                one, other = _sides(text, pair)
            except ValueError as error:
                raise line.wrong(column, str(error)) from None
            known = (other, one) if pair.quote_first else (one, other)
            if len(self._pairs) < _MANY:
                self._pairs[text] = known
        return known


def _sides(text: str, pair: Pair) -> tuple[str, str]:
    known = _of_known(text, pair.known)
    if known is not None:
        return known
    if pair.pattern is not None:
        fits = pair.pattern.fullmatch(text)
        sides = [side for side in fits.groups() if side] if fits else []
        if len(sides) != 2:
            raise ValueError(f"{text[:_SHOWN]!r} is no pair that is known")
        return sides[0], sides[1]
    if pair.split:
        parts = [each.strip() for each in text.split(pair.split)]
        if len(parts) != 2 or not all(parts):
            raise ValueError(f"not a pair: {text[:_SHOWN]!r}")
        return parts[0], parts[1]
    found = [quote for quote in pair.quotes if text.endswith(quote) and len(text) > len(quote)]
    if len(found) != 1:
        many = " or ".join(f"{text[: -len(quote)]}/{quote}" for quote in found)
        raise ValueError(f"{text[:_SHOWN]!r} {f'may be {many}' if found else 'ends in no known currency'}")
    return text[: -len(found[0])], found[0]


def _of_known(text: str, known: Mapping[str, str]) -> tuple[str, str] | None:
    base, _, quote = known.get(text, "").partition("/")
    return (base, quote) if quote else None
