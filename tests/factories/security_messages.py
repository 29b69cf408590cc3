"""Typed data of the known families, for tests of scans."""

from __future__ import annotations

from typing import Any

from tests.factories.security_calls import NOW, ROUTER, SAFE, STRANGER, TOKEN, USER, ZERO

DOMAIN_TYPES = [
    {"name": "name", "type": "string"},
    {"name": "version", "type": "string"},
    {"name": "chainId", "type": "uint256"},
    {"name": "verifyingContract", "type": "address"},
]
ONE = 10**18
SOON = str(NOW + 600)
SEAPORT_ITEM = "itemType:uint8 token:address identifierOrCriteria:uint256 startAmount:uint256 endAmount:uint256"
SEAPORT = (
    "offerer:address zone:address offer:OfferItem[] consideration:ConsiderationItem[] orderType:uint8 "
    "startTime:uint256 endTime:uint256 zoneHash:bytes32 salt:uint256 conduitKey:bytes32 counter:uint256"
)
SEAPORT_TYPES = {
    "OrderComponents": SEAPORT,
    "OfferItem": SEAPORT_ITEM,
    "ConsiderationItem": f"{SEAPORT_ITEM} recipient:address",
}
B32 = "0x" + "00" * 32


def fields(text: str) -> list[dict[str, str]]:
    """Return the fields of `name:type name:type`."""
    return [{"name": each.split(":")[0], "type": each.split(":")[1]} for each in text.split()]


def typed(
    types: dict[str, str], message: dict[str, Any], contract: str = TOKEN, chain: int = 1, **domain: Any
) -> dict[str, Any]:
    """Return typed data whose primary type is the first."""
    return {
        "types": {"EIP712Domain": DOMAIN_TYPES, **{name: fields(text) for name, text in types.items()}},
        "primaryType": next(iter(types)),
        "domain": {"name": "X", "version": "1", "chainId": chain, "verifyingContract": contract} | domain,
        "message": message,
    }


def permit(spender: str = STRANGER, value: int = 5, **more: Any) -> dict[str, Any]:
    """Return a permit of ERC-2612."""
    text = "owner:address spender:address value:uint256 nonce:uint256 deadline:uint256"
    message = {"owner": USER, "spender": spender, "value": str(value), "nonce": "0", "deadline": SOON} | more
    return typed({"Permit": text}, message)


def dai(spender: str = STRANGER, *, allowed: bool = True, expiry: str = SOON) -> dict[str, Any]:
    """Return a permit as DAI has it."""
    text = "holder:address spender:address nonce:uint256 expiry:uint256 allowed:bool"
    return typed(
        {"Permit": text}, {"holder": USER, "spender": spender, "nonce": 0, "expiry": expiry, "allowed": allowed}
    )


def permit2(spender: str = STRANGER, amount: int = 5, *, until: str = SOON) -> dict[str, Any]:
    """Return a single permit of Permit2."""
    details = "token:address amount:uint160 expiration:uint48 nonce:uint48"
    types = {"PermitSingle": "details:PermitDetails spender:address sigDeadline:uint256", "PermitDetails": details}
    given = {"token": TOKEN, "amount": str(amount), "expiration": until, "nonce": 0}
    return typed(types, {"details": given, "spender": spender, "sigDeadline": SOON}, ROUTER)


def permit2_transfer(spender: str = STRANGER, witness: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a transfer of Permit2, with a witness perhaps."""
    types = {
        "PermitWitnessTransferFrom": "permitted:TokenPermissions spender:address nonce:uint256 deadline:uint256",
        "TokenPermissions": "token:address amount:uint256",
    }
    message: dict[str, Any] = {
        "permitted": {"token": TOKEN, "amount": "2000000000"},
        "spender": spender,
        "nonce": 1,
        "deadline": SOON,
    }
    if witness is not None:
        types["PermitWitnessTransferFrom"] += " witness:Order"
        types |= {"Order": "info:Info outputs:Output[]", "Info": "reactor:address swapper:address"}
        types["Output"] = "token:address startAmount:uint256 endAmount:uint256 recipient:address"
        message["witness"] = witness
    return typed(types, message, ROUTER)


def uniswapx(amount: int, recipient: str = USER) -> dict[str, Any]:
    """Return an order of UniswapX that sells 2,000 dollars of the token for the coin."""
    output = {"token": ZERO, "startAmount": str(2 * amount), "endAmount": str(amount), "recipient": recipient}
    return permit2_transfer(ROUTER, {"info": {"reactor": ROUTER, "swapper": USER}, "outputs": [output]})


def erc3009(to: str = STRANGER) -> dict[str, Any]:
    """Return a transfer by signature."""
    text = "from:address to:address value:uint256 validAfter:uint256 validBefore:uint256 nonce:bytes32"
    message = {"from": USER, "to": to, "value": "7", "validAfter": 0, "validBefore": SOON, "nonce": B32}
    return typed({"TransferWithAuthorization": text}, message)


def item(kind: int, token: str, amount: int, recipient: str | None = None, identifier: int = 0) -> dict[str, Any]:
    """Return an item of Seaport."""
    made = {
        "itemType": kind,
        "token": token,
        "identifierOrCriteria": str(identifier),
        "startAmount": str(amount),
        "endAmount": str(amount),
    }
    return made | ({"recipient": recipient} if recipient else {})


def seaport(offer: list[Any], consideration: list[Any], **more: Any) -> dict[str, Any]:
    """Return the values of an order of Seaport."""
    return {
        "offerer": USER,
        "zone": ZERO,
        "offer": offer,
        "consideration": consideration,
        "orderType": 0,
        "startTime": "0",
        "endTime": SOON,
        "zoneHash": B32,
        "salt": "1",
        "conduitKey": B32,
        "counter": "0",
    } | more


def seaport_order(offer: list[Any], consideration: list[Any], **more: Any) -> dict[str, Any]:
    """Return an order of Seaport."""
    return typed(SEAPORT_TYPES, seaport(offer, consideration, **more), ROUTER)


def seaport_tree(*orders: dict[str, Any]) -> dict[str, Any]:
    """Return a tree of two orders."""
    return typed({"BulkOrder": "tree:OrderComponents[2]", **SEAPORT_TYPES}, {"tree": list(orders)}, ROUTER)


def cow(buy: int, receiver: str = ZERO) -> dict[str, Any]:
    """Return an order of CoW that sells 2,000 dollars of the token for the coin."""
    text = (
        "sellToken:address buyToken:address receiver:address sellAmount:uint256 buyAmount:uint256 validTo:uint32 "
        "appData:bytes32 feeAmount:uint256 kind:string partiallyFillable:bool "
        "sellTokenBalance:string buyTokenBalance:string"
    )
    message = {
        "sellToken": TOKEN,
        "buyToken": "0x" + "ee" * 20,
        "receiver": receiver,
        "sellAmount": "2000000000",
        "buyAmount": str(buy),
        "validTo": SOON,
        "appData": B32,
        "feeAmount": "0",
        "kind": "sell",
        "partiallyFillable": False,
        "sellTokenBalance": "erc20",
        "buyTokenBalance": "erc20",
    }
    return typed({"Order": text}, message, ROUTER)


def safe_tx(to: str, data: bytes, operation: int = 0) -> dict[str, Any]:
    """Return a transaction of a Safe."""
    text = (
        "to:address value:uint256 data:bytes operation:uint8 safeTxGas:uint256 baseGas:uint256 gasPrice:uint256 "
        "gasToken:address refundReceiver:address nonce:uint256"
    )
    message = {
        "to": to,
        "value": "0",
        "data": f"0x{data.hex()}",
        "operation": operation,
        "safeTxGas": 0,
        "baseGas": 0,
        "gasPrice": 0,
        "gasToken": ZERO,
        "refundReceiver": ZERO,
        "nonce": 3,
    }
    return typed({"SafeTx": text}, message, SAFE)
