"""Read deposits, withdrawals and claims: vaults of ERC-4626, lenders, bridges of the coin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from premium.security.calls.effects import Call, Effect, Move, Proceeds
from premium.security.calls.registry import reads


@reads("deposit(uint256,address)", "mint(uint256,address)")
def deposit(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Pay into a vault; the shares go to the receiver."""
    yield Proceeds(args[1], "the vault's shares")


@reads("withdraw(uint256,address,address)", "redeem(uint256,address,address)")
def withdraw(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Take out of a vault what an owner's shares are worth."""
    yield Move(call.here, args[2], args[1], args[0], "share")
    yield Proceeds(args[1], "what the vault pays")


@reads("requestRedeem(uint256,address,address)", "requestDeposit(uint256,address,address)")
def request(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Ask a vault to pay later (ERC-7540)."""
    yield Proceeds(args[1], "what the vault will pay")


@reads("supply(address,uint256,address,uint16)", "deposit(address,uint256,address,uint16)")
def supply(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Pay into a lender for somebody."""
    yield Move(args[0], call.sender, call.here, args[1], "share")
    yield Proceeds(args[2], "the deposit")


@reads("withdraw(address,uint256,address)", "withdrawTo(address,address,uint256)")
def take(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Take out of a lender."""
    who = args[2] if isinstance(args[2], str) else args[0]
    yield Proceeds(who, "the withdrawal")


@reads("borrow(address,uint256,uint256,uint16,address)")
def borrow(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Borrow on somebody's collateral."""
    if args[4] != call.sender:
        yield Move(args[0], args[4], call.sender, args[1], "share")


@reads(
    "repay(address,uint256,uint256,address)",
    "setUserUseReserveAsCollateral(address,bool)",
    "setUserEMode(uint8)",
    "submit(address)",
    "stake(uint256)",
    "unstake(uint256)",
    "exit()",
    "getReward()",
    "claim()",
    "depositETH()",
    "vote(uint256,bool)",
    "castVote(uint256,uint8)",
    "castVoteWithReason(uint256,uint8,string)",
    "renounceOwnership()",
    "acceptOwnership()",
    "renounceRole(bytes32,address)",
    "revokeRole(bytes32,address)",
    "cancel(bytes32)",
    "decreaseAllowance(address,uint256)",
    "lockdown((address,address)[])",
    "invalidateNonces(address,address,uint48)",
    "invalidateUnorderedNonces(uint256,uint256)",
    "revokeOperator(address)",
    "disableModule(address,address)",
    "depositTo(address)",
    "burn(uint256)",
    "incrementNonce()",
    "nonce()",
)
def own(call: Call, args: tuple[Any, ...]) -> Iterator[Effect]:
    """Change what stays the sender's, or take a power back."""
    yield from ()
