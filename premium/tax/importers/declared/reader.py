"""Make events of a file's lines, as a declaration says what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import partial
from typing import NamedTuple

from premium.errors import InvalidInput
from premium.tax.importers.base import Event, Left, Line, Made, Told
from premium.tax.importers.declared.amounts import Amount
from premium.tax.importers.declared.declaration import Declaration, Layout, Rule, fold
from premium.tax.importers.declared.legs import exchange_of, rebate
from premium.tax.importers.declared.parts import Parts
from premium.tax.importers.declared.vocabulary import BOUGHT, LEFT, LEG, REFUSED, SOLD, TRADE, TRADED, Meaning, kind_of
from premium.tax.importers.movements import Part, Sides, identity, movement, signed
from premium.tax.importers.on_disk import groups_for
from premium.tax.importers.repeats import Repeats, repeated

_SHOWN = 60
_MANY = 10_000
_PRICED = frozenset({"spend", "purchase"})


class _Sides(NamedTuple):
    """What a line moved: what was received and sent, and its charges; those paid back are negative."""

    received: Part | None
    sent: Part | None
    fees: Sequence[Part]


def read(declaration: Declaration, lines: Iterable[Line], currency: str) -> Iterator[Event]:
    """Yield the events of a file; lines that share a trade's group are one."""
    notice = _Notice(declaration)
    for event, made in _Reader(declaration).events(lines, currency):
        yield event, made if notice.told else notice.beside(made)


class _Notice:
    """What is told of a file once, beside the first event that can be read."""

    def __init__(self, declaration: Declaration) -> None:
        self._said = declaration.notice
        self.told = self._said is None

    def beside(self, made: Iterable[Made]) -> Iterator[Made]:
        yield from made
        if self._said is not None:
            yield Told(*self._said)
            self.told = True


class _Reader:
    def __init__(self, declaration: Declaration) -> None:
        self._said, self._parts = declaration, Parts(declaration)
        self._rules: dict[str, Rule] = {}
        """By the words as lines have them, the first of them."""

    def events(self, lines: Iterable[Line], currency: str) -> Iterator[Event]:
        repeats: Repeats | None = None
        groups = groups_for(lines)
        for line in lines:
            if repeats is None and len(self._said.id) == 1:
                columns = [self._parts.column(line, name) for name in self._said.columns()]
                repeats = Repeats(lines, self._parts.column(line, self._said.id[0]), columns)
            again = repeated(line, repeats) if repeats else None
            if again is not None:
                yield [line], again
                continue
            try:
                rule = self._rule(line)
            except InvalidInput as error:
                yield [line], _refused(error)
                continue
            if rule.meaning.word == LEG:
                groups.add("|".join(line[self._parts.column(line, name)] for name in self._said.group), line)
            else:
                yield [line], self._line(line, rule, currency)
        for group in groups:
            yield group, self._legs(group, currency)

    def _rule(self, line: Line) -> Rule:
        """What a line is: by its status, then by its words; InvalidInput for words that nobody knows."""
        for status in self._said.status:
            column = self._parts.column(line, status.column)
            word = fold(line[column])
            reason = next((why for like, why in status.left if fnmatchcase(word, like)), None)
            if reason is not None:
                return Rule(meaning=Meaning(LEFT, reason), layout=Layout())
            if status.done and not any(fnmatchcase(word, like) for like in status.done):
                raise line.wrong(column, f"not known: {line[column][:_SHOWN]!r}")
        word_of = self._parts.word
        said = "/".join([word_of(line, name) for name in self._said.kind])
        rule = self._rules.get(said)
        if rule is None:
            rule = self._said.rule_of(fold(said))
            if rule is not None and len(self._rules) < _MANY:
                self._rules[said] = rule
        if rule is not None and rule.meaning.word != REFUSED:
            return rule
        columns = [self._parts.column(line, name) for name in self._said.kind]
        if rule is None:
            raise line.wrong(columns[0], f"not known: {said[:_SHOWN]!r}")
        raise line.wrong(columns[0] if columns else next(iter(line.cells), ""), rule.meaning.detail)

    def _line(self, line: Line, rule: Rule, currency: str) -> Iterator[Made]:
        word, detail = rule.meaning
        if word == LEFT:
            yield Left(detail)
            return
        when, sides = self._parts.when(line), self._sides(line, rule)
        name = self._name(line, rule, when, sides)
        value = self._parts.amount(line, rule.layout.value) if rule.layout.value else None
        worth = (value[0].copy_abs(), value[1]) if value and value[0] else None
        sides = _with_fees(line, rule.layout, sides)
        charges = [fee for fee in sides.fees if fee[0] > 0]
        kind: str | None = detail or None
        income: str | None = None
        if word in (TRADE, BOUGHT, SOLD, TRADED):
            self._refuse_half(line, rule, sides)
        else:
            kind, income = self._kind(line, rule, arrived=sides.received is not None)
        yield from movement(
            name,
            when,
            self._parts.wallet(line),
            currency=currency,
            received=sides.received,
            sent=sides.sent,
            fee=charges[0] if charges else None,
            further=charges[1:],
            worth=worth,
            kind=kind,
            income=income,
            tx_hash=self._parts.cell(line, self._said.tx_hash) or None if self._said.tx_hash else None,
        )
        yield from self._paid_back(line, name, when, sides, currency)
        moved = sides.received or sides.sent
        if word in _PRICED and worth is None and moved and moved[0] and moved[1] != currency:
            text = f"line {line.number} states no price: its value is the day's, if one is known"
            yield Told("paid_elsewhere", text, name)

    def _sides(self, line: Line, rule: Rule) -> _Sides:
        """What moved, by the layout; a change's sign says which way."""
        layout, word = rule.layout, rule.meaning.word
        sides = self._moved(line, layout, word)
        moved = sides.received or sides.sent
        fees = [fee for each in layout.fee if (fee := self._charge(line, each, moved)) is not None]
        return sides._replace(fees=fees)

    def _moved(self, line: Line, layout: Layout, word: str) -> _Sides:
        """What moved; InvalidInput for a line that states nothing, not even that it is nothing."""
        sides = self._stated(line, layout, word)
        if sides.received is None and sides.sent is None:
            named = [each for each in (layout.change, *layout.received, *layout.sent, layout.base) if each]
            raise line.wrong(self._parts.column(line, named[0].column), "missing")
        return sides

    def _stated(self, line: Line, layout: Layout, word: str) -> _Sides:
        parts = self._parts
        if word in (BOUGHT, SOLD, TRADED) and layout.base is not None and layout.quote is not None:
            base = parts.amount(line, layout.base) if word == TRADED else parts.directed(line, layout.base)
            other = parts.amount(line, layout.quote)
            quote = None if other is None else (other[0].copy_abs(), other[1])
            if word != TRADED and layout.quote.sign != "~":
                quote = parts.directed(line, layout.quote)
            parts.refuse_other(line, base, quote)
            if base is not None and (word == SOLD or base[0] < 0):
                return _Sides(quote, (base[0].copy_abs(), base[1]), ())
            return _Sides(base, quote, ())
        if layout.change is not None:
            change = parts.amount(line, layout.change)
            if change is not None and not change[0]:
                return _Sides(change, None, ())
            sides = signed(*change) if change else Sides()
            return _Sides(sides.get("received"), sides.get("sent"), ())
        return _Sides(parts.first(line, layout.received), parts.first(line, layout.sent), ())

    def _charge(self, line: Line, fee: Amount, moved: Part | None) -> Part | None:
        """A charge above zero; below it where something was paid back."""
        part = self._parts.amount(line, fee, moved)
        if part is None or not part[0]:
            return None
        if fee.sign == "-":
            return part[0].copy_negate(), part[1]
        return (part[0].copy_abs(), part[1]) if fee.sign == "~" else part

    def _kind(self, line: Line, rule: Rule, *, arrived: bool) -> tuple[str | None, str | None]:
        try:
            return kind_of(rule.meaning, arrived=arrived)
        except ValueError as error:
            layout = rule.layout
            amount = next(iter([*filter(None, [layout.change]), *layout.received, *layout.sent]), None)
            column = self._parts.column(line, amount.column) if amount else next(iter(line.cells), "")
            raise line.wrong(column, str(error)) from None

    def _refuse_half(self, line: Line, rule: Rule, sides: _Sides) -> None:
        """InvalidInput for a trade of which one side is not stated, or that brings what was given."""
        whole = sides.received and sides.sent and sides.received[0] and sides.sent[0]
        if whole and sides.received and sides.sent and sides.received[1] != sides.sent[1]:
            return
        amount = next(iter([*rule.layout.received, *filter(None, [rule.layout.base])]), None)
        column = self._parts.column(line, amount.column) if amount else next(iter(line.cells), "")
        if not (sides.received and sides.received[0] and sides.sent and sides.sent[0]):
            if not any(part and part[0] for part in (sides.received, sides.sent)):
                return
            raise line.wrong(column, "a trade with one side alone: what was given or received for it is not stated")
        if sides.received[1] == sides.sent[1]:
            raise line.wrong(column, f"a trade of {sides.sent[1][:20]} for itself")

    def _name(self, line: Line, rule: Rule, when: str, sides: _Sides) -> str:
        """By the source's own id, else by what the line says."""
        own = "|".join(filter(None, [self._parts.cell(line, name) for name in self._said.id])) if self._said.id else ""
        if own:
            return f"{self._said.name}:{own}"
        said: list[str | Decimal] = [when, *rule.meaning]
        for part in (sides.received, sides.sent, *sides.fees):
            said += part or ("", "")
        said.append(self._parts.cell(line, self._said.tx_hash) if self._said.tx_hash else "")
        return identity(self._said.name, *said)

    def _paid_back(self, line: Line, name: str, when: str, sides: _Sides, currency: str) -> Iterator[Made]:
        """What of a charge was paid back: a rebate of the maker of an order."""
        for amount, asset in (fee for fee in sides.fees if fee[0] < 0):
            yield from rebate(name, when, self._parts.wallet(line), (amount.copy_negate(), asset), currency)

    def _legs(self, group: Sequence[Line], currency: str) -> Iterator[Made]:
        rules = [self._rule(line) for line in group]
        moved = [self._sides(line, rule) for line, rule in zip(group, rules, strict=True)]
        when = self._parts.when(group[0])
        yield from exchange_of(
            group,
            [(rule, sides.received, sides.sent, sides.fees) for rule, sides in zip(rules, moved, strict=True)],
            name=partial(identity, self._said.name),
            when=when,
            wallet=self._parts.wallet(group[0]),
            column=self._parts.column(group[0], self._said.group[0]),
            currency=currency,
        )


def _with_fees(line: Line, layout: Layout, sides: _Sides) -> _Sides:
    """What moved without its charges, where the amounts hold them."""
    received, sent = sides.received, sides.sent
    if layout.fees == "beside":
        return sides
    fees = []
    for amount, asset in sides.fees:
        if received and asset == received[1] and layout.fees != "within sent":
            received = received[0] + amount, asset
        elif sent and asset == sent[1] and layout.fees != "within received":
            sent = sent[0] - amount, asset
            if sent[0] < 0:
                column = layout.fee[0].column
                raise line.wrong(column, f"the fee of {amount} {asset[:20]} is more than what was sent")
        elif layout.fees == "within only":
            continue
        fees.append((amount, asset))
    return _Sides(received, sent, fees)


def _refused(error: InvalidInput) -> Iterator[Made]:
    yield from ()
    raise error
