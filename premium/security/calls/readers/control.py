"""Read powers that are given: ownership, roles, upgrades, facets of diamonds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from premium.security.calls.effects import Call, Inner, Power, Step
from premium.security.calls.registry import reads
from premium.security.knowledge.known import ZERO


@reads(
    "transferOwnership(address)",
    "setOwner(address)",
    "changeOwner(address)",
    "nominateNewOwner(address)",
    "setPendingOwner(address)",
    "transferOwner(address)",
    "setAdmin(address)",
    "changeAdmin(address)",
    "setPendingAdmin(address)",
    "_setPendingAdmin(address)",
    "setGovernance(address)",
    "setPendingGovernance(address)",
    "transferGovernance(address)",
    "setGov(address)",
    "beginDefaultAdminTransfer(address)",
    "transferAdmin(address)",
    "setAuthority(address)",
    "safeTransferOwnership(address)",
    "transferOwnership(address,bool,bool)",
    "requestOwnershipHandover(address)",
    "completeOwnershipHandover(address)",
)
def ownership(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Give a contract to another owner."""
    yield Power("ownership_given", args[0], f"ownership of {call.here}")


@reads("changeProxyAdmin(address,address)")
def proxy_admin(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Give a proxy to another admin."""
    yield Power("ownership_given", args[1], f"administration of {args[0]}")


@reads(
    "setOwner(bytes32,address)",
    "setSubnodeOwner(bytes32,bytes32,address)",
    "setSubnodeRecord(bytes32,bytes32,address,address,uint64)",
    "setRecord(bytes32,address,address,uint64)",
    "reclaim(uint256,address)",
)
def name_owner(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Give a name of ENS to another owner."""
    owner = next(each for each in args if isinstance(each, str))
    yield Power("ownership_given", owner, "ownership of a name")


@reads(
    "grantRole(bytes32,address)",
    "grantRole(uint64,address,uint32)",
    "setUserRole(address,uint8,bool)",
    "grantRoles(address,uint256)",
)
def role(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Give a role."""
    who = next(each for each in args if isinstance(each, str))
    yield Power("role_given", who, f"a role of {call.here}")


@reads(
    "addMinter(address)",
    "setMinter(address)",
    "addPauser(address)",
    "addOperator(address)",
    "rely(address)",
    "addOwner(address)",
    "addController(address)",
    "addAdmin(address)",
    "addSigner(address)",
    "setMinter(address,bool)",
    "setController(address,bool)",
    "setOperator(address)",
    "setKeeper(address)",
    "addMember(address)",
    "configureMinter(address,uint256)",
    "updateMasterMinter(address)",
)
def named_role(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Give a role that has a function of its own."""
    if not (len(args) == 2 and args[1] is False):
        yield Power("role_given", args[0], f"a role of {call.here}")


@reads(
    "upgradeTo(address)",
    "setImplementation(address)",
    "upgradeImplementation(address)",
    "_setImplementation(address)",
    "changeImplementation(address)",
    "setTarget(address)",
)
def upgrade(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Put other code behind a proxy."""
    yield Power("upgrade_call", args[0], f"code of {call.here}")


@reads("upgradeToAndCall(address,bytes)", "upgradeToAndCall(address,bytes,bool)")
def upgrade_and_call(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Put other code behind a proxy, and run it at once."""
    yield Power("upgrade_call", args[0], f"code of {call.here}")


@reads("upgrade(address,address)", "upgradeAndCall(address,address,bytes)")
def upgrade_by_admin(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Put other code behind a proxy through its admin contract."""
    yield Power("upgrade_call", args[1], f"code of {args[0]}")


@reads("diamondCut((address,uint8,bytes4[])[],address,bytes)")
def diamond_cut(call: Call, args: tuple[Any, ...]) -> Iterator[Step]:
    """Change the facets of a diamond; `init` is run by delegation."""
    facets, init, data = args
    for facet, action, _ in facets or ((None, 2, ()),):
        yield Power("upgrade_call", None if action == 2 else facet, f"functions of {call.here}")
    if init != ZERO:
        yield Inner(init, 0, data, call.here, delegate=True)
