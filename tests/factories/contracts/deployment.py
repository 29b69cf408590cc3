"""Contracts put on a test node, and calls to them."""

from __future__ import annotations

import time
from typing import Any

from eth_abi.abi import encode

from local.evm import Evm
from premium.chains.addresses import keccak256


def account(evm: Evm, number: int = 0) -> str:
    """One of the node's unlocked accounts."""
    return str(evm.call("eth_accounts")[number])


def send(evm: Evm, to: str | None, data: bytes, *, sender: str | None = None, value: int = 0) -> dict[str, Any]:
    """The receipt of a successful transaction."""
    asked = {"from": sender or account(evm), "data": f"0x{data.hex()}", "value": hex(value), "gas": hex(12_000_000)}
    if to is not None:
        asked["to"] = to
    sent = evm.call("eth_sendTransaction", asked)
    for _ in range(200):
        receipt: dict[str, Any] | None = evm.call("eth_getTransactionReceipt", sent)
        if receipt is not None:
            assert receipt["status"] == "0x1", receipt
            return receipt
        time.sleep(0.01)
    raise TimeoutError(f"{sent} was not mined")


def deploy(evm: Evm, creation: bytes, types: tuple[str, ...] = (), values: tuple[Any, ...] = ()) -> str:
    return str(send(evm, None, creation + encode(types, values))["contractAddress"])


def calldata(signature: str, *values: Any) -> bytes:
    types = [kind for kind in signature[signature.index("(") + 1 : -1].split(",") if kind]
    return keccak256(signature.encode())[:4] + encode(types, values)


def minimal_proxy(implementation: str) -> bytes:
    """Creation code of EIP-1167: ten bytes that return the forty-five of the proxy."""
    runtime = bytes.fromhex(f"363d3d373d3d3d363d73{implementation[2:]}5af43d82803e903d91602b57fd5bf3")
    return bytes.fromhex("3d602d80600a3d3981f3") + runtime
