"""Every chain the platform knows: the shipped list under a deployment's own entries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from premium.chains.addresses import in_key
from premium.chains.contracts import token_lists
from premium.chains.contracts.token_lists import ListFile, TokenList
from premium.chains.model import Chain, ChainKind
from premium.chains.nodes import secret_names
from premium.config import ConfigurationError, Settings
from premium.refusals import nearest, reason_of, shown

_SHIPPED = files("premium.chains") / "chains.json"
SHIPPED = "premium/chains/chains.json"
"""How refusals call the shipped list."""
_NAMED = 10
"""Chains that a refusal lists."""
_KINDS = {"evm": "EVM chain", "solana": "chain of Solana's kind", "bitcoin": "chain of Bitcoin's kind"}
_BEGINNING = 3
"""Characters by which a name's beginning is taken for the name."""


class _File(BaseModel):
    """A deployment's own entries.

    `chains`: whole entries, or a name with the fields to replace. `active`: the only chains that are read.
    `token_lists`: files of Token Lists, beside this one where their path is no absolute one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    active: tuple[str, ...] | None = None
    token_lists: tuple[ListFile, ...] = Field(default=(), max_length=20)
    chains: tuple[dict[str, Any], ...] = Field(default=())


class Registry:
    """Chains by short name.

    Active are those that are read: with an endpoint, and named where a file names any. `nodes` are chains whose
    endpoints are secrets.
    """

    def __init__(
        self,
        chains: Mapping[str, Chain],
        active: frozenset[str] | None = None,
        nodes: Iterable[str] = (),
        lists: Iterable[TokenList] = (),
    ) -> None:
        self._chains, self.lists = dict(chains), tuple(lists)
        named, secret = frozenset(self._chains) if active is None else active, frozenset(nodes)
        self.active = tuple(c for c in self._chains.values() if c.name in named and (c.rpc or c.name in secret))

    def __getitem__(self, name: str) -> Chain:
        """Return a chain; KeyError for one that is not known."""
        return self._chains[name]

    def __contains__(self, name: object) -> bool:
        return name in self._chains

    def __iter__(self) -> Iterator[Chain]:
        return iter(self._chains.values())

    def __len__(self) -> int:
        return len(self._chains)

    def unknown(self, name: str) -> str | None:
        """Return that no chain has this name, and the nearest; None where one has."""
        if name in self._chains:
            return None
        near = self._nearest(name.strip().casefold())
        advice = f": did you mean {near}?" if near else ":"
        return f"no chain is called {shown(name)}{advice} GET /v1/chains lists them"

    def unread(self, name: str, kind: ChainKind | None = None) -> str | None:
        """Return why a chain of this name is not read here; None where it is.

        With a `kind` those of another one are not.
        """
        read = [chain.name for chain in self.active if kind in (None, chain.kind)]
        if (wrong := self.unknown(name)) or name in read:
            return wrong
        if kind not in (None, self[name].kind):
            return f"{name} is no {_KINDS[kind]}"
        others = f"; it reads {', '.join(read[:_NAMED])}{', …' if len(read) > _NAMED else ''}" if read else ""
        return f"this stage does not read {name}{others}: GET /v1/chains lists them"

    def _nearest(self, name: str) -> str | None:
        """Return the chain that a name is likely meant for: by chain id, coin, title, spelling or beginning."""
        meant: dict[str, str] = {}
        for chain in sorted(self, key=lambda each: -each.chain_id):  # of one coin's chains the oldest is meant
            meant |= {chain.native.symbol.casefold(): chain.name}
            meant |= {str(chain.chain_id): chain.name} if chain.chain_id else {}
        meant |= {chain.title.casefold(): chain.name for chain in self} | {known: known for known in self._chains}
        if name in meant:
            return meant[name]
        begun = (known for known in self._chains if len(name) >= _BEGINNING and known.startswith(name))
        near = nearest(name.removesuffix(" mainnet"), meant)
        return meant[near] if near else next(begun, None)


@cache
def listed_tokens() -> Mapping[str, Mapping[str, str]]:
    """Return the shipped tokens: by address as in keys, by chain the symbol."""
    found: dict[str, dict[str, str]] = {}
    for chain in json.loads(_SHIPPED.read_text("utf-8"))["chains"]:
        for token in chain.get("tokens", ()):
            found.setdefault(in_key(token["address"]), {})[chain["name"]] = token["symbol"]
    return found


@cache
def shipped() -> Registry:
    """Return the shipped chains alone, for what is computed without a deployment."""
    return parse(_SHIPPED.read_text("utf-8"))


def load(settings: Settings) -> Registry:
    """Return the shipped chains under CHAINS_FILE, those of CHAIN_NODES active.

    ConfigurationError names file, chain, field and reason.
    """
    shipped, nodes = _SHIPPED.read_text("utf-8"), secret_names(settings.chain_nodes)
    if settings.chains_file and settings.chains_file.startswith("{"):
        return parse(shipped, settings.chains_file, nodes=nodes)
    own = Path(settings.chains_file) if settings.chains_file else None
    try:
        text = own.read_text("utf-8") if own else None
    except OSError as error:
        raise ConfigurationError(f"CHAINS_FILE: {own} cannot be read: {error.strerror}") from None
    return parse(shipped, text, source=str(own or "chains.json"), nodes=nodes)


def parse(
    shipped: str, overlay: str | None = None, *, source: str = "CHAINS_FILE", nodes: Iterable[str] = ()
) -> Registry:
    """Return the chains of two documents, the second over the first.

    `nodes` are the chains whose endpoints are secrets.
    """
    entries = _shipped(shipped)
    origins = dict.fromkeys(entries, SHIPPED)
    own = _File() if overlay is None else _overlay(overlay, source)
    for number, entry in enumerate(own.chains, start=1):
        name = _name_of(entry, number, source)
        entries[name] = {**entries.get(name, {}), **entry}
        origins[name] = source
    chains = {name: _chain(name, entry, origins[name]) for name, entry in entries.items()}
    _distinct(chains, origins)
    if unknown := [name for name in nodes if name not in chains]:
        raise ConfigurationError(f"CHAIN_NODES: no chain is called {unknown[0]!r}")
    lists = _lists(own.token_lists, source)
    chains = {name: _with_listed(chain, lists) for name, chain in chains.items()}
    return Registry(chains, _named(own.active, chains, source), nodes, lists)


def _lists(files: Iterable[ListFile], source: str) -> list[TokenList]:
    found = []
    for each in files:
        try:
            found.append(token_lists.read(Path(source).parent / each.file, each.licence))
        except ValueError as error:
            raise ConfigurationError(f"{source}: token_lists: {each.file}: {error}") from None
    return found


def _with_listed(chain: Chain, lists: Sequence[TokenList]) -> Chain:
    known = {token.address for token in chain.tokens}
    tokens = {token.address for each in lists for token in each.of(chain.chain_id, solana=chain.kind == "solana")}
    return chain.model_copy(update={"listed": frozenset(tokens - known)}) if tokens - known else chain


def check_shipped(text: str | None = None) -> None:
    """Raise ConfigurationError for the first wrong entry of the shipped list."""
    parse(_SHIPPED.read_text("utf-8") if text is None else text)


def _shipped(text: str) -> dict[str, dict[str, Any]]:
    """The shipped entries by name; one that is there twice would hide the other."""
    try:
        listed = json.loads(text)["chains"]
    except ValueError as error:
        raise ConfigurationError(f"{SHIPPED}: is not valid JSON: {error}") from None
    entries: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(listed, start=1):
        name = _name_of(entry, number, SHIPPED)
        if name in entries:
            raise ConfigurationError(f"{SHIPPED}: chain {name!r} is there twice")
        entries[name] = entry
    return entries


def _name_of(entry: Mapping[str, Any], number: int, source: str) -> str:
    name = entry.get("name")
    if not isinstance(name, str):
        raise ConfigurationError(f"{source}: chain {number} has no name")
    return name


def _overlay(text: str, source: str) -> _File:
    try:
        return _File.model_validate_json(text)
    except ValidationError as error:
        raise ConfigurationError(f"{source}: {_first(error)}") from None


def _chain(name: str, entry: Mapping[str, Any], source: str) -> Chain:
    try:
        return Chain.model_validate(entry)
    except ValidationError as error:
        raise ConfigurationError(f"{source}: chain {name!r}: {_first(error)}") from None


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in first['loc']) or 'file'}: {reason_of(first)}"


def _distinct(chains: Mapping[str, Chain], origins: Mapping[str, str]) -> None:
    """Two names for one chain would count a wallet's coins twice."""
    owners: dict[str, str] = {}
    for chain in chains.values():
        told = _told(chain)
        other = owners.setdefault(told, chain.name)
        if other != chain.name:
            source = next((one for one in (origins[other], origins[chain.name]) if one != SHIPPED), SHIPPED)
            raise ConfigurationError(f"{source}: {other!r} and {chain.name!r} both have {told}")


def _told(chain: Chain) -> str:
    """Return what no other chain has."""
    if chain.network is not None:
        return f"the block {chain.network.checkpoint.hash} at {chain.network.checkpoint.height}"
    return f"chain id {chain.chain_id}" if chain.chain_id else f"the genesis {chain.genesis}"


def _named(active: tuple[str, ...] | None, chains: Mapping[str, Chain], source: str) -> frozenset[str] | None:
    unknown = [name for name in active or () if name not in chains]
    if unknown:
        raise ConfigurationError(f"{source}: active: no chain is called {unknown[0]!r}")
    return None if active is None else frozenset(active)
