"""Send transactions from one account in a fixed order.

The order can be taken up again where it stopped.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
from eth_abi.abi import encode

from local.errors import LocalError
from local.market.artifacts import creation_code
from local.patience import wait_for
from premium.chains.addresses import checksum, keccak256

_GAS = hex(12_000_000)
_GAS_PRICE = hex(2 * 10**9)
"""Fixed and above any base fee here, so that the wallet's history costs the same on every machine."""
ETHER = 10**18


class Node:
    """A JSON-RPC client of the node that can set time, balances and code."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=60, trust_env=False)

    def call(self, method: str, *params: Any) -> Any:
        answer = self._client.post("", json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).json()
        if "error" in answer:
            raise LocalError(
                f"The EVM node refused {method}: {answer['error'].get('message', '')[:200]}", "See: make logs"
            )
        return answer["result"]

    def batch(self, method: str, params: list[list[Any]]) -> list[Any]:
        body = [{"jsonrpc": "2.0", "id": i, "method": method, "params": p} for i, p in enumerate(params)]
        answers = {answer["id"]: answer["result"] for answer in self._client.post("", json=body).json()}
        return [answers[i] for i in range(len(params))]

    def receipt(self, transaction: str) -> Any:
        """Wait for a transaction's receipt and return it.

        Mining starts as a transaction arrives, so on a quiet machine it is there milliseconds later.
        """
        receipt = None

        def mined() -> bool:
            nonlocal receipt
            receipt = self.call("eth_getTransactionReceipt", transaction)
            return receipt is not None

        wait_for(f"the EVM node to mine {transaction}", mined, remedy="See: make logs NAME=evm", pause=0.01)
        return receipt

    def nonce(self, address: str) -> int:
        return int(self.call("eth_getTransactionCount", address, "latest"), 16)

    def close(self) -> None:
        self._client.close()


class Account:
    """An account that sends each of its transactions once, by number.

    A transaction that an earlier run sent is not sent again. The account's nonce is the only memory, so a node that
    comes back a few blocks younger is taken up there.
    """

    def __init__(self, node: Node, address: str) -> None:
        self._node, self.address = node, checksum(address)
        node.call("anvil_impersonateAccount", self.address)
        self._done, self._next = node.nonce(self.address), 0

    def deploy(self, name: str, types: tuple[str, ...] = (), *arguments: Any, at: datetime | None = None) -> str:
        """Deploy a contract and return its address.

        It is known before the contract exists: CREATE derives it from sender and nonce.
        """
        return self.create(creation_code(name) + encode(types, arguments), at=at)

    def create(self, code: bytes, *, at: datetime | None = None) -> str:
        """Deploy creation code with its arguments and return the contract's address."""
        address = contract_address(self.address, self._next)
        self.send(None, code, at=at)
        return address

    def do(self, target: str, signature: str, *arguments: Any, value: int = 0, at: datetime | None = None) -> None:
        self.send(target, calldata(signature, *arguments), value=value, at=at)

    def send(self, target: str | None, data: bytes = b"", *, value: int = 0, at: datetime | None = None) -> None:
        """Send one transaction and mine it in a block of the time `at`.

        LocalError where it reverts.
        """
        number, self._next = self._next, self._next + 1
        if number < self._done:
            return
        if at is not None:
            self._node.call("evm_setTime", int(at.timestamp()))
        fields = {
            "from": self.address,
            "data": "0x" + data.hex(),
            "value": hex(value),
            "gas": _GAS,
            "gasPrice": _GAS_PRICE,
            "nonce": hex(number),
        }
        transaction = self._node.call("eth_sendTransaction", fields if target is None else {**fields, "to": target})
        if self._node.receipt(transaction)["status"] != "0x1":
            raise LocalError(
                f"Transaction {number} of {self.address} failed while the market was built.", "Run: make reset"
            )


def contract_address(sender: str, nonce: int) -> str:
    """Return the address at which CREATE puts a contract.

    It is the hash of the RLP list of sender and nonce (below 128: one byte).
    """
    number = b"\x80" if nonce == 0 else bytes([nonce])
    body = b"\x94" + bytes.fromhex(sender[2:]) + number
    return checksum("0x" + keccak256(bytes([0xC0 + len(body)]) + body)[12:].hex())


def calldata(signature: str, *arguments: Any) -> bytes:
    """Return a function's signature and arguments as calldata.

    Signatures read `transfer(address,uint256)`; tuples are written `(address,uint24)`.
    """
    types = signature[signature.index("(") + 1 : -1]
    return keccak256(signature.encode())[:4] + encode(_split(types), arguments)


def _split(types: str) -> list[str]:
    """Split a list of types at the commas outside parentheses."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(types):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(types[start:position])
            start = position + 1
    return [*parts, types[start:]] if types else []
