"""Bytecode cut into basic blocks, without push data and compiler metadata."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from premium.security.evm.opcodes import ARITY, ENDS, JUMP, JUMPDEST, JUMPI, PUSH0, PUSH1, PUSH32, SWAP16

_CBOR_MAP_HEADS = range(0xA1, 0xA5)
_KNOWN = frozenset(each for each in range(256) if PUSH0 <= each <= SWAP16 or ARITY[each] is not None)
_CLOSING = frozenset({*ENDS, JUMP, JUMPI, *(set(range(256)) - _KNOWN)})


def without_metadata(code: bytes) -> bytes:
    """Return the code before the CBOR map that solc and vyper append.

    The length of the map stands in the last two bytes.
    """
    if len(code) < 4:
        return code
    start = len(code) - 2 - int.from_bytes(code[-2:])
    return code[:start] if 0 < start < len(code) - 2 and code[start] in _CBOR_MAP_HEADS else code


def without_immutables(code: bytes) -> bytes:
    """Return the code without metadata, its 32-byte constants as zeros.

    So instances of one contract are equal: Solidity sets immutables there. Those of Vyper stand behind the code and
    are left as they are.
    """
    plain = bytearray(without_metadata(code))
    at = 0
    while at < len(plain):
        width = plain[at] - PUSH0 if PUSH1 <= plain[at] <= PUSH32 else 0
        if plain[at] == PUSH32:
            plain[at + 1 : at + 33] = bytes(len(plain[at + 1 : at + 33]))
        at += 1 + width
    return bytes(plain)


class Instruction(NamedTuple):
    """One instruction at byte `offset`; `operand` is the pushed constant, else 0."""

    offset: int
    opcode: int
    operand: int = 0


class Disassembly:
    """Instructions and jump destinations of one runtime code."""

    def __init__(self, code: bytes) -> None:
        self.raw = code
        self.code = without_metadata(code)

    @cached_property
    def instructions(self) -> list[Instruction]:
        """Instructions in order of offset.

        A push cut off by the end of code is padded with zeros, as the EVM does.
        """
        code, found, offset = self.code, [], 0
        while offset < len(code):
            opcode = code[offset]
            width = opcode - PUSH0 if PUSH1 <= opcode <= PUSH32 else 0
            operand = int.from_bytes(code[offset + 1 : offset + 1 + width].ljust(width, b"\0")) if width else 0
            found.append(Instruction(offset, opcode, operand))
            offset += 1 + width
        return found

    @cached_property
    def jumpdests(self) -> frozenset[int]:
        """Byte offsets where a jump may land: a 0x5b inside push data is none."""
        return frozenset(one.offset for one in self.instructions if one.opcode == JUMPDEST)

    @cached_property
    def blocks(self) -> dict[int, list[Instruction]]:
        """Basic blocks by the offset of their first instruction."""
        blocks: dict[int, list[Instruction]] = {}
        current: list[Instruction] = []
        for one in self.instructions:
            if one.opcode == JUMPDEST and current:
                blocks[current[0].offset] = current
                current = []
            current.append(one)
            if one.opcode in _CLOSING:
                blocks[current[0].offset] = current
                current = []
        if current:
            blocks[current[0].offset] = current
        return blocks


def is_known(opcode: int) -> bool:
    """Whether the EVM has an instruction for the byte.

    Data reached as code ends a block like INVALID.
    """
    return opcode in _KNOWN
