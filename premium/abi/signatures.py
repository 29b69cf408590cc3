"""Parse signatures of functions from text or JSON, with selectors and argument types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from premium.abi.types import AbiType, BadType, array_of, parse_type, tuple_of
from premium.chains.addresses import keccak256

_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,127}")
_HUMAN = re.compile(r"\s*(?:(function|event|error)\s+)?([A-Za-z_$][A-Za-z0-9_$]*)\s*(\(.*)", re.DOTALL)
_ARRAYS = re.compile(r"\[([0-9]*)\]")


class Signature(NamedTuple):
    """A function, error or event: its text, and the types of its arguments."""

    text: str
    inputs: tuple[AbiType, ...]

    @property
    def name(self) -> str:
        """The name without the arguments."""
        return self.text[: self.text.index("(")]

    @property
    def digest(self) -> bytes:
        """The hash of the text, an event's topic."""
        return _digest(self.text)

    @property
    def selector(self) -> bytes:
        """The first four bytes of the hash."""
        return _digest(self.text)[:4]


@lru_cache(maxsize=8192)
def _digest(text: str) -> bytes:
    return keccak256(text.encode())


@lru_cache(maxsize=8192)
def signature_of(text: str) -> Signature:
    """Return the signature of a canonical text; BadType for another."""
    name, paren, rest = text.partition("(")
    if not _NAME.fullmatch(name) or not paren:
        raise BadType(f"not a signature: {text[:60]!r}")
    inputs = parse_type(f"({rest}")
    if inputs.kind != "tuple":
        raise BadType(f"not a signature: {text[:60]!r}")
    return Signature(name + inputs.name, inputs.parts)


def signature_of_fragment(fragment: Mapping[str, Any] | str) -> Signature | None:
    """Return the signature of an ABI's entry, as JSON or as `function f(uint256 a) view`.

    None for entries without a name (constructors, fallbacks); BadType for what is no entry.
    """
    if isinstance(fragment, str):
        return _of_text(fragment)
    if fragment.get("type", "function") not in ("function", "event", "error"):
        return None
    name, inputs = fragment.get("name"), fragment.get("inputs", [])
    if not isinstance(name, str) or not _NAME.fullmatch(name) or not isinstance(inputs, list):
        raise BadType("an entry of an ABI has a name and a list of inputs")
    made = tuple_of(tuple(_of_input(each, 0) for each in inputs))
    return Signature(name + made.name, made.parts)


def _of_input(given: object, depth: int) -> AbiType:
    if not isinstance(given, Mapping) or not isinstance(given.get("type"), str) or depth > 32:
        raise BadType("an input of an ABI is an object with a type")
    text: str = given["type"]
    if not text.startswith("tuple"):
        return parse_type(text)
    parts = given.get("components", [])
    if not isinstance(parts, list):
        raise BadType("components of an ABI are a list")
    found = tuple_of(tuple(_of_input(each, depth + 1) for each in parts))
    rest = text.removeprefix("tuple")
    if not re.fullmatch(rf"(?:{_ARRAYS.pattern})*", rest):
        raise BadType(f"not an ABI type: {text[:40]!r}")
    for length in _ARRAYS.findall(rest):
        found = array_of(found, int(length) if length else None)
    return found


def _of_text(text: str) -> Signature | None:
    match = _HUMAN.fullmatch(text)
    if match is None or len(text) > 8192:
        return None
    return signature_of(match[2] + _canonical(match[3]))


def _canonical(arguments: str) -> str:
    """Take names and keywords out of `(address to, uint256 value) external`."""
    depth, made, word, behind = 0, "", "", False
    for sign in arguments:
        if sign not in "(),":
            word += sign
            continue
        made += _type_word(word, behind=behind) + sign
        word, behind = "", sign == ")"
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return made
    raise BadType("a parenthesis is missing")


def _type_word(word: str, *, behind: bool) -> str:
    """The first word; behind a tuple only an array's suffix, as the rest names it."""
    first = next(iter(word.split()), "")
    if behind or first == "tuple":
        return first if first.startswith("[") else ""
    return first


def selectors_of(fragments: Iterable[Mapping[str, Any] | str]) -> dict[bytes, Signature]:
    """Return the functions of an ABI by selector."""
    found: dict[bytes, Signature] = {}
    for each in fragments:
        if isinstance(each, Mapping) and each.get("type", "function") != "function":
            continue
        made = signature_of_fragment(each)
        if made is not None:
            found.setdefault(made.selector, made)
    return found
