"""Reads many contracts in one call where no Multicall3 is deployed.

A call without an address runs its data as the code of a new contract, and answers what that returns: nothing is
deployed. The code is 82 bytes; behind it stand the calls: 20 bytes of address, 2 of length, the data. It returns for
each call a word (2^128 for a success, and the length of what came back) and what came back.

A node takes at most 49,152 bytes of such code (EIP-3860) and 24,576 of what it returns (EIP-170).
"""

from __future__ import annotations

from collections.abc import Sequence

from premium.chains.reading.calls import Read
from premium.chains.reading.codec import NotAnAnswer

OVERHEAD = 22
REQUEST_BYTES, ANSWER_WORDS = 48_000, 24_000 // 32
READS = ANSWER_WORDS // 2
"""At most so many words come back of so many reads, one each."""
_SUCCESS = 1 << 128

CODE = bytes.fromhex(
    "60"  # PUSH1 <length of this code>
    "52"
    "6000"  # where results are written: 0
    "5b"  # 04, loop: p m
    "81380360"  # DUP2 CODESIZE SUB PUSH1 <body>
    "0f57"  # JUMPI
    "6000f3"  # PUSH1 0 RETURN (0, m)
    "fe"
    "5b"  # 0f, body
    "60208282"  # PUSH1 32 DUP3 DUP3
    "39"  # CODECOPY: the call's head to m
    "8051"  # DUP1 MLOAD
    "8060501c61ffff16"  # DUP1 PUSH1 80 SHR PUSH2 0xffff AND: p m w length
    "9060601c"  # SWAP1 PUSH1 96 SHR: p m length target
    "81601685018439"  # DUP2 PUSH1 22 DUP6 ADD DUP5 CODECOPY: the data to m
    "600060008385845a"  # PUSH1 0 PUSH1 0 DUP4 DUP6 DUP5 GAS
    "fa"  # STATICCALL
    "60801b3d178352"  # PUSH1 128 SHL RETURNDATASIZE OR DUP4 MSTORE
    "50"  # POP: p m length
    "60160182019150"  # PUSH1 22 ADD DUP3 ADD SWAP2 POP: p' m
    "3d6000602083013e"  # RETURNDATASIZE PUSH1 0 PUSH1 32 DUP4 ADD RETURNDATACOPY
    "3d0160200160"  # RETURNDATASIZE ADD PUSH1 32 ADD
    "0456"  # JUMP to the loop
)


def encode(reads: Sequence[Read]) -> bytes:
    """Return the data of a call without an address."""
    parts = [CODE]
    for target, data, _ in reads:
        parts += (bytes.fromhex(target[2:]), len(data).to_bytes(2, "big"), data)
    return b"".join(parts)


def decode(answer: bytes, expected: int) -> list[bytes | None]:
    """Return the data of each call, None where it failed; NotAnAnswer for anything else."""
    found: list[bytes | None] = []
    place = 0
    while place < len(answer):
        head = int.from_bytes(answer[place : place + 32], "big")
        success, length = divmod(head, _SUCCESS)
        data = answer[place + 32 : place + 32 + length]
        if success > 1 or place + 32 > len(answer) or len(data) != length:
            raise NotAnAnswer("a result is cut off")
        found.append(data if success else None)
        place += 32 + length
    if len(found) != expected:
        raise NotAnAnswer("not as many results as calls")
    return found
