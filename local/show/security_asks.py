"""Transactions and messages of the show of security, each with its finding."""

from __future__ import annotations

from typing import Any

from local.market.node import ETHER, calldata
from local.show import security_sources as sources
from local.show.security_chain import Ground, imitation, own_batch, typed

Ask = tuple[str, dict[str, Any], str]
TRANSACTION, MESSAGE = "/v1/security/scan/transaction", "/v1/security/scan/message"
_SOON = 2**33
_SAFE = (
    "address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, "
    "address gasToken, address refundReceiver, uint256 nonce"
)
_ITEM = "uint8 itemType, address token, uint256 identifierOrCriteria, uint256 startAmount, uint256 endAmount"
_ORDER = {
    "OrderComponents": (
        "address offerer, address zone, OfferItem[] offer, ConsiderationItem[] consideration, uint8 orderType, "
        "uint256 startTime, uint256 endTime, bytes32 zoneHash, uint256 salt, bytes32 conduitKey, uint256 counter"
    ),
    "OfferItem": _ITEM,
    "ConsiderationItem": f"{_ITEM}, address recipient",
}
_ZERO, _HASH = "0x" + "0" * 40, "0x" + "0" * 64


def transactions(ground: Ground) -> dict[str, Ask]:
    """Return a batch, a payment and a delegation, each with a trap."""
    friend, stranger, usd = ground.stranger(), ground.stranger(), ground.market.usd
    ground.pays(friend)
    wrap = (ground.market.weth, ETHER, calldata("deposit()"))
    hidden = (usd, 0, calldata("approve(address,uint256)", stranger, 2**256 - 1))
    poisoned = calldata("transfer(address,uint256)", imitation(friend), 100 * ETHER)
    sweeper = ground.deploy(sources.SWEEPER, "Sweeper")
    delegation = [{"chainId": "31337", "address": sweeper, "nonce": "0"}]
    return {
        "A batch that hides an approval": (
            TRANSACTION, {"to": ground.wallet, "data": _hex(own_batch(wrap, hidden))}, "approval_unlimited",
        ),
        "A recipient that imitates a friend": (TRANSACTION, {"to": usd, "data": _hex(poisoned)}, "recipient_lookalike"),
        "A delegation to a sweeper (EIP-7702)": (
            TRANSACTION, {"to": ground.wallet, "value": "0", "authorizationList": delegation}, "delegation_code",
        ),
    }  # fmt: skip


def messages(ground: Ground) -> dict[str, Ask]:
    """Return a permit for another chain, a Safe's delegate call, an order that gives away."""
    usd, stranger, me = ground.market.usd, ground.stranger(), ground.wallet
    permit = typed(
        "Permit",
        {"Permit": "address owner, address spender, uint256 value, uint256 nonce, uint256 deadline"},
        {"name": "Local Dollar", "version": "1", "chainId": 1, "verifyingContract": usd},
        {"owner": me, "spender": stranger, "value": str(2**256 - 1), "nonce": "0", "deadline": str(_SOON)},
    )
    call = {"to": stranger, "value": "0", "data": "0x12345678", "operation": 1, "safeTxGas": "0", "baseGas": "0"}
    safe = typed(
        "SafeTx",
        {"SafeTx": _SAFE},
        {"chainId": 31337, "verifyingContract": ground.stranger()},
        {**call, "gasPrice": "0", "gasToken": _ZERO, "refundReceiver": _ZERO, "nonce": "7"},
    )
    return {
        "A permit for another chain": (MESSAGE, {"typedData": permit}, "chain_other"),
        "A Safe's delegate call": (MESSAGE, {"typedData": safe}, "delegatecall_inside"),
        "An order that gives away": (MESSAGE, {"typedData": _order(ground)}, "order_gives_away"),
    }


def claims(ground: Ground) -> dict[str, Ask]:
    """Return a claim that pays where gas costs nothing: in a careless simulator."""
    claim = ground.deploy(sources.CLAIM, "Claim", ("address",), ground.market.usd)
    ground.own.do(ground.market.usd, "transfer(address,uint256)", claim, 6_000 * ETHER)
    body = {"to": claim, "value": str(ETHER), "data": _hex(calldata("claim()"))}
    return {"A claim that pays in the simulator alone": (TRANSACTION, body, "environment_dependent")}


def _order(ground: Ground) -> Any:
    """A thousand dollars for a millionth of a coin."""
    item = {"itemType": 1, "token": ground.market.usd, "identifierOrCriteria": "0"}
    offered = {**item, "startAmount": str(1000 * ETHER), "endAmount": str(1000 * ETHER)}
    back = {**item, "token": ground.market.weth, "startAmount": str(10**12), "endAmount": str(10**12)}
    return typed(
        "OrderComponents",
        _ORDER,
        {"name": "Seaport", "version": "1.6", "chainId": 31337, "verifyingContract": ground.stranger()},
        {
            "offerer": ground.wallet, "zone": _ZERO, "offer": [offered],
            "consideration": [{**back, "recipient": ground.wallet}], "orderType": 0, "startTime": "0",
            "endTime": str(_SOON), "zoneHash": _HASH, "salt": "1", "conduitKey": _HASH, "counter": "0",
        },
    )  # fmt: skip


def _hex(data: bytes) -> str:
    return f"0x{data.hex()}"
