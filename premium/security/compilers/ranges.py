"""Versions that a source asks for: pragmas, as npm writes ranges."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

Version = tuple[int, int, int]
_PRAGMA = re.compile(r"\bpragma\s+solidity\s+([^;]{1,200});")
_PASSED = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_PART = re.compile(r"(\^|~|>=|<=|>|<|=)?\s*v?(\d+)(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:[-+][\w.+-]*)?")
_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)")
_NEWEST: Version = (10**6, 0, 0)


def asked(texts: Iterable[str]) -> list[str]:
    """Return the ranges that sources ask for, each once, in order."""
    found = (each.group(1).strip() for text in texts for each in _PRAGMA.finditer(_code(text)))
    return list(dict.fromkeys(" ".join(each.split()) for each in found))


def unasked(text: str) -> str:
    """Return a source without its pragmas of a version, all else in its place."""
    hidden = _code(text)
    for each in reversed(list(_PRAGMA.finditer(hidden))):
        blank = re.sub(r"[^\n]", " ", text[each.start() : each.end()])
        text = text[: each.start()] + blank + text[each.end() :]
    return text


def version_of(text: str) -> Version | None:
    """Return the version in a text such as `v0.8.20+commit.a1b79de6`; None where there is none."""
    found = re.match(r"(?:vyper[:@ ]*)?v?(\d+)\.(\d+)\.(\d+)", text.strip())
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def fits(version: Version, wanted: str) -> bool:
    """Tell whether a version lies in a range."""
    return any(_fits_all(version, each) for each in wanted.split("||"))


def choice(wanted: list[str], here: Mapping[Version, object]) -> list[tuple[Version, bool]]:
    """Return versions to try, best first, each with whether it relaxes the range.

    Of those that fit the newest; else the nearest of the same minor, above before below, then of any other.
    """
    every = sorted(here, reverse=True)
    fitting = [each for each in every if all(fits(each, one) for one in wanted)]
    if fitting:
        return [(each, False) for each in fitting]
    near = _named(wanted)
    order = sorted(every, key=lambda each: (each[:2] != near[:2], each < near, _distance(each, near)))
    return [(each, True) for each in order[:1]]


def _named(wanted: list[str]) -> Version:
    """The newest version that the ranges name: what they are written for."""
    named = [_whole(each) for one in wanted for each in _PART.finditer(one)]
    return max(named, default=_NEWEST)


def _distance(one: Version, other: Version) -> int:
    return sum(abs(a - b) * 1000 ** (2 - at) for at, (a, b) in enumerate(zip(one, other, strict=True)))


def _code(text: str) -> str:
    """A source with comments and texts blanked, byte for byte."""
    return _PASSED.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def _whole(part: re.Match[str]) -> Version:
    numbers = [int(each) if each and each.isdigit() else 0 for each in part.groups()[1:]]
    return numbers[0], numbers[1], numbers[2]


def _fits_all(version: Version, text: str) -> bool:
    text = _HYPHEN.sub(r">=\1 <=\2", text.strip())
    parts = list(_PART.finditer(text))
    return all(_fits_one(version, each) for each in parts) and (bool(parts) or text in ("*", ""))


def _fits_one(version: Version, part: re.Match[str]) -> bool:
    sign, named = part.group(1) or "=", _whole(part)
    minor, patch = (str(each or "*").isdigit() for each in part.groups()[2:])
    last = _last(named, minor=minor, patch=patch)
    return {
        ">=": version >= named,
        ">": version > last,
        "<": version < named,
        "<=": version <= last,
        "^": named <= version <= _caret(named, minor=minor, patch=patch),
        "~": named <= version <= _last(named, minor=minor, patch=False),
        "=": named <= version <= last,
    }[sign]


def _caret(named: Version, *, minor: bool, patch: bool) -> Version:
    """The last version in which the first number that is not zero is the same."""
    if named[0] or not minor:
        return (named[0], 10**6, 10**6)
    return (0, named[1], 10**6) if named[1] or not patch else named


def _last(named: Version, *, minor: bool, patch: bool) -> Version:
    """The last version that a shortened one stands for."""
    return (named[0], named[1] if minor else 10**6, named[2] if minor and patch else 10**6)
