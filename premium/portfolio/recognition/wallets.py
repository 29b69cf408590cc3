"""Reads what is given as a wallet: an address, an extended key or a descriptor."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NoReturn
from uuid import UUID

from premium.chains.addresses import checksum
from premium.chains.bitcoin import keys
from premium.chains.bitcoin.address import normal
from premium.chains.bitcoin.network import Network
from premium.chains.model import Chain, ChainKind
from premium.chains.solana import address as solana
from premium.errors import InvalidInput
from premium.portfolio.recognition.given import Given, recognise
from premium.refusals import shown

ADDRESS = "address"
"""The form of a wallet that is no key."""
_EVM = re.compile(r"0[xX][0-9a-zA-Z]{1,42}")
_NAME_DIGITS = 32
_PROGRAMS = frozenset(
    {
        "11111111111111111111111111111111",
        "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
        "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
        "So11111111111111111111111111111111111111112",
        "Stake11111111111111111111111111111111111111",
    }
)
"""What is pasted by mistake: programs and a mint, whose coin is nobody's."""


@dataclass(frozen=True, kw_only=True)
class GivenWallet:
    """A wallet as it is to be kept.

    `address` is the name of a key that is not shown.
    """

    address: str
    kind: ChainKind
    form: str = ADDRESS
    key: str | None = field(default=None, repr=False)
    gap_limit: int | None = None
    name: str | None = None
    """The name of ENS by which it was given."""


def is_name(text: str) -> bool:
    """Say whether a text is meant for a name of ENS: it ends in `.eth`."""
    given = recognise(text)
    return text.strip().lower().endswith(".eth") and (given is None or given.kind != "secret")


def of_address(address: str, chains: Iterable[Chain]) -> GivenWallet:
    """Return the wallet of an address; InvalidInput names what it is instead.

    What may hold a secret is not repeated.
    """
    stripped, given, known = address.strip(), recognise(address), tuple(chains)
    if given is not None and given.kind == "secret":
        raise InvalidInput.about("address", given.text)
    if stripped in _PROGRAMS:
        raise InvalidInput.about("address", "this is a program or a token of Solana, and no wallet")
    if (wallet := _solana(stripped, known) or _bitcoin(stripped, known)) is not None:
        return wallet
    if given is not None:
        _refuse(stripped, given, known)
    try:
        return GivenWallet(address=checksum(address), kind="evm")
    except ValueError as error:
        repeated = f"; given {shown(address)}" if _EVM.fullmatch(address) else ""
        raise InvalidInput.about("address", f"{error}{repeated}") from None


def of_key(field_name: str, text: str, gap_limit: int, chains: Iterable[Chain], user_id: UUID) -> GivenWallet:
    """Return the wallet of an extended key (`xpub`) or a `descriptor`.

    Its name does not tell it. The name is the same for the same user and key, so that no key is watched twice.
    """
    given = recognise(text)
    if given is not None and given.kind == "secret":
        raise InvalidInput.about(field_name, given.text)
    if ("(" in text) != (field_name == "descriptor"):
        other = "descriptor" if field_name == "xpub" else "xpub"
        raise InvalidInput.about(field_name, f"what is given is to be a {other}")
    try:
        key = keys.read(text, _networks(chains))
    except ValueError as error:
        said = "a private key: an address is enough. It was not stored" if str(error) == "is a private key" else None
        raise InvalidInput.about(field_name, f"this is {said}" if said else str(error)) from None
    digest = sha256(user_id.bytes + key.text.encode()).hexdigest()[:_NAME_DIGITS]
    name = f"{key.form.partition('/')[0]}:{digest}"
    return GivenWallet(address=name, kind="bitcoin", form=key.form, key=key.text, gap_limit=gap_limit)


def homes(kind: ChainKind, form: str, address: str, chains: Iterable[Chain]) -> list[str]:
    """Return the chains on which a wallet may hold something."""
    return [chain.name for chain in chains if chain.kind == kind and _is_home(chain, form, address)]


def _is_home(chain: Chain, form: str, address: str) -> bool:
    if chain.network is None:
        return True
    return keys.belongs(form, chain.network) if form != ADDRESS else _normal(address, chain.network) is not None


def _networks(chains: Iterable[Chain]) -> list[Network]:
    return [chain.network for chain in chains if chain.network is not None]


def _solana(address: str, chains: Iterable[Chain]) -> GivenWallet | None:
    try:
        solana.decoded(address)
    except ValueError:
        return None
    return GivenWallet(address=address, kind="solana") if any(c.kind == "solana" for c in chains) else None


def _bitcoin(address: str, chains: Iterable[Chain]) -> GivenWallet | None:
    written = (_normal(address, network) for network in _networks(chains))
    found = next((text for text in written if text is not None), None)
    return None if found is None else GivenWallet(address=found, kind="bitcoin")


def _normal(address: str, network: Network) -> str | None:
    try:
        return normal(address, network)
    except ValueError:
        return None


def _refuse(address: str, given: Given, chains: Iterable[Chain]) -> NoReturn:
    """Say what is wrong with an address of a kind that is read, or that the kind is not."""
    if given.is_key:
        raise InvalidInput.about("address", f"this is {given.name}: give it as `xpub` or `descriptor`")
    reasons = [_wrong(address, network) for network in _networks(chains)]
    telling = next((each for each in reasons if each is not None and "another chain" not in each), None)
    if given.is_read and telling is not None:
        raise InvalidInput.about("address", f"this looks like {given.name}, but {telling}")
    raise InvalidInput.about("address", given.text)


def _wrong(address: str, network: Network) -> str | None:
    try:
        normal(address, network)
    except ValueError as error:
        return str(error)
    return None
