"""Finds empty accounts, thousands in one call: no code, nonce or coin (EIP-161).

EXTCODEHASH of an empty account is 0 (EIP-1052). A call without an address runs the code below over the addresses behind
it, and answers a byte an account: 1 where it is empty. Nothing is deployed.
"""

from __future__ import annotations

from collections.abc import Sequence

from premium.chains.reading.block import Head, call_at
from premium.chains.rpc import Rpc, RpcError
from premium.errors import UpstreamUnavailable

A_CALL = 2_000
"""Addresses: 40,000 bytes of the 49,152 that such code may have (EIP-3860), and 6 M gas."""
_NOBODY = "0x" + "0" * 39 + "1"
CODE = bytes.fromhex(
    "6029"  # PUSH1 <length of this code>: p
    "6000"  # m
    "5b"  # 04, loop: p m
    "81380360"  # DUP2 CODESIZE SUB PUSH1 <body>
    "0f57"  # JUMPI
    "6000f3"  # PUSH1 0 RETURN (0, m)
    "fe"
    "5b"  # 0f, body
    "6014828239"  # PUSH1 20 DUP3 DUP3 CODECOPY: the address to m
    "8051"  # DUP1 MLOAD
    "60601c"  # PUSH1 96 SHR
    "3f15"  # EXTCODEHASH ISZERO
    "8153"  # DUP2 MSTORE8
    "600101"  # PUSH1 1 ADD: p m'
    "90601401"  # SWAP1 PUSH1 20 ADD: m' p'
    "90"  # SWAP1
    "6004"  # PUSH1 <loop>
    "56"  # JUMP
)


async def empty(rpc: Rpc, head: Head, wallets: Sequence[str]) -> frozenset[str] | None:
    """Return which of these accounts are empty at the block.

    None where the node does not run such code.

    UpstreamUnavailable where no node answers.
    """
    found: set[str] = set()
    for start in range(0, len(wallets), A_CALL):
        part = wallets[start : start + A_CALL]
        said = await _asked(rpc, head, [*part, _sure(rpc)])
        if said is None:
            return None
        found |= {wallet for wallet, byte in zip(part, said, strict=False) if byte}
    return frozenset(found)


def _sure(rpc: Rpc) -> str:
    """Return an account that is not empty.

    By it an answer shows that the chain counts like Ethereum.
    """
    return rpc.chain.multicall or _NOBODY


async def _asked(rpc: Rpc, head: Head, wallets: Sequence[str]) -> bytes | None:
    data = CODE + b"".join(bytes.fromhex(wallet[2:]) for wallet in wallets)
    try:
        answer = await call_at(rpc, head, "eth_call", {"data": "0x" + data.hex()})
        said = bytes.fromhex(str(answer)[2:])
    except (RpcError, ValueError):
        return None
    except UpstreamUnavailable:
        raise
    is_sound = len(said) == len(wallets) and set(said) <= {0, 1} and (rpc.chain.multicall is None or not said[-1])
    return said if is_sound else None
