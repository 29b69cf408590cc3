"""Tables of the EVM's instruction set.

Yellow Paper, appendix H, and EIPs up to Cancun.
"""

from __future__ import annotations

STOP, JUMP, JUMPI, JUMPDEST = 0x00, 0x56, 0x57, 0x5B
MLOAD, MSTORE, MSTORE8, SLOAD, SSTORE = 0x51, 0x52, 0x53, 0x54, 0x55
PUSH0, PUSH1, PUSH32, DUP1, DUP16, SWAP1, SWAP16 = 0x5F, 0x60, 0x7F, 0x80, 0x8F, 0x90, 0x9F
KECCAK, POP = 0x20, 0x50
ADD, MUL, SUB, DIV, AND, OR, XOR, NOT = 0x01, 0x02, 0x03, 0x04, 0x16, 0x17, 0x18, 0x19
LT, GT, SLT, SGT, EQ, ISZERO, BYTE, SHL, SHR, SAR = 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x1A, 0x1B, 0x1C, 0x1D
ADDRESS, BALANCE, ORIGIN, CALLER, CALLVALUE = 0x30, 0x31, 0x32, 0x33, 0x34
CALLDATALOAD, CALLDATASIZE, CALLDATACOPY, CODECOPY, RETURNDATACOPY = 0x35, 0x36, 0x37, 0x39, 0x3E
GASPRICE, COINBASE, BASEFEE, GAS, EXTCODECOPY = 0x3A, 0x41, 0x48, 0x5A, 0x3C
TIMESTAMP, NUMBER, SELFBALANCE, MCOPY, TLOAD, TSTORE = 0x42, 0x43, 0x47, 0x5E, 0x5C, 0x5D
CREATE, CALL, CALLCODE, RETURN, DELEGATECALL = 0xF0, 0xF1, 0xF2, 0xF3, 0xF4
LOG0, LOG4 = 0xA0, 0xA4
CREATE2, STATICCALL, REVERT, INVALID, SELFDESTRUCT = 0xF5, 0xFA, 0xFD, 0xFE, 0xFF

ENDS = frozenset({STOP, RETURN, REVERT, INVALID, SELFDESTRUCT})
CALLS = frozenset({CALL, CALLCODE, DELEGATECALL, STATICCALL})

_ARITY: dict[int, tuple[int, int]] = {
    STOP: (0, 0), 0x08: (3, 1), 0x09: (3, 1), ISZERO: (1, 1), NOT: (1, 1), KECCAK: (2, 1), ADDRESS: (0, 1),
    BALANCE: (1, 1), ORIGIN: (0, 1), CALLER: (0, 1), CALLVALUE: (0, 1), CALLDATALOAD: (1, 1), CALLDATASIZE: (0, 1),
    CALLDATACOPY: (3, 0), 0x38: (0, 1), CODECOPY: (3, 0), 0x3A: (0, 1), 0x3B: (1, 1), 0x3C: (4, 0), 0x3D: (0, 1),
    RETURNDATACOPY: (3, 0), 0x3F: (1, 1), 0x40: (1, 1), SELFBALANCE: (0, 1), 0x49: (1, 1), POP: (1, 0),
    MLOAD: (1, 1), MSTORE: (2, 0), MSTORE8: (2, 0), SLOAD: (1, 1), SSTORE: (2, 0), JUMP: (1, 0), JUMPI: (2, 0),
    0x58: (0, 1), 0x59: (0, 1), 0x5A: (0, 1), JUMPDEST: (0, 0), TLOAD: (1, 1), TSTORE: (2, 0), MCOPY: (3, 0),
    PUSH0: (0, 1), CREATE: (3, 1), CALL: (7, 1), CALLCODE: (7, 1), RETURN: (2, 0), DELEGATECALL: (6, 1),
    CREATE2: (4, 1), STATICCALL: (6, 1), REVERT: (2, 0), INVALID: (0, 0), SELFDESTRUCT: (1, 0),
}  # fmt: skip
_ARITY |= dict.fromkeys(
    [*range(0x01, 0x08), 0x0A, 0x0B, *range(0x10, 0x15), *range(0x16, 0x19), *range(0x1A, 0x1E)], (2, 1)
)
_ARITY |= dict.fromkeys([*range(0x41, 0x47), 0x48, 0x4A], (0, 1))
_ARITY |= {0xA0 + topics: (2 + topics, 0) for topics in range(5)}

ARITY: tuple[tuple[int, int] | None, ...] = tuple(_ARITY.get(code) for code in range(256))
"""`(taken, given)` stack items by opcode; None where no instruction has the byte. PUSH1.., DUP, SWAP are not here."""
