"""Write and read JSON-RPC's forms, with bounds: a node's answer is data of a stranger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from premium.simulation.model import Log, NotSimulated, Override, Overrides, Surroundings, Transaction

MOST_RETURNED = 128 << 10
"""Bytes that one call may return."""
MOST_LOGS = 2_000
_MOST_LOG = 64 << 10
_WORD = 1 << 256
_FAULT = 200


def call_of(each: Transaction, *, gas: int, nonce: int | None = None) -> dict[str, Any]:
    """Return a transaction as nodes take it: every field set that they would guess."""
    made: dict[str, Any] = {
        "from": each.sender,
        "to": each.to,
        "value": hex(each.value),
        "input": f"0x{each.data.hex()}",
        "gas": hex(gas),
        "maxFeePerGas": hex(each.max_fee or 0),
        "maxPriorityFeePerGas": hex(each.priority_fee or 0),
    }
    if each.to is None:
        del made["to"]
    stated = each.nonce if each.nonce is not None else nonce
    if stated is not None:
        made["nonce"] = hex(stated)
    if each.authorizations:
        made["type"] = "0x4"
        made["authorizationList"] = [
            {
                "chainId": hex(one.chain), "address": one.address, "nonce": hex(one.nonce),
                "yParity": hex(one.y_parity), "r": hex(one.r), "s": hex(one.s),
            }
            for one in each.authorizations
        ]  # fmt: skip
    return made


def overrides_of(given: Overrides) -> dict[str, Any]:
    """Return overrides of state as nodes take them."""
    return {address: _override(each) for address, each in given.items()}


def _override(each: Override) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if each.balance is not None:
        made["balance"] = hex(each.balance)
    if each.nonce is not None:
        made["nonce"] = hex(each.nonce)
    if each.code is not None:
        made["code"] = f"0x{each.code.hex()}"
    if each.storage:
        made["stateDiff"] = {word_text(slot): word_text(value) for slot, value in each.storage.items()}
    return made


def simulated_block(seen: Surroundings) -> dict[str, str]:
    """Return a block's overrides as `eth_simulateV1` names them."""
    return {
        "number": hex(seen.number), "time": hex(seen.timestamp), "feeRecipient": seen.coinbase,
        "gasLimit": hex(seen.gas_limit), "prevRandao": word_text(seen.prevrandao), "baseFeePerGas": hex(seen.base_fee),
    }  # fmt: skip


def called_block(seen: Surroundings) -> dict[str, str]:
    """Return a block's overrides as `eth_call` and traces name them."""
    return {
        "number": hex(seen.number), "time": hex(seen.timestamp), "coinbase": seen.coinbase,
        "gasLimit": hex(seen.gas_limit), "random": word_text(seen.prevrandao), "baseFee": hex(seen.base_fee),
    }  # fmt: skip


def word_text(value: int) -> str:
    """Return a word as 64 digits."""
    return f"0x{value % _WORD:064x}"


def number(value: object, what: str) -> int:
    """Return a quantity; NotSimulated where it is none of 256 bits."""
    try:
        found = int(value, 16) if isinstance(value, str) and len(value) <= 66 else -1
    except ValueError:
        found = -1
    if not 0 <= found < _WORD:
        raise NotSimulated(f"the node answers no number for {what}")
    return found


def data(value: object, what: str, most: int = MOST_RETURNED) -> bytes:
    """Return bytes of hexadecimal text; NotSimulated for what is none, or is longer than allowed."""
    if not isinstance(value, str) or len(value) > 2 + 2 * most:
        raise NotSimulated(f"the node answers no bytes, or more than {most}, for {what}")
    try:
        return bytes.fromhex(value.removeprefix("0x"))
    except ValueError:
        raise NotSimulated(f"the node answers no bytes for {what}") from None


def address(value: object, what: str) -> str:
    """Return an address in lower case."""
    found = data(value, what, 20)
    if len(found) != 20:
        raise NotSimulated(f"the node answers no address for {what}")
    return f"0x{found.hex()}"


def logs(value: object) -> tuple[Log, ...]:
    """Return events; NotSimulated beyond the bounds."""
    if not isinstance(value, list) or len(value) > MOST_LOGS:
        raise NotSimulated(f"the node answers no events, or more than {MOST_LOGS}")
    return tuple(map(_log, value))


def _log(value: object) -> Log:
    if not isinstance(value, Mapping) or not isinstance(value.get("topics"), list) or len(value["topics"]) > 4:
        raise NotSimulated("the node answers an event that is none")
    topics = tuple(number(each, "a topic") for each in value["topics"])
    return Log(address(value.get("address"), "an event"), topics, data(value.get("data", "0x"), "an event", _MOST_LOG))


def words_of(text: object) -> str:
    """Return a stranger's words without what nobody sees, 200 characters at most."""
    clean = "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in str(text)[:_FAULT])
    return clean.strip()
