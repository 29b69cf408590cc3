"""Signatures of well-known selectors, for the reader only: no detector looks here."""

from __future__ import annotations

_SIGNATURES = {
    0x40C10F19: "mint(address,uint256)", 0xA0712D68: "mint(uint256)", 0x8456CB59: "pause()", 0x3F4BA83A: "unpause()",
    0x3659CFE6: "upgradeTo(address)", 0x4F1EF286: "upgradeToAndCall(address,bytes)", 0x8F283970: "changeAdmin(address)",
    0xF2FDE38B: "transferOwnership(address)", 0x715018A6: "renounceOwnership()",
    0x2F2FF15D: "grantRole(bytes32,address)",
    0xD547741F: "revokeRole(bytes32,address)", 0x3CCFD60B: "withdraw()", 0x2E1A7D4D: "withdraw(uint256)",
    0xA9059CBB: "transfer(address,uint256)",
    0x23B872DD: "transferFrom(address,address,uint256)",
    0x70A08231: "balanceOf(address)", 0x18160DDD: "totalSupply()", 0x095EA7B3: "approve(address,uint256)",
    0x1F931C1C: "diamondCut((address,uint8,bytes4[])[],address,bytes)", 0x79CC6790: "burnFrom(address,uint256)",
    0x8DA5CB5B: "owner()", 0xAC9650D8: "multicall(bytes[])", 0xD0E30DB0: "deposit()", 0xF9F92BE4: "blacklist(address)",
}  # fmt: skip


def signature_of(selector: int | None) -> str | None:
    """Return the signature of a well-known selector; None for any other."""
    return _SIGNATURES.get(selector) if selector is not None else None
