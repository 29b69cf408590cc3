"""A contract that exists in a simulation alone and asks many views by static calls.

Each view has a bound on gas and on what counts of its answer, so that one that burns or floods spoils no other. The
code is followed by its calls: 20 bytes of target, 2 of the answer's bound, 2 of the data's length, the data. It returns
for each a word (2^128 for success, and the length of what came) and the bounded answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from premium.chains.addresses import keccak256
from premium.simulation.model import Answers, NotSimulated, Override, Read, Surroundings

GAS = 6_000_000
"""What one contract of reads may use."""
MOST_READS = 220
_SUCCESS = 1 << 128


def _made_up(name: str) -> str:
    return f"0x{keccak256(f'premium simulation {name}'.encode())[-20:].hex()}"


ASKER = _made_up("asker")
"""Who sends the reads: nobody's address, with coin for the fee that validation asks."""
_BALANCES, _CODES, _SEEN = _made_up("balances"), _made_up("codes"), _made_up("seen")
SLOT_READER = bytes.fromhex("6000355460005260206000f3")
"""Code put in a contract's place to read its storage: a slot comes in, a word goes out."""
_CODE_OF = bytes.fromhex("6020600060006000353c60206000f3")
_BALANCE_OF = bytes.fromhex("6000353160005260206000f3")
_WORDS = (0x43, 0x42, 0x41, 0x48, 0x45, 0x44)
"""NUMBER, TIMESTAMP, COINBASE, BASEFEE, GASLIMIT, PREVRANDAO."""
_SEES = b"".join(bytes((word, 0x60, 32 * i, 0x52)) for i, word in enumerate(_WORDS)) + bytes.fromhex("60c06000f3")

CODE = bytes.fromhex(
    "6064"  # where the calls begin: the length of this code
    "6000"  # where results are written: 0
    "5b"  # 04, loop: p m
    "81380360"  # DUP2 CODESIZE SUB PUSH1 <body>
    "0f57"  # JUMPI
    "6000f3"  # PUSH1 0 RETURN (0, m)
    "fe"
    "5b"  # 0f, body
    "6020828239"  # CODECOPY: the call's head to m
    "8051"  # DUP1 MLOAD: p m w
    "8060401c61ffff16"  # the data's length: p m w d
    "8160501c61ffff16"  # the answer's bound: p m w d o
    "9160601c"  # SWAP2, the target: p m o d t
    "81"  # DUP2: d
    "85601801"  # DUP6 PUSH1 24 ADD: where the data begin
    "85"  # DUP6: m
    "39"  # CODECOPY: the data to m
    "60006000"
    "8386"  # DUP4 DUP7: d m
    "84"  # DUP5: t
    "62030d40"  # 200,000 gas
    "fa"  # STATICCALL: p m o d t s
    "60801b3d17"  # PUSH1 128 SHL RETURNDATASIZE OR
    "84"  # DUP5: m
    "52"  # MSTORE
    "50"  # POP: p m o d
    "601801"  # PUSH1 24 ADD
    "8301"  # DUP4 ADD: p m o p'
    "9250"  # SWAP3 POP: p' m o
    "803d10"  # DUP1 RETURNDATASIZE LT
    "813d1802"  # DUP2 RETURNDATASIZE XOR MUL
    "8118"  # DUP2 XOR: the less of both: p' m o n
    "6000"
    "83602001"  # DUP4 PUSH1 32 ADD
    "3e"  # RETURNDATACOPY: p' m o
    "01602001"  # ADD PUSH1 32 ADD: p' m'
    "600456"  # JUMP to the loop
)


def place(number_: int) -> str:
    """Return where the n-th contract of reads stands."""
    return _made_up(f"reader {number_}")


def code_of(reads: Sequence[Read]) -> bytes:
    """Return the contract that asks these views."""
    parts = [CODE]
    for target, asked, most in reads:
        head = bytes.fromhex(target[2:]) + most.to_bytes(2) + len(asked).to_bytes(2)
        parts += (head, asked)
    return b"".join(parts)


def answers(returned: bytes, reads: Sequence[Read]) -> Answers:
    """Return what each view answered, None where it failed.

    NotSimulated for what the contract never returns.
    """
    found: list[bytes | None] = []
    at = 0
    for read in reads:
        success, length = divmod(int.from_bytes(returned[at : at + 32]), _SUCCESS)
        body = returned[at + 32 : at + 32 + read.most]
        if success > 1 or len(body) != read.most:
            raise NotSimulated("the node answers views in a form that they never have")
        found.append(body[: min(length, read.most)] if success else None)
        at += 32 + read.most
    if at != len(returned):
        raise NotSimulated("the node answers more than was asked of views")
    return tuple(found)


def balance(party: str) -> Read:
    """Return the read of a party's coin."""
    return Read(_BALANCES, _word(party))


def code_head(party: str) -> Read:
    """Return the read of the first 32 bytes of a party's code."""
    return Read(_CODES, _word(party))


def seen() -> Read:
    """Return the read of all that a contract sees of the block."""
    return Read(_SEEN, b"", 32 * len(_WORDS))


def misses(answer: bytes | None, wanted: Surroundings) -> tuple[str, ...]:
    """Return the names of what a contract does not see as it was asked for."""
    if answer is None or len(answer) != 32 * len(_WORDS):
        return ("block",)
    words = [int.from_bytes(answer[i : i + 32]) for i in range(0, len(answer), 32)]
    asked = (
        ("number", wanted.number), ("time", wanted.timestamp), ("coinbase", int(wanted.coinbase, 16)),
        ("base fee", wanted.base_fee), ("gas limit", wanted.gas_limit), ("prevrandao", wanted.prevrandao),
    )  # fmt: skip
    return tuple(name for (name, value), word in zip(asked, words, strict=True) if value != word)


def helpers() -> dict[str, Override]:
    """Return the helper contracts that reads call."""
    codes = {_BALANCES: _BALANCE_OF, _CODES: _CODE_OF, _SEEN: _SEES}
    return {address: Override(code=code) for address, code in codes.items()} | {ASKER: Override(balance=1 << 100)}


def _word(party: str) -> bytes:
    return bytes.fromhex(party[2:].rjust(64, "0"))
