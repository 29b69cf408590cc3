"""Load the declarations that are shipped: a file an exchange or tool, in `premium/tax/importers/formats`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import Any

from premium.tax.importers.base import Importer
from premium.tax.importers.declared.builder import declaration_of
from premium.tax.importers.declared.declaration import IN_HEADER, UNKNOWN, Declaration
from premium.tax.importers.declared.reader import read

_FOLDER = files("premium.tax.importers") / "formats"
_OWN = frozenset({"name", "title", "headers", "samples"})
_HEADER = frozenset({"years", "source", "columns", "optional", "rename", "absent", "say"})


@dataclass(frozen=True, kw_only=True)
class Format:
    """A format, as its users know it, and an importer for each of its headers."""

    name: str
    title: str
    """The exchange or tool, and what is exported."""
    years: tuple[str, ...]
    """Of each header."""
    sources: tuple[str, ...]
    """Where each header's shape is written."""
    samples: tuple[str, ...]
    """Files of the tests that hold it."""
    importers: tuple[Importer, ...]


@cache
def formats() -> tuple[Format, ...]:
    """Return all formats that are declared, by the names of their files."""
    names = sorted(each.name for each in _FOLDER.iterdir() if each.name.endswith(".toml"))
    return tuple(each for name in names for each in _formats((_FOLDER / name).read_text("utf-8"), name))


@cache
def declared() -> tuple[Importer, ...]:
    """Return the importers of all declared formats, one a header."""
    return tuple(importer for each in formats() for importer in each.importers)


def importer_of(
    declaration: Declaration, *, columns: tuple[str, ...], optional: tuple[str, ...], source: str
) -> Importer:
    """Return the importer that reads by a declaration."""
    own_clock = declaration.zone in (UNKNOWN, IN_HEADER)
    return Importer(
        name=declaration.name,
        columns=columns,
        optional=optional,
        read=partial(read, declaration),
        seen=source,
        numbers=tuple(each for column in declaration.numbers() for each in column.split("|")),
        dates=declaration.time if declaration.dates else (),
        named_clock=declaration.time if own_clock else (),
    )


def _formats(text: str, file: str) -> Iterator[Format]:
    import tomllib  # noqa: PLC0415 - a handler's start needs it only where a CSV comes

    for said in tomllib.loads(text)["format"]:
        try:
            yield _format(said)
        except (ValueError, KeyError) as error:
            raise ValueError(f"{file}, {said.get('name')}: {error}") from None


def _format(said: Mapping[str, Any]) -> Format:
    members = {name: value for name, value in said.items() if name not in _OWN}
    return Format(
        name=said["name"],
        title=said["title"],
        years=tuple(header["years"] for header in said["headers"]),
        sources=tuple(dict.fromkeys(header["source"] for header in said["headers"])),
        samples=tuple(said["samples"]),
        importers=tuple(_importer(said["name"], members, header) for header in said["headers"]),
    )


def _importer(name: str, members: Mapping[str, Any], header: Mapping[str, Any]) -> Importer:
    strange = set(header) - _HEADER
    if strange:
        raise ValueError(f"headers: {sorted(strange)} are no members")
    columns, optional = tuple(header["columns"]), tuple(header.get("optional", ()))
    members = {**members, **header.get("say", {})}
    declaration = declaration_of(members, name, (*columns, *optional), header.get("rename"))
    there = {*columns, *optional, *header.get("absent", ())}
    lacking = [each for each in declaration.columns() if each not in there]
    if lacking:
        raise ValueError(f"the header of {header['years']} has no columns {lacking}")
    return importer_of(declaration, columns=columns, optional=optional, source=header["source"])
