"""Calldata for tests of scans, encoded by eth-abi, so that our own encoder is no judge in its own case."""

from __future__ import annotations

from typing import Any

from eth_abi import encode
from eth_utils import keccak

USER, FRIEND, STRANGER = ("0x" + f"{n:02x}" * 20 for n in (0x77, 0xF1, 0x99))
TOKEN, NFT, ROUTER, SAFE, LIBRARY = ("0x" + f"{n:02x}" * 20 for n in (0xA0, 0xA1, 0xB0, 0xC0, 0xD0))
ZERO = "0x" + "0" * 40
MAX = 2**256 - 1
NOW = 1_764_000_000
DAY = 86_400


def call(signature: str, *args: Any) -> bytes:
    """Encode a call of a signature's function."""
    return keccak(text=signature)[:4] + arguments(signature, *args)


def arguments(signature: str, *args: Any) -> bytes:
    """Encode the arguments of a signature alone."""
    return encode(_split(signature[signature.index("(") + 1 : -1]), args)


def _split(text: str) -> list[str]:
    parts, depth, word = [], 0, ""
    for sign in text:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append(word)
            word = ""
        else:
            word += sign
    return [*parts, word] if word else parts


def tx(to: str | None, data: bytes = b"", value: int = 0, **more: Any) -> dict[str, Any]:
    """Return a case of one transaction of the user."""
    fields = {"chain_id": "1", "from": USER, "to": to, "value": str(value), "data": f"0x{data.hex()}"}
    return {"tx": fields | more.pop("tx", {}), "time": str(NOW), **more}


KNOWN: dict[str, Any] = {
    "contracts": {ROUTER: "Router", LIBRARY: "MultiSend"},
    "tokens": {
        TOKEN: {"symbol": "TKN", "decimals": 6, "price_usd": "1"},
        "native": {"symbol": "ETH", "decimals": 18, "price_usd": "2000"},
    },
    "supplies": {TOKEN: "1000000000000"},
    "balances": {TOKEN: "5000000", "native": "1000000000000000000"},
    "sent_to": [FRIEND],
    "code": {FRIEND: "0"},
}


def multi_send(*calls: tuple[int, str, int, bytes]) -> bytes:
    """Encode the packed batch of a Safe: operation, target, value, data."""
    packed = b"".join(
        bytes([operation]) + bytes.fromhex(to[2:]) + value.to_bytes(32) + len(data).to_bytes(32) + data
        for operation, to, value, data in calls
    )
    return call("multiSend(bytes)", packed)


def safe(to: str, data: bytes, *, value: int = 0, operation: int = 0) -> bytes:
    """Encode a Safe's transaction."""
    signature = "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
    return call(signature, to, value, data, operation, 0, 0, 0, ZERO, ZERO, b"")
