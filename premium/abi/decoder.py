"""Decode bytes strictly, and say in which form they stand.

canonical      what was decoded encodes back to the very bytes
trailing       so do the first bytes; others come after the end
noncanonical   tails overlap, go backward, stand in another order or leave gaps: readers may differ
malformed      dirty padding, short data, or lengths and offsets out of range

Work is bounded by the bytes that came: each word may be read once on the whole, however many elements share it.
"""

from __future__ import annotations

from decimal import Context, Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from premium.abi.types import WORD, AbiType

SPARE_STEPS = 1024
"""Steps beyond a word each, for elements that take no bytes."""
_SCALE = Context(prec=90)


class Form(StrEnum):
    """How bytes relate to what was read of them, the worst last."""

    CANONICAL = "canonical"
    TRAILING = "trailing"
    NONCANONICAL = "noncanonical"
    MALFORMED = "malformed"


class Flaw(NamedTuple):
    """Where bytes first depart from the canonical encoding, and how."""

    form: Form
    offset: int
    reason: str


class Decoded(NamedTuple):
    """Values of bytes; None where none could be read.

    With flaws they are what a lenient reader would take: dirt is masked, offsets are followed wherever they lead.
    """

    values: tuple[Any, ...] | None
    flaws: tuple[Flaw, ...] = ()
    end: int = 0
    """Bytes that canonical data took."""

    @property
    def form(self) -> Form:
        """The worst form of all flaws."""
        order = list(Form)
        return max((flaw.form for flaw in self.flaws), key=order.index, default=Form.CANONICAL)

    @property
    def strict(self) -> bool:
        """Whether the values encode back to the first bytes."""
        return self.values is not None and self.form in (Form.CANONICAL, Form.TRAILING)


class _Broken(Exception):
    """The data cannot be read on."""

    def __init__(self, form: Form, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.flaw = Flaw(form, offset, reason)


def decode(types: tuple[AbiType, ...], data: bytes) -> Decoded:
    """Decode the values of a list of types; never raises."""
    reader = _Reader(data)
    try:
        values, end = reader.components(types, 0)
    except _Broken as broken:
        reader.note(broken.flaw)
        return Decoded(None, tuple(reader.flaws.values()))
    if Form.NONCANONICAL not in reader.flaws and end < len(data):
        reader.note(Flaw(Form.TRAILING, end, f"{len(data) - end} bytes after the end"))
    return Decoded(values, tuple(reader.flaws.values()), end)


class _Reader:
    """Reads one piece of data; notes the first flaw of each form."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.steps = len(data) // WORD + SPARE_STEPS
        self.flaws: dict[Form, Flaw] = {}

    def note(self, flaw: Flaw) -> None:
        self.flaws.setdefault(flaw.form, flaw)

    def spend(self, steps: int, at: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise _Broken(Form.NONCANONICAL, at, "more elements than bytes: tails are shared")

    def word(self, at: int) -> int:
        if at + WORD > len(self.data):
            raise _Broken(Form.MALFORMED, at, "the data ends before this word")
        return int.from_bytes(self.data[at : at + WORD])

    def components(self, types: tuple[AbiType, ...], base: int) -> tuple[tuple[Any, ...], int]:
        """Read heads at `base` and their tails; return values and where the last tail ends."""
        head, values = base, []
        tail = base + sum(each.head for each in types)
        if tail > len(self.data):
            raise _Broken(Form.MALFORMED, base, f"{tail - base} bytes are needed here, {len(self.data) - base} came")
        for each in types:
            if each.dynamic:
                at = base + self._offset(head, base)
                if at != tail:
                    self.note(Flaw(Form.NONCANONICAL, head, f"the offset leads to byte {at}, not {tail}"))
                value, tail = self.tail(each, at)
            else:
                value = self.static(each, head)
            values.append(value)
            head += each.head
        return tuple(values), tail

    def _offset(self, at: int, base: int) -> int:
        self.spend(1, at)
        offset = self.word(at)
        if base + offset > len(self.data):
            raise _Broken(Form.MALFORMED, at, "the offset leads beyond the data")
        return offset

    def tail(self, of: AbiType, at: int) -> tuple[Any, int]:
        """Read a dynamic value at a place; return it and where it ends."""
        if of.kind == "tuple":
            return self.components(of.parts, at)
        if of.kind == "array":
            return self._array(of, at)
        length = self.word(at)
        begin = at + WORD
        if length > len(self.data) - begin:
            raise _Broken(Form.MALFORMED, at, f"{length} bytes are claimed, {len(self.data) - begin} came")
        self.spend(1 + -(-length // WORD), at)
        padded = begin + -(-length // WORD) * WORD
        if padded > len(self.data):
            self.note(Flaw(Form.MALFORMED, begin + length, "the padding is cut off"))
        elif any(self.data[begin + length : padded]):
            self.note(Flaw(Form.MALFORMED, begin + length, "the padding is not zero"))
        value = self.data[begin : begin + length]
        return (_text(value) if of.kind == "string" else value), min(padded, len(self.data))

    def _array(self, of: AbiType, at: int) -> tuple[tuple[Any, ...], int]:
        item = of.item
        assert item is not None  # noqa: S101 - arrays have an item
        if of.length is None:
            count, base = self.word(at), at + WORD
            self.spend(1, at)
        else:
            count, base = of.length, at
        if count * item.head > len(self.data) - base:
            raise _Broken(Form.MALFORMED, at, f"{count} elements are claimed, {len(self.data) - base} bytes came")
        if count > self.steps:
            form = Form.NONCANONICAL if item.head else Form.MALFORMED
            raise _Broken(form, at, "more elements than bytes")
        return self._elements(item, count, base)

    def _elements(self, item: AbiType, count: int, base: int) -> tuple[tuple[Any, ...], int]:
        if not item.dynamic:
            self.spend(0 if item.head else count, base)
            values = tuple([self.static(item, base + number * item.head) for number in range(count)])
            return values, base + count * item.head
        return self.components((item,) * count, base)

    def static(self, of: AbiType, at: int) -> Any:
        """Read a static value."""
        if of.kind == "tuple":
            values = []
            self.spend(0 if of.head else 1, at)
            for part in of.parts:
                values.append(self.static(part, at))
                at += part.head
            return tuple(values)
        if of.kind == "array":
            assert of.item is not None  # noqa: S101 - arrays have an item
            if (of.length or 0) > self.steps + 1:
                raise _Broken(Form.MALFORMED, at, "more elements than bytes")
            self.spend(0 if of.item.head else of.length or 0, at)
            return tuple([self.static(of.item, at + number * of.item.head) for number in range(of.length or 0)])
        self.spend(1, at)
        return self._value(of, self.word(at), at)

    def _value(self, of: AbiType, word: int, at: int) -> Any:
        if of.kind == "bytesN":
            value = word.to_bytes(WORD)
            self._clean(not any(value[of.size :]), of, at)
            return value[: of.size]
        if of.kind == "address":
            self._clean(word < 1 << 160, of, at)
            return f"0x{word & (1 << 160) - 1:040x}"
        if of.kind == "bool":
            self._clean(word < 2, of, at)
            return word != 0
        number = word & (1 << of.size) - 1
        if of.kind in ("int", "fixed") and number >> of.size - 1:
            number -= 1 << of.size
        self._clean(number % (1 << 256) == word, of, at)
        return _SCALE.scaleb(Decimal(number), -of.places) if of.places else number

    def _clean(self, clean: bool, of: AbiType, at: int) -> None:
        if not clean:
            self.note(Flaw(Form.MALFORMED, at, f"the word is no {of.name}: its padding is dirty"))


def _text(value: bytes) -> str | bytes:
    """Return a text; bytes that are not UTF-8 stay bytes, so that they encode back."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value
