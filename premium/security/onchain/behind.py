"""What proxies run: the slots that a code names, read of a node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from premium.chains.endpoint import Answer, Call
from premium.chains.rpc import Rpc
from premium.security.evm.slots import EIP1822, EIP1967_BEACON, EIP1967_IMPLEMENTATION, ZEPPELINOS
from premium.security.knowledge.clones import cloned
from premium.security.knowledge.known import ZERO

_SLOTS = (EIP1967_IMPLEMENTATION, EIP1822, ZEPPELINOS)
_DELEGATECALL = 0xF4
_SINGLETON = 400
"""Bytes of the largest proxy that keeps its singleton in the first slot (Safe's)."""
_IMPLEMENTATION, _GAS = "0x5c60da1b", hex(1_000_000)
_WORD = 66


async def behind(nodes: Rpc, codes: Mapping[str, bytes | int], at: str) -> dict[str, str]:
    """Return the implementation of each proxy among some codes, as of a block.

    A slot is read where the code names it; what answers nothing is left out.
    """
    whole = {address: code for address, code in codes.items() if isinstance(code, bytes) and _DELEGATECALL in code}
    found = {address: each for address, code in whole.items() if (each := cloned(code)) is not None}
    asked = [(address, slot) for address, code in whole.items() if address not in found for slot in _named(code)]
    said = dict(zip(asked, await _read(nodes, asked, at), strict=True)) if asked else {}
    beacons = [(address, each) for (address, slot), each in said.items() if slot == EIP1967_BEACON and each]
    found |= {address: each for (address, slot), each in said.items() if slot != EIP1967_BEACON and each}
    calls = [Call("eth_call", ({"to": each, "data": _IMPLEMENTATION, "gas": _GAS}, at)) for _, each in beacons]
    answers = await nodes.batch(calls) if calls else []
    for (address, _), answer in zip(beacons, answers, strict=True):
        if (each := _address(answer)) is not None:
            found.setdefault(address, each)
    return found


def _named(code: bytes) -> Iterator[str]:
    """Slots that a code names; the first one where a small proxy names none."""
    slots = [each for each in (*_SLOTS, EIP1967_BEACON) if int(each, 16).to_bytes(32) in code]
    yield from slots
    if not slots and len(code) <= _SINGLETON:
        yield "0x0"


async def _read(nodes: Rpc, asked: Sequence[tuple[str, str]], at: str) -> list[str | None]:
    answers = await nodes.batch([Call("eth_getStorageAt", (address, slot, at)) for address, slot in asked])
    return [_address(each) for each in answers]


def _address(answer: Answer) -> str | None:
    """The address in a word; None for nothing, and for what is no address."""
    if not isinstance(answer, str) or len(answer) != _WORD or int(answer[2:26], 16):
        return None
    found = f"0x{answer[26:].lower()}"
    return None if found == ZERO else found
