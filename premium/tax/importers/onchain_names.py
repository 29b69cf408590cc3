"""What an explorer's file is of: whose wallet, and which asset a contract is.

A token's symbol is a label that anybody may take: contracts that a chain's entry lists go by their symbol, as on
exchanges; every other is `chain:contract`, as in a wallet that is read from its chain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from premium.tax.importers.base import Line

_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
_WORD = re.compile(r"[a-z]+")
_SHOWN = 3
"""Wallets that a question names."""
DEFAULT_CHAIN = "ethereum"


class Chain(NamedTuple):
    """The chain of a file, and what is told of it where nothing says it."""

    name: str
    notice: str | None = None


def chain_of(lines: Iterable[Line]) -> Chain:
    """Return the chain of a file, by its name or by its listed contracts.

    InvalidInput where the contracts are of several.
    """
    listed = _listed()
    first = next(iter(lines), None)
    words = set(_WORD.findall("" if first is None else first.file.lower()))
    named = words & {chain for chains in listed.values() for chain in chains}
    found = dict[str, Line]()
    for line in lines:
        chains = listed.get(line["ContractAddress"].lower(), {})
        if len(chains) == 1:
            found.setdefault(next(iter(chains)), line)
    if len(named) == 1:
        return Chain(named.pop())
    if len(found) > 1:
        one, *_, other = found.values()
        text = f"contracts of {' and of '.join(sorted(found))} stand in this file (line {one.number} and here)"
        raise other.wrong("ContractAddress", f"{text}: import each chain's file by itself")
    if found:
        return Chain(next(iter(found)))
    text = f"no contract of this file tells its chain: they are taken as {DEFAULT_CHAIN}'s; put the chain's name into"
    return Chain(DEFAULT_CHAIN, f"{text} the file's name (bsc-export-token-0x….csv) if it is another")


def _listed() -> Mapping[str, Mapping[str, str]]:
    from premium.chains.registry import listed_tokens  # noqa: PLC0415 - its hash loads longer than a small history computes, and only explorers' files ask

    return listed_tokens()


def asset_of(contract: str, chain: str) -> str:
    """Return the asset that a contract is."""
    address = contract.lower()
    return _listed().get(address, {}).get(chain, f"{chain}:{address}")


def owner_of(lines: Iterable[Line], to: str, moved: Iterable[tuple[Line, str]] = ()) -> str:
    """Return the wallet whose file it is.

    By the file's name, which explorers give it (`export-0x….csv`); by `moved`, lines with the column of the wallet
    that they say; else the one address that all lines share. InvalidInput asks where that leaves more than one.
    """
    first, known, shared = next(iter(lines), None), set[str](), set[str]()
    for line in lines:
        # A line without an address is refused for itself, not the file for it.
        if both := _addresses(line["From"], line[to]):
            shared = shared & both if known else both
            known |= both
    names = set() if first is None else set(_ADDRESS.findall(first.file.lower()))
    named = names & known
    if len(named) == 1:
        return str(named.pop())
    if names and not named and known and first is not None:
        text = f"the file is named after {min(names)}, which stands on neither side of any line: whose wallet is it?"
        raise first.wrong("From", text)
    said = _addresses(*(line[column] for line, column in moved))
    if len(said) == 1:
        return said.pop()
    if len(shared) == 1 or first is None or not known:
        return shared.pop() if shared else ""
    found = sorted(said or shared or known)
    shown = ", ".join(found[:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
    text = f"whose wallet is this file of? {shown} could be it: name the file as explorers do, export-0x….csv"
    raise first.wrong("From", text)


def _addresses(*cells: str) -> set[str]:
    return {cell.lower() for cell in cells if _ADDRESS.fullmatch(cell.lower())}
