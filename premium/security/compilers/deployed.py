"""Hold what sources compile to against what is deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from premium.security.compilers.made import Compiled
from premium.security.compilers.ranges import version_of
from premium.security.evm.disassembly import without_metadata


def differs(made: Compiled, contract: str | None, code: bytes, exact: str | None) -> bool | None:
    """Tell whether a code is none of the sources', metadata, immutables and libraries' places apart.

    None where that cannot be told: another compiler than the one that is named made it here.
    """
    wanted = version_of(exact) if exact else None
    alike = any(_alike(each, code) for each in _codes(made.output, contract))
    if alike:
        return False
    return True if wanted == made.version else None


def _codes(output: Mapping[str, Any], contract: str | None) -> Iterator[Mapping[str, Any]]:
    for file in (output.get("contracts") or {}).values():
        for name, one in file.items():
            deployed = (one.get("evm") or {}).get("deployedBytecode") or {}
            if contract in (None, name) and deployed.get("object"):
                yield deployed


def _alike(deployed: Mapping[str, Any], code: bytes) -> bool:
    text = bytearray.fromhex(_unlinked(str(deployed["object"])))
    given = bytearray(code)
    if (behind := int(deployed.get("behind") or 0)) and len(given) == len(text) + behind:
        del given[len(text) :]  # Vyper's immutables
    if len(text) != len(given):
        text, given = bytearray(without_metadata(bytes(text))), bytearray(without_metadata(bytes(given)))
    for start, length in _open(deployed):
        text[start : start + length] = given[start : start + length] = bytes(length)
    if given[:1] == b"\x73" and text[:1] == b"\x73":  # a library knows its own address
        given[1:21] = text[1:21] = bytes(20)
    return without_metadata(bytes(text)) == without_metadata(bytes(given))


def _unlinked(text: str) -> str:
    """Places of libraries that are not linked, as zeros."""
    while (at := text.find("_")) >= 0:
        text = text[:at] + "0" * 40 + text[at + 40 :]
    return text


def _open(deployed: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    for places in (deployed.get("immutableReferences") or {}).values():
        yield from ((int(each["start"]), int(each["length"])) for each in places)
    for file in (deployed.get("linkReferences") or {}).values():
        for places in file.values():
            yield from ((int(each["start"]), int(each["length"])) for each in places)
