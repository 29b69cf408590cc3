"""Look up selectors in the shipped database, read at its first use.

`signatures.txt` is made by `scripts/selector_database.py`: a row a package (number, name, version, licence), then a row
a signature (kind, first four bytes of its hash, text, numbers of the packages that name it).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple


class Package(NamedTuple):
    """A package whose ABIs were read."""

    name: str
    version: str
    licence: str


class Database(NamedTuple):
    """Texts of signatures by selector, and the packages that name them."""

    functions: Mapping[bytes, tuple[str, ...]]
    errors: Mapping[bytes, tuple[str, ...]]
    events: tuple[str, ...]
    packages: tuple[Package, ...]
    sources: Mapping[str, tuple[int, ...]]


@lru_cache(maxsize=1)
def database() -> Database:
    """Return the shipped database."""
    text = (files("premium.security.calldata") / "signatures.txt").read_text()
    found: dict[str, dict[bytes, list[str]]] = {"function": defaultdict(list), "error": defaultdict(list)}
    events, packages, sources = [], [], {}
    for line in text.splitlines():
        kind, *rest = line.split(" ")
        if kind == "package":
            packages.append(Package(*rest[1:]))
            continue
        selector, signature, *numbers = rest
        sources[signature] = tuple(map(int, numbers))
        if kind == "event":
            events.append(signature)
        else:
            found[kind][bytes.fromhex(selector)].append(signature)
    functions, errors = ({key: tuple(texts) for key, texts in each.items()} for each in found.values())
    return Database(functions, errors, tuple(events), tuple(packages), sources)
