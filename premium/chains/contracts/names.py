"""Look up names of ENS on the chain, and names that wallets give themselves.

A wallet's name is believed when the name gives the wallet back. Nothing is asked of servers off the chain (EIP-3668):
a contract could otherwise have us ask any address of the internet.
"""

from __future__ import annotations

import unicodedata

from ens.exceptions import InvalidName
from ens.utils import normal_name_to_hash, normalize_name

from premium.chains.addresses import NATIVE
from premium.chains.contracts.caller import Contracts
from premium.errors import InvalidInput

REGISTRY = "0x00000000000C2E074eC69A0dFb2997BA6C7d2e1e"
"""The same on mainnet and its test networks."""
_LONGEST, _LONGEST_LABEL = 255, 63
_EXTENDED = bytes.fromhex("9061b923")
"""ENSIP-10's interface: `resolve(bytes,bytes)`, which answers for names below its own, too."""
_ADDR = bytes.fromhex("3b3b57de")


async def name_of(contracts: Contracts, wallet: str, registry: str = REGISTRY) -> str | None:
    """Return a checksummed wallet's name, None where it has none that can be believed.

    UpstreamUnavailable where no node answers.
    """
    reverse = bytes(normal_name_to_hash(f"{wallet[2:].lower()}.addr.reverse"))
    said = await _resolved(contracts, registry, reverse, "name(bytes32)", "string")
    if not isinstance(said, str) or not 0 < len(said) <= _LONGEST:
        return None
    try:
        node = bytes(normal_name_to_hash(normalize_name(said)))
        if normalize_name(said) != said:
            return None
    except InvalidName:
        return None
    return said if await _resolved(contracts, registry, node, "addr(bytes32)", "address") == wallet else None


def normalized(text: str) -> str:
    """Return a name as ENS writes it (ENSIP-15).

    InvalidInput for one that can be none, or that imitates another.
    """
    given = text.strip()
    if not 0 < len(given) <= _LONGEST:
        raise _wrong(f"a name has 1 to {_LONGEST} characters")
    try:
        name = str(normalize_name(given))
    except InvalidName as error:
        raise _wrong(f"this is no name of ENS: {_plain(str(error))}") from None
    labels = name.split(".")
    if len(labels) < 2 or any(not 0 < len(label.encode()) <= _LONGEST_LABEL for label in labels):
        raise _wrong(f"this is no name of ENS: each of its parts has 1 to {_LONGEST_LABEL} bytes, as in name.eth")
    return name


async def address_of(contracts: Contracts, text: str, registry: str = REGISTRY) -> tuple[str, str]:
    """Return a name as ENS writes it, and its checksummed address on Ethereum.

    InvalidInput says why it has none; UpstreamUnavailable where no node answers.
    """
    name = normalized(text)
    resolver, owner = await _resolver(contracts, registry, name)
    if resolver is None:
        raise _wrong(f"the name {name} has no resolver: nobody registered it, or it was never given an address")
    node, found = bytes(normal_name_to_hash(name)), None
    if owner == name:
        found = await contracts.ask(resolver, "addr(bytes32)", "address", node)
    if found is None and await contracts.ask(resolver, "supportsInterface(bytes4)", "bool", _EXTENDED):
        said = await contracts.ask(resolver, "resolve(bytes,bytes)", "bytes", _dns(name), _ADDR + node)
        if said is None:
            raise _wrong(f"the name {name} is resolved off the chain (EIP-3668), which is not asked: give its address")
        found = contracts.web3.to_checksum_address(said[12:32]) if len(said) == 32 and not any(said[:12]) else None
    if found is None and owner != name:
        raise _wrong(f"the name {name} has no resolver of its own, and that of {owner} speaks for no other names")
    if found in (None, NATIVE):
        raise _wrong(f"the name {name} has no address on Ethereum")
    return name, str(found)


async def _resolver(contracts: Contracts, registry: str, name: str) -> tuple[str | None, str]:
    """Return the resolver that speaks for a name, and whose it is.

    Its own, or that of the nearest name above it that has one (ENSIP-10).
    """
    labels = name.split(".")
    above = [".".join(labels[start:]) for start in range(len(labels))]
    nodes = [(registry, bytes(normal_name_to_hash(each))) for each in above]
    said = await contracts.each("resolver(bytes32)", "address", nodes)
    return next(((each, of) for each, of in zip(said, above, strict=True) if each not in (None, NATIVE)), (None, name))


def _dns(name: str) -> bytes:
    labels = [label.encode() for label in name.split(".")]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _wrong(words: str) -> InvalidInput:
    return InvalidInput.about("address", words)


def _plain(words: str) -> str:
    """Return words without what could steer a terminal or a page, which a name may hold."""
    shown = "".join(each for each in words if unicodedata.category(each)[0] != "C")
    return shown[:120]


async def _resolved(contracts: Contracts, registry: str, node: bytes, function: str, returns: str) -> object:
    resolver = await contracts.ask(registry, "resolver(bytes32)", "address", node)
    return None if resolver in (None, NATIVE) else await contracts.ask(resolver, function, returns, node)
