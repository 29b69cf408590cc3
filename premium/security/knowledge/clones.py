"""Small proxies whose code names what they run: EIP-1167 and its kin."""

from __future__ import annotations

from functools import lru_cache

_MOST = 2048
"""Bytes: what clones carry beside (arguments of their own) included."""
_PUSH1, _PUSH20, _PUSH32 = 0x60, 0x73, 0x7F
_DELEGATECALL = 0xF4
_OTHER = frozenset({0x35, 0x54, 0x55, 0xF0, 0xF1, 0xF2, 0xF5, 0xFA, 0xFF})
"""What no such proxy does: it takes no word of the call, no storage, calls and makes nothing else."""
_MASK = (1 << 160) - 1


@lru_cache(maxsize=4096)
def cloned(code: bytes) -> str | None:
    """Return the one address that a small code hands its calls to.

    None where it does anything else: known by what it does, since its bytes differ by tool (EIP-1167, EIP-7511,
    Solady's, with arguments behind).
    """
    if not 0 < len(code) <= _MOST:
        return None
    named: list[int] = []
    handed, at = 0, 0
    while at < len(code):
        opcode, width = code[at], max(0, min(code[at] - _PUSH1 + 1, 32)) if _PUSH1 <= code[at] <= _PUSH32 else 0
        if opcode in _OTHER:
            return None
        if opcode == _PUSH20 and (address := int.from_bytes(code[at + 1 : at + 21])) not in (0, _MASK):
            named.append(address)
        handed += opcode == _DELEGATECALL
        at += 1 + width
        if handed and opcode == 0xF3:  # arguments of its own stand behind: they are never run
            break
    return f"0x{named[0]:040x}" if handed == 1 and len(named) == 1 else None
