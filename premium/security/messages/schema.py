"""Read the types of typed data, and say what two signers would understand differently.

Source: EIP-712. Nothing is repaired: what departs from it is noted, and the hash is that of the types as given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from premium.abi.types import BadType, elementary

MAX_TYPES, MAX_DEPTH = 200, 32
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,127}")
_TYPE = re.compile(r"([A-Za-z_$][A-Za-z0-9_$]{0,127})((?:\[[0-9]{0,9}\])*)")
_SUFFIX = re.compile(r"\[([0-9]*)\]")
_LOOSE = frozenset({"uint", "int", "byte", "function", "fixed", "ufixed"})
DOMAIN = "EIP712Domain"
DOMAIN_FIELDS = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
    ("salt", "bytes32"),
)


class BadTypedData(ValueError):
    """A document that is no typed data; the message names the field."""


class Field(NamedTuple):
    """A member of a struct: its type is a base with array suffixes."""

    name: str
    type: str

    @property
    def base(self) -> str:
        """The type without its arrays."""
        return self.type.partition("[")[0]

    @property
    def lengths(self) -> tuple[int | None, ...]:
        """Lengths of its arrays, the innermost first; None is any."""
        return tuple(int(each) if each else None for each in _SUFFIX.findall(self.type))


Types = Mapping[str, tuple[Field, ...]]


def read_types(given: object) -> dict[str, tuple[Field, ...]]:
    """Return the structs of a document; BadTypedData where they have another form."""
    if not isinstance(given, Mapping):
        raise BadTypedData("types: must be a JSON object")
    if len(given) > MAX_TYPES:
        raise BadTypedData(f"types: {len(given)}, {MAX_TYPES} at most")
    return {_named(name): tuple(_fields(name, fields)) for name, fields in given.items()}


def _named(name: object) -> str:
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    raise BadTypedData(f"types: {str(name)[:40]!r} is no name of a type")


def _fields(struct: str, given: object) -> Iterator[Field]:
    if not isinstance(given, list):
        raise BadTypedData(f"types.{struct}: must be a list of fields")
    for number, each in enumerate(given):
        name, kind = (each.get("name"), each.get("type")) if isinstance(each, Mapping) else (None, None)
        if not isinstance(name, str) or not isinstance(kind, str) or not _TYPE.fullmatch(kind) or len(name) > 128:
            raise BadTypedData(f"types.{struct}.{number}: must be {{name, type}}")
        yield Field(name, kind)


def is_atomic(base: str) -> bool:
    """Tell whether a base is a type of the ABI."""
    try:
        return elementary(base).name == base
    except BadType:
        return False


def dependencies(types: Types, primary: str) -> list[str]:
    """Return the structs that a struct needs, itself first, then by name."""
    found, waiting = {primary}, [primary]
    while waiting:
        for field in types.get(waiting.pop(), ()):
            if field.base in types and field.base not in found:
                found.add(field.base)
                waiting.append(field.base)
    return [primary, *sorted(found - {primary})]


def encode_type(types: Types, primary: str) -> str:
    """Return the text whose hash stands for a struct's type."""
    return "".join(
        f"{name}({','.join(f'{field.type} {field.name}' for field in types.get(name, ()))})"
        for name in dependencies(types, primary)
    )


def doubts(types: Types, primary: str, domain: Mapping[str, Any]) -> Iterator[str]:
    """Yield what signers would read differently in the types themselves."""
    used = set(dependencies(types, primary)) | ({DOMAIN} if DOMAIN in types else set())
    for name in sorted(set(types) - used - (set(dependencies(types, DOMAIN)) if DOMAIN in types else set())):
        yield f"the type {name} is not used"
    for name in sorted(used):
        names = [field.name for field in types.get(name, ())]
        yield from (f"{name}.{each} stands twice" for each in sorted({each for each in names if names.count(each) > 1}))
        for field in types.get(name, ()):
            if field.base in _LOOSE:
                yield f"{name}.{field.name}: {field.base} has no size"
            elif field.base not in types and not is_atomic(field.base):
                yield f"{name}.{field.name}: there is no type {field.base}"
            elif field.base in types and is_atomic(field.base):
                yield f"the type {field.base} bears the name of another"
    if any(_reaches(types, name, name) for name in used):
        yield "a type contains itself"
    yield from _domain_doubts(types, domain)


def _reaches(types: Types, start: str, wanted: str) -> bool:
    seen, waiting = set(), [field.base for field in types.get(start, ())]
    while waiting:
        name = waiting.pop()
        if name == wanted:
            return True
        if name in types and name not in seen:
            seen.add(name)
            waiting += [field.base for field in types[name]]
    return False


def _domain_doubts(types: Types, domain: Mapping[str, Any]) -> Iterator[str]:
    order = [name for name, _ in DOMAIN_FIELDS]
    yield from (f"domain.{name} is no field of a domain" for name in domain if name not in order)
    if DOMAIN not in types:
        return
    declared = [field.name for field in types[DOMAIN]]
    if [name for name in order if name in declared] != declared:
        yield "the domain's fields stand in another order"
    wanted = dict(DOMAIN_FIELDS)
    yield from (
        f"domain.{f.name} is of the type {f.type}" for f in types[DOMAIN] if wanted.get(f.name, f.type) != f.type
    )


def domain_types(types: Types, domain: Mapping[str, Any]) -> tuple[Field, ...]:
    """Return the domain's fields as declared, else by what the domain holds."""
    return types.get(DOMAIN) or tuple(Field(name, kind) for name, kind in DOMAIN_FIELDS if name in domain)
