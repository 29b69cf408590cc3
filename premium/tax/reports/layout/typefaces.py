"""Set text in typefaces that print the names people use, whatever their alphabet.

Open Sans for Latin, Greek and Cyrillic, embedded; the standard faces of Adobe's for Chinese, Japanese and Korean,
which readers have. Other characters are printed by their escape, so that nothing is silently dropped.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import NamedTuple

import ttf_opensans
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

TEXT, STRONG = "OpenSans", "OpenSans-SemiBold"
_FILES = {TEXT: ttf_opensans.OPENSANS_REGULAR, STRONG: ttf_opensans.OPENSANS_SEMIBOLD}
_HANGUL = "HYSMyeongJo-Medium"
_HAN = (("HeiseiKakuGo-W5", "euc_jp"), ("STSong-Light", "gbk"), ("MSung-Light", "big5"))
"""Typefaces of Han characters, each with an encoding of those that it has."""
_HANGUL_FROM = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7A3))
_HAN_FROM = ((0x2E80, 0x312F), (0x3190, 0x9FFF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF))


_FIRST = 0x20
"""Before it are controls."""


class Run(NamedTuple):
    """Characters of one typeface."""

    font: str
    text: str


@cache
def register() -> frozenset[str]:
    """Register the typefaces once a process; return the characters that Open Sans has."""
    faces = {name: TTFont(name, str(file.path)) for name, file in _FILES.items()}
    for face in faces.values():
        pdfmetrics.registerFont(face)
    for name in (_HANGUL, *(name for name, _ in _HAN)):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    return frozenset(chr(code) for code in faces[TEXT].face.charToGlyph if code >= _FIRST)


@lru_cache(maxsize=20_000)
def runs(text: str, font: str) -> tuple[Run, ...]:
    """Return a text in runs of typefaces; `font` where it has the characters."""
    known = register()
    if known.issuperset(text):
        return (Run(font, text),)
    made: list[Run] = []
    han = _han("".join(character for character in text if _within(character, _HAN_FROM)))
    for character in text:
        face, shown = _of(character, known, font, han)
        if made and made[-1].font == face:
            made[-1] = Run(face, made[-1].text + shown)
        else:
            made.append(Run(face, shown))
    return tuple(made)


def _of(character: str, known: frozenset[str], font: str, han: str) -> tuple[str, str]:
    if character in known:
        return font, character
    if _within(character, _HANGUL_FROM):
        return _HANGUL, character
    if _within(character, _HAN_FROM):
        return han, character
    return font, " " if character.isspace() else character.encode("ascii", "backslashreplace").decode("ascii")


def _within(character: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(character) <= last for first, last in ranges)


def _han(characters: str) -> str:
    """The first typeface that has all of a text's Han characters."""
    for name, encoding in _HAN:
        if characters == characters.encode(encoding, "ignore").decode(encoding):
            return name
    return _HAN[0][0]


@lru_cache(maxsize=20_000)
def width(text: str, font: str, size: float) -> float:
    """Return a text's width in points."""
    return sum(pdfmetrics.stringWidth(run.text, run.font, size) for run in runs(text, font))


def draw(canvas: Canvas, x: float, y: float, text: str, font: str, *, size: float) -> None:
    """Draw a text from x on."""
    for run in runs(text, font):
        canvas.setFont(run.font, size)
        canvas.drawString(x, y, run.text)
        x += pdfmetrics.stringWidth(run.text, run.font, size)


def wrapped(text: str, font: str, size: float, across: float) -> list[str]:
    """Return a text's lines, at words where that is possible."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        candidate = f"{line} {word}" if line else word
        if width(candidate, font, size) <= across:
            line = candidate
            continue
        if line:
            lines.append(line)
        line = word
        while width(line, font, size) > across and len(line) > 1:
            cut = _fitting(line, font, size, across)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line] if line or not lines else lines


def _fitting(word: str, font: str, size: float, across: float) -> int:
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        if width(word[:middle], font, size) <= across:
            low = middle
        else:
            high = middle - 1
    return low
