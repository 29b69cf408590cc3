"""Read tokens: allowances, operators, transfers and permits.

ERC-20, 721, 777, 1155, 2612, 3009, 4494, 6909.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from premium.security.calls.effects import Allow, AllowAll, Call, Effect, Move
from premium.security.calls.registry import reads

MAX = (1 << 256) - 1


@reads("approve(address,uint256)", "safeApprove(address,uint256)", "forceApprove(address,uint256)")
def approve(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Allow a spender."""
    yield Allow(call.here, call.sender, args[0], args[1])


@reads("increaseAllowance(address,uint256)", "increaseApproval(address,uint256)")
def increase(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Allow a spender more."""
    yield Allow(call.here, call.sender, args[0], args[1], added=True)


@reads("approve(address,address,uint256)")
def approve_of(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Allow a spender of a token, in a vault's or a batch contract's form."""
    yield Allow(args[0], call.sender, args[1], args[2])


@reads("approveAndCall(address,uint256,bytes)", "approveAndCall(address,uint256)")
def approve_and_call(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Allow a spender, which is called at once."""
    yield Allow(call.here, call.sender, args[0], args[1])


@reads("approve(address,uint256,uint256)")
def approve_unit(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Allow a spender of one id (ERC-6909)."""
    yield Allow(call.here, call.sender, args[0], args[2])


@reads("setApprovalForAll(address,bool)", "setOperator(address,bool)")
def approve_all(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Make somebody the operator of all units, or no more."""
    yield AllowAll(call.here, call.sender, args[0], args[1])


@reads(
    "allow(address,bool)",
    "setAuthorization(address,bool)",
    "setApproval(address,bool)",
    "approveOperator(address,bool)",
)
def manager(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Let a manager act for all that the sender has there, or no more."""
    yield AllowAll(call.here, call.sender, args[0], args[1])


@reads("hope(address)", "approvePlugin(address)", "addOperator(bytes32,address)")
def manager_named(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Let a manager act, by a function that only gives."""
    yield AllowAll(call.here, call.sender, args[-1], on=True)


@reads("setRelayerApproval(address,address,bool)")
def relayer(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Let a relayer of a vault act for the first address, or no more."""
    yield AllowAll(call.here, args[0], args[1], args[2])


@reads("setMasterContractApproval(address,address,bool,uint8,bytes32,bytes32)")
def master(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Let every clone of a contract act for the first address, or no more."""
    yield AllowAll(call.here, args[0], args[1], args[2])


@reads("authorizeOperator(address)")
def authorize_operator(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Make somebody the operator of an ERC-777."""
    yield AllowAll(call.here, call.sender, args[0], on=True)


@reads("approveDelegation(address,uint256)")
def credit(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Let somebody borrow against the owner's collateral."""
    yield Allow(call.here, call.sender, args[0], args[1], how="credit")


@reads(
    "transfer(address,uint256)",
    "transferAndCall(address,uint256,bytes)",
    "transferAndCall(address,uint256)",
    "send(address,uint256,bytes)",
    "transfer(address,uint256,bytes)",
)
def transfer(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Move the sender's own."""
    yield Move(call.here, call.sender, args[0], args[1])


@reads(
    "transferFrom(address,address,uint256)",
    "transferFromAndCall(address,address,uint256,bytes)",
    "operatorSend(address,address,uint256,bytes,bytes)",
)
def transfer_from(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Move an owner's."""
    yield Move(call.here, args[0], args[1], args[2])


@reads("safeTransferFrom(address,address,uint256)", "safeTransferFrom(address,address,uint256,bytes)")
def transfer_nft(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Move one NFT."""
    yield Move(call.here, args[0], args[1], 1, "nft")


@reads("safeTransferFrom(address,address,uint256,uint256,bytes)")
def transfer_units(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Move units of one id (ERC-1155)."""
    yield Move(call.here, args[0], args[1], args[3], "nft")


@reads("safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)")
def transfer_batch(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Move units of several ids (ERC-1155)."""
    yield Move(call.here, args[0], args[1], sum(args[3]), "nft")


@reads("transfer(address,uint256,uint256)")
def transfer_6909(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Move the sender's units of one id (ERC-6909)."""
    yield Move(call.here, call.sender, args[0], args[2])


@reads("transferFrom(address,address,uint256,uint256)")
def transfer_from_6909(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Move an owner's units of one id (ERC-6909)."""
    yield Move(call.here, args[0], args[1], args[3])


@reads("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)", "permit(address,address,uint256,uint256,bytes)")
def permit(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Allow by signature (ERC-2612)."""
    yield Allow(call.here, args[0], args[1], args[2], args[3], signed=True)


@reads("permit(address,address,uint256,uint256,bool,uint8,bytes32,bytes32)")
def permit_dai(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Allow everything or nothing by signature, as DAI does; an expiry of 0 is never."""
    yield Allow(call.here, args[0], args[1], MAX if args[4] else 0, args[3] or MAX, signed=True)


@reads("permit(address,uint256,uint256,uint8,bytes32,bytes32)", "permit(address,uint256,uint256,bytes)")
def permit_nft(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Allow one NFT by signature (ERC-4494)."""
    yield Allow(call.here, None, args[0], 1, args[2], how="nft", signed=True)


@reads(
    "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)",
    "receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)",
    "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)",
    "receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)",
)
def transfer_signed(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Move an owner's by his signature (ERC-3009)."""
    yield Move(call.here, args[0], args[1], args[2])
