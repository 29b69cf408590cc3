"""Hash typed data to the byte, and give its values in one form.

Source: EIP-712. A value that its type cannot hold leaves no hash; it is noted, as is what signers read differently.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from premium.abi.encoder import BadValue, encode
from premium.abi.types import AbiType, BadType, elementary
from premium.chains.addresses import keccak256
from premium.security.messages.schema import (
    DOMAIN,
    MAX_DEPTH,
    BadTypedData,
    Field,
    domain_types,
    doubts,
    encode_type,
    read_types,
)

_NUMBER = re.compile(r"-?[0-9]{1,80}|-?0x[0-9a-fA-F]{1,64}")
_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_MAX_DOUBTS = 20


class _NoHash(Exception):
    """A value that cannot be encoded."""


@dataclass
class TypedData:
    """A message as it is signed; hashes are None where values do not fit."""

    primary: str
    types: dict[str, tuple[Field, ...]]
    domain: Mapping[str, Any]
    message: dict[str, Any] | None = None
    """Values in one form: numbers are int, addresses lower case, bytes are bytes."""
    separator: bytes | None = None
    struct: bytes | None = None
    doubts: list[str] = field(default_factory=list)

    @property
    def digest(self) -> bytes | None:
        """The hash that is signed."""
        if self.separator is None or (self.struct is None and self.primary != DOMAIN):
            return None
        return keccak256(b"\x19\x01" + self.separator + (self.struct or b""))

    def doubt(self, sentence: str) -> None:
        """Note what signers would read differently."""
        if sentence not in self.doubts and len(self.doubts) < _MAX_DOUBTS:
            self.doubts.append(sentence)


def read_typed_data(given: object) -> TypedData:
    """Return a document's message and hashes; BadTypedData where it is none."""
    if not isinstance(given, Mapping):
        raise BadTypedData("typed_data: must be a JSON object")
    if more := sorted(str(key) for key in given if key not in ("types", "primaryType", "domain", "message")):
        raise BadTypedData(f"typed_data.{more[0][:40]}: is no field here")
    types, primary = read_types(given.get("types")), given.get("primaryType")
    domain, message = given.get("domain"), given.get("message", {})
    if not isinstance(primary, str) or primary not in types:
        raise BadTypedData("typed_data.primaryType: must be one of the types")
    if not isinstance(domain, Mapping) or not isinstance(message, Mapping):
        raise BadTypedData("typed_data.domain, message: must be JSON objects")
    found = TypedData(primary, types, domain)
    for sentence in doubts(types, primary, domain):
        found.doubt(sentence)
    reader = _Reader(found)
    found.separator, found.domain = reader.domain(domain)
    if primary != DOMAIN:
        found.struct, found.message = reader.hashed(primary, message)
    return found


class _Reader:
    def __init__(self, of: TypedData) -> None:
        self.of = of
        self.hashes: dict[str, bytes] = {}

    def domain(self, given: Mapping[str, Any]) -> tuple[bytes | None, dict[str, Any]]:
        fields = domain_types(self.of.types, given)
        self.of.types.setdefault(DOMAIN, fields)
        digest, values = self.hashed(DOMAIN, given)
        return digest, values or {}

    def hashed(self, struct: str, given: object) -> tuple[bytes | None, dict[str, Any] | None]:
        try:
            return self._struct(struct, given, struct if struct == DOMAIN else "message", 0)
        except _NoHash:
            return None, _plain(given)

    def _type_hash(self, struct: str) -> bytes:
        if struct not in self.hashes:
            self.hashes[struct] = keccak256(encode_type(self.of.types, struct).encode())
        return self.hashes[struct]

    def _struct(self, struct: str, given: object, at: str, depth: int) -> tuple[bytes, dict[str, Any]]:
        if not isinstance(given, Mapping) or depth > MAX_DEPTH:
            raise self._wrong(at, "is no object" if depth <= MAX_DEPTH else "is nested too deeply")
        fields = self.of.types[struct]
        for name in given:
            if name not in {each.name for each in fields}:
                self.of.doubt(f"{at}.{str(name)[:40]} is in no type")
        parts, values = [self._type_hash(struct)], {}
        failed = False
        for each in fields:
            try:
                word, values[each.name] = self._member(each, given, at, depth)
                parts.append(word)
            except _NoHash:
                failed = True
        if failed:
            raise _NoHash
        return keccak256(b"".join(parts)), values

    def _member(self, each: Field, given: Mapping[str, Any], at: str, depth: int) -> tuple[bytes, Any]:
        if each.name not in given or given[each.name] is None:
            raise self._wrong(f"{at}.{each.name}", "is missing")
        return self._value(each.base, each.lengths, given[each.name], f"{at}.{each.name}", depth + 1)

    def _value(self, base: str, lengths: tuple[int | None, ...], given: Any, at: str, depth: int) -> tuple[bytes, Any]:
        if lengths:
            return self._array(base, lengths, given, at, depth)
        if base in self.of.types:
            return self._struct(base, given, at, depth)
        try:
            of = elementary(base)
        except BadType:
            raise self._wrong(at, f"is of the type {base}, which there is none of") from None
        return self._atom(of, given, at)

    def _array(self, base: str, lengths: tuple[int | None, ...], given: Any, at: str, depth: int) -> tuple[bytes, Any]:
        if not isinstance(given, list) or depth > MAX_DEPTH:
            raise self._wrong(at, "is no list")
        if lengths[-1] is not None and lengths[-1] != len(given):
            raise self._wrong(at, f"has {len(given)} elements, not {lengths[-1]}")
        made = [self._value(base, lengths[:-1], each, f"{at}.{n}", depth + 1) for n, each in enumerate(given)]
        return keccak256(b"".join(word for word, _ in made)), [value for _, value in made]

    def _atom(self, of: AbiType, given: Any, at: str) -> tuple[bytes, Any]:
        value = self._converted(of, given, at)
        if of.kind in ("bytes", "string"):
            return keccak256(value.encode() if isinstance(value, str) else value), value
        try:
            return encode((of,), (value,)), value
        except (BadValue, UnicodeError):
            raise self._wrong(at, f"does not fit {of.name}") from None

    def _converted(self, of: AbiType, given: Any, at: str) -> Any:
        if of.kind in ("uint", "int"):
            return self._number(of, given, at)
        if of.kind == "bool" and isinstance(given, bool):
            return given
        if of.kind == "string" and isinstance(given, str) and given.isprintable() | _encodes(given):
            return given
        if of.kind == "address" and isinstance(given, str) and _ADDRESS.fullmatch(given):
            return given.lower()
        if of.kind in ("bytes", "bytesN") and isinstance(given, str) and _HEX.fullmatch(given):
            return bytes.fromhex(given[2:])
        raise self._wrong(at, f"does not fit {of.name}")

    def _number(self, of: AbiType, given: Any, at: str) -> int:
        if isinstance(given, int) and not isinstance(given, bool):
            return given
        if isinstance(given, Decimal):
            raise self._wrong(at, f"is a fraction, not {of.name}")
        if isinstance(given, str) and _NUMBER.fullmatch(given):
            return int(given, 16) if "x" in given else int(given)
        raise self._wrong(at, f"does not fit {of.name}")

    def _wrong(self, at: str, reason: str) -> _NoHash:
        self.of.doubt(f"{at} {reason}")
        return _NoHash()


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(given: object) -> dict[str, Any] | None:
    """Values of a message without a hash, lower case where they are addresses: families are told all the same."""
    made = _relaxed(given, 0)
    return made if isinstance(made, dict) else None


def _relaxed(given: object, depth: int) -> Any:
    if depth > MAX_DEPTH:
        return None
    if isinstance(given, Mapping):
        return {str(key): _relaxed(each, depth + 1) for key, each in given.items()}
    if isinstance(given, list):
        return [_relaxed(each, depth + 1) for each in given]
    if isinstance(given, str) and _ADDRESS.fullmatch(given):
        return given.lower()
    if isinstance(given, str) and _NUMBER.fullmatch(given) and "x" not in given:
        return int(given)
    return given
