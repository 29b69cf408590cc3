"""What an explorer's file is of: whose wallet, and which asset a contract is.

A token's symbol is a label that anybody may take: contracts that a chain's entry lists go by their symbol, as on
exchanges; every other is `chain:contract`, as in a wallet that is read from its chain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from premium.chains.registry import listed_tokens
from premium.tax.importers.base import Line

_ADDRESS = re.compile(r"0x[0-9a-f]{40}")
_SHOWN = 3
"""Wallets that a question names."""
DEFAULT_CHAIN = "ethereum"


def chain_of(contracts: Iterable[str]) -> str:
    """Return the chain of a file by the first contract that one chain lists."""
    listed = listed_tokens()
    for contract in contracts:
        chains = listed.get(contract.lower(), {})
        if len(chains) == 1:
            return next(iter(chains))
    return DEFAULT_CHAIN


def asset_of(contract: str, chain: str) -> str:
    """Return the asset that a contract is."""
    address = contract.lower()
    return listed_tokens().get(address, {}).get(chain, f"{chain}:{address}")


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
    named = [] if first is None else [each for each in _ADDRESS.findall(first.file.lower()) if each in known]
    if named:
        return str(named[-1])
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
